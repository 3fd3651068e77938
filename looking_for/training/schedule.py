"""When something is kept of a training: rows of its history, snapshots of its weights."""

from itertools import pairwise

FIRST_ROWS, LATER_ROWS = 10, 20
FIRST_SNAPSHOT = 5
DOUBLINGS = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)
MOST_BYTES = 30_000_000


def is_logged(epoch: int, epochs: int) -> bool:
    """Whether an epoch gets a row: the first ten, then some twenty evenly spread, and the last."""
    return epoch <= FIRST_ROWS or epoch % -(-epochs // LATER_ROWS) == 0 or epoch == epochs


def snapshot_updates(last: int, about: int, *, weights: int) -> list[int]:
    """After how many updates a training of `last` keeps its weights: 0, 5, 10, 20, 40, … and the last.

    Each step is a doubling, or such a part or multiple of one that no more than `about` are kept
    and no more than MOST_BYTES of float32 `weights`: then trainings of different lengths share
    their early moments. Where not even the first and the last fit there are none.
    """
    most = min(about, MOST_BYTES // (4 * weights))
    if most < 2:
        return []
    for step in DOUBLINGS:
        between = {round(FIRST_SNAPSHOT * 2 ** (step * n)) for n in range(int(64 / step))}
        kept = sorted({0, last} | {updates for updates in between if updates < last})
        if len(kept) <= most:
            return kept
    return sorted({0, last})


def parts_of_epoch(before: int, batches: int, snapshots: list[int]) -> list[tuple[int, int]]:
    """An epoch's batches cut where snapshots are due: from which to before which, `before` updates done."""
    due = {updates - before for updates in snapshots if before < updates < before + batches}
    return list(pairwise(sorted({0, batches} | due)))
