"""Do surrogates show the same pictures, and do they point where each image's own exact map points?"""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import Z95
from looking_for.core.tables import N_DIGITS, Interval
from looking_for.surrogates.maps import Prototypes
from looking_for.surrogates.measures import cosines
from looking_for.surrogates.prototypes import remove_shared_component


def match_prototypes(one: Prototypes, other: Prototypes) -> float:
    """Average the cosines of two sets of pictures, paired one to one within each class as well as can be."""
    # Late: scipy.optimize takes a tenth of a second, and what only reads results need not wait for it.
    from scipy.optimize import linear_sum_assignment

    left, right = (remove_shared_component(p, np.ones(len(p.classes))) for p in (one, other))
    matched: list[float] = []
    for k in np.unique(left.classes):
        a, b = (_unit_columns(p.weights[:, p.classes == k]) for p in (left, right))
        similarity = a.T @ b
        matched += similarity[linear_sum_assignment(-similarity)].tolist()
    return round(float(np.mean(matched)), N_DIGITS)


def _unit_columns(columns: Array) -> Array:
    """Columns of length 1."""
    return np.asarray(columns / np.maximum(np.linalg.norm(columns, axis=0), np.finfo(float).tiny))


def compare_margins(margins: Array, exact: Array) -> Interval:
    """Average, over images, the cosine of a surrogate's margins with the exact ones (n_images, n_inputs)."""
    similarity = cosines(margins.T.astype(float), exact.T)
    mean, half = float(similarity.mean()), Z95 * float(similarity.std()) / np.sqrt(len(similarity))
    return Interval(*(round(v, N_DIGITS) for v in (mean, mean - half, mean + half)))


def top_two(logits: Array) -> tuple[Array, Array]:
    """Give the class that each image gets, and the runner-up, each (n_images,)."""
    order = np.argsort(-logits, axis=1, kind="stable")
    return order[:, 0], order[:, 1]
