"""Do stand-ins show the same pictures, and do they point where each image's own exact map points?"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from looking_for.core.arrays import Array
from looking_for.surrogates.ladder import DIGITS, Interval
from looking_for.surrogates.maps import AffineMap, ClusterMaps, MaxAffine
from looking_for.surrogates.measures import cosines
from looking_for.surrogates.prototypes import in_gauge

Z95 = 1.96
Margins = Callable[[Array, Array, Array], Array]  # of rows of pixels, answers and runners-up: n × inputs


def matched(one: MaxAffine, other: MaxAffine) -> float:
    """The mean cosine of two sets of pictures, paired one to one within each class as well as can be."""
    left, right = (in_gauge(p, np.ones(len(p.classes))) for p in (one, other))
    found: list[float] = []
    for k in np.unique(left.classes):
        a, b = (_directions(p.weights[:, p.classes == k]) for p in (left, right))
        likeness = a.T @ b
        found += likeness[linear_sum_assignment(-likeness)].tolist()
    return round(float(np.mean(found)), DIGITS)


def _directions(columns: Array) -> Array:
    """Columns of length 1."""
    return np.asarray(columns / np.maximum(np.linalg.norm(columns, axis=0), np.finfo(float).tiny))


def of_affine(one: AffineMap) -> Margins:
    return lambda _, answers, seconds: (one.weights[:, answers] - one.weights[:, seconds]).T


def of_clusters(maps: ClusterMaps, nearest: Array) -> Margins:
    return lambda _, answers, seconds: maps.maps[nearest, :, answers] - maps.maps[nearest, :, seconds]


def of_pictures(pictures: MaxAffine) -> Margins:
    """Of the pictures that count for the two classes."""

    def margins(x: Array, answers: Array, seconds: Array) -> Array:
        best = pictures.strongest(pictures.pictures(x))
        rows = np.arange(len(x))
        return (pictures.weights[:, best[rows, answers]] - pictures.weights[:, best[rows, seconds]]).T

    return margins


def agreement_of_margins(theirs: Margins, own: Array, x: Array, logits: Array) -> Interval:
    """The mean cosine, over images, of a stand-in's margins with the exact ones (n × inputs)."""
    answers, seconds = top_two(logits)
    found = cosines(theirs(x, answers, seconds).T.astype(float), own.T)
    mean, half = float(found.mean()), Z95 * float(found.std()) / np.sqrt(len(found))
    return Interval(*(round(v, DIGITS) for v in (mean, mean - half, mean + half)))


def top_two(logits: Array) -> tuple[Array, Array]:
    """The class that each image gets, and the next (n each)."""
    order = np.argsort(-logits, axis=1, kind="stable")
    return order[:, 0], order[:, 1]
