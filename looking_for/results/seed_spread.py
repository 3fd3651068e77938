"""How far another seed alone moves a network's numbers, as the study measured it (study/summary.json)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scipy.special import stdtrit

from looking_for.core.files import load_numbers
from looking_for.surrogates.ladder import headline
from stages.params import NetworkParams, Params, StudyParams

SUMMARY = Path("study/summary.json")


class Spread(NamedTuple):
    """Of one metric over networks of one recipe: how many, their median, ends and standard deviation."""

    seeds: int
    median: float
    low: float
    high: float
    deviation: float

    @property
    def noise(self) -> float:
        """How far apart two trainings with other seeds lie in 95 % of cases: t · √2 · deviation."""
        return float(stdtrit(self.seeds - 1, 0.975)) * 2**0.5 * self.deviation


def basis(settings: Params | StudyParams) -> dict[str, Any]:
    """The params besides a recipe on which a network's numbers depend: other ones, and nothing is known."""
    fit, train = settings.fit, settings.train
    return {
        "data": settings.data.model_dump(exclude={"source"}),
        "clusters": [headline(settings.survey.clusters), settings.survey.seed],
        "batch_size": train.batch_size,
        "learning_rate": train.learning_rate,
        "fit": [headline(fit.pictures), fit.pull, fit.updates, fit.seed],
    }


def without_seed(recipe: NetworkParams) -> dict[str, Any]:
    return recipe.model_dump(exclude={"seed"})


def of(settings: Params, network: str, summary: Mapping[str, Any]) -> dict[str, Spread]:
    """The spread of each metric over the study's networks of this one's recipe, if it has any."""
    recipe = settings.networks.get(network)
    if recipe is None or not summary or summary["of"] != basis(settings):
        return {}
    for entry in summary["recipes"]:
        if entry["recipe"] == without_seed(recipe):
            spreads = {
                metric: Spread(entry["seeds"], **found) for metric, found in entry["metrics"].items()
            }
            return {metric: spread for metric, spread in spreads.items() if spread.deviation is not None}
    return {}


def load(path: Path = SUMMARY) -> dict[str, Any]:
    """The study's summary; empty where there is none."""
    return load_numbers(path) if path.exists() else {}
