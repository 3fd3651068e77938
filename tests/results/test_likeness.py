"""How alike a network's pictures of images are, counted pair by pair."""

from collections.abc import Callable
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.recipe import Recipe
from looking_for.results.likeness import compare_recipes, measure_likeness
from looking_for.results.recipes import RecipeResults

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


def test_compare_recipes_of_which_no_two_maps_differ_or_none_is_exact() -> None:
    keys: dict[str, Any] = {"samples": 100, "epochs": 2}
    flat, smooth = Recipe(hidden=[], **keys), Recipe(hidden=[8], activation="tanh", **keys)
    shuffled = Recipe(hidden=[8], shuffle_labels=True, **keys)
    recipes = [RecipeResults(str(n), None, recipe, []) for n, recipe in enumerate((flat, smooth, shuffled))]
    study: Any = SimpleNamespace(recipes=recipes)
    assert compare_recipes(study, np.zeros((1, 8, 8))) == {"0": [], "1": [], "2": []}


def test_measure_likeness_of_one_map_for_all(make_network: Maker, images: ImageSet) -> None:
    x = as_pixels(images.x_test[:5])
    flat: DenseNetwork = make_network([])
    assert measure_likeness(flat, x, np.ones(x.shape[1], bool)) == pytest.approx(1.0)
