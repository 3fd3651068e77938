"""A dense network as plain arrays, and its weights on the way: what train writes and compose takes apart.

Row vectors: h₀ = x (pixels in [0, 1]), zₗ = hₗ₋₁Wₗ + bₗ, hₗ = φ(zₗ) with φ mostly ReLU, logits z = z_L.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from looking_for.core import layout
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import Array, single
from looking_for.core.files import load_arrays, save_arrays
from looking_for.core.layout import Field


@dataclass(frozen=True)
class Network:
    """Weights (inputs × units) and biases (units) of each layer, the output layer last; its activation."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activation: str = "relu"

    @classmethod
    def of(
        cls, weights: Sequence[Array], biases: Sequence[Array], dtype: type, activation: str = "relu"
    ) -> "Network":
        return cls(
            tuple(np.asarray(w, dtype) for w in weights),
            tuple(np.asarray(b, dtype) for b in biases),
            activation,
        )

    def of_type(self, dtype: type) -> "Network":
        """The same network in numbers of another precision."""
        return Network.of(self.weights, self.biases, dtype, self.activation)

    @classmethod
    def load(cls, path: Path, dtype: type = np.float64) -> "Network":
        """Read W1, b1, W2, b2, …; float64 by default, so that sums do not depend on their order."""
        arrays = load_arrays(path)
        layout.check(path, arrays, _layout(arrays))
        return cls.of(*_layers(arrays), dtype, _activation(path, arrays))

    def save(self, path: Path) -> None:
        """Write W1, b1, W2, b2, … as float32, in Keras' orientation; the activation if it is not ReLU."""
        save_arrays(path, _named(self.weights, self.biases) | self.other())

    def other(self) -> dict[str, Array]:
        """What a file says besides the weights."""
        return {} if self.activation == "relu" else {"activation": np.array(self.activation)}

    @property
    def hidden(self) -> list[int]:
        """The widths of the hidden layers."""
        return [weight.shape[1] for weight in self.weights[:-1]]

    def preactivations(self, x: Array) -> list[Array]:
        """z₁ … z_L for rows of pixels (n × inputs): the last are the logits (n × classes)."""
        z: list[Array] = []
        activation = ACTIVATIONS[self.activation]
        h = x
        for weight, bias in zip(self.weights, self.biases, strict=True):
            z.append(h @ weight)
            z[-1] += bias  # in place: a fresh array of such a size costs as much as the sum
            h = activation.value(z[-1])
        return z

    def slopes(self, preactivations: Sequence[Array]) -> list[Array]:
        """φ′ of each hidden unit (n × units), for z₁ … z_L; of ReLU whether it is on (bool)."""
        return [ACTIVATIONS[self.activation].slope(z) for z in preactivations[:-1]]

    def seeing(self, inked: Array) -> "Network":
        """The same network of some pixels alone (inputs, bool): what it is where all others are blank."""
        return replace(self, weights=(self.weights[0][inked], *self.weights[1:]))

    @property
    def is_affine(self) -> bool:
        """Whether the network is affine around each image, and not only nearly."""
        return not self.hidden or ACTIVATIONS[self.activation].is_affine

    def logits(self, x: Array) -> Array:
        """z_L for rows of pixels (n × inputs)."""
        return self.preactivations(x)[-1]


@dataclass(frozen=True)
class Snapshots:
    """A network at several moments of its training, by updates of its weights (s), float32."""

    updates: Array
    networks: tuple[Network, ...]

    @classmethod
    def none(cls) -> "Snapshots":
        """Of a network whose training nobody saw."""
        return cls(np.zeros(0, np.int64), ())

    @classmethod
    def load(cls, path: Path) -> "Snapshots":
        """Read `updates` (s) and W1, b1, … with a first axis of s."""
        arrays = load_arrays(path)
        layout.check(path, arrays, {"updates": Field("int64", "snapshots")} | _layout(arrays, "snapshots"))
        updates = arrays.pop("updates")
        (weights, biases), activation = _layers(arrays), _activation(path, arrays)
        networks = (
            Network.of([w[s] for w in weights], [b[s] for b in biases], np.float32, activation)
            for s in range(len(updates))
        )
        return cls(updates, tuple(networks))

    def save(self, path: Path, like: Network) -> None:
        """Write them stacked; `like` gives the layers' shapes where there are no snapshots."""
        weights = [
            np.array([n.weights[i] for n in self.networks]).reshape(-1, *w.shape)
            for i, w in enumerate(like.weights)
        ]
        biases = [
            np.array([n.biases[i] for n in self.networks]).reshape(-1, *b.shape)
            for i, b in enumerate(like.biases)
        ]
        updates = {"updates": self.updates.astype(np.int64)}
        save_arrays(path, updates | _named(weights, biases) | like.other())

    def __iter__(self) -> Iterator[tuple[int, Network]]:
        return zip(self.updates.tolist(), self.networks, strict=True)


def _activation(path: Path, arrays: dict[str, Array]) -> str:
    activation = str(arrays.get("activation", "relu"))
    if activation not in ACTIVATIONS:
        layout.refuse(path, f"activation is {activation!r}")
    return activation


def _layout(arrays: dict[str, Array], before: str = "") -> dict[str, Field]:
    """W1, b1, … of as many layers as there are, one at least; `before` is an axis before the others."""
    found = {"activation": Field("str")} if "activation" in arrays else {}
    for n in _numbers(arrays) or [1]:
        found |= {f"W{n}": Field("float32", f"{before} units{n - 1} units{n}")}
        found |= {f"b{n}": Field("float32", f"{before} units{n}")}
    return found


def _layers(arrays: dict[str, Array]) -> tuple[list[Array], list[Array]]:
    return [arrays[f"W{n}"] for n in _numbers(arrays)], [arrays[f"b{n}"] for n in _numbers(arrays)]


def _numbers(arrays: dict[str, Array]) -> range:
    return range(1, sum(key.startswith("W") for key in arrays) + 1)


def _named(weights: Sequence[Array], biases: Sequence[Array]) -> dict[str, Array]:
    named: dict[str, Array] = {}
    for n, (weight, bias) in enumerate(zip(weights, biases, strict=True), start=1):
        named |= {f"W{n}": single(weight), f"b{n}": single(bias)}
    return named
