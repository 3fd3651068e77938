"""A title says what every seed shows, or nothing."""

from types import SimpleNamespace
from typing import Any

from looking_for.figures.study import is_falling


def test_is_falling_of_every_seed() -> None:
    def shape(*by_samples: list[float]) -> list[Any]:
        return [SimpleNamespace(values=lambda _, some=some: some) for some in by_samples]

    assert is_falling([shape([0.9, 0.8], [0.7, 0.6])], "agreement")
    assert not is_falling([shape([0.9, 0.6], [0.7, 0.5])], "agreement"), "ranges overlap"
    assert not is_falling([shape([0.9], [0.7]), shape([0.8], [0.9])], "agreement"), "in every shape"
