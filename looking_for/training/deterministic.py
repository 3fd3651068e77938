"""Arithmetic whose last bits are the same on every processor.

The library that multiplies for XLA adds up each number of a product in order, as one chain of fused
multiply-adds, if the chain is short and rows and columns fill its widest tile; else, and for a
transposed left factor, the order follows the processor's vectors and caches. So chains are cut, rows and
columns filled up with zeros, and a transposed factor is materialised first: an epoch takes a fifth longer.
And 1 / √v is the processor's own approximation, unless XLA is kept from making one of a quotient.

It matters because training amplifies last bits: with plain arithmetic the pictures of one and the same
network agreed on 0.51 on one processor and on 0.48 on another.
"""

from collections.abc import Callable
from typing import Any

from tensorflow.compiler.tf2xla.python import xla

from looking_for.core.keras_backend import keras, tf

Tensor = Any
MAX_CHAIN = 512  # multiply-adds in one chain
TILE_ROWS, TILE_COLUMNS = 64, 64
TINY = 1e-30  # negligible next to √ε; keeps XLA from emitting rsqrt


@tf.custom_gradient
def product(a: Tensor, b: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]:
    """Multiply a (n, k) by b (k, m), with gradients by the same kind of product."""

    def gradients(upstream: Tensor) -> tuple[Tensor, Tensor]:
        return (ordered_matmul(upstream, tf.transpose(b)), ordered_matmul(materialise(tf.transpose(a)), upstream))

    return ordered_matmul(a, b), gradients


def ordered_matmul(a: Tensor, b: Tensor) -> Tensor:
    """Multiply a by b, each number the sum of equally long chains, one after another."""
    (n, k), m = a.shape, b.shape[1]
    a = tf.pad(a, [[0, max(0, TILE_ROWS - (n or TILE_ROWS))], [0, 0]])
    b = tf.pad(b, [[0, 0], [0, -m % TILE_COLUMNS]])
    chain = -(-k // -(-k // MAX_CHAIN))
    parts = [a[:, i : i + chain] @ b[i : i + chain] for i in range(0, k, chain)]
    return sum(parts[1:], parts[0])[:n, :m]


def materialise(matrix: Tensor) -> Tensor:
    """Give the matrix as it is: XLA may not see through to the transpose that it came from."""
    (barred,) = xla.optimization_barrier(matrix)
    return barred


class DeterministicDense(keras.layers.Dense):  # type: ignore[misc]  # keras has no types
    """Keras' dense layer with a fixed summation order."""

    def call(self, x: Tensor) -> Tensor:
        """activation(xW + b) for rows x (n_images, n_inputs)."""
        return self.activation(product(x, self.kernel) + self.bias)


class RMSprop(keras.optimizers.RMSprop):  # type: ignore[misc]
    """Keras' RMSprop, without momentum: v ← ρv + (1 − ρ)g², w ← w − ηg / √(v + ε)."""

    def update_step(self, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        """Move one variable."""
        velocity = self._velocities[self._get_variable_index(variable)]
        velocity.assign(self.rho * velocity + (1 - self.rho) * tf.square(gradient))
        step = learning_rate * gradient / (tf.sqrt(velocity + self.epsilon) + TINY)
        variable.assign_sub(step)
