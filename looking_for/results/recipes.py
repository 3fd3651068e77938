"""One network of a study, and all of one recipe: one for each seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from looking_for.core import paths
from looking_for.core.arrays import Array
from looking_for.core.files import load_json
from looking_for.core.npz import load_arrays
from looking_for.core.tables import load_rows
from looking_for.networks.recipe import Recipe
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder

MIN_RIGHT = 0.5  # of the test images, from which on a network has learned enough to be held against its pictures
EARLY_UPDATES, MIN_EARLY_SNAPSHOTS = (5, 160), 3  # among which pictures form, and how many must be there


@dataclass(frozen=True)
class StudyNetwork:
    """One network: its metrics, ladder and course, and its logits of the test images, centred."""

    name: str
    metrics: Mapping[str, Any]
    ladder: Ladder
    truth: Sequence[SnapshotMeasures]
    logits: Array

    @classmethod
    def load(cls, name: str) -> "StudyNetwork":
        return cls(
            name,
            load_json(paths.metrics_file(name)),
            Ladder.load(paths.ladder_file(name)),
            load_rows(paths.truth_file(name), SnapshotMeasures),
            load_arrays(paths.pictures_file(name), "logits")["logits"].astype(float),
        )

    @property
    def seed(self) -> int:
        """The last part of its name."""
        return int(self.name.rpartition("-")[2])

    @property
    def has_early_snapshots(self) -> bool:
        """Whether enough were kept where pictures form; of wide networks few fit into the files."""
        first, last = EARLY_UPDATES
        return sum(first < snapshot.updates <= last for snapshot in self.truth) >= MIN_EARLY_SNAPSHOTS

    @property
    def trained(self) -> list[SnapshotMeasures]:
        """The snapshots after the start at which it gets half of the test images right; all, where there are none."""
        return [snapshot for snapshot in self.truth[1:] if snapshot.accuracy >= MIN_RIGHT] or list(self.truth[1:])

    @property
    def best(self) -> SnapshotMeasures:
        """Of `trained`, the snapshot whose composed pictures agreed most on the first half of the test images; its
        agreement is that of the second. (A network that still gives nearly every image one class agrees with anything
        that does.)"""
        return max(self.trained, key=lambda snapshot: snapshot.agreement_half_1)

    @property
    def commonest_share(self) -> float:
        """The share of test images that get its most frequent answer: the agreement of the best constant."""
        return float(np.bincount(self.logits.argmax(axis=1)).max() / len(self.logits))

    def agreement_at(self, travel: float) -> float | None:
        """Agreement where the first layer has moved so far, between snapshots; None if it never did."""
        travels = [snapshot.distance_from_init for snapshot in self.truth]
        if max(travels) < travel:
            return None
        after = next(n for n, t in enumerate(travels) if t >= travel)
        pair = self.truth[max(0, after - 1) : after + 1]
        return float(np.interp(travel, [s.distance_from_init for s in pair], [s.agreement for s in pair]))


@dataclass(frozen=True)
class RecipeResults:
    """Networks that differ in nothing but their seeds. `shape` is that of the grid, None for a variant."""

    name: str
    shape: str | None
    recipe: Recipe
    networks: Sequence[StudyNetwork]

    def values(self, metric: str) -> list[float]:
        """Give a metric of every seed, in the order of seeds; of those that have it."""
        values = [network.metrics[metric] for network in self.networks]
        return [value for value in values if value is not None]

    def median(self, metric: str) -> float:
        """Give the median of a metric over seeds; NaN where no seed has it."""
        values = self.values(metric)
        return float(np.median(values)) if values else float("nan")

    def differences(self, other: "RecipeResults", metric: str) -> list[float]:
        """Give by how much each seed's network is above the other recipe's of the same seed."""
        pairs = [(n, o) for n in self.networks for o in other.networks if n.seed == o.seed]
        return [
            n.metrics[metric] - o.metrics[metric]
            for n, o in pairs
            if None not in (n.metrics[metric], o.metrics[metric])
        ]

    def rung(self, name: str, measure: str) -> list[float]:
        """Give the estimates of a rung's measure, by seed."""
        values = [getattr(network.ladder[name], measure).value for network in self.networks]
        return [value for value in values if value is not None]

    def agreement_at(self, travel: float) -> list[float]:
        """Give each seed's agreement where its first layer has moved so far; of those that got there."""
        values = [network.agreement_at(travel) for network in self.networks]
        return [value for value in values if value is not None]

    @property
    def hidden_words(self) -> str:
        return "-".join(map(str, self.recipe.hidden)) or "none"
