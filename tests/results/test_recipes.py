"""Which recipes of a study stand beside each other."""

from types import SimpleNamespace
from typing import Any

from looking_for.networks.recipe import Recipe
from looking_for.results.recipes import RecipeResults
from looking_for.results.study import StudyResults


def recipe(name: str, change: float | None, **other: Any) -> RecipeResults:
    keys: dict[str, Any] = {"samples": 100, "hidden": [8], "epochs": 2, **other}
    network: Any = SimpleNamespace(metrics={"explained_change": change})
    return RecipeResults(name, None, Recipe(**keys), [network])


def study_of(*recipes: RecipeResults) -> StudyResults:
    settings: Any = SimpleNamespace()
    labels: Any = None
    return StudyResults(settings, recipes, labels, [])


def test_truest_other_explains_most_under_change_without_a_penalty() -> None:
    free, paying = recipe("free", 0.1), recipe("paying", 0.9, keep_picture=0.1)
    sgd, few = recipe("sgd", 0.7, optimizer="sgd"), recipe("few", 0.95, samples=10)
    flat, shuffled = recipe("flat", 1.0, hidden=[]), recipe("shuffled", 0.8, shuffle_labels=True)
    nothing = recipe("nothing", None, dropout=0.5)
    assert study_of(free, paying, sgd, few, flat, shuffled, nothing).truest_other is sgd
    assert study_of(free, paying).truest_other is None, "the penalised recipe's own"
    assert study_of(paying).truest_other is None


def test_is_of_line_of_penalties_and_the_same_without() -> None:
    free, paying, odd = recipe("free", 0.1), recipe("paying", 0.9, keep_picture=0.1), recipe("odd", 0.7, dropout=0.5)
    study = study_of(free, paying, odd)
    assert [study.is_of_line(r.name) for r in (free, paying, odd)] == [True, True, False]
