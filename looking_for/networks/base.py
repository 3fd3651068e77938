"""What compose and challenge ask of a network, whatever it is made of."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array
from looking_for.images.imageset import Images
from looking_for.networks.training_pass import Probe
from looking_for.surrogates.maps import AffineMap
from looking_for.surrogates.results import Architecture, Units


class Model(Protocol):
    """Rows of pixels x are n × inputs, in [0, 1]."""

    @property
    def architecture(self) -> Architecture:
        """Its layers in words."""

    def save(self, path: Path) -> None:
        """Write what the model is made of."""

    def check(self, x: Array) -> None:
        """Refuse to go on unless xA(x) + c(x) are the logits (UserError), where they should be."""

    def logits(self, x: Array) -> Array:
        """n × classes, float64."""

    def maps(self, x: Array) -> tuple[Array, Array]:
        """A(x) (n × inputs × classes) and c(x) (n × classes)."""

    def margins(self, x: Array, answers: Array, seconds: Array) -> Array:
        """The columns of A(x) of the answers less those of the seconds (n classes each): n × inputs."""

    def composed(self) -> list[AffineMap]:
        """The composed pictures by layer, the output last; of layers without pictures the output alone."""

    def probe(self, images: Images, clusters: Mapping[int, Clusters]) -> Probe:
        """What a pass over the training images finds."""

    def units(self, composed: Sequence[AffineMap], probe: Probe, x: Array, /) -> list[Units]:
        """What the hidden units of `composed` do, by layer."""
