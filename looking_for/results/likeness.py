"""How alike the pictures are that a network has for different images: while they are, one can stand for all."""

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.networks.dense_weights import DenseWeights
from looking_for.networks.exact_maps import exact_maps
from looking_for.results.network import NetworkResults
from looking_for.surrogates.robustness import choose_images

N_COMPARED_IMAGES = 300  # test images, of which all pairs are compared


def likeness_after(network: NetworkResults, updates: int, images: Array) -> float:
    """Give the likeness of a network's exact maps after so many updates; raises KeyError where none were kept."""
    chosen = images[choose_images(len(images), N_COMPARED_IMAGES)]
    inked = ~network.pictures.never_inked
    return round(measure_likeness(dict(network.snapshots)[updates], as_pixels(chosen), inked), 2)


def measure_likeness(network: DenseWeights, x: Array, inked: Array) -> float:
    """Measure how alike the exact maps of images are: the mean cosine of two of them, over all pairs of images.

    Parameters
    ----------
    x : array, shape (n_images, n_inputs)
    inked : array, shape (n_inputs,), bool
        The pixels that count.

    Returns
    -------
    float
        Of the maps of all classes at once, centred across classes. 1 where every image has the same.
    """
    maps = centred(exact_maps(network.astype(np.float64), x)[0][:, inked]).reshape(len(x), -1)
    directions = maps / np.maximum(np.linalg.norm(maps, axis=1, keepdims=True), np.finfo(float).tiny)
    n = len(x)
    return float((np.square(directions.sum(axis=0)).sum() - n) / max(1, n * (n - 1)))
