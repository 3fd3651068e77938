"""People's images as pictures in folders: one per class, in parts for training and testing or to be split."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.images.archives import Part, Parts, split_by_class
from looking_for.images.pixels import read_picture, with_colours

logger = logging.getLogger(__name__)

PARTS = {
    "train": ("train", "training"), "validation": ("val", "valid", "validation"), "test": ("test", "testing"),
}  # fmt: skip
OF_SYSTEMS = {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "@eadir", "__pycache__"}


def read_folders(path: Path, grayscale: bool, size: tuple[int, int] | None) -> Parts:
    """Read a folder per class, the classes in the order of their names.

    Parameters
    ----------
    grayscale : bool
        Whether colours are converted to grey.
    size : (int, int), optional
        Height and width to resize to; without it all must be of one size.

    Raises
    ------
    UserError
        If a class is in only one part, or a picture cannot be read.
    """
    path = _descend(path)
    parts = _find_parts(path)
    if not parts:
        names = _visible(path, folders=True)
        split = split_by_class(str(path), *_read_classes(path, names, grayscale, size), names)
        return replace(split, names=names)
    names = _visible(parts["train"], folders=True)
    for folder in parts.values():
        if others := sorted(set(names) ^ set(_visible(folder, folders=True))):
            where = " and ".join(f"{f.name}/" for f in parts.values())
            raise UserError(f"{path}: class {others[0]!r} is in only one of {where}")
    read = {part: _read_classes(folder, names, grayscale, size) for part, folder in parts.items()}
    if "test" not in read:
        read["test"] = read.pop("validation")
    return Parts(read["train"], read["test"], read.get("validation"), names, is_channels_last=True)


def _descend(path: Path) -> Path:
    """Go down while a folder has nothing but one folder of folders in it."""
    while True:
        inside = _visible(path, folders=True)
        if len(inside) != 1 or _visible(path, folders=False) or not _visible(path / inside[0], folders=True):
            return path
        path = path / inside[0]


def _find_parts(path: Path) -> dict[str, Path]:
    """The folders for training and for testing or validation, if there are both."""
    parts: dict[str, Path] = {}
    for name in _visible(path, folders=True):
        for part, words in PARTS.items():
            if name.lower() in words:
                parts[part] = path / name
    return {part: parts[part] for part in PARTS if part in parts} if "train" in parts and len(parts) > 1 else {}


def _visible(path: Path, *, folders: bool) -> list[str]:
    """Names of the folders or files in a folder, without those that systems leave there."""
    return sorted(
        child.name
        for child in path.iterdir()
        if child.is_dir() == folders and not child.name.startswith(".") and child.name.lower() not in OF_SYSTEMS
    )


def _read_classes(folder: Path, names: Sequence[str], grayscale: bool, size: tuple[int, int] | None) -> Part:
    """Read all images of a folder's classes, (n_images, height, width) or in colour (n_images, height, width, 3),
    with their labels (n_images,)."""
    files = [
        (folder / name / file, k) for k, name in enumerate(names) for file in _visible(folder / name, folders=False)
    ]
    n_all = sum(child.is_file() for name in names for child in (folder / name).iterdir())
    if n_all > len(files):
        logger.info("%s: %d files of systems passed over", folder, n_all - len(files))
    if not files:
        raise UserError(f"{folder} has no images in its folders")
    first = read_picture(files[0][0], grayscale, size)
    x = np.empty((len(files), *first.shape), np.uint8)
    for n, (file, _) in enumerate(files):
        image = _of_size(file, read_picture(file, grayscale, size), first, files[0][0])
        if image.ndim == x.ndim:  # the first in colour, after grey ones
            x = with_colours(x)
        x[n] = image if image.ndim == x.ndim - 1 else with_colours(image)
    return x, np.array([k for _, k in files])


def _of_size(file: Path, image: Array, first: Array, other: Path) -> Array:
    if image.shape[:2] != first.shape[:2]:
        sizes = " and ".join("×".join(map(str, shape[:2])) for shape in (first.shape, image.shape))
        raise UserError(f"{file} is of another size than {other.name}: {sizes} pixels; data.size: [height, width] "
                        "resizes all to one")  # fmt: skip
    return image
