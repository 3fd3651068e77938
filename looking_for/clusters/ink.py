"""Where each class puts ink, and the counts behind the article's claim about the edges."""

from typing import Any

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import ImageSet


def measure_ink(images: ImageSet) -> Array:
    """Give, for each class and pixel, the share of the class's training images with any ink there.

    Returns
    -------
    array, shape (n_classes, *image), float64 in [0, 1]
        Of images in colour each colour's own.
    """
    classes = range(len(images.classes))
    return np.stack([(images.x_train[images.y_train == k] > 0).mean(axis=0) for k in classes])


def measure_exclusiveness(ink: Array) -> Array:
    """Give 1 − entropy / log(n_classes) of who inks a pixel: 0 all classes alike, 1 one class alone.

    Parameters
    ----------
    ink : array, shape (n_classes, *image)

    Returns
    -------
    array, shape image
        NaN where nobody ever inks: there is no answer.
    """
    total = ink.sum(axis=0)
    share = np.divide(ink, total, out=np.full_like(ink, np.nan), where=total > 0)
    information = share * np.log(share, out=np.zeros_like(share), where=share > 0)
    return 1 + information.sum(axis=0) / np.log(len(ink))


def article_regions(height: int, width: int) -> dict[str, tuple[slice, slice]]:
    """Give the places that the article speaks of: on 28×28 pixels rows 26–27, row 27, the 7×7 corners, …"""
    row, quarter, third = max(1, round(height / 28)), round(height / 4), width // 3
    corner = slice(height - quarter, height)
    edge = slice(height - max(1, round(height / 14)), height)
    return {
        "bottom_rows": (edge, slice(0, width)),
        "bottom_edge_left": (edge, slice(0, third)),
        "bottom_edge_right": (edge, slice(width - third, width)),
        "last_row": (slice(height - row, height), slice(0, width)),
        "bottom_left": (corner, slice(0, round(width / 4))),
        "bottom_right": (corner, slice(width - round(width / 4), width)),
        "top_rows": (slice(0, round(height / 7)), slice(0, width)),
    }


def count_claims(images: ImageSet) -> dict[str, dict[str, Any]]:
    """Count, for each region, the training images that ink it, in total and of each class."""
    counted = {}
    for name, (rows, columns) in article_regions(*images.shape[:2]).items():
        is_inked = images.x_train[:, rows, columns].reshape(len(images.x_train), -1).any(axis=1)
        counts = np.bincount(images.y_train[is_inked], minlength=len(images.classes))
        by_class = dict(zip(images.classes.tolist(), counts.tolist(), strict=True))
        place = {"rows": [rows.start, rows.stop - 1], "columns": [columns.start, columns.stop - 1]}
        counted[name] = place | {"images": int(is_inked.sum()), "by_class": by_class}
    return counted
