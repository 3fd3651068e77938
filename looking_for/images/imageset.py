"""The data set, as fetch writes it and every other stage reads it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.core import layout
from looking_for.core.arrays import Array
from looking_for.core.files import IMAGES, load_arrays
from looking_for.core.layout import Field

LAYOUT = {
    "x_train": Field("uint8", "images height width"),
    "y_train": Field("uint8 or uint16", "images"),
    "x_test": Field("uint8", "tests height width"),
    "y_test": Field("uint8 or uint16", "tests"),
    "classes": Field("str", "classes"),
}
DEVIATIONS = 1.96  # of 95 % of chance's results


@dataclass(frozen=True)
class Images:
    """uint8 images (n × height × width), labels (n; uint8, of many classes uint16), names of classes."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: Array

    @classmethod
    def load(cls, path: Path = IMAGES) -> "Images":
        arrays = load_arrays(path)
        layout.check(path, arrays, LAYOUT)
        for labels in ("y_train", "y_test"):
            most = arrays[labels].max(initial=0)
            if most >= len(arrays["classes"]):
                layout.refuse(path, f"{labels} has {most} where {len(arrays['classes'])} classes are named")
        return cls(**arrays)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        return self.x_train.shape[1], self.x_train.shape[2]

    @property
    def constant_accuracy(self) -> float:
        """The share of right answers on test images of the best that always answers one class."""
        return float(np.bincount(self.y_test).max() / len(self.y_test))

    def is_chance(self, accuracy: float) -> bool:
        """Whether an accuracy on the test images is within chance of that."""
        share = self.constant_accuracy
        return accuracy <= share + DEVIATIONS * (share * (1 - share) / len(self.y_test)) ** 0.5
