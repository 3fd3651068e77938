"""Was a network fed as params.yaml says? The usual ways of scaling pixels, tried on a few images."""

import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.imageset import CHANNELS, ImageSet
from looking_for.networks.base import Network
from looking_for.networks.preprocessing import Numbers

N_TRIED_IMAGES = 200
GOOD = 0.9  # accuracy from which on nothing is tried
MAX_SCALING_IMAGES, MAX_SCALING_NUMBERS = 1_000, 20_000_000  # from which mean and deviation are taken
MIN_GAIN = 0.1  # in accuracy, from which on another way is worth a line
Scaling = Mapping[str, Numbers]
PHOTOGRAPHS: Scaling = {
    "scale": 1.0,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}  # torchvision's, of ImageNet


class Suggestion(NamedTuple):
    """A way of scaling pixels that gives more right answers, and the two accuracies, on `n_images`."""

    settings: Scaling
    now: float
    then: float
    n_images: int

    @property
    def words(self) -> str:
        """The settings as params.yaml has them."""
        return ", ".join(
            f"{key}: {value:g}" if isinstance(value, float) else f"{key}: {value}"
            for key, value in self.settings.items()
        )


def suggest_scaling(load: Callable[[Scaling], Network], network: Network, images: ImageSet) -> Suggestion | None:
    """Try 0…1, 0…255, pixels standardised by the training images, and the usual ways of images in colour.

    Parameters
    ----------
    load : function
        Gives the network with other values of `scale`, `mean` and `std`.
    network : Network
        As it was loaded.
    images : ImageSet

    Returns
    -------
    Suggestion or None
        None where no way gives clearly more.
    """
    x, y = as_pixels(images.x_test[:N_TRIED_IMAGES]), images.y_test[:N_TRIED_IMAGES]
    now = _accuracy(network, x, y)
    if now >= GOOD:
        return None
    logging.disable(logging.INFO)  # what the file is read as was said
    try:
        tried = [(way, _accuracy(load(way), x, y)) for way in usual_scalings(images.x_train)]
    finally:
        logging.disable(logging.NOTSET)
    way, then = max(tried, key=lambda pair: pair[1])
    return Suggestion(way, now, then, len(x)) if then >= now + MIN_GAIN else None


def usual_scalings(x_train: Array) -> list[Scaling]:
    """Give the usual ways for training images (n_images, height, width) or (n_images, height, width, 3), uint8."""
    n_taken = min(len(x_train), MAX_SCALING_IMAGES, max(1, MAX_SCALING_NUMBERS // x_train[0].size))
    pixels = x_train[:: -(-len(x_train) // n_taken)] / 255
    halves: Scaling = {"scale": 1.0, "mean": 0.5, "std": 0.5}
    ways: list[Scaling] = [{"scale": 1.0}, {"scale": 255.0}, _standardised(pixels.ravel()), halves]
    if pixels.ndim == 4:
        ways += [_standardised(pixels.reshape(-1, CHANNELS)), PHOTOGRAPHS]
    return ways


def _standardised(pixels: Array) -> Scaling:
    """The way to mean 0 and deviation 1, of all pixels (n,) or of each colour (n, 3)."""
    mean, std = np.round(pixels.mean(axis=0), 4), np.round(pixels.std(axis=0), 4)
    return {"scale": 1.0, "mean": mean.tolist(), "std": np.where(std > 0, std, 1.0).tolist()}


def _accuracy(network: Network, x: Array, y: Array) -> float:
    return float(np.mean(network.logits(x).argmax(axis=1) == y))
