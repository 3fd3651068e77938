"""Test images to show a network at work on: where its stand-ins answer as it does, and where they fail."""

import numpy as np

from looking_for.core.arrays import Array, centred, single
from looking_for.networks.base import Model
from looking_for.surrogates.results import EXAMPLE_KINDS, Examples

OF_A_KIND = 2


def find(model: Model, x: Array, logits: Array, composed: Array, clusters: Array) -> Examples:
    """The clearest images of each kind, with their own exact maps.

    x: rows of pixels (n × inputs); logits, composed, clusters: what the network, its composed pictures and
    the nearest cluster's map say of them (n × classes each).
    """
    kinds = kinds_of(logits, composed, clusters)
    chosen = [image for kind in range(len(EXAMPLE_KINDS)) for image in clearest(logits, kinds == kind)]
    maps, _ = model.maps(x[chosen])
    return Examples(
        np.array(chosen, np.int64), kinds[chosen], single(centred(maps)), single(centred(logits[chosen]))
    )


def kinds_of(logits: Array, composed: Array, clusters: Array) -> Array:
    """The place of each image's kind in EXAMPLE_KINDS (n)."""
    predicted, by_picture, by_cluster = (said.argmax(axis=1) for said in (logits, composed, clusters))
    return np.where(by_cluster != predicted, 2, np.where(by_picture != predicted, 1, 0))


def clearest(logits: Array, there: Array) -> list[int]:
    """The images of which the network is surest, one a class that it predicts."""
    best, second = -np.sort(-logits, axis=1)[:, :2].T
    order = np.flatnonzero(there)[np.argsort(-(best - second)[there], kind="stable")]
    _, first = np.unique(logits[order].argmax(axis=1), return_index=True)
    return [int(image) for image in order[np.sort(first)[:OF_A_KIND]]]
