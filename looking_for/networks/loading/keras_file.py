"""Models as Keras saves them, .keras or .h5: what they say is checked before any of it is built."""

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from looking_for.core.errors import UNREADABLE, UserError, reason
from looking_for.networks import keras_layers
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import StoredLayers
from looking_for.networks.loading.folding import Layer, fold_dense

FORMATS = (".keras", ".h5")
UINT8_SCALE = 255.0  # of a model that expects pixels of 0…255
MIN_UINT8_DIVISOR = 50.0  # a model that begins by dividing by more expects such pixels


def load_keras(
    path: Path, shape: tuple[int, int], *, scale: float | None = None, mean: float = 0.0, std: float = 1.0
) -> DenseNetwork | StoredLayers:
    """Read a Keras model; it is a dense network where its layers are a dense chain.

    Parameters
    ----------
    path : Path
        .keras or .h5.
    shape : (int, int)
        Height and width of the images, in pixels.
    scale, mean, std : float
        The model's own pixels are (scale · x − mean) / std of x in [0, 1]; without a scale it is 255 for a
        model that begins by dividing by about that itself, else 1.

    Raises
    ------
    UserError
        If it is neither dense nor piecewise affine; it names the layer.
    """
    written = read_description(path)
    keras_layers.check_layers(written, str(path))
    if scale is None:
        scale = UINT8_SCALE if _expects_bytes(written) else 1.0
    model = _build(path)
    _check_input(path, model, shape)
    described = keras_layers.without_softmax(json.loads(json.dumps(_keras().saving.serialize_keras_object(model))))
    chain = fold_dense(_with_weights(described, model), int(np.prod(shape)), scale / std, -mean / std)
    if chain is not None:
        return chain
    keras_layers.reject_smooth(described, str(path))
    return StoredLayers(json.dumps(described, sort_keys=True), model.get_weights(), scale, mean, std)


def read_description(path: Path) -> dict[str, Any]:
    """Read what a file says of its layers, without building them."""
    try:
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as file:
                described = json.loads(file.read("config.json"))
        else:
            with h5py.File(path) as file:
                described = json.loads(file.attrs["model_config"])
        return {"class_name": described["class_name"], "config": {**described["config"]}}
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"{path} cannot be read as a model that Keras saved: {reason(error)}") from error


def _build(path: Path) -> Any:
    try:
        return _keras().saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras has no errors of its own: whatever it raises, the file is no good
        raise UserError(f"{path} cannot be built by Keras: {reason(error)}") from error


def _keras() -> Any:
    """Import Keras late, since it takes seconds."""
    from looking_for.core.keras_backend import keras

    return keras


def _check_input(path: Path, model: Any, shape: tuple[int, int]) -> None:
    """Check for one input, of as many pixels as the images have, in their shape where it has one."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; it needs one of each")
    if len(model.output_shape) != 2:
        size = "×".join(map(str, model.output_shape[1:]))
        raise UserError(f"{path} gives {size} numbers for an image; it needs one for each class")
    wanted = [size for size in model.input_shape[1:] if size != 1]
    if wanted not in ([size for size in shape if size != 1], [int(np.prod(shape))]):
        size = "×".join(map(str, model.input_shape[1:]))
        raise UserError(f"{path} reads {size}; the images are grey, {shape[0]}×{shape[1]} pixels")


def _expects_bytes(written: dict[str, Any]) -> bool:
    """Whether the first layer that does anything divides by about 255, or half of it."""
    working = (la for la in keras_layers.iter_layers(written) if la["class_name"] not in ("InputLayer", "Flatten"))
    first = next(working, None)
    if first is None or first["class_name"] != "Rescaling":
        return False
    return bool(np.all(np.abs(first["config"]["scale"]) < 1 / MIN_UINT8_DIVISOR))


def _with_weights(description: dict[str, Any], model: Any) -> list[Layer]:
    """Pair each layer's description with its weights; give nothing of a model that uses a layer twice."""
    if any(len(layer.get("inbound_nodes", [])) > 1 for layer in keras_layers.iter_layers(description)):
        return []
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    return [(layer, weights.get(keras_layers.layer_name(layer), [])) for layer in keras_layers.iter_layers(description)]
