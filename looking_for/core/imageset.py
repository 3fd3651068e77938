"""The image set, as fetch writes it and every other stage reads it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.npz import load_record, raise_invalid, stored
from looking_for.core.paths import IMAGES

Z95 = 1.96  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True)
class ImageSet:
    """Grey images with their labels, to fit on and to measure on.

    Parameters
    ----------
    x_train, x_test : array, shape (n_images, height, width), uint8
    y_train, y_test : array, shape (n_images,), uint8 or uint16
        The class of each image, from 0.
    classes : array, shape (n_classes,), str
        The classes' names.

    Examples
    --------
    >>> import numpy as np
    >>> from looking_for import ImageSet
    >>> x, y = np.zeros((4, 8, 8), np.uint8), np.array([0, 1, 0, 1], np.uint8)
    >>> ImageSet(x, y, x, y, np.array(["cat", "dog"])).shape
    (8, 8)
    """

    x_train: Array = stored("uint8", "images height width")
    y_train: Array = stored("uint8 or uint16", "images")
    x_test: Array = stored("uint8", "tests height width")
    y_test: Array = stored("uint8 or uint16", "tests")
    classes: Array = stored("str", "classes")

    @classmethod
    def load(cls, path: Path = IMAGES) -> "ImageSet":
        """Read an image set; raises UserError where a label has no class."""
        images = load_record(path, cls)
        for name in ("y_train", "y_test"):
            largest = getattr(images, name).max(initial=0)
            if largest >= len(images.classes):
                raise_invalid(path, f"{name} has {largest} where {len(images.classes)} classes are named")
        return images

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        return self.x_train.shape[1], self.x_train.shape[2]

    @property
    def constant_accuracy(self) -> float:
        """The best share of right answers on test images for always answering one class."""
        return float(np.bincount(self.y_test).max() / len(self.y_test))

    def is_chance(self, accuracy: float) -> bool:
        """Whether an accuracy on the test images is within chance of `constant_accuracy`."""
        share = self.constant_accuracy
        return accuracy <= share + Z95 * (share * (1 - share) / len(self.y_test)) ** 0.5
