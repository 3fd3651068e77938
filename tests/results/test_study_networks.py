"""What a study reads off its networks: their best moment, their commonest answer, agreement by travel."""

from typing import Any

import numpy as np
import pytest

from looking_for.core.text import format_share_range
from looking_for.networks.recipe import Recipe
from looking_for.results.recipes import RecipeResults, StudyNetwork
from looking_for.results.study import StudyResults, find_forming
from tests.results.imagined import imagined


def test_commonest_share_is_the_agreement_of_the_best_constant() -> None:
    given = imagined("all", 60_000, [0.9])
    logits = np.eye(3)[[2, 0, 2, 2, 1]]
    network = StudyNetwork("all-0", given.metrics, given.ladder, given.truth, logits)
    assert network.commonest_share == 3 / 5


def test_best_snapshot_is_one_at_which_the_network_has_learned() -> None:
    facts = imagined("all", 60_000, [0.99, 0.80, 0.70])
    right = [0.1, 0.2, 0.8, 0.9]
    moments = [m.model_copy(update={"accuracy": a}) for m, a in zip(facts.truth, right, strict=True)]
    network = StudyNetwork("all-0", facts.metrics, facts.ladder, moments, np.zeros((0, 10)))
    assert network.best.accuracy == 0.8, "at 0.2 right it agrees most, and knows nothing yet"
    poor = [m.model_copy(update={"accuracy": 0.1}) for m in facts.truth]
    never = StudyNetwork("all-0", facts.metrics, facts.ladder, poor, np.zeros((0, 10)))
    assert never.best.agreement_half_1 == max(m.agreement_half_1 for m in facts.truth[1:])


def test_agreement_at_travel_interpolates() -> None:
    facts = imagined("all", 60_000, [0.82, 0.93, 0.51])
    moments = [
        m.model_copy(update={"distance_from_init": way}) for m, way in zip(facts.truth, [0, 0.1, 0.3, 0.5], strict=True)
    ]

    result = StudyNetwork("all-0", facts.metrics, facts.ladder, moments, np.zeros((0, 10)))
    recipe = RecipeResults("all", None, Recipe(samples=1, hidden=[8], epochs=1), [result])
    assert recipe.agreement_at(0.2) == [pytest.approx((0.82 + 0.93) / 2)]
    assert recipe.agreement_at(0.6) == []
    assert format_share_range([0.9, 0.5, 0.8]) == "80.0 % (50.0–90.0)"


def test_find_forming_counts_trainings_that_differ_only_in_length_once() -> None:
    def recipe(name: str, epochs: int, *courses: list[float], dropout: float = 0) -> RecipeResults:
        facts = [imagined(name, 60_000, course) for course in courses]
        networks = [
            StudyNetwork(f"{name}-{seed}", f.metrics, f.ladder, f.truth, np.zeros((0, 10)))
            for seed, f in enumerate(facts)
        ]
        return RecipeResults(name, None, Recipe(samples=60_000, hidden=[8], epochs=epochs, dropout=dropout), networks)

    fell, low = [0.5, 0.95, 0.92, 0.8, 0.7], [0.5, 0.6, 0.6, 0.6, 0.6]
    short, full = recipe("short", 1, fell[:4], low[:4]), recipe("full", 6, fell, low)
    other = recipe("other", 1, low, dropout=0.5)
    settings: Any = None
    forming = find_forming(StudyResults(settings, [full, short, other], np.zeros(0), []), 0.9)
    assert sorted(n.name for n in forming.followed) == ["full-0", "full-1", "other-0"]
    assert [n.name for n in forming.reached] == ["full-0"]
    assert (forming.on_all, forming.counts()) == (1, {"reached": 1, "total": 3})
