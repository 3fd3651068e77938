"""The sections `train`, `networks` and `models`: how networks come about."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from looking_for.core.activations import find_activation
from looking_for.core.errors import UserError
from looking_for.core.imageset import CHANNELS
from looking_for.networks.recipe import Recipe, TrainSettings
from stages.params import PARAMS, Section, Seed

MAX_SAMPLES = 100_000_000
MAX_NUMBER = 1e9  # of a mean or deviation of pixels

ActivationName = Literal["relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu"]
Width = Annotated[int, Field(ge=1, le=8192)]


def _check_label(label: str) -> str:
    if not label.isprintable() or label != label.strip():
        raise PydanticCustomError("label_of_letters", "label")
    return label


Label = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_check_label)]


def _check_per_colour(value: Any) -> float | list[float]:
    """One number, or three."""
    numbers = value if isinstance(value, list) else [value]
    is_number = [isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= MAX_NUMBER for n in numbers]
    if not all(is_number) or len(numbers) != (CHANNELS if isinstance(value, list) else 1):
        raise PydanticCustomError("numbers_per_colour", "numbers")
    return [float(n) for n in numbers] if isinstance(value, list) else float(value)


def _check_positive(value: float | list[float]) -> float | list[float]:
    if np.min(value) <= 0:
        raise PydanticCustomError("positive_per_colour", "numbers")
    return value


PerColour = Annotated[Any, AfterValidator(_check_per_colour)]


class Train(Section):
    batch_size: int = Field(ge=1, le=60_000)
    learning_rate: float = Field(gt=0, le=1)
    snapshots: int = Field(ge=0, le=100)
    seed: Seed

    def settings(self) -> TrainSettings:
        return TrainSettings(**self.model_dump())


class NetworkParams(Section):
    samples: int = Field(ge=1, le=MAX_SAMPLES)
    hidden: list[Width] = Field(max_length=8)
    epochs: int = Field(ge=0, le=100_000)
    shuffle_labels: bool = False
    activation: ActivationName = "relu"
    optimizer: Literal["rmsprop", "adam", "sgd"] = "rmsprop"
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    input_noise: float = Field(default=0.0, ge=0, le=10)
    batch_normalisation: bool = False
    linear_path: bool = False
    initial_scale: float = Field(default=1.0, ge=1e-6, le=100)
    keep_picture: float = Field(default=0.0, ge=0, le=1_000)
    seed: Seed | None = None
    label: Label | None = None

    @model_validator(mode="after")
    def _carry_a_path(self) -> "NetworkParams":
        if self.linear_path and not (self.hidden and find_activation(self.activation).is_piecewise_affine):
            raise PydanticCustomError("path_of_nothing", "linear_path")
        return self

    def recipe(self) -> Recipe:
        return Recipe(**self.model_dump(exclude={"label"}))


class ModelParams(Section):
    """An imported network. What is None the file includes, or it is as in networks."""

    path: str
    activation: ActivationName | None = None
    slope: float | None = Field(default=None, ge=-10, le=10)
    scale: float | None = Field(default=None, gt=0, le=1e6)
    mean: PerColour = 0.0
    std: Annotated[PerColour, AfterValidator(_check_positive)] = 1.0
    layers: list[str] = Field(default=[], max_length=64)
    orientation: Literal["inputs-by-units", "units-by-inputs"] | None = None
    channels: Literal["first", "last"] | None = None
    epsilon: float | None = Field(default=None, gt=0, le=1)
    normalisation: Literal["before", "after"] | None = None
    label: Label | None = None

    def settings(self) -> dict[str, Any]:
        """Give what `load_network` wants to know of the file."""
        return self.model_dump(exclude={"path", "label"})


def parse_networks(params: Mapping[str, Any]) -> tuple[dict[str, Recipe], dict[str, ModelParams]]:
    """Take the networks that are trained here, and the imported ones, from what `read_params` gives."""
    networks = {n: NetworkParams.model_validate(p) for n, p in params["networks"].items()}
    models = {n: ModelParams.model_validate(p) for n, p in params["models"].items()}
    return {name: network.recipe() for name, network in networks.items()}, models


def require_network(name: str, *sections: Mapping[str, object]) -> None:
    """Raise a UserError that lists the networks where a name is none of theirs."""
    names = [known for section in sections for known in section]
    if name not in names:
        raise UserError(f"{PARAMS}: no network {name!r} there; networks: {', '.join(names)}")
