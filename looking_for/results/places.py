"""Where ink separates a class from the others by its picture: in words a reader can point at."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

N_BANDS = 5  # across and down: the middle one is the centre, the outer ones the edges
ROWS = ("top", "upper", "middle", "lower", "bottom")
COLUMNS = ("left edge", "left", "middle", "right", "right edge")
N_RANDOM = 200  # pictures drawn at random, to say what chance gives
MAX_CLASSES_SAID = 10  # of which sentences are made
MAX_PARTS = 2  # of each kind that are named
N_COMPARED = 3  # strongest ones of other pictures that a named part is looked for among: the grid divides some strokes
MIN_SHARE = 2 / N_BANDS**2  # of a class's lead that a named part has: twice an even share

Parts = tuple[list[int], list[int]]  # numbered row by row, the strongest first


class Places(NamedTuple):
    """The parts of the image in which ink separates a class most from the others.

    Parameters
    ----------
    ink : list of int
        Where it adds points to the class's own images.
    blank : list of int
        Where it takes points from others: the class is looked for without ink there.
    """

    name: str
    ink: list[int]
    blank: list[int]


def find_places(network: NetworkResults, run: RunResults) -> list[Places]:
    """Find for each of the first classes where its composed picture separates it; of places that a study has tried
    with other seeds, those that are among the strongest of most trainings."""
    parts = find_parts(output_weights(network), run.survey.clusters[1].means, run.images.shape, MAX_PARTS)
    shared = run.study_entry(network).get("places", parts)
    kept = [[[part for part in side if part in other] for side, other in zip(*both, strict=True)]
            for both in zip(parts, shared, strict=True)]  # fmt: skip
    return [Places(name, *sides) for name, sides in zip(run.classes, kept, strict=False)]


def output_weights(network: NetworkResults) -> Array:
    """Give a network's output pictures (n_inputs, n_classes), centred across classes."""
    return network.pictures.composed.output.weights


def count_shared(places: Sequence[Places], weights: Array, run: RunResults) -> int:
    """Count the places that are among the strongest of other pictures (n_inputs, n_classes) as well."""
    others = find_parts(weights, run.survey.clusters[1].means, run.images.shape, N_COMPARED)
    pairs = [sides for place, both in zip(places, others, strict=True) for sides in zip(place[1:], both, strict=True)]
    return sum(len(set(side) & set(other)) for side, other in pairs)


def pictures_of_means(run: RunResults) -> Array:
    """Give pictures (n_inputs, n_classes) that know average images only: how much more ink a class has than others."""
    return contrast_classes(run.survey.clusters[1].means).T


def count_by_chance(places: Sequence[Places], run: RunResults) -> tuple[int, int]:
    """Give the ends between which 95 % of random pictures have as many of the places."""
    n_classes, n_inputs = run.survey.clusters[1].means.shape
    rng = np.random.default_rng(0)
    counts = [count_shared(places, rng.normal(size=(n_inputs, n_classes)), run) for _ in range(N_RANDOM)]
    low, high = np.quantile(counts, [0.025, 0.975], method="nearest")
    return int(low), int(high)


def measure_separation(weights: Array, class_means: Array) -> Array:
    """Measure how much the ink at each pixel separates a class from the others by its picture: w · (x̄ − x̄ of others).

    Summed over pixels it is the class's lead: how many points more, on average, its images get than images of others.

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


def find_parts(weights: Array, class_means: Array, shape: tuple[int, ...], at_most: int) -> list[Parts]:
    """Find for each of the first classes in which of 5 × 5 parts of the image ink separates it most: where it has more
    ink than the others, and where it has less; at most so many of each."""
    separation, contrast = measure_separation(weights, class_means).T, contrast_classes(class_means)
    return [
        (
            strongest_parts(np.where(more > 0, points, 0), points.sum(), shape, at_most),
            strongest_parts(np.where(more < 0, points, 0), points.sum(), shape, at_most),
        )
        for points, more in zip(separation[:MAX_CLASSES_SAID], contrast, strict=False)
    ]


def strongest_parts(points: Array, lead: float, shape: tuple[int, ...], at_most: int) -> list[int]:
    """Find the few parts whose pixels (n_inputs,) have most of a lead, each MIN_SHARE of it at least."""
    sums = sum_parts(points, shape[:2]).ravel()
    order = np.argsort(-sums, kind="stable")[:at_most]
    return [int(part) for part in order if sums[part] > 0 and sums[part] >= MIN_SHARE * lead]


def share_parts(trainings: Sequence[Sequence[Parts]]) -> list[Parts]:
    """Give for each class, from the parts of several trainings, those that more than half of them have.

    Examples
    --------
    >>> share_parts([[([12], [3])], [([12, 7], [4])], [([11], [5])]])
    [([12], [])]
    """
    return [
        (_of_most([ink for ink, _ in parts]), _of_most([blank for _, blank in parts]))
        for parts in zip(*trainings, strict=True)
    ]


def _of_most(sides: Sequence[Sequence[int]]) -> list[int]:
    counts = Counter(part for side in sides for part in side)
    return sorted(part for part, count in counts.items() if 2 * count > len(sides))


def sum_parts(pixels: Array, shape: tuple[int, ...]) -> Array:
    """Sum an image's pixels (n_inputs,), all colours of each, over N_BANDS × N_BANDS parts."""
    image = pixels.reshape(*shape, -1).sum(axis=2)
    down, across = (np.minimum(np.arange(n) * N_BANDS // n, N_BANDS - 1) for n in shape)
    sums = np.zeros((N_BANDS, N_BANDS))
    np.add.at(sums, (down[:, None], across[None, :]), image)
    return sums


def part_bounds(part: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Give where a part is in an image: its first row and column, its height and width, in pixels.

    Examples
    --------
    >>> part_bounds(0, (28, 28)), part_bounds(12, (28, 28))
    ((0, 0, 6, 6), (12, 12, 5, 5))
    """
    ends = [[-(-n * band // N_BANDS) for band in range(N_BANDS + 1)] for n in shape[:2]]
    (top, bottom), (left, right) = (
        (e[place], e[place + 1]) for e, place in zip(ends, divmod(part, N_BANDS), strict=True)
    )
    return top, left, bottom - top, right - left


def name_part(part: int) -> str:
    """Name one of the parts, row by row.

    Examples
    --------
    >>> name_part(12), name_part(10), name_part(22), name_part(6)
    ('centre', 'left edge', 'bottom middle', 'upper left')
    >>> name_part(4), name_part(9)
    ('top right corner', 'upper right edge')
    """
    row, column = divmod(part, N_BANDS)
    if row == column == N_BANDS // 2:
        return "centre"
    if row == N_BANDS // 2:
        return COLUMNS[column]
    words = f"{ROWS[row]} {COLUMNS[column]}"
    return words.replace("edge", "corner") if row in (0, N_BANDS - 1) else words
