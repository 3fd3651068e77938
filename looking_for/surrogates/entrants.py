"""The challengers: the same fit from other starts, to labels instead of logits, by another loss."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array
from looking_for.core.parallel import spread
from looking_for.surrogates.ladder import headline, numbered
from looking_for.surrogates.maps import ClusterMaps, MaxAffine
from looking_for.surrogates.prototypes import (
    BALANCED_ON,
    Images,
    Loss,
    apart,
    balanced,
    fit,
    from_exact_maps,
)
from stages.params import Fit

KINDS = ("free", "means", "random", "labels", "divergence")


def log_softmax(scores: Array) -> Array:
    """log softmax over classes (n × classes)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


# Of probabilities (n × classes): Kullback and Leibler's divergence up to a constant, which for labels is
# cross-entropy.
DIVERGENCE = Loss(
    lambda scores, q: -(q * log_softmax(scores)).sum(axis=1),
    lambda scores, q: np.exp(log_softmax(scores)) - q,
)


@dataclass(frozen=True)
class Known:
    """What a fit may begin from or learn: logits and labels of the training images, clusters and maps."""

    rows: Array
    logits: Array
    labels: Array
    clusters: Clusters
    maps: ClusterMaps

    @property
    def exact(self) -> MaxAffine:
        return from_exact_maps(self.maps, self.clusters.classes)


class Entrant(NamedTuple):
    """Pictures as a fit left them, and with the logits' scale: one gain, one shift a class, where the fit
    never saw that scale."""

    pictures: MaxAffine
    scaled: MaxAffine


def find(known: dict[int, Known], settings: Fit) -> dict[str, Entrant]:
    """Every challenger by name: labels for each number of pictures, the others for the headline's."""
    most = headline(list(known))
    jobs = [(kind, most) for kind in KINDS] + [("labels", w) for w in known if w != most]
    found = spread(lambda job: one(job[0], known[job[1]], settings), jobs)
    return {numbered(*job): entrant for job, entrant in zip(jobs, found, strict=True)}


def one(kind: str, known: Known, settings: Fit) -> Entrant:
    """One challenger, with as many updates as the fitted pictures, and no pull."""
    asked, _ = apart(Images(known.rows, known.logits), settings.seed)
    begun = balanced(STARTS.get(kind, lambda k, _: k.exact)(known, settings), asked.at(BALANCED_ON))
    free = settings.model_copy(update={"pull": 0.0})
    if kind not in TARGETS:
        made = fit(begun, *apart(Images(known.rows, known.logits), settings.seed), free)
        return Entrant(made, made)
    learned, judging = apart(Images(known.rows, TARGETS[kind](known)), settings.seed)
    made = fit(begun, learned, judging, free, DIVERGENCE)
    return Entrant(made, balanced(made, asked.at(BALANCED_ON)))


def from_means(known: Known, _: Fit) -> MaxAffine:
    """Each cluster's mean image, as what says which mean an image is nearest to: x·m − ‖m‖² / 2."""
    means = known.clusters.means.astype(float)
    return MaxAffine(means.T, -np.square(means).sum(axis=1) / 2, known.clusters.classes)


def from_noise(known: Known, settings: Fit) -> MaxAffine:
    """Random pictures as strong as the exact maps."""
    exact = known.exact
    size = float(np.sqrt(np.square(exact.weights).mean()))
    chance = np.random.default_rng([settings.seed, 2])
    return MaxAffine(
        chance.normal(0, size, exact.weights.shape), np.zeros(len(exact.classes)), exact.classes
    )


STARTS: dict[str, Callable[[Known, Fit], MaxAffine]] = {"means": from_means, "random": from_noise}
TARGETS: dict[str, Callable[[Known], Array]] = {
    "labels": lambda known: np.eye(known.logits.shape[1])[known.labels],
    "divergence": lambda known: np.exp(log_softmax(known.logits)),
}
