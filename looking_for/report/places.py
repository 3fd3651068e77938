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
    """Where ink counts most for a class and most against it; and whether no class inks the first place more often."""

    name: str
    toward: str
    against: str
    is_its_own: bool


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
        best, worst = int(sums.argmax()), int(sums.argmin())
        inked = [float(sum_parts(of_class, shape).ravel()[best]) for of_class in ink]
        places.append(Places(run.classes[k], name_part(best), name_part(worst), int(np.argmax(inked)) == k))
    return places


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
