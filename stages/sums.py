"""Sums over the members of each group: of images by cluster, of anything by anything."""

import numpy as np
from scipy.sparse import csr_array

from stages.arrays import Array


def sums_by(group: Array, values: Array, groups: int) -> Array:
    """For each group the sum of its members' rows of `values` (n × …), which keep their type.

    `group` holds the group of each row, 0 … groups − 1. Rows are added in their own order, so the
    same rows give the same bits; a group without members gets zeros.
    """
    n = len(group)
    member = csr_array((np.ones(n, values.dtype), (group, np.arange(n))), (groups, n))
    return np.asarray(member @ values)
