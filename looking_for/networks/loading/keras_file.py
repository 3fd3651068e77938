"""Models as Keras saves them, .keras or .h5: what they say is checked before any of it is built."""

import json
import math
import shutil
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np

from looking_for.core.errors import UNREADABLE, UserError, reason
from looking_for.core.imageset import Shape
from looking_for.networks import keras_layers
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import StoredLayers
from looking_for.networks.loading.folding import Layer, fold_dense
from looking_for.networks.preprocessing import Numbers, make_preprocessing

UINT8_SCALE = 255.0  # of a model that expects pixels of 0…255
MIN_UINT8_DIVISOR = 50.0  # a model that begins by dividing by more expects such pixels


def load_keras(
    path: Path, shape: Shape, *, scale: float | None = None, mean: Numbers = 0.0, std: Numbers = 1.0
) -> DenseNetwork | StoredLayers:
    """Read a Keras model; it is a dense network where its layers are a dense chain.

    Parameters
    ----------
    path : Path
        .keras or .h5.
    shape : (int, int) or (int, int, 3)
        Height and width of the images, in pixels; the 3 of images in colour.
    scale, mean, std : float
        The model's own pixels are (scale · x − mean) / std of x in [0, 1]; without a scale it is 255 for a
        model that begins by dividing by about that itself, else 1. Mean and std may have a number per colour.

    Raises
    ------
    UserError
        If it is neither dense nor piecewise affine; it names the layer.
    """
    written = read_description(path)
    keras_layers.check_readable(written, str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is not read is refused in words of our own
        model = _build(path, written)
        _check_input(path, model, shape)
        model = _rebuild(path, model, shape)
    return from_model(path, model, shape, scale=scale, mean=mean, std=std)


def load_onnx(
    path: Path, shape: Shape, *, scale: float | None = None, mean: Numbers = 0.0, std: Numbers = 1.0
) -> DenseNetwork | StoredLayers:
    """Read an ONNX graph; parameters, result and errors as of `load_keras`."""
    from looking_for.networks.loading.onnx_file import build_from_onnx

    model = build_from_onnx(path)
    if len(shape) > 2 and len(model.inputs[0].shape) == 2:
        raise UserError(f"{path} reads rows of numbers, which do not say the order of an image's colours: export it "
                        "with its Flatten, so that it reads 3×height×width")  # fmt: skip
    _check_input(path, model, shape)
    return from_model(path, _rebuild(path, model, shape), shape, scale=scale, mean=mean, std=std)


def from_model(
    path: Path, model: Any, shape: Shape, *, scale: float | None, mean: Numbers, std: Numbers
) -> DenseNetwork | StoredLayers:
    """Make a network of a model rebuilt of known layers; parameters, result and errors as of `load_keras`."""
    described = json.loads(json.dumps(_keras().saving.serialize_keras_object(model)))
    keras_layers.check_layers(described, str(path))
    described = keras_layers.without_output_activation(described)
    layers = _with_weights(described, model)
    if scale is None:
        scale = UINT8_SCALE if _expects_bytes(layers) else 1.0
    pixels = make_preprocessing(path, shape, scale, mean, std)
    chain = fold_dense(layers, math.prod(shape), pixels)
    if chain is not None:
        return chain
    keras_layers.reject_smooth(described, str(path))
    return StoredLayers(json.dumps(described, sort_keys=True), model.get_weights(), pixels)


def read_description(path: Path) -> dict[str, Any]:
    """Read what a file says of its layers, without building them."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                described = json.loads(file.read("config.json"))
        else:
            with h5py.File(path) as file:
                if "model_config" not in file.attrs:
                    raise UserError(f"{path} holds weights only, not the layers that they are of: save the model by "
                                    "model.save('mine.keras')")  # fmt: skip
                described = json.loads(file.attrs["model_config"])
        return _modernised(described)
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"{path} cannot be read as a model that Keras saved: {reason(error)}") from error


def _modernised(described: dict[str, Any]) -> dict[str, Any]:
    """A description as Keras 3 writes it: of 2.2 a Sequential's is a list, and until 2.15 its first layer says what
    goes in."""
    config = described["config"]
    config = {"layers": config, "name": "sequential"} if isinstance(config, list) else {**config}
    layers = config.get("layers") or [{"class_name": "none", "config": {}}]
    first = layers[0]["config"]
    if (
        described["class_name"] == "Sequential"
        and "batch_input_shape" in first
        and layers[0]["class_name"] != "InputLayer"
    ):
        pixels = {"batch_shape": first["batch_input_shape"], "dtype": "float32", "name": "pixels"}
        rest = {key: value for key, value in first.items() if key != "batch_input_shape"}
        config["layers"] = [{"class_name": "InputLayer", "config": pixels}, {**layers[0], "config": rest}, *layers[1:]]
    return {"class_name": described["class_name"], "config": config}


def _build(path: Path, description: dict[str, Any]) -> Any:
    """Build the model; Keras tells a file's form by its suffix, so it sees it under the one of its content."""
    suffix = ".keras" if zipfile.is_zipfile(path) else ".h5"
    try:
        with TemporaryDirectory() as folder:
            copy = Path(folder) / f"model{suffix}"
            shutil.copyfile(path, copy)
            if suffix == ".h5":
                with h5py.File(copy, "r+") as file:
                    if json.loads(file.attrs["model_config"])["config"] != description["config"]:
                        file.attrs["model_config"] = json.dumps(description)
            return _keras().saving.load_model(copy, compile=False, safe_mode=True)
    except Exception as error:  # Keras has no errors of its own: whatever it raises, the file is no good
        raise UserError(f"{path} cannot be built by Keras: {reason(error)}") from error


def _keras() -> Any:
    """Import Keras late, since it takes seconds."""
    from looking_for.core.keras_backend import keras

    return keras


def _check_input(path: Path, model: Any, shape: Shape) -> None:
    """Check for one input, of as many pixels as the images have, in their shape where it has one."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; it needs one of each")
    if len(model.outputs[0].shape) != 2:
        size = "×".join(map(str, model.outputs[0].shape[1:]))
        raise UserError(f"{path} gives {size} numbers for an image; it needs one for each class")
    sizes = model.inputs[0].shape[1:]
    wanted = [size for size in sizes if size != 1]
    fitting = [size for size in shape if size != 1], [int(np.prod(shape))]
    if not any(len(wanted) == len(f) and all(a in (None, b) for a, b in zip(wanted, f, strict=True)) for f in fitting):
        size = "×".join(map(str, sizes))
        kind = "grey" if len(shape) == 2 else "in colour"
        raise UserError(f"{path} reads {size}; the images are {kind}, {'×'.join(map(str, shape))} pixels")


def _rebuild(path: Path, model: Any, shape: Shape) -> Any:
    from looking_for.networks.loading.keras_rebuild import rebuild_model

    try:
        return rebuild_model(str(path), model, shape)
    except UserError:
        raise
    except Exception as error:  # as above
        raise UserError(f"{path} cannot be rebuilt from layers that are known here: {reason(error)}") from error


def _expects_bytes(layers: Sequence[Layer]) -> bool:
    """Whether what stands before the first layer with weights divides by about 255, or half of it."""
    factor = 1.0
    for layer, weights in layers:
        if layer["class_name"] == "Rescaling":
            factor *= float(np.median(np.abs(layer["config"]["scale"])))
        if weights:
            is_of_bytes = layer["class_name"] == "BatchNormalization" and bool(np.median(weights[-2]) > 1)
            return is_of_bytes or factor < 1 / MIN_UINT8_DIVISOR
    return False


def _with_weights(description: dict[str, Any], model: Any) -> list[Layer]:
    """Pair each layer's description with its weights; give nothing of a model that uses a layer twice."""
    if any(len(layer.get("inbound_nodes", [])) > 1 for layer in keras_layers.iter_layers(description)):
        return []
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    return [(layer, weights.get(keras_layers.layer_name(layer), [])) for layer in keras_layers.iter_layers(description)]
