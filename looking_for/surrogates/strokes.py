"""Strokes shared by the classes: one linear map, and a few pictures of which each adds to every class.

p(x) = xA + c + σ(xU + d)V. With σ(t) = max(0, t) a stroke speaks where it is found; with σ(t) = t² it speaks where it
or its opposite is. Either is a small network of one hidden layer, and so the fair student of a deep one (Ba & Caruana
2014): what it explains, that many pictures explain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.adam import Adam, Batches, root_mean_square
from looking_for.surrogates.prototypes import REFERENCE_RMS, FitData, FitSettings

BATCH_SIZE = 256
LEARNING_RATE = 0.01  # Adam's step at the start, for weights whose root mean square is REFERENCE_RMS
N_START_IMAGES = 5_000  # images on which the strokes of the start are scaled


class Nonlinearity(NamedTuple):
    """σ, and its slope, of what a stroke gives (n_images, n_strokes)."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


NONLINEARITIES = {
    "strokes": Nonlinearity(lambda t: np.maximum(t, 0), lambda t: (t > 0).astype(float)),
    "squares": Nonlinearity(np.square, lambda t: 2 * t),
}


@dataclass(frozen=True)
class Strokes:
    """A linear map with shared strokes.

    Parameters
    ----------
    kind : str
        A key of NONLINEARITIES.
    weights : array, shape (n_inputs + 1, n_strokes)
        U, and below it d.
    effects : array, shape (n_strokes, n_classes)
        V, what each stroke adds to each class.
    linear : array, shape (n_inputs + 1, n_classes)
        A, and below it c.
    """

    kind: str
    weights: Array
    effects: Array
    linear: Array

    def __call__(self, x: Array) -> Array:
        """Give the classes' scores (n_images, n_classes), for rows of pixels (n_images, n_inputs)."""
        sigma = NONLINEARITIES[self.kind].value
        given = sigma(x @ self.weights[:-1] + self.weights[-1])
        return np.asarray(x @ self.linear[:-1] + self.linear[-1] + given @ self.effects)

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        """Give the slope, in the pixels, of each image's first class less its second (n_images, n_inputs)."""
        slope = NONLINEARITIES[self.kind].slope(x @ self.weights[:-1] + self.weights[-1])
        effects = (self.effects[:, predicted] - self.effects[:, runner_up]).T
        linear = (self.linear[:-1, predicted] - self.linear[:-1, runner_up]).T
        return np.asarray(linear + (slope * effects) @ self.weights[:-1].T)

    @property
    def n_pictures(self) -> int:
        """One for each class, and the strokes."""
        return self.linear.shape[1] + self.weights.shape[1]

    @property
    def n_constants(self) -> int:
        return self.weights.size + self.effects.size + self.linear.size


def fit_strokes(
    kind: str, number: int, linear: AffineMap, clusters: Clusters, train: FitData, settings: FitSettings
) -> Strokes:
    """Fit a linear map and strokes to targets, centred across classes, by least squares.

    Parameters
    ----------
    kind : str
        A key of NONLINEARITIES.
    number : int
        How many strokes.
    linear : AffineMap
        What the linear part begins as.
    clusters : Clusters
        Their mean images are what the strokes begin as: the largest cluster of each class, then the second, …
    train : FitData
    settings : FitSettings
        How many updates, each of BATCH_SIZE images, and the seed of their order.
    """
    fitted = start_strokes(kind, number, linear, clusters, train.rows[:N_START_IMAGES])
    parts = fitted.weights, fitted.effects, fitted.linear
    variance = float(train.targets.var(axis=0).sum())
    if variance == 0:
        return fitted
    of_effects = REFERENCE_RMS * np.sqrt(variance / len(linear.bias))
    sizes = root_mean_square(fitted.weights[:-1]), of_effects, root_mean_square(linear.weights)
    steps = [
        Adam(part, LEARNING_RATE * size / REFERENCE_RMS, settings.updates)
        for part, size in zip(parts, sizes, strict=True)
    ]
    batches = Batches(len(train.rows), BATCH_SIZE, np.random.default_rng([settings.seed, 3]))
    for _ in range(settings.updates):
        gradients = strokes_gradients(fitted, train.at(batches.next()), variance)
        for adam, gradient in zip(steps, gradients, strict=True):
            adam.step(gradient)
    return fitted


def start_strokes(kind: str, number: int, linear: AffineMap, clusters: Clusters, rows: Array) -> Strokes:
    """Begin as the linear map alone: strokes are clusters' mean images minus the mean of all, of deviation 1 over
    some images (n_images, n_inputs; bytes) and 0 in their mean, and have no effect yet."""
    x = as_pixels(rows)
    weights = clusters.means[pick_clusters(clusters, number)].T.astype(float) - x.mean(axis=0)[:, None]
    given = x @ weights
    deviation = np.maximum(given.std(axis=0), np.finfo(float).tiny)
    return Strokes(
        kind,
        np.vstack([weights, -given.mean(axis=0)]) / deviation,
        np.zeros((weights.shape[1], len(linear.bias))),
        np.vstack([linear.weights, linear.bias]).astype(float),
    )


def pick_clusters(clusters: Clusters, number: int) -> Array:
    """Pick clusters: the largest of each class, then the second of each, …; fewer where there are no more."""
    rank = np.arange(len(clusters.classes)) - np.searchsorted(clusters.classes, clusters.classes)
    return np.lexsort((clusters.classes, rank))[:number]


def strokes_gradients(strokes: Strokes, batch: FitData, variance: float) -> tuple[Array, Array, Array]:
    """Give the gradients, in weights, effects and linear part, of the mean over images of Σ(z − p)² / variance."""
    sigma = NONLINEARITIES[strokes.kind]
    x = np.hstack([as_pixels(batch.rows), np.ones((len(batch.rows), 1))])
    driven = x @ strokes.weights
    given = sigma.value(driven)
    miss = centred(x @ strokes.linear + given @ strokes.effects) - batch.targets
    upstream = 2 * miss / (len(x) * variance)
    driving = (upstream @ strokes.effects.T) * sigma.slope(driven)
    return x.T @ driving, given.T @ upstream, x.T @ upstream
