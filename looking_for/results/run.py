"""What draw and render know: a network's params, numbers and pictures, and who is compared in a run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from looking_for.clusters.survey import Survey
from looking_for.core import files
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.files import load_numbers
from looking_for.images.catalog import DATASETS
from looking_for.images.imageset import Images
from looking_for.results import seed_spread
from looking_for.results.seed_spread import Spread
from looking_for.results.text import count
from looking_for.surrogates import challenge, truth
from looking_for.surrogates.challenge import Challenger
from looking_for.surrogates.ladder import Ladder, headline
from looking_for.surrogates.results import Architecture, Pictures
from looking_for.surrogates.truth import Moment
from stages.params import NetworkParams, Params

MOST = 7  # as many networks as there are colours that are told apart


@dataclass(frozen=True)
class Facts:
    """One network. `recipe` is how it was trained, None for one made elsewhere; `samples` is what it was
    trained on, no more than the data set has, which is what one made elsewhere is credited with."""

    name: str
    recipe: NetworkParams | None
    samples: int
    updates: int
    metrics: Mapping[str, Any]
    ladder: Ladder
    truth: Sequence[Moment]
    challenged: bool

    @classmethod
    def load(cls, name: str, settings: Params, available: int) -> "Facts":
        recipe = settings.networks.get(name)
        samples = min(recipe.samples, available) if recipe else available
        return cls(
            name,
            recipe,
            samples,
            recipe.epochs * -(-samples // settings.train.batch_size) if recipe else 0,
            load_numbers(files.metrics_file(name)),
            Ladder.load(files.ladder_file(name)),
            truth.load(files.truth_file(name)),
            name in settings.challenge,
        )

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures.load(files.pictures_file(self.name))

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """The columns of the training history."""
        rows = files.load_table(files.history_file(self.name))
        return {key: [float(row[key]) for row in rows] for key in rows[0]}

    @cached_property
    def challengers(self) -> Sequence[Challenger]:
        """What its fitted pictures were challenged with; nothing where params.yaml names it not."""
        return challenge.load(files.challenge_file(self.name)) if self.challenged else []

    @property
    def architecture(self) -> Architecture:
        return self.pictures.architecture

    @property
    def widths(self) -> list[int]:
        """The hidden layers' units, of those that have pictures."""
        return [layer.weights.shape[1] for layer in self.pictures.composed[:-1]]

    @property
    def control(self) -> bool:
        return self.recipe is not None and self.recipe.is_control

    @property
    def is_flat(self) -> bool:
        """Whether it has no hidden layer, so that its composed pictures are the network itself."""
        return self.architecture.is_flat

    @property
    def is_affine(self) -> bool:
        """Whether it is affine around each image, and not only nearly, as its activation's pieces are."""
        return self.is_flat or ACTIVATIONS[self.architecture.activation].is_affine

    @property
    def activation_words(self) -> str:
        """What composing leaves out of it."""
        return "ReLUs" if self.architecture.activation == "relu" else "activations"

    @property
    def is_constant(self) -> bool:
        """Whether it gives every test image the same class."""
        return bool(self.pictures.answers.max() == 1)

    def is_like(self, other: "Facts") -> bool:
        """Whether they differ in nothing but images and epochs, so that these may be named as the cause."""
        if self.recipe is None or other.recipe is None:
            return False
        varied = {"samples", "epochs"}
        return self.recipe.model_dump(exclude=varied) == other.recipe.model_dump(exclude=varied)

    @property
    def architecture_file(self) -> str | None:
        """The file of its architecture's diagram, under reports/figures/overview; dense ones have one."""
        if not self.architecture.is_dense:
            return None
        activation = self.architecture.activation
        other = "" if self.is_flat or activation == "relu" else f"-{activation}"
        return f"architecture-{'flat' if self.is_flat else self.architecture.words}{other}.png"

    @property
    def training_words(self) -> str:
        """How it was trained, as in "500 images, 20 epochs"."""
        if self.recipe is None:
            return "made elsewhere"
        if self.recipe.epochs == 0:
            return "no training"
        shuffled = ["labels shuffled"] if self.recipe.shuffle_labels else []
        words = [count(self.samples, "image"), count(self.recipe.epochs, "epoch"), *shuffled]
        return ", ".join(words + unusual(self.recipe))


@dataclass(frozen=True)
class Run:
    """Networks in params.yaml's order, with the images and what was found in them."""

    settings: Params
    networks: Sequence[Facts]
    images: Images
    survey: Survey

    @classmethod
    def load(cls, settings: Params, names: Iterable[str]) -> "Run":
        images = Images.load()
        networks = [Facts.load(name, settings, len(images.x_train)) for name in names]
        return cls(settings, networks, images, Survey.load())

    @cached_property
    def claims(self) -> Mapping[str, Any]:
        """What the survey counted of the article's claims."""
        return load_numbers(files.CLAIMS)

    @cached_property
    def spreads(self) -> Mapping[str, Mapping[str, Spread]]:
        """By network, how far another seed moves each metric; of those whose recipe the study has."""
        summary = seed_spread.load()
        found = {n.name: seed_spread.of(self.settings, n.name, summary) for n in self.networks}
        return {name: spreads for name, spreads in found.items() if spreads}

    @property
    def classes(self) -> list[str]:
        return [str(name) for name in self.images.classes]

    @cached_property
    def story(self) -> list[Facts]:
        """The networks that are compared: those that params.yaml names, or every one that is no control."""
        by_name = {network.name: network for network in self.networks}
        named = [by_name[name] for name in self.settings.render.story if name in by_name]
        return named or [n for n in self.networks if not n.control][:MOST] or list(self.networks[:MOST])

    @property
    def missing(self) -> list[str]:
        """The names that params.yaml has for the story and that are no networks of it."""
        return [name for name in self.settings.render.story if name not in self.settings.names]

    @cached_property
    def others(self) -> list[Facts]:
        return [network for network in self.networks if network not in self.story]

    @cached_property
    def controls(self) -> list[Facts]:
        return [network for network in self.networks if network.control]

    @cached_property
    def hero(self) -> Facts | None:
        """The story's last network with something to explain: with hidden layers, trained, not constant."""
        able = [n for n in self.story if not (n.is_flat or n.control or n.is_constant)]
        return able[-1] if able else None

    @property
    def number(self) -> int:
        """The clusters a class that the report speaks of."""
        return headline(list(self.survey.clusters))

    @property
    def shown_number(self) -> int:
        """The clusters a class in figures of them: the most that may be shown, or else the fewest tried."""
        return most_within(list(self.survey.clusters), self.settings.render.clusters_shown)

    @property
    def fitted_number(self) -> int:
        """The fitted pictures a class that the report speaks of."""
        return headline(self.settings.fit.pictures)

    @property
    def is_articles(self) -> bool:
        """Whether these are the digits that the article is about."""
        digits = [str(digit) for digit in range(10)]
        return DATASETS[self.settings.data.dataset].is_articles and self.classes == digits


def unusual(recipe: NetworkParams) -> list[str]:
    """What is unlike the usual recipe, in words, as in ["tanh", "dropout 0.2"]."""
    usual = NetworkParams.model_fields
    found = []
    for key in ("activation", "optimizer", "momentum", "weight_decay", "dropout", "batch_normalisation",
                "initial_scale", "seed"):  # fmt: skip
        value = getattr(recipe, key)
        if value != usual[key].default:
            name = key.replace("_", " ")
            said = value.replace("_", " ") if isinstance(value, str) else f"{name} {value:g}"
            found.append(name if value is True else said)
    return found


def most_within(tried: Sequence[int], most: int) -> int:
    """The largest number tried that is no more than `most`, or else the least."""
    return max((number for number in tried if number <= most), default=min(tried))
