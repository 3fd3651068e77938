"""The layout of pictures of weights: one plane for grey images, three (red, green, blue) for images in colour."""

import math
from dataclasses import dataclass

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import CHANNELS, Shape
from looking_for.figures import palette
from looking_for.figures.canvas import GAP

PLANES_GAP = 1  # between planes, in pixels of the image
WIDE_GAP = 24  # between pictures of three planes, in pixels of the page
MIN_SHARED = 0.9  # the mean plane stands for all three if it has this share of the weights' squares


@dataclass(frozen=True)
class Planes:
    """The arrangement of a figure's pictures.

    Parameters
    ----------
    image : (int, int) or (int, int, 3)
        The shape of the images.
    is_merged : bool
        Whether the mean of the three planes is drawn in their place.
    """

    image: Shape
    is_merged: bool = False

    @classmethod
    def choose(cls, image: Shape, *weights: Array) -> "Planes":
        """Choose the mean plane in place of the three where they agree, over all pictures (…, n_inputs, n_units)."""
        if len(image) == 2:
            return cls(image)
        columns = [np.moveaxis(w, -2, -1).reshape(-1, math.prod(image) // CHANNELS, CHANNELS) for w in weights]
        total = sum(float(np.square(c).sum()) for c in columns)
        mean = sum(CHANNELS * float(np.square(c.mean(axis=-1)).sum()) for c in columns)
        return cls(image, mean >= MIN_SHARED * total)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a picture, in an image's pixels."""
        height, width = self.image[:2]
        return height, CHANNELS * width + (CHANNELS - 1) * PLANES_GAP if self.has_three else width

    @property
    def has_three(self) -> bool:
        """Whether a picture is three planes side by side."""
        return len(self.image) > 2 and not self.is_merged

    @property
    def gap(self) -> int:
        """The space between pictures, in pixels of the page: wide enough to show which planes belong together."""
        return WIDE_GAP if self.has_three else GAP

    @property
    def words(self) -> str:
        """A sentence for a caption; nothing for grey images."""
        if len(self.image) == 2:
            return ""
        if self.is_merged:
            return "The planes of red, green and blue agree: their mean is drawn."
        return "Each picture has three planes side by side, of red, green and blue."

    def tile(self, levels: Array) -> Array:
        """Lay out levels (n_pictures, n_inputs) as pictures (n_pictures, height, width)."""
        if len(self.image) == 2:
            return levels.reshape(-1, *self.image)
        planes = levels.reshape(-1, *self.image)
        if self.is_merged:
            return merge_levels(planes)
        gap = np.full((*planes.shape[:2], PLANES_GAP), palette.WHITE, np.uint8)
        red, green, blue = np.moveaxis(planes, -1, 0)
        return np.concatenate([red, gap, green, gap, blue], axis=2)


def merge_levels(planes: Array) -> Array:
    """Average levels (…, 3) of one scale over the planes that have ink somewhere: (…)."""
    inked = planes != palette.NEVER_INKED
    total = np.where(inked, planes, 0).sum(axis=-1)
    mean = np.rint(total / np.maximum(inked.sum(axis=-1), 1))
    return np.where(inked.any(axis=-1), mean, palette.NEVER_INKED).astype(np.uint8)
