"""The image set, as fetch writes it and every other stage reads it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.npz import load_record, raise_invalid, stored
from looking_for.core.paths import IMAGES

CHANNELS = 3  # of an image in colour: red, green, blue
Shape = tuple[int, ...]  # of an image: (height, width), or (height, width, CHANNELS)
Z95 = 1.96  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True)
class ImageSet:
    """Images, grey or in colour, with their labels, to fit on and to measure on.

    Parameters
    ----------
    x_train, x_test : array, shape (n_images, height, width) or (n_images, height, width, 3), uint8
        Grey, or red, green and blue.
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

    x_train: Array = stored("uint8", "images height width [channels]")
    y_train: Array = stored("uint8 or uint16", "images")
    x_test: Array = stored("uint8", "tests height width [channels]")
    y_test: Array = stored("uint8 or uint16", "tests")
    classes: Array = stored("str", "classes")

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            if problem := problem_of_images(part, getattr(self, f"x_{part}"), getattr(self, f"y_{part}")):
                raise UserError(problem)
        if problem := problem_of_sizes(self.x_train, self.x_test):
            raise UserError(problem)
        largest = max(int(self.y_train.max(initial=0)), int(self.y_test.max(initial=0)))
        if largest >= len(self.classes):
            raise UserError(f"a label is {largest}; {len(self.classes)} classes have labels 0–{len(self.classes) - 1}")

    @classmethod
    def load(cls, path: Path = IMAGES) -> "ImageSet":
        """Read an image set; raises UserError where a label has no class."""
        try:
            return load_record(path, cls)
        except UserError as error:
            if str(path) in str(error):
                raise
            raise_invalid(path, str(error))

    @property
    def shape(self) -> Shape:
        """Height and width of an image, in pixels; of one in colour then 3."""
        return self.x_train.shape[1:]

    @property
    def size_words(self) -> str:
        """An image's size as people say it: "28×28 pixels", or "28×28 pixels in colour"."""
        height, width, *channels = self.shape
        return f"{height}×{width} pixels{' in colour' if channels else ''}"

    @property
    def constant_accuracy(self) -> float:
        """The best share of right answers on test images for always answering one class."""
        return float(np.bincount(self.y_test).max() / len(self.y_test))

    def is_chance(self, accuracy: float) -> bool:
        """Whether an accuracy on the test images is within chance of `constant_accuracy`."""
        share = self.constant_accuracy
        return accuracy <= share + Z95 * (share * (1 - share) / len(self.y_test)) ** 0.5


@dataclass(frozen=True)
class ImageOptions:
    """What files of images may leave open.

    Parameters
    ----------
    classes : tuple of str
        Names of the classes; empty where the files name them.
    grayscale : bool
        Whether colours are converted to grey.
    size : (int, int) or None
        Height and width to resize all images to.
    transpose : bool
        Whether images lie on their side: rows are columns.
    """

    classes: tuple[str, ...] = ()
    grayscale: bool = False
    size: tuple[int, int] | None = None
    transpose: bool = False


def problem_of_sizes(x_train: Array, x_test: Array) -> str | None:
    """Say where training and test images are not of one size, or not all grey or in colour."""
    if x_train.shape[1:] == x_test.shape[1:]:
        return None
    shown = " and ".join("×".join(map(str, x.shape[1:])) for x in (x_train, x_test))
    return f"training and test images must be of one size; they are {shown} pixels"


def problem_of_images(part: str, x: Array, y: Array) -> str | None:
    """Say what is wrong with the images or labels of a part (train or test), if anything."""
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype != np.uint8:
        span = f" from {x.min():g} to {x.max():g}" if x.size and x.dtype.kind in "iuf" else ""
        return (f"x_{part} is {x.dtype}{span}; pixels are uint8, 0–255: of fractions 0–1 "
                f"np.rint(x_{part} * 255).astype(np.uint8)")  # fmt: skip
    if x.ndim not in (3, 4) or 0 in x.shape or x.shape[3:] not in ((), (CHANNELS,)):
        return f"x_{part} has the shape {x.shape}; needed: images × height × width (× 3 in colour), none of them 0"
    if not np.issubdtype(y.dtype, np.integer):
        return f"y_{part} is {y.dtype}; labels are whole numbers from 0"
    if y.shape != x.shape[:1]:
        return f"y_{part} has the shape {y.shape}, and there are {len(x)} images: one label each"
    return None
