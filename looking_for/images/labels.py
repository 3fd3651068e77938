"""Labels and classes' names in the forms that people have them."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError

logger = logging.getLogger(__name__)


def to_vector(labels: Array) -> Array:
    """Give labels (n_images,) of a vector, or of a column (n_images, 1); whole numbers as such whatever their type."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    is_whole = labels.dtype.kind == "f" and labels.size > 0 and (labels == np.rint(labels)).all()
    return labels.astype(np.int64) if is_whole else labels


def count_from_zero(
    where: str, labels: Mapping[str, Array], names: Sequence[str]
) -> tuple[dict[str, Array], list[str]]:
    """Take labels from 1 to n as classes from 0, called by their own numbers where they have no names.

    Parameters
    ----------
    labels : mapping from part to array, shape (n_images,)
    names : sequence of str
        Of the classes; empty for numbers.

    Returns
    -------
    labels, names
    """
    arrays = [a for a in labels.values() if a.dtype.kind in "iu" and a.size]
    if len(arrays) < len(labels):
        return dict(labels), list(names)
    low, high = min(int(a.min()) for a in arrays), max(int(a.max()) for a in arrays)
    if low != 1 or (names and len(names) != high):
        return dict(labels), list(names)
    logger.info("%s: labels are 1–%d: class 1 is %s", where, high, names[0] if names else "called 1")
    return ({part: a.astype(np.int64) - 1 for part, a in labels.items()},
            list(names) or [str(k) for k in range(1, high + 1)])  # fmt: skip


def to_names(where: str, classes: Array) -> list[str]:
    """Read classes' names from an array of text, bytes or numbers, (n_classes,) or a column.

    Raises
    ------
    UserError
        If it is no list.
    """
    if classes.ndim == 0 or classes.size != max(classes.shape):
        raise UserError(f"{where}: classes has the shape {classes.shape}; it names the classes, one each")
    return [
        name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in classes.ravel().tolist()
    ]
