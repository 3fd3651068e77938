"""What a run gave: a network's recipe, numbers and pictures, and who is compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.activations import find_activation
from looking_for.core.files import load_json, translate_errors
from looking_for.core.imageset import ImageSet
from looking_for.core.tables import load_rows, parse_csv
from looking_for.core.text import format_count
from looking_for.images.catalog import DATASETS
from looking_for.networks.base import Architecture
from looking_for.networks.recipe import Recipe
from looking_for.results.labels import bracket_label, describe_network, describe_settings, label_networks
from looking_for.results.seed_spread import Spread, find_entry, load_summary, seed_spread
from looking_for.surrogates.ablations import AblationRow, load_ablations
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder, headline_count
from looking_for.surrogates.pictures import Pictures

MAX_INK_OF_BLANK = 0.5  # the share of images that ink a pixel, below which it counts as blank
MAX_COMPARED = 7  # as many networks as there are colours that can be distinguished


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


@dataclass(frozen=True)
class RunResults:
    """Networks in the order of params.yaml, with the images and their survey."""

    settings: RunSettings
    networks: Sequence[NetworkResults]
    images: ImageSet
    survey: Survey

    @classmethod
    def load(cls, settings: RunSettings, names: Iterable[str]) -> "RunResults":
        """Read what the stages wrote of some networks."""
        images = ImageSet.load()
        available = len(images.x_train)
        labels = label_networks(settings.recipes, settings.imported, settings.labels, available, settings.batch_size)
        networks = [NetworkResults.load(name, labels[name], settings, available) for name in names]
        return cls(settings, networks, images, Survey.load())

    @cached_property
    def claims(self) -> Mapping[str, Any]:
        """What the survey counted of the article's claims."""
        return load_json(paths.CLAIMS)

    @cached_property
    def spreads(self) -> Mapping[str, Mapping[str, Spread]]:
        """By network, how far another seed moves each metric; of those whose recipe the study has."""
        spreads = {n.name: seed_spread(n.recipe, self.settings.comparable, self.study) for n in self.networks}
        return {name: by_metric for name, by_metric in spreads.items() if by_metric}

    @cached_property
    def study(self) -> Mapping[str, Any]:
        """The study's summary; empty where there is none."""
        return load_summary()

    def study_entry(self, network: NetworkResults) -> Mapping[str, Any]:
        """Find what the study has on a network's recipe; empty where it has nothing, or is of other data."""
        return find_entry(network.recipe, self.settings.comparable, self.study)

    @property
    def classes(self) -> list[str]:
        return [str(name) for name in self.images.classes]

    @cached_property
    def compared(self) -> list[NetworkResults]:
        """The networks that are compared: those that params.yaml names, or every one that is no control."""
        by_name = {network.name: network for network in self.networks}
        named = [by_name[name] for name in self.settings.story if name in by_name]
        others = [n for n in self.networks if not n.is_control][:MAX_COMPARED]
        return named or others or list(self.networks[:MAX_COMPARED])

    @property
    def missing(self) -> list[str]:
        """The names in `render.story` that are not networks of params.yaml."""
        return [name for name in self.settings.story if name not in self.settings.names]

    @cached_property
    def others(self) -> list[NetworkResults]:
        return [network for network in self.networks if network not in self.compared]

    @cached_property
    def controls(self) -> list[NetworkResults]:
        return [network for network in self.networks if network.is_control]

    @cached_property
    def featured(self) -> NetworkResults | None:
        """The last compared network with something to explain: with hidden layers, trained, not constant."""
        able = [n for n in self.compared if not (n.is_flat or n.is_control or n.is_constant)]
        return able[-1] if able else None

    @cached_property
    def with_ladder(self) -> list[NetworkResults]:
        """The compared networks that have a ladder to climb: not those whose picture is the network."""
        return [n for n in self.compared if not n.is_flat]

    @property
    def n_clusters(self) -> int:
        """How many clusters per class the report speaks of."""
        return headline_count(list(self.survey.clusters))

    @property
    def n_clusters_shown(self) -> int:
        """How many clusters per class figures show: the most that may be, or else the fewest tried."""
        return largest_at_most(list(self.survey.clusters), self.settings.clusters_shown)

    @property
    def n_fitted(self) -> int:
        """How many fitted pictures per class the report speaks of."""
        return headline_count(self.settings.n_fitted)

    @property
    def has_blank_pixels(self) -> bool:
        """Whether ink tells classes apart: some pixel stays blank in most images, which none does in photographs."""
        return bool((self.survey.ink.mean(axis=0) < MAX_INK_OF_BLANK).any())

    @property
    def noun(self) -> str:
        """What a class is called in prose."""
        return "digit" if self.is_article_data else "class"

    @property
    def is_article_data(self) -> bool:
        """Whether these are the digits that the article is about."""
        digits = [str(digit) for digit in range(10)]
        return DATASETS[self.settings.dataset].is_articles and self.classes == digits


def largest_at_most(tried: Sequence[int], most: int) -> int:
    """Give the largest number tried that is no more than `most`, or else the least."""
    return max((number for number in tried if number <= most), default=min(tried))
