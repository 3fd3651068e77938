"""How alike a network's pictures of images are, counted pair by pair."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest

from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.results.likeness import measure_likeness

Maker = Callable[..., DenseNetwork]


def test_measure_likeness_by_a_plain_loop(make_network: Maker, images: ImageSet) -> None:
    network, x = make_network([12, 8]), as_pixels(images.x_test[:9])
    inked = np.arange(x.shape[1]) % 3 > 0
    maps = []
    for image in x:
        first = image @ network.weights[0] + network.biases[0]
        second = np.maximum(first, 0) @ network.weights[1] + network.biases[1]
        exact = (network.weights[0] * (first > 0)) @ (network.weights[1] * (second > 0)) @ network.weights[2]
        maps.append((exact - exact.mean(axis=1, keepdims=True))[inked].ravel())
    cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in permutations(maps, 2)]
    assert measure_likeness(network, x, inked) == pytest.approx(np.mean(cosines))


def test_measure_likeness_of_one_map_for_all(make_network: Maker, images: ImageSet) -> None:
    x = as_pixels(images.x_test[:5])
    flat: DenseNetwork = make_network([])
    assert measure_likeness(flat, x, np.ones(x.shape[1], bool)) == pytest.approx(1.0)
