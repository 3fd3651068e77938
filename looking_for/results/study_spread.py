"""How far seeds alone move a number: medians, ranges, and the summary that the main report reads."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.results.seed_spread import basis, without_seed
from looking_for.results.study import Recipe, Study
from looking_for.results.text import decimal, percent
from looking_for.surrogates.ladder import DIGITS


def summary(study: Study) -> dict[str, Any]:
    """What a network of the same recipe, data and steps may be held against, whatever its seed."""
    return {
        "of": basis(study.settings),
        "recipes": [
            {
                "name": recipe.name,
                "recipe": without_seed(recipe.params),
                "seeds": len(recipe.results),
                "metrics": {m: spread(recipe.values(m)) for m in recipe.results[0].metrics},
            }
            for recipe in study.recipes
            if len(recipe.results) > 1
        ],
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median, least and greatest, and the standard deviation over seeds; nothing of too few."""
    if len(values) < 2:
        return dict.fromkeys(("median", "low", "high", "deviation"))
    found = np.median(values), np.min(values), np.max(values), np.std(values, ddof=1)
    return dict(
        zip(("median", "low", "high", "deviation"), (round(float(v), DIGITS) for v in found), strict=True)
    )


def shares(values: Sequence[float]) -> str:
    """48.9 % (45.2–52.0): the median over seeds, and the range."""
    if not values:
        return "–"
    low, high = (percent(round(v, DIGITS)).removesuffix(" %") for v in (min(values), max(values)))
    return f"{percent(round(float(np.median(values)), DIGITS))} ({low}–{high})"


def numbers(values: Sequence[float]) -> str:
    """0.51 (0.45–0.52)."""
    if not values:
        return "–"
    low, high = (decimal(round(v, DIGITS)) for v in (min(values), max(values)))
    return f"{decimal(round(float(np.median(values)), DIGITS))} ({low}–{high})"


def counts(values: Sequence[int]) -> str:
    """40 (40–80), or 40 where all are."""
    middle = f"{int(np.median(values)):,}"
    return middle if min(values) == max(values) else f"{middle} ({min(values):,}–{max(values):,})"


def at_travel(recipe: Recipe, travel: float) -> list[float]:
    """Each seed's agreement where its first layer has moved so far, between its snapshots; of those that
    got there."""
    found = []
    for result in recipe.results:
        ways = [moment.travel for moment in result.truth]
        if max(ways) >= travel:
            after = next(n for n, way in enumerate(ways) if way >= travel)
            pair = result.truth[max(0, after - 1) : after + 1]
            found.append(float(np.interp(travel, [m.travel for m in pair], [m.agreement for m in pair])))
    return found
