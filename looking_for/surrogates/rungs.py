"""The rungs of the ladder: every stand-in for a network, from a constant to many exact maps.

Each is a function of test images that gives centred logits. What it fits, it fitted on training images.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.surrogates.fits import Moments, balanced
from looking_for.surrogates.ladder import numbered
from looking_for.surrogates.maps import AffineMap, ClusterMaps, Fitted, MaxAffine


class TestImages(NamedTuple):
    """Rows of pixels (n × inputs), and each image's nearest cluster (n), by clusters a class."""

    x: Array
    nearest: Mapping[int, Array]


class StandIn(NamedTuple):
    """A rung's name, how many constants were fitted to the network's logits, what it predicts of them."""

    name: str
    constants: int
    predict: Callable[[TestImages], Array]


@dataclass(frozen=True)
class Made:
    """What the rungs are made of: composed pictures, mean exact map, linear fit, cluster maps, fits."""

    composed: AffineMap
    mean_map: AffineMap
    linear: AffineMap
    clusters: Mapping[int, ClusterMaps]
    fitted: Mapping[int, Fitted]
    moments: Moments


def table(made: Made) -> list[StandIn]:
    """Every rung, from the floor up."""
    inputs, classes = made.composed.weights.shape
    whole = inputs * classes + classes
    composed, mean_map = (m.weights.astype(float) for m in (made.composed.centred(), made.mean_map))
    return [
        StandIn("constant", classes, lambda test: np.broadcast_to(made.moments.z, (len(test.x), classes))),
        _affine("composed", 0, made.composed),
        _affine("composed_balanced", 1 + classes, balanced(composed, made.moments)),
        _affine("mean_map_balanced", 1 + classes, balanced(mean_map, made.moments)),
        _affine("linear_fit", whole, made.linear),
        *(rung for number, maps in made.clusters.items() for rung in _of_clusters(number, maps)),
        *(_fitted(number, found.map) for number, found in made.fitted.items()),
    ]


def _affine(name: str, constants: int, stand_in: AffineMap) -> StandIn:
    return StandIn(name, constants, lambda test: stand_in(test.x))


def _fitted(number: int, pictures: MaxAffine) -> StandIn:
    constants = pictures.weights.size + pictures.biases.size
    return StandIn(numbered("fitted", number), constants, lambda test: pictures(test.x))


def _of_clusters(number: int, made: ClusterMaps) -> Iterator[StandIn]:
    """The nearest cluster's mean logits alone (the nearest-centroid baseline), and its whole exact map.

    Both take the cluster's mean logits from the network, one number a cluster and class.
    """
    constants = made.logits.size
    yield StandIn(
        numbered("cluster_means", number),
        constants,
        lambda test: made.logits[test.nearest[number]].astype(float),
    )
    yield StandIn(
        numbered("exact_maps", number),
        constants,
        lambda test: made.predictions(test.x, test.nearest[number]),
    )
