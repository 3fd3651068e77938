"""What seeds have in common: networks in each other's place, spreads by recipe, and the summary of a study."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.files import load_json
from looking_for.core.tables import N_DIGITS
from looking_for.results.places import Parts, share_parts
from looking_for.results.recipes import RecipeResults
from looking_for.results.study import StudyResults, find_forming
from looking_for.surrogates.measures import MEASURES, estimate


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
        "label_pictures": {
            "per_class": study.settings.n_fitted,
            "accuracy": measure_spread([network.accuracy for network in study.label_pictures]),
        },
    }


def measure_spread(values: Sequence[float]) -> dict[str, float | None]:
    """Give the median, least, greatest and standard deviation over seeds, the last of two or more."""
    if not values:
        return dict.fromkeys(("median", "low", "high", "deviation"))
    stats = {"median": np.median(values), "low": np.min(values), "high": np.max(values)}
    rounded: dict[str, float | None] = {name: round(float(v), N_DIGITS) for name, v in stats.items()}
    return rounded | {"deviation": round(float(np.std(values, ddof=1)), N_DIGITS) if len(values) > 1 else None}
