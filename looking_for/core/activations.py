"""Activations: each function with its derivative, by the names that Keras has for them.

A leaky ReLU whose slope is not Keras' default has it in its name: `leaky_relu(0.01)`.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError

KERAS_LEAK, TORCH_LEAK = 0.2, 0.01  # slope of leaky ReLU below 0, the frameworks' defaults
ALIASES = {"logistic": "sigmoid", "identity": "linear"}  # scikit-learn's names


class Activation(NamedTuple):
    """An elementwise function, its derivative, and whether it is made of straight pieces."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    is_piecewise_affine: bool


def _normal_density(z: Array) -> Array:
    return np.asarray(np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi))


def _leaky_relu(leak: float) -> Activation:
    return Activation(lambda z: np.where(z > 0, z, leak * z), lambda z: np.where(z > 0, 1, leak), True)


ACTIVATIONS = {
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z: z > 0, True),
    "leaky_relu": _leaky_relu(KERAS_LEAK),
    "linear": Activation(lambda z: z, np.ones_like, True),
    "tanh": Activation(np.tanh, lambda z: 1 - np.square(np.tanh(z)), False),
    "sigmoid": Activation(expit, lambda z: expit(z) * (1 - expit(z)), False),
    "gelu": Activation(lambda z: z * ndtr(z), lambda z: ndtr(z) + z * _normal_density(z), False),
}


def name_activation(name: str, leak: float | None = None) -> str:
    """Give an activation's full name.

    Parameters
    ----------
    name : str
        A key of ACTIVATIONS, one of scikit-learn's names, or a full name.
    leak : float, optional
        The slope of `leaky_relu` below 0; default: Keras' 0.2.

    Raises
    ------
    UserError
        If there is no such activation.

    Examples
    --------
    >>> name_activation("leaky_relu", 0.01), name_activation("leaky_relu", 0.2), name_activation("logistic")
    ('leaky_relu(0.01)', 'leaky_relu', 'sigmoid')
    """
    name = ALIASES.get(name, name)
    if name == "leaky_relu" and leak not in (None, KERAS_LEAK):
        return f"leaky_relu({leak:.9g})" if leak else "relu"
    find_activation(name)
    return name


@cache
def find_activation(name: str) -> Activation:
    """Find an activation by its full name; raises UserError where there is none."""
    if match := re.fullmatch(r"leaky_relu\((-?[\d.e+-]+)\)", name):
        return _leaky_relu(float(match[1]))
    if name not in ACTIVATIONS:
        raise UserError(f"activation {name!r} is not known; allowed: {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
