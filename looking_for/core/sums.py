"""Sums over the members of each group: of images by cluster, of anything by anything."""

import numpy as np
from scipy.sparse import csr_array

from looking_for.core.arrays import Array

ROWS_AT_ONCE = 20_000


def sums_by(group: Array, values: Array, groups: int) -> Array:
    """For each group the sum of its members' rows of `values` (n × …), which keep their type.

    `group` holds the group of each row, 0 … groups − 1. Rows are added in their own order, so the
    same rows give the same bits; a group without members gets zeros.
    """
    n = len(group)
    member = csr_array((np.ones(n, values.dtype), (group, np.arange(n))), (groups, n))
    return np.asarray(member @ values)


def sums_of_bytes(group: Array, rows: Array, groups: int) -> Array:
    """The same of rows of bytes (n × inputs), exact in float64 for any n, without a copy of them all.

    A portion's sums are whole numbers below 2²⁴, so they are exact in float32 too.
    """
    total = np.zeros((groups, rows.shape[1]))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        total += sums_by(group[part], rows[part].astype(np.float32), groups)
    return total
