"""What images must be, whatever their source: one check, one line that says what is wrong."""

from collections.abc import Mapping, Sequence

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet

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
        if problem := _problem_of_part(part, arrays[f"x_{part}"], arrays[f"y_{part}"]):
            raise UserError(f"{source}: {problem}")
    sizes = [arrays[key].shape[1:] for key in ("x_train", "x_test")]
    if sizes[0] != sizes[1]:
        shown = " and ".join("×".join(map(str, size)) for size in sizes)
        raise UserError(f"{source}: training and test images must be of one size; they are {shown} pixels")
    classes = _validate_names(source, arrays, names)
    for part in ("train", "test"):
        counts = np.bincount(arrays[f"y_{part}"].astype(int), minlength=len(classes))
        if (counts == 0).any():
            empty = classes[int(np.argmin(counts))]
            raise UserError(f"{source}: y_{part} has no image of class {empty!r}; every class needs some")
    dtype = np.uint8 if len(classes) <= 256 else np.uint16
    labels = [arrays[f"y_{part}"].astype(dtype) for part in ("train", "test")]
    return ImageSet(arrays["x_train"], labels[0], arrays["x_test"], labels[1], np.array(classes))


def _problem_of_part(part: str, x: Array, y: Array) -> str | None:
    """Say what is wrong with the images or labels of a part, if anything."""
    if x.dtype != np.uint8:
        return f"x_{part} is {x.dtype}; 8-bit grey images are uint8, 0–255"
    if x.ndim != 3 or 0 in x.shape:
        return f"x_{part} has the shape {x.shape}; needed: images × height × width, none of them 0"
    if not np.issubdtype(y.dtype, np.integer):
        return f"y_{part} is {y.dtype}; labels are whole numbers from 0"
    if y.shape != x.shape[:1]:
        return f"y_{part} has the shape {y.shape}, and there are {len(x)} images: one label each"
    return None


def _validate_names(source: str, arrays: Mapping[str, Array], names: Sequence[str]) -> list[str]:
    labels = np.concatenate([arrays["y_train"].astype(np.int64), arrays["y_test"].astype(np.int64)])
    low, high = int(labels.min()), int(labels.max())
    classes = list(names) or [str(k) for k in range(min(high, MAX_CLASSES) + 1)]
    if low < 0 or high >= len(classes):
        wrong = low if low < 0 else high
        raise UserError(f"{source}: a label is {wrong}; {len(classes)} classes have labels 0–{len(classes) - 1}")
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise UserError(f"{source}: {len(classes)} classes; allowed are 2–{MAX_CLASSES:,}")
    if strange := [name for name in classes if not name.strip() or not name.isprintable()]:
        raise UserError(f"{source}: the class name {strange[0]!r} has characters that cannot be shown")
    if len(set(classes)) < len(classes):
        raise UserError(f"{source}: two classes have the same name; each needs one of its own")
    return classes
