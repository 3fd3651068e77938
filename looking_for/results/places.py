"""Where a class's picture counts ink for the class, and where against it: in words a reader can point at."""

from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.results.run import NetworkResults, RunResults

N_BANDS = 5  # across and down: the middle one is the middle, the outer ones the edges
ROWS = ("top", "upper", "middle", "lower", "bottom")
COLUMNS = ("far left", "left", "middle", "right", "far right")
MAX_CLASSES_SAID = 10  # of which sentences are made


class Places(NamedTuple):
    """The parts of the image in which ink counts most for a class and most against it, row by row."""

    name: str
    toward_part: int
    against_part: int

    @property
    def toward(self) -> str:
        """The place for it, in words."""
        return name_part(self.toward_part)

    @property
    def against(self) -> str:
        """The place against it, in words."""
        return name_part(self.against_part)


def find_places(network: NetworkResults, run: RunResults) -> list[Places]:
    """Find for each of the first classes where its composed picture is reddest and bluest.

    A pixel counts by its weight times how often training images ink it, so that places where hardly any ink falls do
    not decide; a place is one of 5 × 5 parts of the image.
    """
    shape, ink = run.images.shape[:2], run.survey.ink.reshape(len(run.classes), -1)
    moves = network.pictures.composed.output.weights.astype(float) * ink.mean(axis=0)[:, None]
    places = []
    for k in range(min(len(run.classes), MAX_CLASSES_SAID)):
        sums = sum_parts(moves[:, k], shape)
        places.append(Places(run.classes[k], int(sums.argmax()), int(sums.argmin())))
    return places


def locate_part(part: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Give the rows and columns of a part, as `sum_parts` divides an image.

    Examples
    --------
    >>> locate_part(12, (10, 10))
    (slice(4, 6, None), slice(4, 6, None))
    """
    ends = [[-(-band * n // N_BANDS) for band in range(N_BANDS + 1)] for n in shape[:2]]
    row, column = divmod(part, N_BANDS)
    return slice(ends[0][row], ends[0][row + 1]), slice(ends[1][column], ends[1][column + 1])


def sum_parts(pixels: Array, shape: tuple[int, ...]) -> Array:
    """Sum an image's pixels (n_inputs,), all colours of each, over N_BANDS × N_BANDS parts."""
    image = pixels.reshape(*shape, -1).sum(axis=2)
    down, across = (np.minimum(np.arange(n) * N_BANDS // n, N_BANDS - 1) for n in shape)
    sums = np.zeros((N_BANDS, N_BANDS))
    np.add.at(sums, (down[:, None], across[None, :]), image)
    return sums


def name_part(part: int) -> str:
    """Name one of the parts, row by row.

    Examples
    --------
    >>> name_part(12), name_part(10), name_part(22), name_part(6)
    ('middle', 'far left', 'bottom middle', 'upper left')
    """
    row, column = divmod(part, N_BANDS)
    if row == N_BANDS // 2:
        return COLUMNS[column]
    return f"{ROWS[row]} {COLUMNS[column]}"
