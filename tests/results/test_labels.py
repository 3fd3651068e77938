"""What people call networks: unique, and no longer than it takes to tell them apart."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looking_for.networks.recipe import Recipe
from looking_for.results.labels import bracket_label, describe_network, label_networks
from stages.params.settings import load_params, run_settings

DEEP = {"samples": 100, "hidden": [8], "epochs": 4}


def labels(recipes: Mapping[str, Mapping[str, Any]], given: Mapping[str, str] | None = None) -> dict[str, str]:
    return label_networks({n: Recipe(**{**DEEP, **r}) for n, r in recipes.items()}, {}, given or {}, 1_000, 10)


def test_label_networks_of_the_default_run() -> None:
    settings = run_settings(load_params())
    result = label_networks(settings.recipes, settings.imported, settings.labels, 60_000, settings.batch_size)
    assert result == {
        "few": "500 images",
        "some": "5,000 images",
        "all": "60,000 images",
        "kept": "60,000 images, kept to its picture",
        "few-long": "500 images, trained as long as 60,000",
        "flat-few": "500 images, no hidden layer",
        "flat": "60,000 images, no hidden layer",
        "untrained": "untrained",
        "shuffled": "60,000 images, shuffled labels",
    }


@pytest.mark.parametrize(
    ("recipes", "expected"),
    [
        ({"a": {}}, ["100 images"]),
        ({"a": {"samples": 1}}, ["1 image"]),
        ({"a": {"samples": 9_999}}, ["1,000 images"]),
        ({"a": {}, "b": {"hidden": [9, 9]}}, ["100 images", "100 images, 9-9"]),
        ({"a": {"activation": "tanh"}, "b": {}}, ["100 images, tanh", "100 images"]),
        ({"a": {}, "b": {"epochs": 9}}, ["100 images", "100 images, 9 epochs"]),
        (
            {"a": {}, "b": {"epochs": 2}, "c": {"samples": 50}},
            ["100 images", "100 images, trained as long as 50", "50 images"],
        ),
        ({"a": {}, "b": {"seed": 3}, "c": {"seed": 4}}, ["100 images", "100 images, seed 3", "100 images, seed 4"]),
        ({"a": {}, "b": {}}, ["a", "b"]),
        ({"a": {"epochs": 0}, "b": {"epochs": 0, "hidden": []}}, ["untrained", "untrained, no hidden layer"]),
        (
            {"a": {}, "b": {"keep_picture": 0.1}, "c": {"keep_picture": 1.0}},
            ["100 images", "100 images, kept to its picture at 0.1", "100 images, kept to its picture at 1"],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_label_networks_says_what_differs(recipes: Mapping[str, Any], expected: list[str]) -> None:
    assert list(labels(recipes).values()) == expected


def test_label_networks_takes_what_people_say() -> None:
    assert labels({"a": {}, "b": {"samples": 50}}, {"a": "50 images"}) == {"a": "50 images", "b": "b"}
    files = {"mine": "data/models/mine.onnx", "two": "x/y.pt", "three": "z/y.pt"}
    assert label_networks({}, files, {}, 10, 10) == {"mine": "mine.onnx", "two": "two", "three": "three"}


RECIPES = st.fixed_dictionaries(
    {
        "samples": st.sampled_from([10, 100]),
        "hidden": st.sampled_from([[], [8], [8, 8]]),
        "epochs": st.sampled_from([0, 4, 40]),
        "activation": st.sampled_from(["relu", "tanh"]),
        "shuffle_labels": st.booleans(),
        "batch_normalisation": st.booleans(),
        "keep_picture": st.sampled_from([0.0, 0.1]),
    }
)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), RECIPES, min_size=1, max_size=8))
def test_label_networks_is_unique(recipes: dict[str, Any]) -> None:
    result = labels(recipes)
    assert list(result) == list(recipes)
    assert len(set(result.values())) == len(recipes)
    for label in result.values():
        assert describe_network(label).startswith("the ")
        assert bracket_label(label).count(", ") <= max(0, label.count(", ") - 1)
