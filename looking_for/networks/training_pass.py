"""One pass over all training images: what the network's units do, and means of its exact maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from looking_for.clusters.survey import Clusters
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.parallel import spread
from looking_for.core.sums import sums_by
from looking_for.images.imageset import Images
from looking_for.networks import exact_maps
from looking_for.networks.dense import Network
from looking_for.surrogates.fits import LogitSums

IMAGES_AT_ONCE = 1_000


@dataclass(frozen=True)
class Probe:
    """What the pass found over some of the images, or all.

    sums: of logits, for fits; on: how many images turn each hidden unit on, by layer; slope and
    activation: the sums of each hidden unit's slopes and of its activations' sizes, by layer; maps: mean
    exact map of each cluster (clusters × inputs × classes) and logits: mean logits (clusters × classes), by
    clusters a class; of_images: the logits of each image (n × classes); mapped: how many images the maps
    are means of; classes centred.
    """

    sums: LogitSums
    on: list[Array]
    slope: list[Array]
    activation: list[Array]
    maps: Mapping[int, Array]
    logits: Mapping[int, Array]
    of_images: Array
    mapped: int


def run(network: Network, images: Images, clusters: Mapping[int, Clusters]) -> Probe:
    """Pass all training images through the network once, a class at a time on each core."""
    parts = spread(partial(_of_class, network, images, clusters), range(len(images.classes)))
    of_images = np.empty((len(images.y_train), len(images.classes)))
    for k, part in enumerate(parts):
        of_images[images.y_train == k] = part.of_images
    return Probe(
        LogitSums.total(part.sums for part in parts),
        _total([part.on for part in parts]),
        _total([part.slope for part in parts]),
        _total([part.activation for part in parts]),
        {number: np.concatenate([part.maps[number] for part in parts]) for number in clusters},
        {number: np.concatenate([part.logits[number] for part in parts]) for number in clusters},
        of_images,
        len(of_images),
    )


def _of_class(network: Network, images: Images, clusters: Mapping[int, Clusters], k: int) -> Probe:
    rows = np.flatnonzero(images.y_train == k)
    starts = range(0, len(rows), IMAGES_AT_ONCE)
    portions = [_forward(network, images.x_train[rows[n : n + IMAGES_AT_ONCE]]) for n in starts]
    slopes = [np.concatenate(layer) for layer in zip(*(p.slopes for p in portions), strict=True)]
    logits = np.concatenate([p.logits for p in portions])
    maps, means = {}, {}
    for number, found in clusters.items():
        sizes = found.sizes[found.classes == k]
        own = found.of_train[rows].astype(int) - int(np.argmax(found.classes == k))
        maps[number] = exact_maps.mean_maps(network, slopes, own, len(sizes))
        means[number] = sums_by(own, logits, len(sizes)) / sizes[:, None]
    return Probe(
        LogitSums.total(p.sums for p in portions),
        _total([p.on for p in portions]),
        [slope.sum(axis=0) for slope in slopes],
        _total([p.activation for p in portions]),
        maps,
        means,
        logits,
        len(rows),
    )


@dataclass(frozen=True)
class _Portion:
    sums: LogitSums
    slopes: list[Array]
    on: list[Array]
    activation: list[Array]
    logits: Array


def _forward(network: Network, images: Array) -> _Portion:
    x = pixels(images)
    z = network.preactivations(x)
    logits = centred(z[-1])
    value = ACTIVATIONS[network.activation].value
    activation = [np.abs(value(hidden)).sum(axis=0) for hidden in z[:-1]]
    on = [(hidden > 0).sum(axis=0) for hidden in z[:-1]]
    return _Portion(LogitSums.of(x, logits), network.slopes(z), on, activation, logits)


def _total(by_layer: Sequence[list[Array]]) -> list[Array]:
    """Sums over parts, layer by layer."""
    return [np.sum(layer, axis=0) for layer in zip(*by_layer, strict=True)]
