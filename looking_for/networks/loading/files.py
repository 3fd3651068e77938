"""A network made elsewhere, from whichever form its file has."""

from pathlib import Path

from looking_for.core.errors import UserError
from looking_for.networks.dense import Network
from looking_for.networks.loading import keras_file, weights
from looking_for.networks.stored_layers import Layers
from stages.params import ModelParams


def load(params: ModelParams, shape: tuple[int, int]) -> Network | Layers:
    """The network on images of that height and width; a UserError says what is wrong with its file."""
    path, scaling = Path(params.path), {"mean": params.mean, "std": params.std}
    if not path.is_file():
        raise UserError(f"{path} is missing, or no file: params.yaml says that a model is there")
    if path.suffix in keras_file.FORMS:
        if params.activation is not None:
            raise UserError(f"{path} says itself what its activations are: leave `activation` out")
        return keras_file.load(path, shape, scale=params.scale, **scaling)
    if path.suffix not in weights.FORMS:
        allowed = ", ".join((*weights.FORMS, *keras_file.FORMS))
        raise UserError(f"{path}: models are read from {allowed}")
    activation, scale = params.activation or "relu", params.scale or 1.0
    return weights.load(path, shape[0] * shape[1], activation=activation, scale=scale, **scaling)
