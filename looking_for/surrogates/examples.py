"""Test images to show a network at work on: where all agree, where composed pictures fail, where clusters' maps do."""

import numpy as np

from looking_for.core.arrays import Array, as_float32, centred
from looking_for.networks.base import Network
from looking_for.surrogates.pictures import EXAMPLE_KINDS, Examples

N_EXAMPLES_PER_KIND = 2


def choose_examples(network: Network, x: Array, logits: Array, composed: Array, clusters: Array) -> Examples:
    """Choose test images to show a network at work on, N_EXAMPLES_PER_KIND at most of each kind: those that the
    network is most confident about, with their exact maps.

    Parameters
    ----------
    x : array, shape (n_images, n_inputs)
    logits, composed, clusters : arrays, shape (n_images, n_classes)
        Scores by the network, by its composed pictures and by the nearest cluster's map.
    """
    kinds = classify_examples(logits, composed, clusters)
    chosen = [i for kind in range(len(EXAMPLE_KINDS)) for i in most_confident(logits, kinds == kind)]
    maps, _ = network.exact_maps(x[chosen])
    return Examples(
        maps=as_float32(centred(maps)),
        logits=as_float32(centred(logits[chosen])),
        images=np.array(chosen, np.int64),
        kinds=kinds[chosen],
    )


def classify_examples(logits: Array, composed: Array, clusters: Array) -> Array:
    """Give the index of each image's kind in EXAMPLE_KINDS (n_images,), by scores (n_images, n_classes) of the
    network, of its composed pictures and of the nearest cluster's map."""
    predicted, by_picture, by_cluster = (scores.argmax(axis=1) for scores in (logits, composed, clusters))
    return np.where(by_cluster != predicted, 2, np.where(by_picture != predicted, 1, 0))


def most_confident(logits: Array, mask: Array) -> list[int]:
    """Choose the N_EXAMPLES_PER_KIND images of a mask (n_images,) whose two largest logits (n_images, n_classes)
    are furthest apart, at most one per predicted class."""
    best, second = -np.sort(-logits, axis=1)[:, :2].T
    order = np.flatnonzero(mask)[np.argsort(-(best - second)[mask], kind="stable")]
    _, first = np.unique(logits[order].argmax(axis=1), return_index=True)
    return [int(image) for image in order[np.sort(first)[:N_EXAMPLES_PER_KIND]]]
