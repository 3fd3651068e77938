"""Keras' dense layers, with all that is affine between them folded in, as a dense network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.arrays import Array
from looking_for.networks.dense import Network
from looking_for.networks.keras_layers import ONLY_IN_TRAINING, activation_of

Layer = tuple[dict[str, Any], Sequence[Array]]  # a layer's description, and its weights in Keras' order
SHAPES = {"InputLayer", "Flatten", *ONLY_IN_TRAINING}


class _Chain:
    """Dense layers so far. `open`: whether the last has no activation yet; `gain`, `shift`: what is done to
    each number on its way to the next one."""

    def __init__(self, gain: float, shift: float) -> None:
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        self.activations: list[str] = []
        self.open = False
        self.gain, self.shift = np.array(gain), np.array(shift)

    def scale(self, gain: Array, shift: Array) -> None:
        """x ↦ gain · x + shift, folded into the layer before if that is still open, else into the next."""
        if self.open:
            self.weights[-1] = self.weights[-1] * gain
            self.biases[-1] = self.biases[-1] * gain + shift
        else:
            self.gain, self.shift = self.gain * gain, self.shift * gain + shift

    def dense(self, weight: Array, bias: Array) -> None:
        if self.open:
            self.activations.append("linear")
        shift = np.broadcast_to(self.shift, len(weight))
        self.weights.append(np.broadcast_to(self.gain, len(weight))[:, None] * weight)
        self.biases.append(bias + shift @ weight)
        self.gain, self.shift, self.open = np.array(1.0), np.array(0.0), True


def dense_network(layers: Sequence[Layer], inputs: int, gain: float, shift: float) -> Network | None:
    """The network of a chain of dense layers on gain · x + shift of so many pixels in [0, 1]; None if it is
    no such chain or its hidden layers' activations differ. Layers in order, the output last, no softmax.
    """
    chain = _Chain(gain, shift)
    for layer, weights in layers:
        if not _add(chain, layer, [w.astype(float) for w in weights]):
            return None
    if not chain.open or len(set(chain.activations)) > 1 or len(chain.weights[0]) != inputs:
        return None
    activation = chain.activations[0] if chain.activations else "relu"
    return Network.of(chain.weights, chain.biases, np.float64, activation)


def _add(chain: _Chain, layer: dict[str, Any], weights: Sequence[Array]) -> bool:
    """Take one layer in, or say that it does not fit."""
    kind, config, activation = layer["class_name"], layer["config"], activation_of(layer)
    if kind == "Dense":
        if chain.gain.size not in (1, len(weights[0])):
            return False  # it normalises something else than the numbers that come in
        chain.dense(weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[1]))
    elif kind == "Rescaling":
        chain.scale(np.asarray(config["scale"], float), np.asarray(config.get("offset", 0.0), float))
    elif kind == "BatchNormalization":
        chain.scale(*_normalisation(config, list(weights)))
    elif kind not in SHAPES | {"ReLU", "LeakyReLU", "Activation"}:
        return False
    if activation == "linear":
        return True
    if not chain.open or not _is_usual(layer):
        return False
    chain.activations.append(activation)
    chain.open = False
    return True


def _is_usual(layer: dict[str, Any]) -> bool:
    """Whether an activation is what its name says here: of a ReLU no bounds, of a leaky one Keras' leak."""
    config = layer["config"]
    if layer["class_name"] == "ReLU":
        return not (config.get("max_value") or config.get("negative_slope") or config.get("threshold"))
    if layer["class_name"] == "LeakyReLU":
        return bool(abs(config.get("negative_slope", config.get("alpha", 0.0)) - 0.2) < 1e-9)
    return activation_of(layer) != "relu6"


def _normalisation(config: dict[str, Any], weights: list[Array]) -> tuple[Array, Array]:
    """γ(x − μ) / √(σ² + ε) + β as a gain and a shift; μ and σ² are the moving ones, the last two."""
    mean, variance = weights[-2:]
    gain = (weights.pop(0) if config.get("scale", True) else 1.0) / np.sqrt(variance + config["epsilon"])
    shift = weights.pop(0) if config.get("center", True) else 0.0
    return gain, shift - mean * gain
