"""A linear path beside the hidden layers: to each class's score it adds xS, a picture that no ReLU touches."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from looking_for.core.arrays import Array
from looking_for.core.keras_backend import keras
from looking_for.training.deterministic import product

Tensor = Any
ABOVE_ZERO = 1.0  # what drives a carrying unit is at least this, so that it is active for a blank image too


class LinearPath(keras.layers.Layer):  # type: ignore[misc]  # keras has no types
    """Adds xS to scores z: z + xS. S (n_inputs, n_classes) begins as 0 and holds nothing but what is learned."""

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        """Make S, for the shapes of z and x."""
        (_, n_classes), (_, n_inputs) = shapes
        self.kernel = self.add_weight(shape=(n_inputs, n_classes), initializer="zeros")

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """z + xS for scores z (n_images, n_classes) and rows of pixels x (n_images, n_inputs)."""
        scores, x = inputs
        return scores + product(x, self.kernel)


def carry_path(weights: Sequence[Array], biases: Sequence[Array], path: Array) -> tuple[list[Array], list[Array]]:
    """Write a network with a linear path as a plain dense one, whose last units of each hidden layer carry the path.

    Such a unit is (xS)_k + s_k, with s_k so large that every image of pixels in [0, 1] leaves it above 0: there an
    activation that is the identity above 0 leaves it as it is. The output takes s away again.

    Parameters
    ----------
    weights, biases : sequences of arrays
        Of each layer, the output layer last; one hidden layer at least.
    path : array, shape (n_inputs, n_classes)
        S.

    Returns
    -------
    weights, biases : lists of arrays
        Each hidden layer has a unit more for each class. Multiplied, the weights are W₁W₂…W_L + S.
    """
    n_classes = path.shape[1]
    shift = np.maximum(-path, 0).sum(axis=0) + ABOVE_ZERO
    inner = [block_diag(weight, np.eye(n_classes)) for weight in weights[1:-1]]
    still = [np.concatenate([bias, np.zeros(n_classes)]) for bias in biases[1:-1]]
    return (
        [np.hstack([weights[0], path]), *inner, np.vstack([weights[-1], np.eye(n_classes)])],
        [np.concatenate([biases[0], shift]), *still, biases[-1] - shift],
    )
