"""One network of a run, as the stages' files have it, and what is set for the whole run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from looking_for.core import paths
from looking_for.core.activations import find_activation
from looking_for.core.files import load_json, translate_errors
from looking_for.core.tables import load_rows, parse_csv
from looking_for.core.text import format_count
from looking_for.networks.base import Architecture
from looking_for.networks.recipe import Recipe
from looking_for.results.labels import bracket_label, describe_network, describe_settings
from looking_for.surrogates.ablations import AblationRow, load_ablations
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.pictures import Pictures


@dataclass(frozen=True)
class RunSettings:
    """What draws and reports must know of a run's parameters.

    Parameters
    ----------
    recipes : mapping from str to Recipe
        The networks trained here.
    imported : mapping from str to str
        The files of the others.
    labels : mapping from str to str
        What people call networks, where they said.
    batch_size : int
    challenged : sequence of str
        Networks whose fitted pictures were put to the test.
    story : sequence of str
        The networks that the report compares.
    samples_per_class, clusters_shown : int
        How many, at most, in figures.
    n_fitted : sequence of int
        The numbers of fitted pictures per class.
    dataset : str
        A key of DATASETS.
    comparable : mapping
        The settings besides a recipe on which a network's numbers depend, as `seed_spread` compares them.
    """

    recipes: Mapping[str, Recipe]
    imported: Mapping[str, str]
    labels: Mapping[str, str]
    batch_size: int
    challenged: Sequence[str]
    story: Sequence[str]
    samples_per_class: int
    clusters_shown: int
    n_fitted: Sequence[int]
    dataset: str
    comparable: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """All networks, those trained here and then the imported ones."""
        return [*self.recipes, *self.imported]


@dataclass(frozen=True)
class NetworkResults:
    """One network, by its key and by its label for people.

    Parameters
    ----------
    recipe : Recipe, optional
        How it was trained; None for an imported one.
    samples : int
        How many images it was trained on, no more than the data set has; imported networks are assumed to have seen
        all.
    """

    name: str
    label: str
    recipe: Recipe | None
    samples: int
    updates: int
    metrics: Mapping[str, Any]
    ladder: Ladder
    truth: Sequence[SnapshotMeasures]
    is_challenged: bool

    @classmethod
    def load(cls, name: str, label: str, settings: RunSettings, available: int) -> "NetworkResults":
        """Read what the stages wrote of a network, of `available` training images."""
        recipe = settings.recipes.get(name)
        samples = min(recipe.samples, available) if recipe else available
        return cls(
            name,
            label,
            recipe,
            samples,
            recipe.epochs * -(-samples // settings.batch_size) if recipe else 0,
            load_json(paths.metrics_file(name)),
            Ladder.load(paths.ladder_file(name)),
            load_rows(paths.truth_file(name), SnapshotMeasures),
            name in settings.challenged,
        )

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures.load(paths.pictures_file(self.name))

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """The columns of the training history."""
        path = paths.history_file(self.name)
        with translate_errors(path):
            rows = parse_csv(path.read_text(encoding="utf-8"))
            return {key: [float(row[key]) for row in rows] for key in rows[0]}

    @cached_property
    def ablations(self) -> Sequence[AblationRow]:
        """What its fitted pictures were compared with; nothing where they were not put to the test."""
        return load_ablations(paths.challenge_file(self.name)) if self.is_challenged else []

    @property
    def n_errors(self) -> int:
        """How many test images it gets wrong."""
        return round((1 - self.metrics["accuracy"]) * len(self.pictures.logits))

    @property
    def architecture(self) -> Architecture:
        return self.pictures.architecture

    @property
    def widths(self) -> list[int]:
        """The hidden layers' units, of those that have pictures."""
        return [layer.weights.shape[1] for layer in self.pictures.composed.layers[:-1]]

    @property
    def is_control(self) -> bool:
        return self.recipe is not None and self.recipe.is_control

    @property
    def is_penalised(self) -> bool:
        """Whether leaving its picture cost it something in training."""
        return self.recipe is not None and self.recipe.keep_picture > 0

    @property
    def is_flat(self) -> bool:
        """Whether it has no hidden layer, so that its composed pictures are the network itself."""
        return self.architecture.is_flat

    @property
    def is_affine(self) -> bool:
        """Whether it is affine around each image, and not only nearly, as its activation's pieces are."""
        return self.is_flat or find_activation(self.architecture.activation).is_piecewise_affine

    @property
    def activation_words(self) -> str:
        """What composing leaves out of it."""
        return "ReLUs" if self.architecture.activation == "relu" else "activations"

    @property
    def is_constant(self) -> bool:
        """Whether it gives every test image the same class."""
        return bool(self.pictures.measured.answers.max() == 1)

    def differs_in_length_alone(self, other: "NetworkResults") -> bool:
        """Whether two differ in nothing but images and epochs, so that these may be named as the cause."""
        if self.recipe is None or other.recipe is None:
            return False
        return self.recipe.without("samples", "epochs") == other.recipe.without("samples", "epochs")

    def differs_in_penalty_alone(self, other: "NetworkResults") -> bool:
        """Whether two differ in nothing but the penalty for leaving their picture."""
        if self.recipe is None or other.recipe is None:
            return False
        return self.recipe.without("keep_picture") == other.recipe.without("keep_picture")

    @property
    def architecture_file(self) -> str | None:
        """The file of its architecture's diagram, under reports/figures/overview; dense ones have one."""
        if not self.architecture.is_dense:
            return None
        activation = self.architecture.activation
        suffix = "" if self.is_flat or activation == "relu" else f"-{activation}"
        return f"architecture-{'flat' if self.is_flat else self.architecture.words}{suffix}.png"

    @property
    def training_words(self) -> str:
        """How it was trained, as in "500 images, 20 epochs"."""
        if self.recipe is None:
            return "imported"
        if self.recipe.epochs == 0:
            return "no training"
        recipe = self.recipe
        words = [format_count(self.samples, "image"), format_count(recipe.epochs, "epoch")]
        words += ["labels shuffled"] if recipe.shuffle_labels else []
        words += describe_settings(recipe, like=Recipe(recipe.samples, recipe.hidden, recipe.epochs))
        words += [f"keep picture {recipe.keep_picture:g}"] if recipe.keep_picture else []
        words += [f"seed {recipe.seed}"] if recipe.seed is not None else []
        return ", ".join(words)

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return describe_network(self.label)

    @property
    def listed(self) -> str:
        """What it is called in a list."""
        return bracket_label(self.label)
