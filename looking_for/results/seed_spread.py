"""How far another seed alone moves a network's numbers, as the study measured it (study/summary.json)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scipy.special import stdtrit

from looking_for.core.files import load_json
from looking_for.core.paths import SUMMARY
from looking_for.networks.recipe import Recipe


class Spread(NamedTuple):
    """One metric over networks of one recipe: how many seeds, median, ends and standard deviation."""

    seeds: int
    median: float
    low: float
    high: float
    deviation: float

    @property
    def noise(self) -> float:
        """How far apart two trainings with other seeds are in 95 % of cases: t · √2 · deviation."""
        return float(stdtrit(self.seeds - 1, 0.975)) * 2**0.5 * self.deviation


def seed_spread(recipe: Recipe | None, settings: Mapping[str, Any], summary: Mapping[str, Any]) -> dict[str, Spread]:
    """Look up the spread of each metric over the study's networks of a recipe.

    Parameters
    ----------
    recipe : Recipe, optional
        None of an imported network.
    settings : mapping
        The settings besides a recipe on which a network's numbers depend; if the study's differ, the spread
        does not apply.
    summary : mapping
        As of `load_summary`.

    Returns
    -------
    dict from metric to Spread
        Empty where the study says nothing of it.
    """
    entry = find_entry(recipe, settings, summary)
    spreads = {metric: Spread(entry["seeds"], **of) for metric, of in entry.get("metrics", {}).items()}
    return {metric: spread for metric, spread in spreads.items() if spread.deviation is not None}


def find_entry(recipe: Recipe | None, settings: Mapping[str, Any], summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find what the study's summary has on a recipe, as `seed_spread` takes them; empty where it has nothing."""
    if recipe is None or not summary or summary["of"] != settings:
        return {}
    alike = [e for e in summary["recipes"] if Recipe(**e["recipe"]).without("seed") == recipe.without("seed")]
    return alike[0] if alike else {}


def load_summary(path: Path = SUMMARY) -> dict[str, Any]:
    """Read the study's summary; empty where there is none."""
    return load_json(path) if path.exists() else {}
