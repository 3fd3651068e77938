"""People's images in arrays: .npz with the names of Keras or MedMNIST, IDX files with those of MNIST's kin, CSV."""

import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UserError, reason
from looking_for.core.foreign import GZIP, ZIP, describe_foreign, read_member
from looking_for.core.imageset import CHANNELS, Shape
from looking_for.images import idx
from looking_for.images.labels import to_names

logger = logging.getLogger(__name__)

TEST_SHARE, SPLIT_SEED = 0.2, 0
Part = tuple[Array, Array]  # images as they are in the file, and their labels
KERAS = {"train": ("x_train", "y_train"), "test": ("x_test", "y_test")}
MEDMNIST = {part: (f"{part}_images", f"{part}_labels") for part in ("train", "val", "test")}
IDX_NAME = re.compile(
    r"(?P<set>.*?)[-_]?(?P<part>train|t10k|test)[-_.](?P<what>images|labels)[-_.]idx(?P<axes>\d)[-_.](?:ubyte|int)(?:\.gz)?"
)
LABEL_COLUMNS = ("label", "labels", "class", "target", "y")


@dataclass(frozen=True)
class Parts:
    """Images as a file has them.

    Parameters
    ----------
    train, test : (images, labels)
    validation : (images, labels) or None
        They join those for training.
    names : list of str
        Of the classes; empty where the file does not say them.
    is_transposed : bool
        Whether the images lie on their side, as EMNIST's.
    is_channels_last : bool
        Whether it is known that colours are the last axis.
    """

    train: Part
    test: Part
    validation: Part | None = None
    names: list[str] = field(default_factory=list)
    is_transposed: bool = False
    is_channels_last: bool = False

    def by_name(self) -> dict[str, Part]:
        """Give the parts by name: train, perhaps val, test."""
        parts = {"train": self.train, "val": self.validation, "test": self.test}
        return {name: part for name, part in parts.items() if part is not None}


def split_by_class(where: str, x: Array, y: Array, names: Sequence[str] = ()) -> Parts:
    """Set a fixed fifth of each class apart for testing.

    Raises
    ------
    UserError
        If a class has fewer than 2 images.
    """
    labels, counts = np.unique(y, return_counts=True)
    if (counts < 2).any():
        lonely = names[int(labels[counts < 2][0])] if names else f"{labels[counts < 2][0]:g}"
        raise UserError(f"{where}: class {lonely!r} cannot be split into training and test images: it has 1 image")
    try:
        x_train, x_test, y_train, y_test = train_test_split(
            x, y, test_size=TEST_SHARE, stratify=y, random_state=SPLIT_SEED
        )
    except ValueError as error:
        raise UserError(f"{where} cannot be split into training and test images: {error}") from error
    return Parts((x_train, y_train), (x_test, y_test), is_channels_last=True)


def read_npz(path: Path) -> Parts:
    """Read an .npz with x_train, y_train, x_test and y_test, or with MedMNIST's names; `classes` if it has them.

    Raises
    ------
    UserError
        If it is no .npz, or lacks an array.
    """
    arrays, others = _arrays_of(path)
    wanted = MEDMNIST if "train_images" in arrays else KERAS
    needed = [name for part, pair in wanted.items() if part != "val" for name in pair]
    if missing := [name for name in needed if name not in arrays]:
        has = ", ".join([*arrays, *others]) or "nothing"
        raise UserError(f"{path} has no {', '.join(missing)}; needed: {', '.join(needed)}; it has {has}")
    parts = {part: (arrays[x], arrays[y]) for part, (x, y) in wanted.items() if x in arrays and y in arrays}
    names = to_names(str(path), arrays["classes"]) if "classes" in arrays else []
    return Parts(parts["train"], parts["test"], parts.get("val"), names)


def _arrays_of(path: Path) -> tuple[dict[str, Array], list[str]]:
    """The arrays that have a meaning here, and the names of the others."""
    known = {name for names in (KERAS, MEDMNIST) for pair in names.values() for name in pair} | {"classes"}
    try:
        with np.load(path, allow_pickle=False) as file:
            others = [name for name in file.files if name not in known]
            return {n: read_member(path, file, n, _cure(n)) for n in file.files if n in known}, others
    except UserError:
        raise
    except (*UNREADABLE, TypeError, AttributeError) as error:
        what = describe_foreign(path, ZIP)
        raise UserError(f"{path} cannot be read as .npz: {f'it is {what}' if what else reason(error)}") from error


def _cure(name: str) -> str:
    return f"save {name}.astype({'str' if name == 'classes' else 'np.uint8'})"


def idx_files(folder: Path) -> dict[str, Path]:
    """Find the IDX files of a folder by Keras' names of their arrays.

    Raises
    ------
    UserError
        If there are those of several data sets.
    """
    matches = [(path, m) for path in sorted(folder.iterdir()) if (m := IDX_NAME.fullmatch(path.name))]
    sets = sorted({m["set"] for _, m in matches})
    if len(sets) > 1:
        raise UserError(f"{folder} has IDX files of {len(sets)} data sets ({', '.join(sets)}); keep one of them there")
    keys = {"images": "x", "labels": "y"}
    return {
        f"{keys[m['what']]}_{'train' if m['part'] == 'train' else 'test'}": path
        for path, m in sorted(matches, key=lambda pair: pair[0].suffix == ".gz", reverse=True)
    }


def read_idx(folder: Path) -> Parts:
    """Read the four IDX files of a folder, of MNIST, EMNIST or QMNIST by their names, plain or gzipped.

    Raises
    ------
    UserError
        If one is missing or damaged.
    """
    files = idx_files(folder)
    if missing := [idx.NAMES[key] for key in idx.NAMES if key not in files]:
        near = sorted(path.name for path in folder.iterdir() if "idx" in path.name and path not in files.values())
        beside = f"; there is {near[0]}" if near else ""
        raise UserError(f"{folder}: no {missing[0]} (or .gz) there{beside}; needed: {', '.join(idx.NAMES.values())}")
    arrays = {key: _decode(files[key]) for key in idx.NAMES}
    labels = {key: a[:, 0] if a.ndim == 2 else a for key, a in arrays.items() if key.startswith("y")}  # QMNIST's
    is_emnist = files["x_train"].name.startswith("emnist")
    train, test = (arrays["x_train"], labels["y_train"]), (arrays["x_test"], labels["y_test"])
    return Parts(train, test, is_transposed=is_emnist)


def _decode(path: Path) -> Array:
    try:
        return idx.decode(path.read_bytes())
    except UNREADABLE as error:
        what = describe_foreign(path, GZIP)
        raise UserError(f"{path} cannot be read: {f'it is {what}' if what else reason(error)}") from error


def read_csv(path: Path, size: tuple[int, int] | None) -> Parts:
    """Read one image per line, its label and its pixels, as Kaggle has them.

    Parameters
    ----------
    path : Path
        A file, of which a fifth of each class is for testing; or a folder with one for training, and perhaps one for
        testing.
    size : (int, int), optional
        Height and width, of images that are not square.
    """
    if path.is_file():
        return split_by_class(str(path), *_table(path, size))
    files = {file.stem.lower(): file for file in sorted(path.glob("*.csv"))}
    train, test = (next((f for stem, f in files.items() if word in stem), None) for word in ("train", "test"))
    if train is None:
        raise UserError(f"{path} has {', '.join(f.name for f in files.values())}; one of them must be called train.csv")
    if test is not None and _has_labels(test):
        return Parts(_table(train, size), _table(test, size), is_channels_last=True)
    if test is not None:
        logger.info("%s has no labels and is passed over; a fifth of each class of %s is for testing", test, train.name)
    return split_by_class(str(train), *_table(train, size))


def _header(path: Path) -> list[str]:
    """The columns' names, empty where the first line is numbers."""
    with path.open(encoding="utf-8-sig") as file:
        cells = [cell.strip().strip('"').lower() for cell in file.readline().split(",")]
    return [] if all(re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell) for cell in cells) else cells


def _has_labels(path: Path) -> bool:
    header = _header(path)
    return not header or any(column in LABEL_COLUMNS for column in header)


def _table(path: Path, size: tuple[int, int] | None) -> Part:
    """Images (n_images, height, width) and labels (n_images,) of a CSV file."""
    try:
        header = _header(path)
        table = np.loadtxt(
            path, delimiter=",", skiprows=1 if header else 0, ndmin=2, encoding="utf-8-sig", dtype=np.float32
        )
    except (*UNREADABLE, UnicodeDecodeError) as error:
        what = describe_foreign(path)
        raise UserError(f"{path} cannot be read as CSV: {f'it is {what}' if what else reason(error)}") from error
    column = next((n for n, name in enumerate(header) if name in LABEL_COLUMNS), None if header else 0)
    if column is None or not len(table):
        raise UserError(f"{path} has no column of labels; needed is one of {', '.join(LABEL_COLUMNS)}, and pixels")
    pixels = np.delete(table, column, axis=1)
    names = header[:column] + header[column + 1 :]
    shape = _shape_of(path, pixels.shape[1], size)
    if len(shape) > 2 and _is_by_colour(path, names):
        pixels = pixels.reshape(len(pixels), CHANNELS, -1).swapaxes(1, 2)
    logger.info("%s: read as CSV, %d×%d pixels%s", path, *shape[:2], ", in colour" if len(shape) > 2 else "")
    is_whole = (pixels == np.rint(pixels)).all() and pixels.max() > 1
    return pixels.reshape(-1, *shape).astype(np.int64 if is_whole else np.float32), table[:, column].astype(float)


def _shape_of(path: Path, n_numbers: int, size: tuple[int, int] | None) -> Shape:
    """The shape of images of so many numbers: of the size that a person says, in grey or colour, or a grey square."""
    side = math.isqrt(n_numbers)
    for channels in ((), (CHANNELS,)):
        if size is not None and math.prod(size) * math.prod(channels) == n_numbers:
            return (*size, *channels)
    if side * side == n_numbers:
        return side, side
    side = math.isqrt(n_numbers // CHANNELS)
    hint = f" ([{side}, {side}] if they are in colour)" if CHANNELS * side * side == n_numbers else ""
    raise UserError(f"{path} has {n_numbers} pixels per image, no square; say data.size: [height, width]{hint}")


def _is_by_colour(path: Path, names: Sequence[str]) -> bool:
    """Whether all reds come first, then all greens and blues, by the columns' names; else each pixel's colours stand
    together."""
    letters = "".join(name[:1] for name in names)
    if set(letters) != set("rgb"):
        return False
    n_pixels = len(letters) // CHANNELS
    if letters not in ("rgb" * n_pixels, "r" * n_pixels + "g" * n_pixels + "b" * n_pixels):
        raise UserError(f"{path}: the columns of red, green and blue are neither pixel by pixel nor colour by colour")
    return letters != "rgb" * n_pixels
