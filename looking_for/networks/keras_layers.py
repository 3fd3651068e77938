"""Keras' descriptions of layers: which are piecewise affine, and what composing leaves of them.

A description is the JSON that Keras writes of a model. Nothing here runs any of it, so a file can be
refused by what it says before Keras sees it.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from looking_for.core.arrays import Array, as_float32
from looking_for.core.errors import UserError
from looking_for.core.imageset import CHANNELS
from looking_for.core.npz import load_arrays, raise_invalid, save_arrays
from looking_for.networks.preprocessing import Preprocessing

Description = dict[str, Any]

AFFINE = {"InputLayer", "Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "BatchNormalization",
          "Flatten", "Reshape", "Permute", "Rescaling", "ZeroPadding2D", "Cropping2D", "AveragePooling2D",
          "GlobalAveragePooling2D", "Add", "Subtract", "Average", "Concatenate"}  # fmt: skip
ONLY_IN_TRAINING = {"Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity",
                    "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
                    "RandomContrast", "RandomBrightness", "RandomShear", "RandomErasing"}  # fmt: skip
ACTIVATION_LAYERS = {"ReLU", "LeakyReLU", "PReLU", "Activation"}
MODELS = {"Sequential", "Functional", "Model"}
REBUILT = {"Normalization", "TrueDivide", "Multiply", *MODELS}  # what a rebuilt model has other layers for
AVERAGED = {"MaxPooling2D": "AveragePooling2D", "GlobalMaxPooling2D": "GlobalAveragePooling2D"}
LAYERS = AFFINE | ONLY_IN_TRAINING | ACTIVATION_LAYERS | set(AVERAGED) | {"Softmax"}
PIECEWISE_LINEAR = {"linear", "relu", "leaky_relu", "relu6"}
SMOOTH = {"tanh", "sigmoid", "gelu"}
ACTIVATIONS_READ = PIECEWISE_LINEAR | SMOOTH | {"softmax"}
SIZE_KEYS = {"Dense": "units", "Conv2D": "filters", "SeparableConv2D": "filters"}
LABELLED = {"Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", *AVERAGED, *AVERAGED.values()}


@dataclass(frozen=True)
class StoredLayers:
    """A network of layers that are not all dense, as plain arrays: what a model is built from again.

    Parameters
    ----------
    architecture : str
        Keras' own description of the layers, JSON.
    weights : sequence of arrays, float32
        In Keras' order.
    pixels : Preprocessing
        What the first layer sees.
    """

    architecture: str
    weights: Sequence[Array]
    pixels: Preprocessing

    def save(self, path: Path) -> None:
        arrays = {f"array_{n:04}": as_float32(array) for n, array in enumerate(self.weights)}
        settings = {"pixels": self.pixels.as_array()}
        save_arrays(path, {"architecture": np.array(self.architecture)} | settings | arrays)

    @classmethod
    def load(cls, path: Path) -> "StoredLayers":
        a = load_arrays(path)
        if "pixels" not in a or a["pixels"].shape not in ((3,), (3, CHANNELS)):
            raise_invalid(path, "it does not say what its first layer sees (pixels: scale, mean, std)")
        weights = [a[name] for name in sorted(a) if name.startswith("array_")]
        if not all(np.isfinite(array).all() for array in [a["pixels"], *weights]):
            raise_invalid(path, "it has numbers that are not finite")
        return cls(str(a["architecture"]), weights, Preprocessing.from_array(a["pixels"]))


def check_readable(description: Mapping[str, Any], where: str) -> None:
    """Raise a UserError that names the first layer which may not be built: what a file says is checked before."""
    if description.get("class_name") not in MODELS:
        raise UserError(f"{where} holds a {description.get('class_name')!r}; read are Sequential and functional models")
    for layer in iter_layers(description):
        kind, config, name = layer["class_name"], layer["config"], layer_name(layer)
        if kind in MODELS:
            check_readable(layer, where)
            continue
        if kind not in LAYERS | REBUILT:
            raise _unknown_layer(where, name, kind)
        if not isinstance(config.get("activation"), Mapping) and layer_activation(layer) not in ACTIVATIONS_READ:
            raise UserError(f"{where}: its layer {name!r} has the activation {layer_activation(layer)!r}; "
                            f"allowed are {', '.join(sorted(ACTIVATIONS_READ))}")  # fmt: skip
        if config.get("data_format") == "channels_first":
            raise UserError(f"{where}: its layer {name!r} is channels_first; only channels_last is read")
        if "Quantized" in str(config.get("dtype")) or config.get("quantization_config"):
            raise UserError(f"{where}: its layer {name!r} is quantised; save the model as it was before model.quantize")


def _unknown_layer(where: str, name: str, kind: str) -> UserError:
    return UserError(
        f"{where}: its layer {name!r} ({kind}) is not known to be piecewise affine; allowed are "
        f"{', '.join(sorted(LAYERS | REBUILT - MODELS))} (a softmax as the output alone)"
    )


def check_layers(description: Mapping[str, Any], where: str) -> None:
    """Raise a UserError that names the first layer of a rebuilt model which is not known here, or whose activation
    is not."""
    last = output_name(description)
    for layer in iter_layers(description):
        name, kind, activation = layer_name(layer), layer["class_name"], layer_activation(layer)
        if kind not in LAYERS or (kind == "Softmax" and name != last):
            raise _unknown_layer(where, name, kind)
        allowed = PIECEWISE_LINEAR | SMOOTH | ({"softmax"} if name == last else set())
        if activation not in allowed:
            raise UserError(
                f"{where}: its layer {name!r} has the activation {activation!r}; "
                f"allowed are {', '.join(sorted(allowed))}"
            )


def reject_smooth(description: Mapping[str, Any], where: str) -> None:
    """Raise a UserError for an activation without straight pieces, which only a dense chain may have."""
    for layer in iter_layers(description):
        if layer_activation(layer) in SMOOTH:
            raise UserError(
                f"{where}: its layer {layer_name(layer)!r} has the activation {layer_activation(layer)!r}; "
                "it is allowed only where all layers are dense and all hidden ones have the same"
            )


def iter_layers(description: Mapping[str, Any]) -> Iterator[Description]:
    yield from description["config"]["layers"]


def layer_name(layer: Mapping[str, Any]) -> str:
    return str(layer["config"].get("name", layer.get("name", layer["class_name"])))


def output_name(description: Mapping[str, Any]) -> str:
    """Name the layer that gives the logits, or probabilities."""
    if "output_layers" not in description["config"]:
        return layer_name(list(iter_layers(description))[-1])
    outputs = description["config"]["output_layers"]
    return str(outputs[0] if isinstance(outputs[0], str) else outputs[0][0])


def layer_activation(layer: Mapping[str, Any]) -> str:
    """Name a layer's activation; that of layers which are one, too."""
    by_kind = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "leaky_relu", "Softmax": "softmax"}.get(
        layer["class_name"]
    )
    activation = by_kind or layer["config"].get("activation") or "linear"
    return activation if isinstance(activation, str) else str(activation.get("class_name", activation))


def without_output_activation(description: Description) -> Description:
    """Describe the same model without the softmax or the sigmoids at its end, which give probabilities of logits."""
    described = copy.deepcopy(description)
    last = output_name(described)
    for layer in iter_layers(described):
        activation = layer_activation(layer)
        if activation == "softmax" or (activation == "sigmoid" and layer_name(layer) == last):
            _linearise(layer)
    return described


def composed(description: Description) -> Description:
    """Replace every ReLU by the identity and max-pooling by average-pooling: an affine model."""
    described = copy.deepcopy(description)
    for layer in iter_layers(described):
        layer["class_name"] = AVERAGED.get(layer["class_name"], layer["class_name"])
        if layer["class_name"] == "PReLU":
            continue  # it has weights, which whoever builds the model sets to ones: the identity
        if layer_activation(layer) != "linear":
            _linearise(layer)
    return described


def in_precision(description: Description, dtype: str) -> Description:
    """Describe the same model in float32 or float64."""
    described = copy.deepcopy(description)
    for layer in iter_layers(described):
        if ".ops." not in str(layer.get("module")):  # an operation, as the + of two layers, has none
            layer["config"]["dtype"] = dtype
    return described


def describe_layers(description: Mapping[str, Any]) -> str:
    """Say what a reader calls the layers, as in "Conv2D 8, MaxPooling2D, Dense 10"."""
    labelled = [layer for layer in iter_layers(description) if layer["class_name"] in LABELLED]
    sizes = [layer["config"].get(SIZE_KEYS.get(layer["class_name"], ""), "") for layer in labelled]
    return ", ".join(f"{layer['class_name']} {size}".strip() for layer, size in zip(labelled, sizes, strict=True))


def _linearise(layer: Description) -> None:
    """Make a layer's activation the identity."""
    if layer["class_name"] in ACTIVATION_LAYERS | {"Softmax"}:
        layer["class_name"] = "Activation"
        layer["config"] = {"name": layer_name(layer), "activation": "linear"}
        for node in layer.get("inbound_nodes", []):
            node["kwargs"] = {}  # a softmax takes a mask
    else:
        layer["config"]["activation"] = "linear"
