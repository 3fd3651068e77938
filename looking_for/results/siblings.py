"""Networks of one recipe in each other's place: what a stand-in must beat to say more than the recipe."""

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.results.study import Recipe
from looking_for.surrogates.ladder import MEASURES
from looking_for.surrogates.measures import estimates


class Siblings(NamedTuple):
    """Over all ordered pairs of a recipe's networks, by measure: what one gives of the other."""

    recipe: str
    pairs: int
    values: dict[str, list[float]]


def measured(recipe: Recipe, labels: Array) -> Siblings:
    """Agreement, agreement on errors and explained of each network's logits as those of each other."""
    logits = [result.logits for result in recipe.results]
    found = [estimates([logits[j]], logits[i], labels)[0] for i, j in permutations(range(len(logits)), 2)]
    values = {m: [float(row[n]) for row in found if not np.isnan(row[n])] for n, m in enumerate(MEASURES)}
    return Siblings(recipe.name, len(found), values)


def of_all(recipes: Sequence[Recipe], labels: Array) -> dict[str, Siblings]:
    """By recipe, of those with two seeds or more."""
    return {r.name: measured(r, labels) for r in recipes if len(r.results) > 1}
