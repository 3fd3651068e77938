"""A picture's places, counted again by plain loops."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from looking_for.results import places
from tests.results.pictures import network_of


def test_sum_parts_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    for shape in ((28, 28), (8, 8), (5, 7), (9, 6, 3)):
        pixels = rng.normal(size=shape)
        expected = np.zeros((places.N_BANDS, places.N_BANDS))
        for row in range(shape[0]):
            for column in range(shape[1]):
                part = row * places.N_BANDS // shape[0], column * places.N_BANDS // shape[1]
                expected[part] += pixels[row, column].sum()
        assert np.allclose(places.sum_parts(pixels.ravel(), shape[:2]), expected)


RING, BAR = np.zeros((10, 10)), np.zeros((10, 10))  # mean images
RING[2:4, 4:6], BAR[4:6, 4:6] = 1.0, 1.0


def ring_and_bar(entry: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """The places of two pictures, with what a study has on the recipe."""
    ring, bar = RING - 2 * BAR, 2 * BAR - RING
    ring[:2, :2] = 50.0  # a corner where nobody inks does not decide
    ring[8:, 4:6] = 9.0  # nor does one where both ink alike
    network = network_of(np.stack([ring, bar]), np.zeros((10, 10), bool))
    return [
        (place.name, list(map(places.name_part, place.ink)), list(map(places.name_part, place.blank)))
        for place in places.find_places(network, run_of_two(entry))
    ]


def run_of_two(entry: dict[str, Any]) -> Any:
    means = np.stack([RING, BAR])
    means[:, 8:, 4:6] = 1.0
    return SimpleNamespace(
        images=SimpleNamespace(shape=(10, 10)),
        classes=["ring", "bar"],
        survey=SimpleNamespace(clusters={1: SimpleNamespace(means=means.reshape(2, -1))}),
        study_entry=lambda _: entry,
    )


def test_find_places_of_a_ring_and_a_bar() -> None:
    assert ring_and_bar({}) == [("ring", ["upper middle"], ["centre"]), ("bar", ["centre"], ["upper middle"])]


def test_find_places_that_most_trainings_share() -> None:
    entry = {"seeds": 5, "places": [[[7, 3], []], [[11], [7]]]}
    assert ring_and_bar(entry) == [("ring", ["upper middle"], []), ("bar", [], ["upper middle"])]


def test_count_shared_looks_among_the_three_strongest() -> None:
    """Ten by ten pixels, four per part: another picture has the place third."""
    means = np.zeros((2, 10, 10))
    means[0, 2:4] = 1.0  # a bar, parts 5 to 9
    weights = np.zeros((10, 10))
    weights[2:4] = np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], 2)
    pair = np.stack([weights.ravel(), -weights.ravel()], axis=1)
    run = run_of_two({})
    run.survey.clusters[1].means = means.reshape(2, -1)
    assert places.count_shared([places.Places("bar", [7], []), places.Places("none", [], [])], pair, run) == 1
    assert places.count_shared([places.Places("bar", [8], []), places.Places("none", [], [])], pair, run) == 0


def test_share_parts_of_more_than_half() -> None:
    trainings: list[list[places.Parts]] = [[([1], [2])], [([1, 5], [9])], [([1, 5], [2])], [([7, 5], [9])]]
    assert places.share_parts(trainings) == [([1, 5], [])]


def test_strongest_parts_have_twice_their_even_share() -> None:
    """Of 25 pixels, one part each, the two strongest are named, where they have 8 % of the lead."""
    points = np.zeros(25)
    points[[3, 8, 17]] = [0.5, 0.2, 0.3]
    assert places.strongest_parts(points, 1.0, (5, 5), 2) == [3, 17]
    assert places.strongest_parts(points, 5.0, (5, 5), 2) == [3]
    assert places.strongest_parts(np.zeros(25), -1.0, (5, 5), 2) == []


def test_count_shared_with_average_images() -> None:
    run = run_of_two({})
    named = [places.Places("ring", [7, 3], [12]), places.Places("bar", [0], [])]
    assert places.count_shared(named, places.pictures_of_means(run), run) == 2
    low, high = places.count_by_chance(named, run)
    assert 0 <= low <= high <= 4


@given(st.integers(2, 6), st.integers(0, 1_000))
def test_measure_separation_adds_up_to_the_lead_of_a_class(n_classes: int, seed: int) -> None:
    """How many points more images of a class get than those of the others, counted image by image."""
    rng = np.random.default_rng(seed)
    weights, labels = rng.normal(size=(12, n_classes)), np.arange(4 * n_classes) % n_classes
    x = rng.random((len(labels), 12))
    means = np.stack([x[labels == k].mean(axis=0) for k in range(n_classes)])
    separation = places.measure_separation(weights, means)
    for k in range(n_classes):
        points = [float(image @ weights[:, k]) for image in x]
        by_class = [
            np.mean([p for p, y in zip(points, labels, strict=True) if y == other]) for other in range(n_classes)
        ]
        others = np.mean([mean for other, mean in enumerate(by_class) if other != k])
        assert separation[:, k].sum() == pytest.approx(by_class[k] - others, abs=1e-9)
