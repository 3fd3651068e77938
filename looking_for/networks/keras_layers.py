"""Keras' descriptions of layers: which are piecewise affine, and what composing leaves of them.

A description is the JSON that Keras writes of a model. Nothing here runs any of it, so a file can be
refused by what it says before Keras sees it.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from looking_for.core.errors import UserError

Description = dict[str, Any]

AFFINE = {"InputLayer", "Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "BatchNormalization",
          "Flatten", "Reshape", "Permute", "Rescaling", "ZeroPadding2D", "Cropping2D", "AveragePooling2D",
          "GlobalAveragePooling2D", "Add", "Subtract", "Average", "Concatenate"}  # fmt: skip
ONLY_IN_TRAINING = {"Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise"}
RELUS = {"ReLU", "LeakyReLU", "Activation"}
AVERAGED = {"MaxPooling2D": "AveragePooling2D", "GlobalMaxPooling2D": "GlobalAveragePooling2D"}
LAYERS = AFFINE | ONLY_IN_TRAINING | RELUS | set(AVERAGED) | {"Softmax"}
STRAIGHT = {"linear", "relu", "leaky_relu", "relu6"}
BENT = {"tanh", "sigmoid", "gelu"}
SIZES = {"Dense": "units", "Conv2D": "filters", "SeparableConv2D": "filters"}
SAID = {"Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", *AVERAGED, *AVERAGED.values()}


def check(description: Mapping[str, Any], where: str) -> None:
    """A UserError that names the first layer which is not known here, or whose activation is not."""
    if description.get("class_name") not in ("Sequential", "Functional", "Model"):
        raise UserError(
            f"{where} holds a {description.get('class_name')!r}; read are Sequential and functional models"
        )
    last = output(description)
    for layer in layers(description):
        name, kind, activation = name_of(layer), layer["class_name"], activation_of(layer)
        if kind not in LAYERS or (kind == "Softmax" and name != last):
            raise UserError(
                f"{where}: its layer {name!r} ({kind}) is not known to be piecewise affine; allowed are "
                f"{', '.join(sorted(LAYERS))} (a softmax as the output alone)"
            )
        allowed = STRAIGHT | BENT | ({"softmax"} if name == last else set())
        if activation not in allowed:
            raise UserError(
                f"{where}: its layer {name!r} has the activation {activation!r}; "
                f"allowed are {', '.join(sorted(allowed))}"
            )


def refuse_bent(description: Mapping[str, Any], where: str) -> None:
    """A UserError for an activation without straight pieces, which only a dense chain may have."""
    for layer in layers(description):
        if activation_of(layer) in BENT:
            raise UserError(
                f"{where}: its layer {name_of(layer)!r} has the activation {activation_of(layer)!r}; it is "
                "allowed only where all layers are dense and all hidden ones have the same"
            )


def layers(description: Mapping[str, Any]) -> Iterator[Description]:
    yield from description["config"]["layers"]


def name_of(layer: Mapping[str, Any]) -> str:
    return str(layer["config"].get("name", layer.get("name", layer["class_name"])))


def output(description: Mapping[str, Any]) -> str:
    """The name of the layer that gives the logits, or probabilities."""
    if "output_layers" not in description["config"]:
        return name_of(list(layers(description))[-1])
    found = description["config"]["output_layers"]
    return str(found[0] if isinstance(found[0], str) else found[0][0])


def activation_of(layer: Mapping[str, Any]) -> str:
    """A layer's activation by name; that of layers which are one, too."""
    own = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "Softmax": "softmax"}.get(layer["class_name"])
    found = own or layer["config"].get("activation") or "linear"
    return found if isinstance(found, str) else str(found.get("class_name", found))


def logits_only(description: Description) -> Description:
    """The same without the softmax at its end."""
    found = copy.deepcopy(description)
    for layer in layers(found):
        if activation_of(layer) == "softmax":
            _straighten(layer)
    return found


def composed(description: Description) -> Description:
    """Every ReLU replaced by the identity and max-pooling by average-pooling: an affine model."""
    found = copy.deepcopy(description)
    for layer in layers(found):
        layer["class_name"] = AVERAGED.get(layer["class_name"], layer["class_name"])
        if activation_of(layer) != "linear":
            _straighten(layer)
    return found


def in_precision(description: Description, dtype: str) -> Description:
    """The same in float32 or float64."""
    found = copy.deepcopy(description)
    for layer in layers(found):
        if ".ops." not in str(layer.get("module")):  # an operation, as the + of two layers, has none
            layer["config"]["dtype"] = dtype
    return found


def words(layers_: Sequence[Mapping[str, Any]]) -> str:
    """What a reader calls the layers, as in "Conv2D 8, MaxPooling2D, Dense 10"."""
    said = [layer for layer in layers_ if layer["class_name"] in SAID]
    sizes = [layer["config"].get(SIZES.get(layer["class_name"], ""), "") for layer in said]
    return ", ".join(
        f"{layer['class_name']} {size}".strip() for layer, size in zip(said, sizes, strict=True)
    )


def _straighten(layer: Description) -> None:
    """A layer's activation becomes the identity."""
    if layer["class_name"] in RELUS | {"Softmax"}:
        layer["class_name"] = "Activation"
        layer["config"] = {"name": name_of(layer), "activation": "linear"}
        for node in layer.get("inbound_nodes", []):
            node["kwargs"] = {}  # a softmax takes a mask
    else:
        layer["config"]["activation"] = "linear"
