"""The study's numbers as CSV: a row a network, and a row a recipe for its networks as stand-ins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from looking_for.core import files
from looking_for.results.siblings import Siblings
from looking_for.results.study import Study
from looking_for.surrogates.ladder import DIGITS, MEASURES

NETWORKS, SIBLINGS = Path("reports/networks.csv"), Path("reports/siblings.csv")


def save(study: Study, siblings: dict[str, Siblings]) -> None:
    """Write both."""
    rows: list[files.Row] = [
        {
            "network": result.name,
            "recipe": recipe.name,
            "samples": recipe.params.samples,
            **result.metrics,
            "best_agreement": result.best.agreement,
            "best_at_updates": result.best.updates,
            "accuracy_at_best": result.best.accuracy,
            "updates": result.truth[-1].updates,
            "travel": result.truth[-1].travel,
        }
        for recipe in study.recipes
        for result in recipe.results
    ]
    files.save_table(NETWORKS, list(rows[0]), rows)
    ends: dict[str, Callable[[list[float]], Any]] = {"": np.median, "_low": min, "_high": max}
    columns = ["recipe", "pairs", *(f"{measure}{end}" for measure in MEASURES for end in ends)]
    files.save_table(SIBLINGS, columns, (_row(found, ends) for found in siblings.values()))


def _row(found: Siblings, ends: dict[str, Callable[[list[float]], Any]]) -> files.Row:
    row: dict[str, str | int | float | None] = {"recipe": found.recipe, "pairs": found.pairs}
    for measure, values in found.values.items():
        for end, of in ends.items():
            row[f"{measure}{end}"] = round(float(of(values)), DIGITS) if values else None
    return row
