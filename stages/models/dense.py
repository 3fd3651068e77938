"""A dense network as a model: every product by plain arrays, in float64."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.arrays import Array
from stages.artifacts.images import Images
from stages.artifacts.maps import AffineMap
from stages.artifacts.network import Network
from stages.artifacts.pictures import Architecture, Units
from stages.artifacts.survey import Clusters
from stages.mathematics import composing, exact
from stages.models import probe, units
from stages.models.probe import Probe


@dataclass(frozen=True)
class Dense:
    """`Model` of weights and biases."""

    network: Network

    @property
    def architecture(self) -> Architecture:
        return Architecture(
            "-".join(map(str, self.network.hidden)) or "none", self.network.activation, is_dense=True
        )

    def save(self, path: Path) -> None:
        self.network.save(path)

    def check(self, x: Array) -> None:
        exact.check_identity(self.network, x)

    def logits(self, x: Array) -> Array:
        return self.network.logits(x)

    def maps(self, x: Array) -> tuple[Array, Array]:
        return exact.maps(self.network, x)

    def margins(self, x: Array, answers: Array, seconds: Array) -> Array:
        network, slopes = self.network, self.network.slopes(self.network.preactivations(x))
        if not slopes:
            return (network.weights[0][:, answers] - network.weights[0][:, seconds]).T
        classes = np.eye(network.weights[-1].shape[1])
        pulled = exact.pull_back(network, slopes, classes[answers] - classes[seconds])
        return np.asarray(pulled @ network.weights[0].T)

    def composed(self) -> list[AffineMap]:
        return composing.compose(self.network)

    def probe(self, images: Images, clusters: Mapping[int, Clusters]) -> Probe:
        return probe.run(self.network, images, clusters)

    def units(self, composed: Sequence[AffineMap], probe: Probe, x: Array) -> list[Units]:
        return units.find(self.network, composed, probe, x)
