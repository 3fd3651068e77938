"""One pass over all training images: what a dense network's units do, and means of its exact maps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.activations import find_activation
from looking_for.core.arrays import Array, as_pixels, centred, sum_by_group
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_map
from looking_for.networks.dense_weights import DenseWeights
from looking_for.networks.exact_maps import mean_exact_maps

IMAGES_AT_ONCE = 1_000


@dataclass(frozen=True)
class LogitSums:
    """What least squares needs of logits: sums over training images.

    Parameters
    ----------
    n_images : int
    logits : array, shape (n_classes,)
        Σz, z centred across classes.
    products : array, shape (n_inputs, n_classes)
        Σxᵀz.
    """

    n_images: int
    logits: Array
    products: Array

    @classmethod
    def from_logits(cls, x: Array, logits: Array) -> "LogitSums":
        """Sum over rows of pixels (n_images, n_inputs) and their logits (n_images, n_classes)."""
        return cls(len(x), logits.sum(axis=0, dtype=float), (x.T @ logits).astype(float))

    def expand_inputs(self, inked: Array) -> "LogitSums":
        """Take these sums as those of some pixels (mask, shape (n_inputs,)), all others being blank."""
        products = np.zeros((len(inked), self.products.shape[1]))
        products[inked] = self.products
        return replace(self, products=products)

    @classmethod
    def total(cls, parts: Iterable["LogitSums"]) -> "LogitSums":
        """Add up the sums of disjoint sets of images."""
        parts = list(parts)
        return cls(
            sum(p.n_images for p in parts),
            np.sum([p.logits for p in parts], axis=0),
            np.sum([p.products for p in parts], axis=0),
        )


@dataclass(frozen=True)
class TrainingPass:
    """What a pass over training images gives; all logits and maps are centred across classes.

    Parameters
    ----------
    sums : LogitSums
    maps : mapping from int to array, shape (n_clusters, n_inputs, n_classes)
        The mean exact map of each cluster, by clusters per class.
    logits : mapping from int to array, shape (n_clusters, n_classes)
        Mean logits, likewise.
    logits_per_image : array, shape (n_images, n_classes)
    n_mapped : int
        How many images the maps are means of.
    n_active, slope, activation : lists of arrays, one per hidden layer, shape (n_units,)
        How many images activate each unit, the sums of its slopes and of its activations' sizes; none of a
        network whose units have no pictures.
    """

    sums: LogitSums
    maps: Mapping[int, Array]
    logits: Mapping[int, Array]
    logits_per_image: Array
    n_mapped: int
    n_active: list[Array] = field(default_factory=list)
    slope: list[Array] = field(default_factory=list)
    activation: list[Array] = field(default_factory=list)

    @classmethod
    def merge_classes(cls, images: ImageSet, parts: Sequence["TrainingPass"]) -> "TrainingPass":
        """Put the passes of each class's images together, class by class."""
        logits = np.empty((len(images.y_train), parts[0].logits_per_image.shape[1]))
        for k, part in enumerate(parts):
            logits[images.y_train == k] = part.logits_per_image
        return cls(
            LogitSums.total(part.sums for part in parts),
            {n: np.concatenate([part.maps[n] for part in parts]) for n in parts[0].maps},
            {n: np.concatenate([part.logits[n] for part in parts]) for n in parts[0].logits},
            logits,
            sum(part.n_mapped for part in parts),
            _sum_by_layer([part.n_active for part in parts]),
            _sum_by_layer([part.slope for part in parts]),
            _sum_by_layer([part.activation for part in parts]),
        )


def clusters_of_class(
    images: ImageSet, clusters: Mapping[int, Clusters], k: int
) -> tuple[Array, dict[int, Array], dict[int, Array]]:
    """Give the indices of a class's training images (n_images,), and, by clusters per class, the cluster of
    each (n_images,), from 0 within the class, and the clusters' sizes (n_clusters,)."""
    rows = np.flatnonzero(images.y_train == k)
    within = {n: c.of_train[rows].astype(int) - int(np.argmax(c.classes == k)) for n, c in clusters.items()}
    return rows, within, {n: c.sizes[c.classes == k] for n, c in clusters.items()}


def pass_training_images(network: DenseWeights, images: ImageSet, clusters: Mapping[int, Clusters]) -> TrainingPass:
    """Pass all training images through a dense network once, one class per core at a time."""
    one_class = partial(_pass_class, network, images, clusters)
    return TrainingPass.merge_classes(images, parallel_map(one_class, range(len(images.classes))))


def _pass_class(network: DenseWeights, images: ImageSet, clusters: Mapping[int, Clusters], k: int) -> TrainingPass:
    rows, within, sizes = clusters_of_class(images, clusters, k)
    starts = range(0, len(rows), IMAGES_AT_ONCE)
    portions = [_forward(network, images.x_train[rows[n : n + IMAGES_AT_ONCE]]) for n in starts]
    slopes = [np.concatenate(layer) for layer in zip(*(p.slopes for p in portions), strict=True)]
    logits = np.concatenate([p.logits for p in portions])
    return TrainingPass(
        LogitSums.total(p.sums for p in portions),
        {n: mean_exact_maps(network, slopes, within[n], len(s)) for n, s in sizes.items()},
        {n: sum_by_group(within[n], logits, len(s)) / s[:, None] for n, s in sizes.items()},
        logits,
        len(rows),
        _sum_by_layer([p.n_active for p in portions]),
        [slope.sum(axis=0) for slope in slopes],
        _sum_by_layer([p.activation for p in portions]),
    )


@dataclass(frozen=True)
class _Portion:
    sums: LogitSums
    slopes: list[Array]
    n_active: list[Array]
    activation: list[Array]
    logits: Array


def _forward(network: DenseWeights, images: Array) -> _Portion:
    rows = images.reshape(len(images), -1)
    # A pixel that is blank in all of a class's portion adds nothing to any product.
    inked = np.asarray(rows.any(axis=0))
    x = as_pixels(rows[:, inked])
    z = network.restrict_inputs(inked).preactivations(x)
    logits = centred(z[-1])
    value = find_activation(network.activation).value
    activation = [np.abs(value(hidden)).sum(axis=0) for hidden in z[:-1]]
    n_active = [(hidden > 0).sum(axis=0) for hidden in z[:-1]]
    sums = LogitSums.from_logits(x, logits).expand_inputs(inked)
    return _Portion(sums, network.slopes(z), n_active, activation, logits)


def _sum_by_layer(by_layer: Sequence[list[Array]]) -> list[Array]:
    """Sum over parts, layer by layer."""
    return [np.sum(layer, axis=0) for layer in zip(*by_layer, strict=True)]
