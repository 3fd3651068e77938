"""Anyone's images, from `data.path`: IDX files, an .npz with Keras' names, or a folder for each class."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from sklearn.model_selection import train_test_split

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UnreachableError, UserError, reason
from looking_for.images import public, sources
from looking_for.images.imageset import Images
from looking_for.images.validate import checked

TEST_SHARE, SPLIT_SEED = 0.2, 0
FORMS = (
    "allowed: a folder of the four IDX files (plain or .gz), an .npz with x_train, y_train, x_test and "
    "y_test, or a folder with a subfolder of images for each class, in train/ and test/ or to be split"
)
GREY = ("L", "1")


def load(path: Path, classes: Sequence[str], grayscale: bool) -> Images:
    """The images at `path`; a UserError says in a line what they lack."""
    if not path.exists():
        raise UserError(f"params.yaml: data.path = '{path}' is not there; {FORMS}")
    if path.is_file():
        return of_arrays(path, from_npz(path), classes)
    if any(path.glob("*-ubyte*")):
        return of_arrays(path, _from_idx(path), classes)
    if any(child.is_dir() for child in path.iterdir()):
        return of_folders(path, classes, grayscale)
    raise UserError(f"{path} holds no images; {FORMS}")


def from_npz(path: Path) -> dict[str, Array]:
    """The arrays of an .npz: the four with Keras' names, and `classes` if it has them."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in (*sources.IDX_NAMES, "classes") if key in file}
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"{path} cannot be read as .npz: {reason(error)}; {FORMS}") from error
    if missing := [key for key in sources.IDX_NAMES if key not in arrays]:
        raise UserError(f"{path} has no {', '.join(missing)}; needed: {', '.join(sources.IDX_NAMES)}")
    return arrays


def _from_idx(folder: Path) -> dict[str, Array]:
    try:
        return sources.from_idx(folder)
    except UnreachableError as error:
        raise UserError(f"{folder}: {error}; needed: {', '.join(sources.IDX_NAMES.values())}") from error


def of_arrays(path: Path, arrays: dict[str, Array], classes: Sequence[str]) -> Images:
    """Images of arrays; the classes' names from params.yaml, the file, a known data set, or numbers."""
    names = list(classes) or [str(name) for name in arrays.pop("classes", np.array([], str))]
    arrays.pop("classes", None)
    images = checked(str(path), arrays, names)
    if not names and (dataset := public.recognised(arrays)):
        return checked(str(path), arrays, dataset.classes)
    return images


def of_folders(path: Path, classes: Sequence[str], grayscale: bool) -> Images:
    """Images in a folder for each class, the classes in the order of their names."""
    if classes:
        raise UserError(f"params.yaml: data.classes is not needed: the folders of {path} name the classes")
    if (path / "train").is_dir() and (path / "test").is_dir():
        names = _subfolders(path / "train")
        if others := sorted(set(names) ^ set(_subfolders(path / "test"))):
            raise UserError(f"{path}: class {others[0]!r} is in only one of train/ and test/")
        parts = [_read(path / part, names, grayscale) for part in ("train", "test")]
    else:
        names = _subfolders(path)
        parts = _split(path, *_read(path, names, grayscale))
    (x_train, y_train), (x_test, y_test) = parts
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return checked(str(path), arrays, names)


def _split(path: Path, x: Array, y: Array) -> list[tuple[Array, Array]]:
    """A fixed fifth of each class for testing."""
    few = np.flatnonzero(np.bincount(y) < 2)
    if len(few):
        raise UserError(f"{path}: a class has fewer than 2 images, so that it cannot be split")
    try:
        x_train, x_test, y_train, y_test = train_test_split(
            x, y, test_size=TEST_SHARE, stratify=y, random_state=SPLIT_SEED
        )
    except ValueError as error:
        raise UserError(f"{path} cannot be split into training and test images: {error}") from error
    return [(x_train, y_train), (x_test, y_test)]


def _subfolders(path: Path) -> list[str]:
    return sorted(child.name for child in path.iterdir() if child.is_dir() and child.name[0] != ".")


def _read(folder: Path, names: Sequence[str], grayscale: bool) -> tuple[Array, Array]:
    """All images of a folder's classes (n × h × w) with their labels (n)."""
    files = [
        (file, k)
        for k, name in enumerate(names)
        for file in sorted((folder / name).iterdir())
        if file.is_file() and file.name[0] != "."
    ]
    if not files:
        raise UserError(f"{folder} has no images in its folders")
    first = _image(files[0][0], grayscale)
    x = np.empty((len(files), *first.shape), np.uint8)
    for n, (file, _) in enumerate(files):
        image = _image(file, grayscale)
        if image.shape != first.shape:
            sizes = " and ".join(f"{h}×{w}" for h, w in (first.shape, image.shape))
            raise UserError(f"{file} is of another size than {files[0][0].name}: {sizes} pixels")
        x[n] = image
    return x, np.array([k for _, k in files])


def _image(file: Path, grayscale: bool) -> Array:
    try:
        with Image.open(file) as image:
            if image.mode not in GREY and not (grayscale and image.mode in ("RGB", "RGBA", "P", "LA")):
                raise UserError(
                    f"{file} is {image.mode}, not 8-bit grey; set data.grayscale: true to convert colours"
                )
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:
        raise UserError(f"{file} is no image") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {reason(error)}") from error
