"""Where ink separates a class from the others by its picture: in words a reader can point at."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.results.run import NetworkResults, RunResults

N_BANDS = 5  # across and down: the middle one is the middle, the outer ones the edges
ROWS = ("top", "upper", "middle", "lower", "bottom")
COLUMNS = ("far left", "left", "middle", "right", "far right")
MAX_CLASSES_SAID = 10  # of which sentences are made


class Places(NamedTuple):
    """The parts of the image, row by row, in which ink separates a class most from the others: by adding points to
    its own images, and by taking points from others. None where most trainings have another."""

    name: str
    toward_part: int | None
    against_part: int | None

    @property
    def toward(self) -> str | None:
        """The place for it, in words."""
        return None if self.toward_part is None else name_part(self.toward_part)

    @property
    def against(self) -> str | None:
        """The place against it, in words."""
        return None if self.against_part is None else name_part(self.against_part)


def find_places(network: NetworkResults, run: RunResults) -> list[Places]:
    """Find for each of the first classes where its composed picture separates it; of places that a study has tried
    with other seeds, those that most trainings share."""
    parts = find_parts(network.pictures.composed.output.weights, run.survey.clusters[1].means, run.images.shape)
    entry = run.study_entry(network)
    shared = entry.get("places", parts)
    kept = [[part if part == other else None for part, other in zip(*both, strict=True)]
            for both in zip(parts, shared, strict=True)]  # fmt: skip
    return [Places(name, *both) for name, both in zip(run.classes, kept, strict=False)]


def pictures_of_means(run: RunResults) -> Array:
    """Give pictures (n_inputs, n_classes) that know average images only: 1 where a class has more ink than the others,
    −1 where it has less."""
    return np.sign(contrast_classes(run.survey.clusters[1].means)).T


def count_same(places: Sequence[Places], weights: Array, run: RunResults) -> int:
    """Count the places that other pictures (n_inputs, n_classes) have as well."""
    others = find_parts(weights, run.survey.clusters[1].means, run.images.shape)
    return sum(
        part == other
        for place, both in zip(places, others, strict=True)
        for part, other in zip(place[1:], both, strict=True)
    )


def measure_separation(weights: Array, class_means: Array) -> Array:
    """Measure how much the ink at each pixel separates a class from the others by its picture: w · (x̄ − x̄ of others).

    Summed over pixels it is how many points more, on average, images of the class get than images of the others.

    Parameters
    ----------
    weights : array, shape (n_inputs, n_classes)
        Composed weights: a picture per class.
    class_means : array, shape (n_classes, n_inputs)
        The mean image of each class.

    Returns
    -------
    array, shape (n_inputs, n_classes)
    """
    return weights.astype(float) * contrast_classes(class_means).T


def contrast_classes(class_means: Array) -> Array:
    """Give how much more ink a class has at each pixel than the mean of the others (n_classes, n_inputs)."""
    means = class_means.astype(float)
    return means - (means.sum(axis=0) - means) / max(len(means) - 1, 1)


def find_parts(weights: Array, class_means: Array, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Find for each of the first classes the two of 5 × 5 parts of the image in which ink separates it most: where it
    has more ink than the others, and where it has less."""
    separation, contrast = measure_separation(weights, class_means).T, contrast_classes(class_means)
    return [
        (strongest_part(np.where(more > 0, points, 0), shape), strongest_part(np.where(more < 0, points, 0), shape))
        for points, more in zip(separation[:MAX_CLASSES_SAID], contrast, strict=False)
    ]


def share_parts(trainings: Sequence[Sequence[tuple[int, int]]]) -> list[list[int | None]]:
    """Give for each class, from the parts of several trainings, each that more than half of them have.

    Examples
    --------
    >>> share_parts([[(12, 3)], [(12, 4)], [(11, 5)]])
    [[12, None]]
    """
    return [[_common_to_most(side) for side in zip(*parts, strict=True)] for parts in zip(*trainings, strict=True)]


def _common_to_most(parts: Sequence[int]) -> int | None:
    part, count = Counter(parts).most_common(1)[0]
    return part if 2 * count > len(parts) else None


def strongest_part(pixels: Array, shape: tuple[int, ...]) -> int:
    """Find the part of the image whose pixels (n_inputs,) have the greatest sum."""
    return int(sum_parts(pixels, shape[:2]).argmax())


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
