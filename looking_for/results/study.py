"""What each network of a study gave, by recipe: the same but for the seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from looking_for.core import paths
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.files import load_json
from looking_for.core.npz import load_arrays
from looking_for.core.tables import N_DIGITS, load_rows
from looking_for.networks.recipe import Recipe
from looking_for.results.places import Parts, share_parts
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.measures import MEASURES, estimate

MIN_RIGHT = 0.5  # of the test images, from which on a network has learned enough to be held against its pictures
EARLY_UPDATES, MIN_EARLY_SNAPSHOTS = (5, 160), 3  # among which pictures form, and how many must be there


@dataclass(frozen=True)
class StudySettings:
    """What a study is made of: shapes (units of hidden layers) by name, sample counts and seeds of the grid,
    variants with their seeds, recipes of both that have further seeds, the recipe of every network by name, and
    folders of studies of other images."""

    shapes: Mapping[str, Sequence[int]]
    samples: Sequence[int]
    seeds: Sequence[int]
    updates: int
    variants: Sequence[str]
    variant_seeds: Sequence[int]
    further: Sequence[str]
    further_seeds: Sequence[int]
    networks: Mapping[str, Recipe]
    n_clusters: int
    n_fitted: int
    dataset: str
    beside: Sequence[str]
    comparable: Mapping[str, Any]


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


@dataclass(frozen=True)
class StudyResults:
    """The recipes of the grid by shape and sample count, then the variants; labels of test images."""

    settings: StudySettings
    recipes: Sequence[RecipeResults]
    labels: Array

    @classmethod
    def load(cls, settings: StudySettings) -> "StudyResults":
        """Read what the stages wrote; raises UserError where the data has fewer images than are asked for."""
        available = len(load_arrays(paths.IMAGES, "y_train")["y_train"])
        if max(settings.samples) > available:
            raise UserError(
                f"params.yaml: study.samples has {max(settings.samples):,}, and the data has {available:,} "
                "training images: take no more"
            )
        grid = [(f"{shape}-{samples}", shape) for shape in settings.shapes for samples in settings.samples]
        recipes = [_load_recipe(name, shape, settings) for name, shape in grid]
        recipes += [_load_recipe(name, None, settings) for name in settings.variants]
        return cls(settings, recipes, load_arrays(paths.IMAGES, "y_test")["y_test"])

    def of_shape(self, shape: str) -> list[RecipeResults]:
        """Give the grid's recipes of a shape, by sample count."""
        return [recipe for recipe in self.recipes if recipe.shape == shape]

    @property
    def with_most_images(self) -> list[RecipeResults]:
        """The recipes that saw as many images as any and learned their classes: what a penalty is compared with."""
        most = max(recipe.recipe.samples for recipe in self.recipes)
        return [r for r in self.recipes if r.recipe.samples == most and not r.recipe.is_control]

    @property
    def penalised(self) -> list[RecipeResults]:
        """Those of `with_most_images` that pay for leaving their picture, by penalty: of recipes that differ in nothing
        else, the most."""
        paying = [r for r in self.with_most_images if r.recipe.keep_picture]
        alike = [[r for r in paying if _differ_in_penalty(r, other)] for other in paying]
        most: list[RecipeResults] = max(alike, key=len, default=[])
        return sorted(most, key=lambda recipe: recipe.recipe.keep_picture)

    def is_of_line(self, name: str) -> bool:
        """Whether a recipe is one of the penalised or the same without a penalty."""
        line = [*self.penalised, *([free] if self.penalised and (free := self.free_of(self.penalised[0])) else [])]
        return name in [recipe.name for recipe in line]

    def free_of(self, recipe: RecipeResults) -> RecipeResults | None:
        """Find the recipe that differs from a penalised one in having no penalty."""
        free = [r for r in self.recipes if not r.recipe.keep_picture and _differ_in_penalty(r, recipe)]
        return free[0] if free else None

    @property
    def truest_other(self) -> RecipeResults | None:
        """The recipe, of those with most images, hidden layers and no penalty, whose pictures agree most often: what
        comes nearest to a penalty without one; None where that is the penalised recipe's own."""
        others = [r for r in self.with_most_images if r in self.without_penalty]
        truest = max(others, key=lambda recipe: recipe.median("agreement"), default=None)
        is_own = truest is not None and bool(self.penalised) and truest is self.free_of(self.penalised[0])
        return None if is_own else truest

    @property
    def without_penalty(self) -> list[RecipeResults]:
        """The recipes with hidden layers that learned their classes without a penalty: what claims are made of."""
        return [r for r in self.recipes if r.recipe.hidden and not r.recipe.keep_picture and not r.recipe.is_control]

    @property
    def variants(self) -> list[RecipeResults]:
        return [recipe for recipe in self.recipes if recipe.shape is None]


def _differ_in_penalty(recipe: RecipeResults, other: RecipeResults) -> bool:
    """Whether two recipes are the same but for the penalty; the number of epochs of a grid is that of its updates."""
    return recipe.recipe.without("keep_picture", "seed") == other.recipe.without("keep_picture", "seed")


def _load_recipe(name: str, shape: str | None, settings: StudySettings) -> RecipeResults:
    seeds = [*(settings.seeds if shape else settings.variant_seeds)]
    seeds += settings.further_seeds if name in settings.further else []
    results = [StudyNetwork.load(f"{name}-{seed}") for seed in seeds]
    recipe = Recipe(**settings.networks[results[0].name].without("seed"))
    return RecipeResults(name, shape, recipe, results)


class SeedReplicates(NamedTuple):
    """Networks of one recipe in each other's place, over all ordered pairs, by measure: what a surrogate must
    beat to say more than the recipe."""

    recipe: str
    pairs: int
    values: dict[str, list[float]]


def compare_seeds(recipes: Sequence[RecipeResults], labels: Array) -> dict[str, SeedReplicates]:
    """Measure each network's logits as those of each other of its recipe, where it has two seeds or more."""
    replicates = {}
    for recipe in (r for r in recipes if len(r.networks) > 1):
        logits = [network.logits for network in recipe.networks]
        pairs = list(permutations(range(len(logits)), 2))
        rows = [estimate([logits[j]], logits[i], labels)[0] for i, j in pairs]
        values = {m: [float(r[n]) for r in rows if not np.isnan(r[n])] for n, m in enumerate(MEASURES)}
        replicates[recipe.name] = SeedReplicates(recipe.name, len(pairs), values)
    return replicates


class Forming(NamedTuple):
    """The trainings that were nearly their picture at some moment, and of how many with moments kept early enough."""

    reached: list[StudyNetwork]
    total: int

    def counts(self) -> dict[str, int]:
        """Give both as numbers."""
        return {"reached": len(self.reached), "total": self.total}


def find_forming(study: StudyResults, nearly: float) -> Forming:
    """Find the trainings without a penalty whose best agreement is at least `nearly`. Trainings that differ in nothing
    but their length begin alike: of them the longest counts."""
    followed: dict[str, StudyNetwork] = {}
    for recipe in sorted(study.without_penalty, key=lambda r: r.recipe.epochs):
        alike = recipe.recipe.without("epochs", "seed")
        followed |= {f"{n.seed} {alike}": n for n in recipe.networks if n.has_early_snapshots}
    return Forming([n for n in followed.values() if n.best.agreement_half_2 >= nearly], len(followed))


def load_beside(study: StudyResults) -> dict[str, dict[str, Any]]:
    """Read the summaries of the studies of other images, by folder; of those that have one."""
    files = {folder: Path(folder) / "summary.json" for folder in study.settings.beside}
    return {folder: load_json(file) for folder, file in files.items() if file.exists()}


def list_recipes(study: StudyResults, min_seeds: int = 1) -> list[dict[str, Any]]:
    """List the recipes of at least so many seeds: name, recipe, number of seeds, and each metric over them."""
    return [
        {
            "name": recipe.name,
            "recipe": recipe.recipe.without("seed"),
            "seeds": len(recipe.networks),
            "metrics": {m: measure_spread(recipe.values(m)) for m in recipe.networks[0].metrics},
        }
        for recipe in study.recipes
        if len(recipe.networks) >= min_seeds
    ]


def summarise_seeds(
    study: StudyResults, nearly: float, parts: Mapping[str, Sequence[Sequence[Parts]]]
) -> dict[str, Any]:
    """Summarise what a network of the same recipe, data and steps may be compared with, whatever its seed.

    parts: of recipes by name, where each training's pictures separate the classes, as `find_parts` gives them.
    """
    recipes = list_recipes(study, min_seeds=2)
    for entry in recipes:
        if entry["name"] in parts:
            entry["places"] = share_parts(parts[entry["name"]])
    return {
        "of": dict(study.settings.comparable),
        "nearly": find_forming(study, nearly).counts(),
        "elsewhere": {folder: summary["nearly"] for folder, summary in load_beside(study).items()},
        "recipes": recipes,
    }


def measure_spread(values: Sequence[float]) -> dict[str, float | None]:
    """Give the median, least, greatest and standard deviation over seeds, the last of two or more."""
    if not values:
        return dict.fromkeys(("median", "low", "high", "deviation"))
    stats = {"median": np.median(values), "low": np.min(values), "high": np.max(values)}
    rounded: dict[str, float | None] = {name: round(float(v), N_DIGITS) for name, v in stats.items()}
    return rounded | {"deviation": round(float(np.std(values, ddof=1)), N_DIGITS) if len(values) > 1 else None}
