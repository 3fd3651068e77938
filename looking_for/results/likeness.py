"""How alike the pictures are that a network has for different images: while alike, one nearly stands for all."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core import paths
from looking_for.core.activations import find_activation
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.npz import load_arrays
from looking_for.networks.dense_weights import DenseWeights, Snapshots
from looking_for.networks.exact_maps import exact_maps
from looking_for.networks.recipe import Recipe
from looking_for.results.recipes import RecipeResults
from looking_for.results.study import StudyResults
from looking_for.surrogates.robustness import choose_images

N_COMPARED_IMAGES = 300  # test images, of which all pairs are compared
MIN_LESS_ALIKE = 0.05  # of a mean cosine, from which on maps have grown apart


class Likeness(NamedTuple):
    """How alike a network's exact maps of two images are: untrained, at the best moment of its training, and at the
    end."""

    untrained: float
    best: float
    end: float


def compare_recipes(study: StudyResults, images: Array) -> Mapping[str, Sequence[Likeness]]:
    """Compare the exact maps of each network's images, by recipe; none where all have one, or where none is exact."""
    return {r.name: _compare_networks(r, images) if _has_different_maps(r.recipe) else [] for r in study.recipes}


def _has_different_maps(recipe: Recipe) -> bool:
    is_exact = find_activation(recipe.activation).is_piecewise_affine
    return bool(recipe.hidden) and is_exact and not recipe.is_control


def _compare_networks(recipe: RecipeResults, images: Array) -> list[Likeness]:
    moments = [[n.truth[0].updates, n.best.updates, n.truth[-1].updates] for n in recipe.networks]
    return [
        Likeness(*likeness_after(n.name, updates, images)) for n, updates in zip(recipe.networks, moments, strict=True)
    ]


def likeness_after(name: str, updates: Sequence[int], images: Array) -> list[float]:
    """Give the likeness of a network's exact maps after so many updates, for moments that were kept.

    images : array, shape (n_images, height, width) or with colours, uint8
    """
    x = as_pixels(images[choose_images(len(images), N_COMPARED_IMAGES)])
    never_inked = load_arrays(paths.pictures_file(name), "never_inked")["never_inked"]
    snapshots = dict(Snapshots.load(paths.snapshots_file(name)))
    return [round(measure_likeness(snapshots[n], x, ~never_inked), 4) for n in updates]


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
        Of the maps of all classes at once, centred across classes. 1 where all have one direction.
    """
    maps = centred(exact_maps(network.astype(np.float64), x)[0][:, inked]).reshape(len(x), -1)
    directions = maps / np.maximum(np.linalg.norm(maps, axis=1, keepdims=True), np.finfo(float).tiny)
    n = len(x)
    return float((np.square(directions.sum(axis=0)).sum() - n) / max(1, n * (n - 1)))
