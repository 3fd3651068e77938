"""How an image's pixels become a network's inputs: scaled and shifted, and colours in the network's own order."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import CHANNELS, Shape

Numbers = float | Sequence[float]  # one for all pixels, or one per colour


@dataclass(frozen=True)
class Preprocessing:
    """(scale · x − mean) / std of pixels x in [0, 1].

    Parameters
    ----------
    scale : float
    mean, std : float or sequence of 3 floats
        One for all pixels, or, of images in colour, one per colour.
    """

    scale: float = 1.0
    mean: Numbers = 0.0
    std: Numbers = 1.0

    def of_row(self, n_inputs: int) -> tuple[float, Array, Array]:
        """Give scale, mean and std as what broadcasts to rows of pixels (…, n_inputs)."""
        mean, std = (
            np.asarray(v, float) if np.size(v) == 1 else np.tile(v, n_inputs // CHANNELS) for v in (self.mean, self.std)
        )
        return self.scale, mean, std

    def gain_and_shift(self, n_inputs: int) -> tuple[Array, Array]:
        """Give gain and shift of the same, gain · x + shift, as what broadcasts to rows of pixels."""
        scale, mean, std = self.of_row(n_inputs)
        return scale / std, -mean / std

    def as_array(self) -> Array:
        """Give scale, mean and std as a file has them: (3,), or (3, 3) with one per colour."""
        return np.array(np.broadcast_arrays(self.scale, self.mean, self.std), float)

    @classmethod
    def from_array(cls, array: Array) -> "Preprocessing":
        """The inverse of `as_array`."""
        scale, mean, std = array.tolist()
        return cls(scale[0] if isinstance(scale, list) else scale, mean, std)


def make_preprocessing(path: Path, shape: Shape, scale: float, mean: Numbers, std: Numbers) -> Preprocessing:
    """Make one for a network's file and images of a shape.

    Raises
    ------
    UserError
        If mean or std is no number and not one per colour of images in colour, or scale or std is not above 0.
    """
    for name, value in (("scale", scale), ("mean", mean), ("std", std)):
        shapes = ((), (CHANNELS,)) if name != "scale" else ((),)
        if np.shape(value) not in shapes or not np.isfinite(value).all():
            each = "a number" if name == "scale" else "a number, or three of them: of red, green and blue"
            raise UserError(f"{path}: {name}: {value} is not {each}")
        if len(shape) == 2 and np.size(value) > 1:
            raise UserError(f"{path}: {name} has a number per colour, and the images are grey: give one number")
        if name != "mean" and np.min(value) <= 0:
            raise UserError(f"{path}: {name}: {value} must be greater than 0")
    return Preprocessing(scale, mean, std)


def to_channels_last(weights: Array, shape: Shape) -> Array:
    """Reorder a first layer's weights from images laid out colour by colour (PyTorch's way) to images laid out pixel by
    pixel (Keras' way, and this library's).

    Parameters
    ----------
    weights : array, shape (n_inputs, n_units)
    shape : (height, width, 3)
    """
    height, width, channels = shape
    planes = weights.reshape(channels, height, width, -1)
    return planes.transpose(1, 2, 0, 3).reshape(math.prod(shape), -1)
