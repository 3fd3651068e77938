"""The weights of a dense network as plain arrays, at the end of its training and on the way.

Row vectors: h₀ = x (pixels in [0, 1]), zₗ = hₗ₋₁Wₗ + bₗ, hₗ = φ(zₗ) with φ mostly ReLU, logits z = z_L.
Apart from what is computed of them (`dense`), so that better pictures train no network again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from looking_for.core.activations import find_activation, name_activation
from looking_for.core.arrays import Array, as_float32, centred
from looking_for.core.errors import UserError
from looking_for.core.npz import Stored, load_record, raise_invalid, save_record, stored, stored_parts


@dataclass(frozen=True)
class AffineMap:
    """x ↦ xW + b: a layer before its activation, or a picture per unit with a number beside it.

    Parameters
    ----------
    weights : array, shape (n_inputs, n_units)
    bias : array, shape (n_units,)
    """

    weights: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Give xW + b for rows of pixels (n_images, n_inputs), in float64."""
        return x @ self.weights.astype(float) + self.bias.astype(float)

    def as_float32(self) -> "AffineMap":
        """Cast to float32: what is measured is the version in the file, so that reports match files."""
        return AffineMap(as_float32(self.weights), as_float32(self.bias))

    def centred(self) -> "AffineMap":
        """Subtract the mean over units, for pictures of classes."""
        return AffineMap(centred(self.weights), centred(self.bias))


@dataclass(frozen=True)
class DenseWeights:
    """Weights and biases of each layer, the output layer last, and the activation of the hidden ones.

    Parameters
    ----------
    weights : tuple of arrays, each of shape (n_inputs, n_units)
        In Keras' orientation; the first has a row per pixel, the last a column per class.
    biases : tuple of arrays, each of shape (n_units,)
    activation : str
        A key of `ACTIVATIONS`; default: relu.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activation: str = "relu"

    @classmethod
    def from_arrays(
        cls,
        weights: Sequence[Array],
        biases: Sequence[Array],
        dtype: type = np.float64,
        activation: str = "relu",
        slope: float | None = None,
    ) -> Self:
        """Make a network of weights (n_inputs, n_units) and biases (n_units,) per layer, cast to one precision.

        Parameters
        ----------
        activation : str
            Of the hidden layers: a key of `ACTIVATIONS`, or scikit-learn's `logistic` or `identity`.
        slope : float, optional
            Of leaky_relu below 0; default: 0.2, Keras'.

        Raises
        ------
        UserError
            If the layers do not follow on each other or the activation is not known.
        """
        w: tuple[Array, ...] = tuple(np.asarray(array, dtype) for array in weights)
        b: tuple[Array, ...] = tuple(np.asarray(array, dtype) for array in biases)
        _check_layers(w, b)
        return cls(w, b, name_activation(activation, slope))

    def astype(self, dtype: type) -> Self:
        """Cast the network to another precision."""
        return self.from_arrays(self.weights, self.biases, dtype, self.activation)

    @classmethod
    def load(cls, path: Path, dtype: type = np.float64) -> Self:
        """Read W1, b1, W2, b2, …; float64 by default, so that sums do not depend on their order."""
        record = load_record(path, _StoredWeights)
        _check_activation(path, record.activation)
        layers = record.layers
        return cls.from_arrays([la.weights for la in layers], [la.bias for la in layers], dtype, record.activation)

    def save(self, path: Path) -> None:
        """Write W1, b1, W2, b2, … as float32, in Keras' orientation; the activation if it is not ReLU."""
        layers = [AffineMap(w, b) for w, b in zip(self.weights, self.biases, strict=True)]
        save_record(path, _StoredWeights(layers, self.activation))

    @property
    def hidden(self) -> list[int]:
        """The widths of the hidden layers."""
        return [weight.shape[1] for weight in self.weights[:-1]]

    @property
    def is_piecewise_affine(self) -> bool:
        """Whether the network is exactly affine around each image."""
        return not self.hidden or find_activation(self.activation).is_piecewise_affine

    def preactivations(self, x: Array) -> list[Array]:
        """Give z₁ … z_L for rows of pixels (n_images, n_inputs), each (n_images, n_units)."""
        z: list[Array] = []
        activation = find_activation(self.activation)
        h = x
        for weight, bias in zip(self.weights, self.biases, strict=True):
            z.append(h @ weight)
            z[-1] += bias  # in place: a fresh array of such a size costs as much as the sum
            h = activation.value(z[-1])
        return z

    def slopes(self, preactivations: Sequence[Array]) -> list[Array]:
        """Give φ′ per hidden layer, for z₁ … z_L, all (n_images, n_units); of ReLU whether it is active (bool)."""
        return [find_activation(self.activation).slope(z) for z in preactivations[:-1]]

    def logits(self, x: Array) -> Array:
        """Give z_L (n_images, n_classes) for rows of pixels (n_images, n_inputs)."""
        return self.preactivations(x)[-1]

    def restrict_inputs(self, inked: Array) -> Self:
        """Keep only the masked pixels (mask, shape (n_inputs,)): the same network where all others are blank."""
        return replace(self, weights=(self.weights[0][inked], *self.weights[1:]))


_WEIGHTS = Stored("W{n}", axes="units{before} units{n}")
_BIAS = Stored("b{n}", axes="units{n}")


@dataclass(frozen=True)
class _StoredWeights:
    layers: list[AffineMap] = stored_parts(AffineMap, "list", weights=_WEIGHTS, bias=_BIAS)
    activation: str = stored("str", default="relu")


@dataclass(frozen=True)
class Snapshots:
    """The weights of a network after so many updates, for several numbers of updates.

    Parameters
    ----------
    updates : array, shape (n_snapshots,), int64
    layers : list of AffineMap
        Weights (n_snapshots, n_inputs, n_units) and biases (n_snapshots, n_units), float32; none where
        nothing is known of the training.
    activation : str
    """

    updates: Array = stored("int64", "snapshots")
    layers: Sequence[AffineMap] = stored_parts(
        AffineMap,
        "list",
        needed=False,
        weights=_WEIGHTS._replace(axes=f"snapshots {_WEIGHTS.axes}"),
        bias=_BIAS._replace(axes=f"snapshots {_BIAS.axes}"),
    )
    activation: str = stored("str", default="relu")

    @classmethod
    def from_networks(cls, networks: Mapping[int, DenseWeights], like: DenseWeights) -> "Snapshots":
        """Stack networks, by their numbers of updates; `like` gives the shapes where there are none."""
        kept = list(networks.values())
        return cls(
            np.array(list(networks), np.int64),
            [
                AffineMap(
                    np.array([n.weights[i] for n in kept], np.float32).reshape(-1, *like.weights[i].shape),
                    np.array([n.biases[i] for n in kept], np.float32).reshape(-1, *like.biases[i].shape),
                )
                for i in range(len(like.weights))
            ],
            like.activation,
        )

    @classmethod
    def empty(cls) -> "Snapshots":
        """Of a network whose training is not known, as of an imported one."""
        return cls(np.zeros(0, np.int64), [], "relu")

    @classmethod
    def load(cls, path: Path) -> "Snapshots":
        """Read `updates` and W1, b1, … with a first axis of snapshots."""
        snapshots = load_record(path, cls)
        _check_activation(path, snapshots.activation)
        if len(snapshots.updates) and not snapshots.layers:
            raise_invalid(path, "it has no W1")
        return snapshots

    def save(self, path: Path) -> None:
        save_record(path, self)

    def __len__(self) -> int:
        return len(self.updates)

    def __iter__(self) -> Iterator[tuple[int, DenseWeights]]:
        for s, updates in enumerate(self.updates.tolist()):
            weights, biases = [la.weights[s] for la in self.layers], [la.bias[s] for la in self.layers]
            yield updates, DenseWeights.from_arrays(weights, biases, np.float32, self.activation)

    @property
    def networks(self) -> list[DenseWeights]:
        return [network for _, network in self]


def _check_activation(path: Path, activation: str) -> None:
    try:
        find_activation(activation)
    except UserError:
        raise_invalid(path, f"activation is {activation!r}")


def _check_layers(weights: Sequence[Array], biases: Sequence[Array]) -> None:
    """Raise UserError unless each layer has a bias per unit and begins where the last ended."""
    shapes = [w.shape for w in weights]
    if not shapes or any(len(shape) != 2 for shape in shapes):
        raise UserError(f"weights have the shapes {shapes}; each layer needs a matrix, inputs × units")
    if any(a[1] != b[0] for a, b in pairwise(shapes)):
        raise UserError(f"the layers {_sizes(shapes)} do not follow on each other; weights are inputs × units, which "
                        "PyTorch has the other way round (layer.weight.T)")  # fmt: skip
    if [b.shape for b in biases] != [(shape[1],) for shape in shapes]:
        raise UserError(f"biases have the shapes {[b.shape for b in biases]}; the layers {_sizes(shapes)} need one "
                        "number per unit")  # fmt: skip


def _sizes(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(f"{inputs}×{units}" for inputs, units in shapes)
