"""Ways of looking: w exact pictures a class, and how well they stand in for the network.

Each group of a class's training images gives one picture: its class's column of the group's mean
exact map. A test image is scored for each class by the picture of the nearest group of that class;
the largest score answers. With w = 1 there is no choice: one exact picture a class.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stages.artifacts import Array, single
from stages.compose.probe import GroupSums
from stages.network import Network


@dataclass(frozen=True)
class Ways:
    """The pictures of one number of ways.

    maps: (inputs × groups), classes centred; biases (groups) that make each map right at its
    group's mean image; nearest: the nearest group of each class for each test image (n × classes);
    nearest_class: the class of the nearest group of all, what the choice of group alone would say.
    """

    maps: Array
    biases: Array
    nearest: Array
    nearest_class: Array

    @classmethod
    def of(cls, network: Network, sums: GroupSums, survey: Mapping[str, Array], ways: int) -> "Ways":
        maps = network.weights[0] @ (sums.tails / sums.images[:, None]).T
        return cls.anchored(maps, sums, survey, ways)

    @classmethod
    def anchored(cls, maps: Array, sums: GroupSums, survey: Mapping[str, Array], ways: int) -> "Ways":
        """Pictures (inputs × groups) with the biases that make each right at its group's mean image."""
        means = survey[f"means_{ways}"].astype(float)
        biases = sums.logits / sums.images - np.einsum("gi,ig->g", means, maps)
        return cls(maps, biases, survey[f"nearest_{ways}"], survey[f"nearest_class_{ways}"])

    def scores(self, x: Array) -> Array:
        """A score for each test image and class (n × classes), for rows of pixels (n × inputs)."""
        return np.take_along_axis(x @ self.maps + self.biases, self.nearest.astype(int), axis=1)

    def arrays(self, ways: int) -> dict[str, Array]:
        return {f"maps_{ways}": single(self.maps), f"map_biases_{ways}": single(self.biases)}
