"""Surrogates: whatever is used in a network's place, from a constant to many pictures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from looking_for.core.arrays import Array
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.fits import Covariances, balance
from looking_for.surrogates.maps import ClusterMaps, FittedPrototypes, Prototypes


class TestImages(NamedTuple):
    """Rows of pixels (n_images, n_inputs), and each image's nearest cluster (n_images,), by clusters per
    class."""

    x: Array
    nearest: Mapping[int, Array]

    def take(self, some: slice) -> "TestImages":
        """Take some of the images."""
        return TestImages(self.x[some], {w: nearest[some] for w, nearest in self.nearest.items()})


Margins = Callable[[TestImages, Array, Array], Array]


@dataclass(frozen=True)
class Surrogate:
    """A function of test images that gives logits, centred across classes or up to a shift.

    Parameters
    ----------
    name : str
    n_constants : int
        How many were fitted to the network's logits on training images.
    n_pictures : int
    predict : function of TestImages
        Gives an array of shape (n_images, n_classes).
    margins : function of (TestImages, predicted, runner_up), optional
        Gives the picture of each image's first class less that of its second (n_images, n_inputs); none of
        what has no pictures.
    """

    name: str
    n_constants: int
    n_pictures: int
    predict: Callable[[TestImages], Array]
    margins: Margins | None = None


def rung_name(kind: str, number: int) -> str:
    """Name a surrogate that comes by clusters or pictures per class.

    Examples
    --------
    >>> rung_name("exact_maps", 10)
    'exact_maps.10'
    """
    return f"{kind}.{number}"


def affine_surrogate(name: str, n_constants: int, affine: AffineMap) -> Surrogate:
    """Use one affine map: a picture per class."""

    def margins(_: TestImages, predicted: Array, runner_up: Array) -> Array:
        return (affine.weights[:, predicted] - affine.weights[:, runner_up]).T

    n_pictures = affine.weights.shape[1]
    return Surrogate(name, n_constants, n_pictures, lambda images: affine(images.x), margins)


def cluster_surrogates(number: int, maps: ClusterMaps) -> Iterator[Surrogate]:
    """Use the nearest cluster's mean logits alone (the nearest-centroid baseline), and its whole exact map.

    Both take the cluster's mean logits from the network, one number per cluster and class.
    """
    n_constants = maps.logits.size

    def margins(images: TestImages, predicted: Array, runner_up: Array) -> Array:
        nearest = images.nearest[number]
        return maps.maps[nearest, :, predicted] - maps.maps[nearest, :, runner_up]

    yield Surrogate(
        rung_name("cluster_means", number),
        n_constants,
        0,
        lambda images: maps.logits[images.nearest[number]].astype(float),
    )
    yield Surrogate(
        rung_name("exact_maps", number),
        n_constants,
        maps.logits.size,  # a cluster has a picture of every class
        lambda images: maps.predict(images.x, images.nearest[number]),
        margins,
    )


def prototype_surrogate(name: str, prototypes: Prototypes) -> Surrogate:
    """Use prototypes; their margins are those of the pictures that count for the two classes."""

    def margins(images: TestImages, predicted: Array, runner_up: Array) -> Array:
        winners = prototypes.winners(prototypes.scores(images.x))
        rows = np.arange(len(images.x))
        return (prototypes.weights[:, winners[rows, predicted]] - prototypes.weights[:, winners[rows, runner_up]]).T

    n_constants = prototypes.weights.size + prototypes.biases.size
    return Surrogate(name, n_constants, len(prototypes.classes), lambda images: prototypes(images.x), margins)


class PictureFunction(Protocol):
    """A function of images whose slopes are pictures."""

    def __call__(self, x: Array) -> Array:
        """Give the classes' scores (n_images, n_classes), for rows of pixels (n_images, n_inputs)."""

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        """Give the slope of each image's first class less its second (n_images, n_inputs)."""


def function_surrogate(name: str, n_constants: int, n_pictures: int, function: PictureFunction) -> Surrogate:
    """Use a function that knows its own slopes."""
    return Surrogate(
        name,
        n_constants,
        n_pictures,
        lambda images: function(images.x),
        lambda images, predicted, runner_up: function.margins(images.x, predicted, runner_up),
    )


def build_rungs(
    composed: AffineMap,
    mean_map: AffineMap,
    linear: AffineMap,
    by_cluster: Mapping[int, ClusterMaps],
    fitted: Mapping[int, FittedPrototypes],
    covariances: Covariances,
) -> list[Surrogate]:
    """Build every rung of a network's ladder, from the floor up."""
    n_inputs, n_classes = composed.weights.shape
    pictures, mean_pictures = (m.weights.astype(float) for m in (composed.centred(), mean_map))
    constant = Surrogate(
        "constant", n_classes, 0, lambda images: np.broadcast_to(covariances.z, (len(images.x), n_classes))
    )
    return [
        constant,
        affine_surrogate("composed", 0, composed),
        affine_surrogate("composed_balanced", 1 + n_classes, balance(pictures, covariances)),
        affine_surrogate("mean_map_balanced", 1 + n_classes, balance(mean_pictures, covariances)),
        affine_surrogate("linear_fit", n_inputs * n_classes + n_classes, linear),
        *(rung for number, maps in by_cluster.items() for rung in cluster_surrogates(number, maps)),
        *(prototype_surrogate(rung_name("fitted", w), prototypes) for w, prototypes in fitted.items()),
    ]
