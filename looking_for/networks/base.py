"""What is asked of a network, whatever it is made of, and what is said of its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense_weights import AffineMap
from looking_for.networks.training_pass import TrainingPass

NO_HIDDEN_LAYER = "none"


@dataclass(frozen=True)
class HiddenUnits:
    """What the units of a hidden layer do.

    Parameters
    ----------
    influence : array, shape (n_units,)
        How much each moves the logits.
    active_fraction : array, shape (n_units,)
        The share of training images that activate it.
    explained : array, shape (n_units,)
        How much of what drives it its composed picture explains (R²).
    """

    influence: Array
    active_fraction: Array
    explained: Array


class Architecture(NamedTuple):
    """What a network is made of.

    Parameters
    ----------
    words : str
        Its layers: "512-256" or "none" (hidden ones of a dense network), or "Conv2D 8, Dense 10".
    is_dense : bool
        Whether it is dense, so that its weights are pictures.
    activation : str
    """

    words: str
    is_dense: bool
    activation: str

    @property
    def is_flat(self) -> bool:
        """Whether it has no hidden layer, so that the composed pictures are the network itself."""
        return self.is_dense and self.words == NO_HIDDEN_LAYER


class Network(Protocol):
    """Rows of pixels x have the shape (n_images, n_inputs) and are in [0, 1]."""

    @property
    def n_inputs(self) -> int:
        """Pixels of an image."""

    @property
    def n_classes(self) -> int:
        """Logits of an image."""

    @property
    def architecture(self) -> Architecture:
        """Its layers in words."""

    def save(self, path: Path) -> None:
        """Write what the network is made of."""

    def check_exactness(self, x: Array) -> None:
        """Raise UserError if xA(x) + c(x) are not the logits at x, where the network is piecewise affine."""

    def logits(self, x: Array) -> Array:
        """Give the logits, shape (n_images, n_classes), float64."""

    def exact_maps(self, x: Array) -> tuple[Array, Array]:
        """Give A(x), shape (n_images, n_inputs, n_classes), and c(x), shape (n_images, n_classes)."""

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        """Give the column of A(x) of each image's first class less that of its second, (n_images, n_inputs); the
        classes are whole numbers (n_images,)."""

    def compose(self) -> list[AffineMap]:
        """Give the composed pictures by layer, the output last; the output alone of layers without them."""

    def pass_training_images(self, images: ImageSet, clusters: Mapping[int, Clusters]) -> TrainingPass:
        """Pass all training images through the network once."""

    def describe_units(self, composed: Sequence[AffineMap], training: TrainingPass, x: Array, /) -> list[HiddenUnits]:
        """Measure what the hidden units of `composed` do, by layer."""
