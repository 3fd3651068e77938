"""Activations: a function and its slope together, once; by the names that Keras has for them too."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from looking_for.core.arrays import Array

LEAK = 0.2  # Keras' own


class Activation(NamedTuple):
    """`value` and `slope` of each number; `is_affine`: whether it is made of straight pieces."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    is_affine: bool


def _density(z: Array) -> Array:
    """Of the standard normal distribution."""
    return np.asarray(np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi))


ACTIVATIONS = {
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z: z > 0, True),
    "leaky_relu": Activation(
        lambda z: np.where(z > 0, z, LEAK * z), lambda z: np.where(z > 0, 1, LEAK), True
    ),
    "linear": Activation(lambda z: z, np.ones_like, True),
    "tanh": Activation(np.tanh, lambda z: 1 - np.square(np.tanh(z)), False),
    "sigmoid": Activation(expit, lambda z: expit(z) * (1 - expit(z)), False),
    "gelu": Activation(lambda z: z * ndtr(z), lambda z: ndtr(z) + z * _density(z), False),
}
