"""Adam over plain arrays, in float64 and on the thread that calls: the same bytes on any number of cores."""

import numpy as np

from looking_for.core.arrays import Array

FIRST_DECAY, FIRST_WEIGHT = 0.9, 0.1  # of the mean gradient: of what was, and of what is new
SECOND_DECAY, SECOND_WEIGHT = 0.999, 0.001  # of its square
EPSILON = 1e-8


class Adam:
    """Adam (Kingma & Ba 2015) of one array, its steps falling to 0 along half a cosine.

    Parameters
    ----------
    values : array
        What is moved, in place.
    rate : float
        The step at the start.
    n_updates : int
        After how many the step is 0.
    """

    def __init__(self, values: Array, rate: float, n_updates: int) -> None:
        self.values, self.rate, self.n_updates = values, rate, n_updates
        self.mean, self.square = np.zeros_like(values), np.zeros_like(values)
        self.n_done = 0

    def step(self, gradient: Array) -> None:
        """Move by one step; the gradient's memory is used. There are as many passes over memory as sums of products."""
        self.n_done += 1
        self.mean *= FIRST_DECAY
        self.mean += FIRST_WEIGHT * gradient
        self.square *= SECOND_DECAY
        np.square(gradient, out=gradient)
        gradient *= SECOND_WEIGHT
        self.square += gradient
        progress = min(1.0, self.n_done / self.n_updates)
        rate = self.rate * 0.5 * (1 + np.cos(np.pi * progress)) / (1 - FIRST_DECAY**self.n_done)
        np.sqrt(self.square, out=gradient)
        gradient /= np.sqrt(1 - SECOND_DECAY**self.n_done)
        gradient += EPSILON
        np.divide(self.mean, gradient, out=gradient)
        gradient *= rate
        self.values -= gradient


def root_mean_square(array: Array) -> float:
    """Give √ of the mean square: how large the numbers are that steps are measured by."""
    return float(np.sqrt(np.square(array).mean()))


class Batches:
    """Batches of images' numbers, each image once before any comes again."""

    def __init__(self, n_images: int, size: int, rng: np.random.Generator) -> None:
        self.n_images, self.size, self.rng = n_images, size, rng
        self.permutation = np.empty(0, int)

    def next(self) -> Array:
        """Give the next batch (size,)."""
        while len(self.permutation) < self.size:
            self.permutation = np.concatenate([self.permutation, self.rng.permutation(self.n_images)])
        batch, self.permutation = np.split(self.permutation, [self.size])
        return batch
