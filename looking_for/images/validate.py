"""What images must be, whatever their source: one check, one line that says what is wrong."""

from collections.abc import Mapping, Sequence

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet, problem_of_images, problem_of_sizes

MAX_CLASSES = 1_000


def validate_images(source: str, arrays: Mapping[str, Array], names: Sequence[str]) -> ImageSet:
    """Make an image set of four arrays.

    Parameters
    ----------
    source : str
        What the arrays are from, for messages.
    arrays : mapping
        `x_train`, `y_train`, `x_test`, `y_test`.
    names : sequence of str
        The classes' names; empty for their numbers.

    Raises
    ------
    UserError
        If types, shapes, labels or names do not make an image set.
    """
    for part in ("train", "test"):
        if problem := problem_of_images(part, arrays[f"x_{part}"], arrays[f"y_{part}"]):
            raise UserError(f"{source}: {problem}")
    if problem := problem_of_sizes(arrays["x_train"], arrays["x_test"]):
        raise UserError(f"{source}: {problem}")
    _reject_empty_images(source, arrays["x_train"])
    classes = _validate_names(source, arrays, names)
    for part in ("train", "test"):
        counts = np.bincount(arrays[f"y_{part}"].astype(int), minlength=len(classes))
        if (counts == 0).any():
            empty = classes[int(np.argmin(counts))]
            raise UserError(f"{source}: y_{part} has no image of class {empty!r}; every class needs some")
    dtype = np.uint8 if len(classes) <= 256 else np.uint16
    labels = [arrays[f"y_{part}"].astype(dtype) for part in ("train", "test")]
    return ImageSet(arrays["x_train"], labels[0], arrays["x_test"], labels[1], np.array(classes))


def _reject_empty_images(source: str, x: Array) -> None:
    """Raise UserError where there is nothing to see: images all the same, or each of one grey."""
    rows = x.reshape(len(x), -1)
    if (rows == rows[:1]).all():
        raise UserError(f"{source}: all training images are the same; nothing tells the classes apart")
    if (rows == rows[:, :1]).all():
        raise UserError(f"{source}: each training image is of one grey all over; there is nothing to picture")


def _validate_names(source: str, arrays: Mapping[str, Array], names: Sequence[str]) -> list[str]:
    labels = np.concatenate([arrays["y_train"].astype(np.int64), arrays["y_test"].astype(np.int64)])
    low, high = int(labels.min()), int(labels.max())
    classes = list(names) or [str(k) for k in range(min(high, MAX_CLASSES) + 1)]
    if low < 0 or high >= len(classes):
        wrong = low if low < 0 else high
        cure = "; name every class, in the order of their labels" if names and low >= 0 else ""
        raise UserError(f"{source}: a label is {wrong}; {len(classes)} classes have labels 0–{len(classes) - 1}{cure}")
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise UserError(f"{source}: {len(classes)} classes; allowed are 2–{MAX_CLASSES:,}")
    if strange := [name for name in classes if not name.strip() or not name.isprintable()]:
        raise UserError(f"{source}: the class name {strange[0]!r} has characters that cannot be shown")
    if len(set(classes)) < len(classes):
        raise UserError(f"{source}: two classes have the same name; each needs one of its own")
    return classes
