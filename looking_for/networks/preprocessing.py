"""What a network's own pixels are: those of images, scaled and shifted, in the order in which it lays them out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
        One for all pixels; of images in colour perhaps one per colour.
    """

    scale: float = 1.0
    mean: Numbers = 0.0
    std: Numbers = 1.0

    def __post_init__(self) -> None:
        for name, value in (("mean", self.mean), ("std", self.std)):
            if np.size(value) not in (1, CHANNELS):
                raise UserError(f"{name}: {value} has {np.size(value)} numbers; allowed are one for all pixels, or one "
                                "each for red, green and blue")  # fmt: skip

    def check_shape(self, shape: Shape) -> None:
        """Raise UserError where there is a number per colour and the images (of this shape) are grey."""
        if len(shape) == 2 and max(np.size(self.mean), np.size(self.std)) > 1:
            raise UserError("mean and std have a number per colour, and the images are grey: give one each")

    def of_row(self, n_inputs: int) -> tuple[float, Array, Array]:
        """Give scale, mean and std for rows of pixels (…, n_inputs): numbers, or rows of their own."""
        mean, std = (
            np.asarray(v, float) if np.size(v) == 1 else np.tile(v, n_inputs // CHANNELS) for v in (self.mean, self.std)
        )
        return self.scale, mean, std

    def gain_and_shift(self, n_inputs: int) -> tuple[Array, Array]:
        """Give the same as gain · x + shift."""
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


def to_channels_last(weights: Array, shape: Shape) -> Array:
    """Turn a first layer's weights for images laid out colour by colour, as PyTorch does, into those for images laid
    out pixel by pixel, as Keras does and all that is here.

    Parameters
    ----------
    weights : array, shape (n_inputs, n_units)
    shape : (height, width, 3)
    """
    height, width, channels = shape
    planes = weights.reshape(channels, height, width, -1)
    return planes.transpose(1, 2, 0, 3).reshape(math.prod(shape), -1)
