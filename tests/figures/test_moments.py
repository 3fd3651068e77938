"""Which moments, recipes and sums a figure shows, on cases whose answer is plain."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from looking_for.figures.frontier import box_beside, collect_points, find_line, is_free, place_names
from looking_for.figures.hero import choose_moments, name_moments
from looking_for.figures.vote import Vote, round_sum
from looking_for.networks.recipe import Recipe
from tests.results.imagined import imagined

HIDDEN = [8]


def recipe(**other: Any) -> Recipe:
    return Recipe(**{"samples": 100, "hidden": HIDDEN, "epochs": 2, **other})


def test_choose_moments_when_the_free_network_agreed_most() -> None:
    """Updates are 0, 5, 10, … 320 of both; the last network agrees most after 20, and 80 is halfway to the end."""
    few = imagined("few", 500, [0.8, 0.85, 0.9, 0.9, 0.9, 0.9, 0.9])
    many = imagined("many", 60_000, [0.8, 0.9, 0.95, 0.8, 0.7, 0.6, 0.5])
    places = choose_moments([few, many])
    assert [[few.truth[p].updates for p in row] for row in places] == [[0, 20, 80, 320]] * 2
    assert name_moments([few, many], places) == ["before training", "20 steps", "80 steps", "320 steps"]


def test_name_moments_of_trainings_that_end_apart() -> None:
    short, long = imagined("short", 500, [0.8, 0.9, 0.9]), imagined("long", 500, [0.8, 0.9, 0.9, 0.9])
    places = choose_moments([short, long])
    assert name_moments([short, long], places)[-1] == "at the end"
    assert name_moments([long, long], choose_moments([long, long]))[-1] == "40 steps"


def test_find_line_through_what_most_penalised_recipes_share() -> None:
    line = [recipe(keep_picture=p) for p in (0.01, 0.1)]
    odd = recipe(hidden=[3], keep_picture=0.1)
    assert find_line([odd, *line, recipe()]) == recipe().without("keep_picture", "seed")
    assert find_line([recipe()]) is None


def test_collect_points_of_recipes_with_most_images_that_learned() -> None:
    def entry(name: str, **other: Any) -> dict[str, Any]:
        keys = {"samples": 100, "hidden": HIDDEN, "epochs": 2, **other}
        return {"name": name, "recipe": keys, "metrics": {"accuracy": {"median": 0.9, "low": 0.8, "high": 0.95}}}

    entries = [
        entry("strong", keep_picture=0.1), entry("few", samples=10), entry("shuffled", shuffle_labels=True),
        entry("dropout", dropout=0.5), entry("free"), entry("weak", keep_picture=0.01),
    ]  # fmt: skip
    points = collect_points(entries)
    assert [(p.name, p.is_on_line) for p in points] == [
        ("free", True), ("weak", True), ("strong", True), ("dropout", False),
    ]  # fmt: skip


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_round_sum_adds_up_as_printed(ink: float, offset: float) -> None:
    printed = round_sum(Vote(np.zeros(1), ink, offset))
    assert printed["ink"] + printed["constant"] == pytest.approx(printed["score"])
    assert printed["score"] == pytest.approx(ink + offset, abs=0.051)
    assert all(number == round(number, 1) for number in printed.values())


def test_names_stand_where_nothing_else_does() -> None:
    right = box_beside(0.5, 0.5, 4, (1, 1))
    left = box_beside(0.5, 0.5, 4, (-1, -1))
    assert right[0] > 0.5 > left[2]
    assert right[1] > 0.5 > left[3]
    assert is_free(right, [])
    assert is_free(right, [left])
    assert not is_free(right, [(0.51, 0.52, 0.6, 0.53)]), "a point lies there"
    assert not is_free(box_beside(0.99, 0.5, 4, (1, 1)), []), "beyond the panel"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_place_names_level_with_no_other_point(places: list[tuple[float, float]]) -> None:
    """A name belongs to the point that it stands beside, and lies on no other name."""
    boxes = place_names(places, [4] * len(places))
    for n, box in enumerate(boxes):
        if box:
            left, bottom, right, top = box
            assert not [
                (x, y) for m, (x, y) in enumerate(places)
                if m != n and left - 0.04 < x < right + 0.04 and bottom < y < top
            ]  # fmt: skip
            assert all(is_free(box, [other]) for m, other in enumerate(boxes) if other and m != n)


def test_place_names_of_two_points_close_together() -> None:
    """One to the upper left of the other: there is room to the upper right of the lower, but level with the other."""
    first, second = place_names([(0.50, 0.50), (0.47, 0.54)], [4, 4])
    assert first == box_beside(0.50, 0.50, 4, (-1, -1))
    assert second == box_beside(0.47, 0.54, 4, (1, 1))
