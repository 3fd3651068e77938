"""Arrays of images, weights and logits: scale, precision, and sums over groups of rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

GRID_STEPS = 2**16  # steps from 0 to the largest value: coarser than what differs between processors
ROWS_AT_ONCE = 20_000  # rows of bytes whose sums stay below 2²⁴, so that float32 holds them exactly


def as_pixels(images: Array, dtype: type = np.float64) -> Array:
    """Scale images to [0, 1] and lay each out as a row.

    Parameters
    ----------
    images : array, shape (n_images, height, width) or (n_images, n_inputs), uint8

    Returns
    -------
    array, shape (n_images, n_inputs), `dtype`
    """
    return np.divide(images.reshape(len(images), -1), 255, dtype=dtype)


def as_float32(array: Array) -> Array:
    """Cast to float32, the precision of arrays in files; sums are taken in float64."""
    return np.asarray(array, np.float32)


def round_to_grid(array: Array) -> Array:
    """Round to whole multiples of the largest value / GRID_STEPS: away go digits that differ between CPUs.

    For what is solved or fitted step by step, where last digits depend on the processor.
    """
    step = float(np.abs(array).max(initial=0)) / GRID_STEPS or 1.0
    return np.asarray(np.rint(array / step) * step)


def centred(per_class: Array) -> Array:
    """Subtract the mean over classes (last axis), which softmax ignores."""
    return per_class - per_class.mean(axis=-1, keepdims=True)


def sum_by_group(group: Array, values: Array, n_groups: int) -> Array:
    """Sum the rows of each group.

    Parameters
    ----------
    group : array, shape (n_rows,), whole numbers
        The group of each row, 0 … n_groups − 1.
    values : array, shape (n_rows, …)

    Returns
    -------
    array, shape (n_groups, …), dtype of `values`
        Rows are added in their own order, so equal rows give equal bits; an empty group gives zeros.
    """
    from scipy.sparse import csr_array  # late: it takes a tenth of a second, and what only draws does not need it

    n_rows = len(group)
    member = csr_array((np.ones(n_rows, values.dtype), (group, np.arange(n_rows))), (n_groups, n_rows))
    return np.asarray(member @ values)


def sum_bytes_by_group(group: Array, rows: Array, n_groups: int) -> Array:
    """Sum rows of bytes (n_rows, n_inputs) by group, exactly, in float64, without a copy of them all."""
    total = np.zeros((n_groups, rows.shape[1]))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        total += sum_by_group(group[part], rows[part].astype(np.float32), n_groups)
    return total
