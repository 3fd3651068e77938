"""Several pictures per class, of which all speak and the strongest loudest: a soft maximum in the place of the maximum.

p_k(x) = log Σ_j exp(x·a_kj + c_kj) over class k's pictures j: what fitted prototypes are, but smooth.
"""

from dataclasses import dataclass

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.surrogates.adam import Adam, Batches, root_mean_square
from looking_for.surrogates.maps import Prototypes
from looking_for.surrogates.prototypes import LEARNING_RATE, REFERENCE_RMS, FitData, FitSettings

BATCH_SIZE = 128


@dataclass(frozen=True)
class SoftMaximum:
    """Pictures per class under a soft maximum.

    Parameters
    ----------
    weights : array, shape (n_inputs + 1, n_pictures)
        The pictures, and below each its bias.
    classes : array, shape (n_pictures,)
        In order; every class has one at least.
    """

    weights: Array
    classes: Array

    def shares(self, x: Array) -> tuple[Array, Array]:
        """Give the classes' scores (n_images, n_classes), and how far each picture makes its class's score
        (n_images, n_pictures): its share of the sum of exponentials."""
        spoken = x @ self.weights[:-1] + self.weights[-1]
        starts = np.flatnonzero(np.diff(self.classes, prepend=-1))
        greatest = np.maximum.reduceat(spoken, starts, axis=1)
        loud = np.exp(spoken - greatest[:, self.classes])
        total = np.add.reduceat(loud, starts, axis=1)
        return greatest + np.log(total), loud / total[:, self.classes]

    def __call__(self, x: Array) -> Array:
        """Give the classes' scores (n_images, n_classes), for rows of pixels (n_images, n_inputs)."""
        return self.shares(x)[0]

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        """Give the slope, in the pixels, of each image's first class less its second (n_images, n_inputs)."""
        _, shares = self.shares(x)
        sign = (self.classes == predicted[:, None]).astype(float) - (self.classes == runner_up[:, None])
        return np.asarray((shares * sign) @ self.weights[:-1].T)


def fit_soft_maximum(start: Prototypes, train: FitData, settings: FitSettings) -> SoftMaximum:
    """Fit pictures under a soft maximum to targets, centred across classes, by least squares.

    Parameters
    ----------
    start : Prototypes
        Pictures to begin with.
    train : FitData
    settings : FitSettings
        How many updates, each of BATCH_SIZE images, and the seed of their order.
    """
    fitted = SoftMaximum(np.vstack([start.weights, start.biases]).astype(float), start.classes)
    variance = float(train.targets.var(axis=0).sum())
    if variance == 0:
        return fitted
    rate = LEARNING_RATE * root_mean_square(start.weights) / REFERENCE_RMS
    adam = Adam(fitted.weights, rate, settings.updates)
    batches = Batches(len(train.rows), BATCH_SIZE, np.random.default_rng([settings.seed, 4]))
    for _ in range(settings.updates):
        adam.step(soft_maximum_gradient(fitted, train.at(batches.next()), variance))
    return fitted


def soft_maximum_gradient(fitted: SoftMaximum, batch: FitData, variance: float) -> Array:
    """Give the gradient, in the weights, of the mean over images of Σ(z − p)² / variance."""
    x = as_pixels(batch.rows)
    scores, shares = fitted.shares(x)
    upstream = 2 * (centred(scores) - batch.targets) / (len(x) * variance)
    spoken = shares * upstream[:, fitted.classes]
    return np.vstack([x.T @ spoken, spoken.sum(axis=0)])
