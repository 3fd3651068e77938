"""Keras' dense layers, with all that is affine between them folded in, as a dense network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.activations import name_activation
from looking_for.core.arrays import Array
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import ACTIVATION_LAYERS, ONLY_IN_TRAINING, layer_activation
from looking_for.networks.preprocessing import Preprocessing

Layer = tuple[dict[str, Any], Sequence[Array]]  # a layer's description, and its weights in Keras' order


class _Chain:
    """Dense layers so far, and what is done to each number on its way to the next one.

    `gain`, `shift`: arrays of the tensor's shape, x ↦ gain · x + shift. `places`: before the first dense layer, which
    pixel of the image stands where in the tensor. `is_open`: whether the last dense layer has no activation yet.
    """

    def __init__(self, n_inputs: int, pixels: Preprocessing) -> None:
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        self.activations: list[str] = []
        self.is_open = False
        self.places = np.arange(n_inputs)
        self.gain, self.shift = (np.broadcast_to(v, n_inputs) for v in pixels.gain_and_shift(n_inputs))

    def arrange(self, shape: Sequence[int] | None = None, axes: Sequence[int] | None = None) -> None:
        """Give the tensor another shape, or its axes another order."""
        for name in ("gain", "shift", "places"):
            array = getattr(self, name)
            setattr(self, name, array.reshape(shape) if axes is None else array.transpose(axes))

    def scale(self, gain: Array, shift: Array) -> None:
        """Fold x ↦ gain · x + shift, of arrays as Keras broadcasts them, into the layer before if that is still open,
        else into the next."""
        if self.is_open:
            self.weights[-1] = self.weights[-1] * gain
            self.biases[-1] = self.biases[-1] * gain + shift
        else:
            self.gain, self.shift = self.gain * gain, self.shift * gain + shift

    def dense(self, weight: Array, bias: Array) -> None:
        """Append a dense layer on a row of numbers."""
        if self.is_open:
            self.activations.append("linear")
        self.biases.append(bias + self.shift @ weight)
        rows = self.gain[:, None] * weight
        if not self.weights:
            rows = rows[np.argsort(self.places)]
        self.weights.append(rows)
        n_units = weight.shape[1]
        self.gain, self.shift, self.places = np.ones(n_units), np.zeros(n_units), np.arange(n_units)
        self.is_open = True


def fold_dense(layers: Sequence[Layer], n_inputs: int, pixels: Preprocessing) -> DenseNetwork | None:
    """Fold a chain of layers into a dense network.

    Parameters
    ----------
    layers : sequence of (description, weights)
        In order, the input first, the output last, without a softmax.
    n_inputs : int
        Numbers of an image.
    pixels : Preprocessing
        What the first layer sees.

    Returns
    -------
    DenseNetwork or None
        None if it is not a chain of dense layers, or its hidden layers' activations differ.
    """
    chain = _Chain(n_inputs, pixels)
    for layer, weights in layers:
        if not _add_layer(chain, layer, [w.astype(float) for w in weights]):
            return None
    if not chain.is_open or len(set(chain.activations)) > 1 or len(chain.weights[0]) != n_inputs:
        return None
    activation = chain.activations[0] if chain.activations else "relu"
    return DenseNetwork.from_arrays(chain.weights, chain.biases, np.float64, activation)


def _add_layer(chain: _Chain, layer: dict[str, Any], weights: Sequence[Array]) -> bool:
    """Take one layer in; False if it does not fit."""
    kind, config, activation = layer["class_name"], layer["config"], layer_activation(layer)
    if kind == "Dense":
        if chain.gain.ndim != 1:
            return False  # one layer for each place of an image
        chain.dense(weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[1]))
    elif kind == "Rescaling":
        scale, offset = (np.asarray(config.get(key, 0.0), float) for key in ("scale", "offset"))
        chain.scale(scale, offset)
    elif kind == "BatchNormalization":
        chain.scale(*_normalisation(config, list(weights), chain.gain.ndim))
    elif not (kind in ONLY_IN_TRAINING | ACTIVATION_LAYERS or _arrange(chain, kind, config)):
        return False
    if chain.gain.shape != chain.places.shape:
        return False  # a constant that made the tensor larger
    if activation == "linear":
        return True
    name = _name(layer, weights)
    if not chain.is_open or name is None:
        return False
    chain.activations.append(name)
    chain.is_open = False
    return True


def _arrange(chain: _Chain, kind: str, config: dict[str, Any]) -> bool:
    """Take in a layer that only gives an image's numbers other places; False if it is none."""
    if chain.weights:
        return kind == "Flatten"
    if kind == "InputLayer":
        chain.arrange(config["batch_shape"][1:])
    elif kind == "Flatten":
        chain.arrange((-1,))
    elif kind == "Reshape":
        chain.arrange(config["target_shape"])
    elif kind == "Permute":
        chain.arrange(axes=[axis - 1 for axis in config["dims"]])
    else:
        return False
    return True


def _name(layer: dict[str, Any], weights: Sequence[Array]) -> str | None:
    """Name an activation as a dense network has it, with its slope; None of one that is none of those."""
    config, kind = layer["config"], layer["class_name"]
    if kind == "PReLU":
        slopes = np.unique(weights[0])
        return name_activation("leaky_relu", float(slopes[0])) if len(slopes) == 1 else None
    if kind == "LeakyReLU":
        return name_activation("leaky_relu", float(config.get("negative_slope", config.get("alpha", 0.3))))
    if kind == "ReLU":
        if config.get("max_value") or config.get("threshold"):
            return None
        slope = float(config.get("negative_slope") or 0.0)
        return name_activation("leaky_relu", slope) if slope else "relu"
    activation = layer_activation(layer)
    return None if activation == "relu6" else activation


def _normalisation(config: dict[str, Any], weights: list[Array], n_axes: int) -> tuple[Array, Array]:
    """γ(x − μ) / √(σ² + ε) + β as a gain and a shift along an axis; μ and σ² are the moving ones, the last two."""
    mean, variance = weights[-2:]
    gain = (weights.pop(0) if config.get("scale", True) else 1.0) / np.sqrt(variance + config["epsilon"])
    shift = (weights.pop(0) if config.get("center", True) else 0.0) - mean * gain
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) else axis
    shape = [1] * n_axes
    shape[axis - 1 if axis > 0 else axis] = -1
    return gain.reshape(shape), shift.reshape(shape)
