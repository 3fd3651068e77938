"""The data set, as fetch writes it and every other stage reads it."""

from dataclasses import dataclass
from pathlib import Path

from stages.arrays import Array
from stages.artifacts.files import IMAGES, load_arrays


@dataclass(frozen=True)
class Images:
    """uint8 images (n × height × width), uint8 labels (n), the classes' names."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: Array

    @classmethod
    def load(cls, path: Path = IMAGES) -> "Images":
        return cls(**load_arrays(path))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        return self.x_train.shape[1], self.x_train.shape[2]
