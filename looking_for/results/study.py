"""A study: its settings, its recipes, and which of them stand beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from looking_for.core import paths
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.npz import load_arrays
from looking_for.networks.recipe import Recipe
from looking_for.results.recipes import RecipeResults, StudyNetwork
from looking_for.surrogates.label_pictures import LabelPictures, load_label_pictures


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
class StudyResults:
    """The recipes of the grid by shape and sample count, then the variants; labels of test images; networks that
    are several pictures per class, to compare with."""

    settings: StudySettings
    recipes: Sequence[RecipeResults]
    labels: Array
    label_pictures: Sequence[LabelPictures]

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
        labels = load_arrays(paths.IMAGES, "y_test")["y_test"]
        return cls(settings, recipes, labels, load_label_pictures())

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
        """The recipe that comes nearest to a penalty without one: of those with most images and hidden layers, whose
        pictures explain most under change; None where that is the penalised recipe's own."""
        others = [r for r in self.with_most_images if r in self.without_penalty and r.values("explained_change")]
        truest = max(others, key=lambda recipe: recipe.median("explained_change"), default=None)
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


class Forming(NamedTuple):
    """The trainings that were nearly their picture at the moment chosen on other test images, how many were at some
    moment on all test images, and of which, with moments kept early enough."""

    reached: list[StudyNetwork]
    on_all: int
    followed: list[StudyNetwork]

    def counts(self) -> dict[str, int]:
        """Give how many there are, and of how many."""
        return {"reached": len(self.reached), "total": len(self.followed)}


def find_forming(study: StudyResults, nearly: float) -> Forming:
    """Find the trainings without a penalty whose best agreement is at least `nearly`. Trainings that differ in nothing
    but their length begin alike: of them the longest counts."""
    longest: dict[str, StudyNetwork] = {}
    for recipe in sorted(study.without_penalty, key=lambda r: r.recipe.epochs):
        alike = recipe.recipe.without("epochs", "seed")
        longest |= {f"{n.seed} {alike}": n for n in recipe.networks if n.has_early_snapshots}
    followed = [*longest.values()]
    on_all = sum(max(s.agreement for s in n.trained) >= nearly for n in followed)
    return Forming([n for n in followed if n.best.agreement_half_2 >= nearly], on_all, followed)
