"""What render knows of each network: its params, its numbers, its arrays; and which plays which part."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stages.artifacts import Array, files, load_arrays, load_numbers
from stages.params import NetworkParams, Params


@dataclass(frozen=True)
class Facts:
    """One network. `samples` is what it was trained on: no more than the data set has."""

    name: str
    params: NetworkParams
    samples: int
    train: dict[str, Any]
    compose: dict[str, Any]

    @classmethod
    def load(cls, name: str, params: NetworkParams, available: int) -> "Facts":
        return cls(
            name,
            params,
            min(params.samples, available),
            load_numbers(files.metrics_file("train", name)),
            load_numbers(files.metrics_file("compose", name)),
        )

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The composed weights and exact maps that compose wrote."""
        return load_arrays(files.pictures_file(self.name))

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """The columns of the training history."""
        with files.history_file(self.name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {key: [float(row[key]) for row in rows] for key in rows[0]}

    @property
    def layers(self) -> int:
        return len(self.params.hidden) + 1

    @property
    def output(self) -> Array:
        """The composed output pictures (inputs × classes)."""
        return self.arrays[f"T{self.layers}"]

    @property
    def output_centred(self) -> Array:
        """The same less the mean over classes, which softmax ignores."""
        return self.output - self.output.mean(axis=1, keepdims=True)

    @property
    def never_inked(self) -> Array:
        return self.arrays["never_inked"]

    @property
    def control(self) -> bool:
        return self.params.is_control

    @property
    def shape_words(self) -> str:
        """Its architecture, as in 512-256."""
        return "-".join(map(str, self.params.hidden)) or "no hidden layer"

    @property
    def architecture_file(self) -> str:
        """The file of its architecture's diagram, under reports/figures."""
        return f"architecture-{'-'.join(map(str, self.params.hidden)) or 'flat'}.png"

    @property
    def training_words(self) -> str:
        """How it was trained, as in "500 images, 20 epochs"."""
        if self.params.epochs == 0:
            return "no training"
        epochs = f"{self.params.epochs:,} epoch{'s' if self.params.epochs != 1 else ''}"
        shuffled = ", labels shuffled" if self.params.shuffle_labels else ""
        return f"{self.samples:,} images, {epochs}{shuffled}"


@dataclass(frozen=True)
class Cast:
    """All networks in params.yaml's order, and the parts they play in the story that the report tells.

    deep: networks with the article's idea of hidden layers, of the architecture that most of them
    share, fewest images first; long: one of `deep` trained on as few images as the first, but with
    more updates; flat: those without hidden layers; controls: those that learnt nothing of classes.
    """

    networks: Sequence[Facts]

    @classmethod
    def load(cls, params: Params, available: int) -> "Cast":
        return cls([Facts.load(name, n, available) for name, n in params.networks.items()])

    @cached_property
    def controls(self) -> list[Facts]:
        return [n for n in self.networks if n.control]

    @cached_property
    def family(self) -> list[Facts]:
        """The trained networks of the commonest architecture with hidden layers, fewest images first."""
        trained = [n for n in self.networks if n.params.hidden and not n.control]
        shapes = [n.params.hidden for n in trained]
        common = max(shapes, key=shapes.count, default=None)
        chosen = [n for n in trained if n.params.hidden == common]
        return sorted(chosen, key=lambda n: (n.samples, n.train["updates"]))

    @cached_property
    def deep(self) -> list[Facts]:
        """The family, one network for each number of images: the least trained."""
        first = {n.samples: n for n in reversed(self.family)}
        return sorted(first.values(), key=lambda n: n.samples)

    @cached_property
    def long(self) -> Facts | None:
        """The family's longest-trained network on as few images as its first, if there is another."""
        same = [n for n in self.family if n.samples == self.deep[0].samples] if self.deep else []
        return same[-1] if len(same) > 1 else None

    @cached_property
    def flat(self) -> list[Facts]:
        trained = [n for n in self.networks if not n.params.hidden and not n.control]
        return sorted(trained, key=lambda n: (n.samples, n.train["updates"]))

    @cached_property
    def architectures(self) -> dict[str, Facts]:
        """A diagram's file name for each different architecture, and a network that has it."""
        return {n.architecture_file: n for n in reversed(self.networks)}
