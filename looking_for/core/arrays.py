"""What every stage does to arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
GRID = 2**16


def pixels(images: Array, dtype: type = np.float64) -> Array:
    """Images (n × h × w, 0…255) as rows of pixels in [0, 1] (n × h·w)."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=dtype)


def single(array: Array) -> Array:
    """The array as float32, which is how arrays lie in files; sums are made in float64."""
    return np.asarray(array, np.float32)


def on_grid(array: Array) -> Array:
    """Rounded to whole multiples of the largest value / GRID, for what is solved or fitted step by step.

    Its last digits are the processor's; these that are left are everybody's.
    """
    step = float(np.abs(array).max(initial=0)) / GRID or 1.0
    return np.asarray(np.rint(array / step) * step)


def centred(per_class: Array) -> Array:
    """Less the mean over classes (last axis), which softmax ignores."""
    return per_class - per_class.mean(axis=-1, keepdims=True)
