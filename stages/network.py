"""A dense network as plain arrays: what train writes and compose takes apart.

Row vectors: h₀ = x (pixels in [0, 1]), zₗ = hₗ₋₁Wₗ + bₗ, hₗ = relu(zₗ), logits z = z_L.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.artifacts import Array, load_arrays, save_arrays, single


@dataclass(frozen=True)
class Network:
    """Weights (inputs × units) and biases (units) of each layer, the output layer last."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @classmethod
    def of(cls, weights: Sequence[Array], biases: Sequence[Array], dtype: type) -> "Network":
        return cls(
            tuple(np.asarray(w, dtype) for w in weights), tuple(np.asarray(b, dtype) for b in biases)
        )

    @classmethod
    def load(cls, path: Path, dtype: type = np.float64) -> "Network":
        """Read W1, b1, W2, b2, …; float64 by default, so that sums do not depend on their order."""
        arrays = load_arrays(path)
        layers = range(1, len(arrays) // 2 + 1)
        return cls.of([arrays[f"W{n}"] for n in layers], [arrays[f"b{n}"] for n in layers], dtype)

    def save(self, path: Path) -> None:
        """Write W1, b1, W2, b2, … as float32, in Keras' orientation."""
        arrays: dict[str, Array] = {}
        for n, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            arrays |= {f"W{n}": single(weight), f"b{n}": single(bias)}
        save_arrays(path, arrays)

    @property
    def hidden(self) -> list[int]:
        """The widths of the hidden layers."""
        return [weight.shape[1] for weight in self.weights[:-1]]

    def preactivations(self, x: Array) -> list[Array]:
        """z₁ … z_L for rows of pixels (n × inputs): the last are the logits (n × classes)."""
        z: list[Array] = []
        h = x
        for weight, bias in zip(self.weights, self.biases, strict=True):
            z.append(h @ weight + bias)
            h = np.maximum(z[-1], 0)
        return z

    def logits(self, x: Array) -> Array:
        """z_L for rows of pixels (n × inputs)."""
        return self.preactivations(x)[-1]
