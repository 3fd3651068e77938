"""Activations: each function with its derivative, by the names that Keras has for them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from looking_for.core.arrays import Array

LEAK = 0.2  # slope of leaky ReLU below 0, Keras' default


class Activation(NamedTuple):
    """An elementwise function, its derivative, and whether it is made of straight pieces."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    is_piecewise_affine: bool


def _normal_density(z: Array) -> Array:
    return np.asarray(np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi))


ACTIVATIONS = {
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z: z > 0, True),
    "leaky_relu": Activation(lambda z: np.where(z > 0, z, LEAK * z), lambda z: np.where(z > 0, 1, LEAK), True),
    "linear": Activation(lambda z: z, np.ones_like, True),
    "tanh": Activation(np.tanh, lambda z: 1 - np.square(np.tanh(z)), False),
    "sigmoid": Activation(expit, lambda z: expit(z) * (1 - expit(z)), False),
    "gelu": Activation(lambda z: z * ndtr(z), lambda z: ndtr(z) + z * _normal_density(z), False),
}
