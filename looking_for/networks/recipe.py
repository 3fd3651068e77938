"""How a network is trained: its own recipe, and what all networks of a run share."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How one network is trained; the defaults are the article's.

    Parameters
    ----------
    samples : int
        The first so many training images.
    hidden : list of int
        Units of each hidden layer.
    epochs : int
    shuffle_labels : bool
        Whether labels are in a random order, as a control.
    activation, optimizer : str
    momentum : float
        Of sgd.
    weight_decay, dropout : float
    input_noise : float
        The standard deviation of what is added to each pixel in [0, 1], in training only.
    batch_normalisation : bool
    linear_path : bool
        Whether a linear map of the pixels is added to the scores, beside the hidden layers.
    initial_scale : float
        The standard deviation of the first weights, as a multiple of Glorot's.
    keep_picture : float
        λ, what it costs in the loss to leave the composed pictures.
    seed : int, optional
        In the place of the run's own.
    """

    samples: int
    hidden: list[int]
    epochs: int
    shuffle_labels: bool = False
    activation: str = "relu"
    optimizer: str = "rmsprop"
    momentum: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    input_noise: float = 0.0
    batch_normalisation: bool = False
    linear_path: bool = False
    initial_scale: float = 1.0
    keep_picture: float = 0.0
    seed: int | None = None

    @property
    def is_control(self) -> bool:
        """Whether the network learns nothing about the classes, so that its pictures show nothing."""
        return self.epochs == 0 or self.shuffle_labels

    def without(self, *names: str) -> dict[str, Any]:
        """Give the settings but for some, to compare recipes by."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in names}


@dataclass(frozen=True)
class TrainSettings:
    """What all trainings of a run share: images per step, the optimizer's learning rate, about how many
    snapshots of the weights are kept, and the seed of networks that have none."""

    batch_size: int
    learning_rate: float
    snapshots: int
    seed: int
