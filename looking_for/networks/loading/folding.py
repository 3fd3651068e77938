"""Keras' dense layers, with all that is affine between them folded in, as a dense network."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.activations import name_activation
from looking_for.core.arrays import Array
from looking_for.core.imageset import Shape
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import ACTIVATION_LAYERS, ONLY_IN_TRAINING, layer_activation
from looking_for.networks.preprocessing import Preprocessing, to_channels_last

Layer = tuple[dict[str, Any], Sequence[Array]]  # a layer's description, and its weights in Keras' order
CHANNELS_FIRST = (3, 1, 2)  # a permutation of height, width and channels
SHAPE_LAYERS = {"InputLayer", "Flatten", *ONLY_IN_TRAINING}


class _Chain:
    """Dense layers so far. `is_open`: whether the last has no activation yet; `gain`, `shift`: what is done
    to each number on its way to the next one, on that of a pixel before the first layer perhaps one per channel;
    `shape`: of the images."""

    def __init__(self, shape: Shape, pixels: Preprocessing) -> None:
        self.shape, self.is_channels_first = shape, False
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        self.activations: list[str] = []
        self.is_open = False
        self.gain, self.shift = pixels.gain_and_shift(math.prod(shape))

    def scale(self, gain: Array, shift: Array) -> None:
        """Fold x ↦ gain · x + shift into the layer before if that is still open, else into the next."""
        if not self.weights:
            gain, shift = (np.tile(v, math.prod(self.shape) // v.size) if v.size > 1 else v for v in (gain, shift))
        if self.is_open:
            self.weights[-1] = self.weights[-1] * gain
            self.biases[-1] = self.biases[-1] * gain + shift
        else:
            self.gain, self.shift = self.gain * gain, self.shift * gain + shift

    def dense(self, weight: Array, bias: Array) -> None:
        """Append a dense layer."""
        if self.is_open:
            self.activations.append("linear")
        if self.is_channels_first and not self.weights:
            weight = to_channels_last(weight, self.shape)
        shift = np.broadcast_to(self.shift, len(weight))
        self.weights.append(np.broadcast_to(self.gain, len(weight))[:, None] * weight)
        self.biases.append(bias + shift @ weight)
        self.gain, self.shift, self.is_open = np.array(1.0), np.array(0.0), True


def fold_dense(layers: Sequence[Layer], shape: Shape, pixels: Preprocessing) -> DenseNetwork | None:
    """Fold a chain of layers into a dense network.

    Parameters
    ----------
    layers : sequence of (description, weights)
        In order, the output last, without a softmax.
    shape : (int, int) or (int, int, 3)
        Of the images.
    pixels : Preprocessing
        What the first layer sees.

    Returns
    -------
    DenseNetwork or None
        None if it is not a chain of dense layers, or its hidden layers' activations differ.
    """
    chain, n_inputs = _Chain(shape, pixels), math.prod(shape)
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
    if chain.is_channels_first and not chain.weights and weights and kind != "Dense":
        return False  # what is done per number after a permutation
    if kind == "Dense":
        if chain.gain.size not in (1, len(weights[0])):
            return False  # the normalisation axis does not match the input
        chain.dense(weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[1]))
    elif kind == "Rescaling" and not (chain.is_channels_first and np.size(config["scale"]) > 1):
        chain.scale(np.asarray(config["scale"], float), np.asarray(config.get("offset", 0.0), float))
    elif kind == "BatchNormalization":
        chain.scale(*_normalisation(config, list(weights)))
    elif kind == "Permute" and not chain.weights and tuple(config["dims"]) == CHANNELS_FIRST and len(chain.shape) == 3:
        chain.is_channels_first = True
    elif kind not in SHAPE_LAYERS | ACTIVATION_LAYERS:
        return False
    if activation == "linear":
        return True
    name = _name(layer, weights)
    if not chain.is_open or name is None:
        return False
    chain.activations.append(name)
    chain.is_open = False
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


def _normalisation(config: dict[str, Any], weights: list[Array]) -> tuple[Array, Array]:
    """γ(x − μ) / √(σ² + ε) + β as a gain and a shift; μ and σ² are the moving ones, the last two."""
    mean, variance = weights[-2:]
    gain = (weights.pop(0) if config.get("scale", True) else 1.0) / np.sqrt(variance + config["epsilon"])
    shift = weights.pop(0) if config.get("center", True) else 0.0
    return gain, shift - mean * gain
