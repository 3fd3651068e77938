"""People's own images: IDX files, an .npz with Keras' names, or a folder per class."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from sklearn.model_selection import train_test_split

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UnreachableError, UserError, reason
from looking_for.core.imageset import ImageSet
from looking_for.images import idx, sources
from looking_for.images.catalog import recognise_dataset
from looking_for.images.validate import validate_images

TEST_SHARE, SPLIT_SEED = 0.2, 0
ACCEPTED = (
    "allowed: a folder of the four IDX files (plain or .gz), an .npz with x_train, y_train, x_test and "
    "y_test, or a folder with a subfolder of images for each class, in train/ and test/ or to be split"
)
GREY_MODES = ("L", "1")


def load_custom(path: Path, classes: Sequence[str], grayscale: bool) -> ImageSet:
    """Read people's own images.

    Parameters
    ----------
    path : Path
        A file or folder.
    classes : sequence of str
        Names of the classes; empty where the files name them.
    grayscale : bool
        Whether colour images are converted.

    Raises
    ------
    UserError
        If the images are not of an accepted form; it says what they lack.
    """
    if not path.exists():
        raise UserError(f"params.yaml: data.path = '{path}' is not there; {ACCEPTED}")
    if path.is_file():
        return from_arrays(path, from_npz(path), classes)
    if any(path.glob("*-ubyte*")):
        return from_arrays(path, _from_idx(path), classes)
    if any(child.is_dir() for child in path.iterdir()):
        return from_folders(path, classes, grayscale)
    raise UserError(f"{path} holds no images; {ACCEPTED}")


def from_npz(path: Path) -> dict[str, Array]:
    """Read the arrays of an .npz: the four with Keras' names, and `classes` if it has them."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in (*idx.NAMES, "classes") if key in file}
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"{path} cannot be read as .npz: {reason(error)}; {ACCEPTED}") from error
    if missing := [key for key in idx.NAMES if key not in arrays]:
        raise UserError(f"{path} has no {', '.join(missing)}; needed: {', '.join(idx.NAMES)}")
    return arrays


def _from_idx(folder: Path) -> dict[str, Array]:
    try:
        return sources.from_idx(folder)
    except UnreachableError as error:
        raise UserError(f"{folder}: {error}; needed: {', '.join(idx.NAMES.values())}") from error


def from_arrays(path: Path, arrays: dict[str, Array], classes: Sequence[str]) -> ImageSet:
    """Take the classes' names from params.yaml, the file, a known data set, or use numbers."""
    names = list(classes) or [str(name) for name in arrays.pop("classes", np.array([], str))]
    arrays.pop("classes", None)
    images = validate_images(str(path), arrays, names)
    if not names and (dataset := recognise_dataset(arrays)):
        return validate_images(str(path), arrays, dataset.classes)
    return images


def from_folders(path: Path, classes: Sequence[str], grayscale: bool) -> ImageSet:
    """Read a folder per class, the classes in the order of their names."""
    if classes:
        raise UserError(f"params.yaml: data.classes is not needed: the folders of {path} name the classes")
    if (path / "train").is_dir() and (path / "test").is_dir():
        names = _subfolders(path / "train")
        if others := sorted(set(names) ^ set(_subfolders(path / "test"))):
            raise UserError(f"{path}: class {others[0]!r} is in only one of train/ and test/")
        parts = [_read_folder(path / part, names, grayscale) for part in ("train", "test")]
    else:
        names = _subfolders(path)
        parts = _split_by_class(path, *_read_folder(path, names, grayscale))
    (x_train, y_train), (x_test, y_test) = parts
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return validate_images(str(path), arrays, names)


def _split_by_class(path: Path, x: Array, y: Array) -> list[tuple[Array, Array]]:
    """Set a fixed fifth of each class apart for testing."""
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


def _read_folder(folder: Path, names: Sequence[str], grayscale: bool) -> tuple[Array, Array]:
    """Read all images of a folder's classes (n_images, height, width) with their labels (n_images,)."""
    files = [
        (file, k)
        for k, name in enumerate(names)
        for file in sorted((folder / name).iterdir())
        if file.is_file() and file.name[0] != "."
    ]
    if not files:
        raise UserError(f"{folder} has no images in its folders")
    first = _read_image(files[0][0], grayscale)
    x = np.empty((len(files), *first.shape), np.uint8)
    for n, (file, _) in enumerate(files):
        image = _read_image(file, grayscale)
        if image.shape != first.shape:
            sizes = " and ".join(f"{h}×{w}" for h, w in (first.shape, image.shape))
            raise UserError(f"{file} is of another size than {files[0][0].name}: {sizes} pixels")
        x[n] = image
    return x, np.array([k for _, k in files])


def _read_image(file: Path, grayscale: bool) -> Array:
    try:
        with Image.open(file) as image:
            if image.mode not in GREY_MODES and not (grayscale and image.mode in ("RGB", "RGBA", "P", "LA")):
                raise UserError(f"{file} is {image.mode}, not 8-bit grey; set data.grayscale: true to convert colours")
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:
        raise UserError(f"{file} is not an image") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {reason(error)}") from error
