"""What each network of a study gave, as compose measured it, by recipe: the same but for the seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from looking_for.core import files
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.surrogates import truth
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.truth import Moment
from stages.params import NetworkParams, StudyParams

EARLY, EARLY_MOMENTS = (5, 160), 3  # updates among which pictures form, and how many moments of them


@dataclass(frozen=True)
class Result:
    """One network: its metrics, ladder and course, and its centred logits of the test images."""

    name: str
    metrics: Mapping[str, Any]
    ladder: Ladder
    truth: Sequence[Moment]
    logits: Array

    @classmethod
    def load(cls, name: str) -> "Result":
        return cls(
            name,
            files.load_numbers(files.metrics_file(name)),
            Ladder.load(files.ladder_file(name)),
            truth.load(files.truth_file(name)),
            files.load_arrays(files.pictures_file(name), "logits")["logits"].astype(float),
        )

    @property
    def is_followed(self) -> bool:
        """Whether enough moments were kept where pictures form; of wide networks few fit into the files."""
        return sum(EARLY[0] < moment.updates <= EARLY[1] for moment in self.truth) >= EARLY_MOMENTS

    @property
    def best(self) -> Moment:
        """The moment after the start at which its composed pictures agreed most."""
        return max(self.truth[1:], key=lambda moment: moment.agreement)


@dataclass(frozen=True)
class Recipe:
    """Networks that differ in nothing but their seeds. `shape` is that of the grid, None for a variant."""

    name: str
    shape: str | None
    params: NetworkParams
    results: Sequence[Result]

    def values(self, metric: str) -> list[float]:
        """A metric of every seed, in the order of seeds; of those that have it."""
        found = [result.metrics[metric] for result in self.results]
        return [value for value in found if value is not None]

    def rung(self, name: str, measure: str) -> list[float]:
        """The estimates of a rung's measure, by seed."""
        found = [getattr(result.ladder[name], measure).value for result in self.results]
        return [value for value in found if value is not None]


@dataclass(frozen=True)
class Study:
    """recipes: those of the grid by shape and sample count, then the variants; labels: of test images."""

    settings: StudyParams
    recipes: Sequence[Recipe]
    labels: Array

    @classmethod
    def load(cls, settings: StudyParams) -> "Study":
        asked, known = settings.study, settings.params.networks
        there = len(files.load_arrays(files.IMAGES, "y_train")["y_train"])
        if max(asked.samples) > there:
            raise UserError(
                f"params.yaml: study.samples has {max(asked.samples):,}, and the data has {there:,} "
                "training images: take no more"
            )
        recipes = [
            _recipe(f"{shape}-{samples}", shape, known, asked.seeds)
            for shape in asked.shapes
            for samples in asked.samples
        ]
        recipes += [_recipe(name, None, known, asked.variant_seeds) for name in asked.variants]
        return cls(settings, recipes, files.load_arrays(files.IMAGES, "y_test")["y_test"])

    def of_shape(self, shape: str) -> list[Recipe]:
        """The grid's recipes of a shape, by sample count."""
        return [recipe for recipe in self.recipes if recipe.shape == shape]

    @property
    def variants(self) -> list[Recipe]:
        return [recipe for recipe in self.recipes if recipe.shape is None]


def _recipe(
    name: str, shape: str | None, known: Mapping[str, NetworkParams], seeds: Sequence[int]
) -> Recipe:
    results = [Result.load(f"{name}-{seed}") for seed in seeds]
    return Recipe(name, shape, known[results[0].name].model_copy(update={"seed": None}), results)
