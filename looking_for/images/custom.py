"""People's own images: the forms that are read, and the way from each to an image set that passes the checks."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.foreign import ZIP, describe_foreign, read_start
from looking_for.core.imageset import ImageOptions, ImageSet, problem_of_images
from looking_for.core.text import join_words
from looking_for.images.archives import Parts, idx_files, read_csv, read_idx, read_npz
from looking_for.images.catalog import recognise_dataset
from looking_for.images.folders import read_folders
from looking_for.images.labels import count_from_zero, to_vector
from looking_for.images.pixels import resize, to_images, unify_colours
from looking_for.images.validate import validate_images

logger = logging.getLogger(__name__)


class Form(NamedTuple):
    """A form in which people have images.

    Parameters
    ----------
    name, holds : str
        What a path is, and what is read of it, as the documents say it.
    short : str
        The same in a message.
    fits : function
        Whether a path is of this form, by its content.
    read : function
    """

    name: str
    holds: str
    short: str
    fits: Callable[[Path], bool]
    read: Callable[[Path, ImageOptions], Parts]


def _has_csv(path: Path) -> bool:
    """Whether it is a CSV, or a folder with some; beside folders of pictures a list of them does not count."""
    if path.is_file():
        return path.suffix.lower() == ".csv"
    names = [file.stem.lower() for file in path.iterdir() if file.suffix.lower() == ".csv" and file.name[0] != "."]
    return any("train" in name for name in names) if _has_folders(path) else bool(names)


def _is_zip(path: Path) -> bool:
    return path.is_file() and read_start(path).startswith(ZIP)


def _has_folders(path: Path) -> bool:
    return path.is_dir() and any(child.is_dir() and not child.name.startswith(".") for child in path.iterdir())


def _read_pictures(path: Path, options: ImageOptions) -> Parts:
    if options.classes:
        raise UserError(f"params.yaml: data.classes is not needed: the folders of {path} name the classes")
    return read_folders(path, options.grayscale, options.size)


# The first that fits is read.
FORMS = (
    Form(
        "a folder of **IDX files**, plain or gzipped",
        "`train-images-idx3-ubyte`, … of MNIST, with dots or hyphens; EMNIST's by their names, turned upright; "
        "QMNIST's, whose class is the first column of its labels",
        "a folder of the four IDX files (plain or .gz)",
        lambda path: path.is_dir() and bool(idx_files(path)),
        lambda path, _: read_idx(path),
    ),
    Form(
        "a **CSV**, or a folder with `train.csv`",
        "one image per line, a column `label` (the first, without a header) and one per pixel, or three in colour; a "
        "`test.csv` without labels, as Kaggle's, is passed over",
        "a CSV with a column label and one per pixel",
        _has_csv,
        lambda path, options: read_csv(path, options.size),
    ),
    Form(
        "an **.npz**",
        "Keras' `x_train`, `y_train`, `x_test`, `y_test`, or MedMNIST's `train_images`, `train_labels`, `val_…`, "
        "`test_…`; and `classes`, if the classes have names",
        "an .npz with x_train, y_train, x_test and y_test (or MedMNIST's names)",
        _is_zip,
        lambda path, _: read_npz(path),
    ),
    Form(
        "a **folder with a subfolder of pictures per class**",
        "in `train/` or `training/` and `test/` or `testing/`; `val/`, `valid/` or `validation/` joins the training "
        "images, or is for testing where there is no other; or all in one",
        "a folder with a subfolder of images for each class, in train/ and test/ or to be split",
        _has_folders,
        _read_pictures,
    ),
)
ACCEPTED = f"allowed: {join_words([form.short for form in FORMS], 'or')}"


def load_custom(path: Path, options: ImageOptions) -> ImageSet:
    """Read people's own images.

    Parameters
    ----------
    path : Path
        A file or folder.
    options : ImageOptions

    Raises
    ------
    UserError
        If the images are not of an accepted form; it says what they lack.
    """
    if not path.exists():
        raise UserError(f"params.yaml: data.path = '{path}' is not there; {ACCEPTED}")
    return make_image_set(path, read_parts(path, options), options)


def read_parts(path: Path, options: ImageOptions) -> Parts:
    """Find the form of what a path holds, and read it."""
    if path.is_file() and (what := describe_foreign(path, ZIP)):
        raise UserError(f"{path} is {what}; {ACCEPTED}")
    if form := next((form for form in FORMS if form.fits(path)), None):
        return form.read(path, options)
    if path.is_file():
        raise UserError(
            f"{path} cannot be read as {path.suffix or 'images'}: its first bytes are of another form; {ACCEPTED}"
        )
    archives = [child.name for child in sorted(path.iterdir()) if child.suffix.lower() == ".npz"]
    hint = f"; is {archives[0]} meant? Then say path: {path / archives[0]}" if archives else ""
    raise UserError(f"{path} holds no images{hint}; {ACCEPTED}")


def make_image_set(path: Path, parts: Parts, options: ImageOptions) -> ImageSet:
    """Bring images and labels to one form; take the classes' names from params.yaml, the file, a known data set, or
    use numbers."""
    where, by_name = str(path), parts.by_name()
    prepared = [_prepare(f"{where}: x_{name}", x, options, parts) for name, (x, _) in by_name.items()]
    x = dict(zip(by_name, unify_colours(where, prepared), strict=True))
    y = {name: to_vector(labels) for name, (_, labels) in by_name.items()}
    if "val" in x:
        _join_validation(where, x, y)
    labels, names = count_from_zero(where, y, list(options.classes) or parts.names)
    arrays = {f"x_{name}": array for name, array in x.items()} | {f"y_{name}": array for name, array in labels.items()}
    images = validate_images(where, arrays, names)
    if not names and (dataset := recognise_dataset(arrays)):
        return validate_images(where, arrays, dataset.classes)
    return images


def _join_validation(where: str, x: dict[str, Array], y: dict[str, Array]) -> None:
    """Put the images for validation after those for training."""
    for name in ("train", "val"):
        if problem := problem_of_images(name, x[name], y[name]):
            raise UserError(f"{where}: {problem}")
    if x["train"].shape[1:] != x["val"].shape[1:]:
        sizes = " and ".join("×".join(map(str, x[name].shape[1:])) for name in ("train", "val"))
        raise UserError(f"{where}: images for training and validation must be of one size; they are {sizes} pixels")
    logger.info("%s: %d images for validation join those for training", where, len(x["val"]))
    for arrays in (x, y):
        arrays["train"] = np.concatenate([arrays["train"], arrays.pop("val")])


def _prepare(where: str, x: Array, options: ImageOptions, parts: Parts) -> Array:
    images = to_images(where, x, options.grayscale, is_channels_last=parts.is_channels_last)
    if options.transpose or parts.is_transposed:
        logger.info("%s: turned upright, rows and columns exchanged", where)
        images = np.ascontiguousarray(images.swapaxes(1, 2))
    if options.size is None or images.shape[1:3] == options.size:
        return images
    return np.stack([resize(image, options.size) for image in images]) if len(images) else images
