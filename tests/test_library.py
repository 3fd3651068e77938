"""The example of docs/your-own.md runs, and gives what scikit-learn and plain products give."""

import re
from typing import Any

import numpy as np
import pytest

from tests.projects import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """The names that the page's program leaves behind."""
    page = (ROOT / "docs/your-own.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    return names


def test_example_network_equals_scikit_learn(example: dict[str, Any]) -> None:
    x = example["x"][1400:].reshape(-1, 64) / 255
    model, network = example["model"], example["network"]
    logits = network.logits(x)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    ours = odds / odds.sum(axis=1, keepdims=True)
    assert np.abs(ours - model.predict_proba(x)).max() < 1e-9
    assert example["evaluation"].metrics["accuracy"] == round(model.score(x, example["y"][1400:]), 4)


def test_example_pictures_are_weight_products(example: dict[str, Any]) -> None:
    one, two, three = example["model"].coefs_
    product = one @ two @ three
    pictures = example["evaluation"].pictures
    assert np.abs(pictures.composed.output.weights - (product - product.mean(axis=1, keepdims=True))).max() < 1e-5
    assert pictures.maps.by_cluster[3].maps.shape == (30, 64, 10)


def test_example_ladder_rises(example: dict[str, Any]) -> None:
    ladder = {rung.name: rung for rung in example["evaluation"].ladder}
    explained = [ladder[name].explained.value for name in ("constant", "cluster_means.3", "exact_maps.3")]
    assert explained == sorted(explained)
    assert abs(explained[0]) < 0.01, "class means of training images, on test images"
