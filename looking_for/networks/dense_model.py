"""A dense network as a model: every product by plain arrays, in float64."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array
from looking_for.images.imageset import Images
from looking_for.networks import composing, exact_maps, hidden_units, training_pass
from looking_for.networks.dense import Network
from looking_for.networks.training_pass import Probe
from looking_for.surrogates.maps import AffineMap
from looking_for.surrogates.results import Architecture, Units


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
        exact_maps.check_identity(self.network, x)

    def logits(self, x: Array) -> Array:
        return self.network.logits(x)

    def maps(self, x: Array) -> tuple[Array, Array]:
        return exact_maps.maps(self.network, x)

    def margins(self, x: Array, answers: Array, seconds: Array) -> Array:
        network, slopes = self.network, self.network.slopes(self.network.preactivations(x))
        if not slopes:
            return (network.weights[0][:, answers] - network.weights[0][:, seconds]).T
        classes = np.eye(network.weights[-1].shape[1])
        pulled = exact_maps.pull_back(network, slopes, classes[answers] - classes[seconds])
        return np.asarray(pulled @ network.weights[0].T)

    def composed(self) -> list[AffineMap]:
        return composing.compose(self.network)

    def probe(self, images: Images, clusters: Mapping[int, Clusters]) -> Probe:
        return training_pass.run(self.network, images, clusters)

    def units(self, composed: Sequence[AffineMap], probe: Probe, x: Array) -> list[Units]:
        return hidden_units.find(self.network, composed, probe, x)
