"""When something is kept of a training: rows of its history, snapshots of its weights."""

from itertools import pairwise

N_FIRST_ROWS, N_LATER_ROWS = 10, 20
FIRST_SNAPSHOT = 5  # updates
DOUBLINGS = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)  # steps from one snapshot to the next, the finest first
MAX_BYTES = 30_000_000  # of a network's snapshots


def is_logged(epoch: int, n_epochs: int) -> bool:
    """Whether an epoch gets a row: the first ten, then some twenty evenly spread, and the last."""
    return epoch <= N_FIRST_ROWS or epoch % -(-n_epochs // N_LATER_ROWS) == 0 or epoch == n_epochs


def snapshot_updates(last: int, about: int, *, n_weights: int) -> list[int]:
    """Choose after how many updates a training of `last` keeps its weights: 0, 5, 10, 20, 40, … and the last.

    Each step is a doubling, or such a part or multiple of one that no more than `about` are kept
    and no more than MAX_BYTES of float32 weights: then trainings of different lengths share
    their early moments. Where not even the first and the last fit there are none.

    Examples
    --------
    >>> snapshot_updates(80, 12, n_weights=1000)
    [0, 5, 7, 10, 14, 20, 28, 40, 57, 80]
    """
    n_most = min(about, MAX_BYTES // (4 * n_weights))
    if n_most < 2:
        return []
    for step in DOUBLINGS:
        between = {round(FIRST_SNAPSHOT * 2 ** (step * n)) for n in range(int(64 / step))}
        kept = sorted({0, last} | {updates for updates in between if updates < last})
        if len(kept) <= n_most:
            return kept
    return sorted({0, last})


def split_epoch(n_before: int, n_batches: int, snapshots: list[int]) -> list[tuple[int, int]]:
    """Cut an epoch's batches where snapshots are due, `n_before` updates before it: half-open ranges of batches.

    Examples
    --------
    >>> split_epoch(10, 8, [12, 15, 40])
    [(0, 2), (2, 5), (5, 8)]
    """
    due = {updates - n_before for updates in snapshots if n_before < updates < n_before + n_batches}
    return list(pairwise(sorted({0, n_batches} | due)))
