"""The example of docs/your-own.md runs, and gives what scikit-learn and plain products give."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.cluster import KMeans
from sklearn.neural_network import MLPClassifier

from looking_for import DenseNetwork, ImageSet, UserError, evaluate
from looking_for.core.arrays import as_pixels
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


def unlearnt(inputs: int) -> DenseNetwork:
    return DenseNetwork.from_arrays([np.zeros((inputs, 10))], [np.zeros(10)])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda i: ImageSet(i.x_train / 255, i.y_train, i.x_test, i.y_test, i.classes), "float64 from 0 to 1; pixels"),
        (lambda i: ImageSet(i.x_train, i.y_train.astype(str), i.x_test, i.y_test, i.classes), "labels are whole"),
        (lambda i: ImageSet(i.x_train, i.y_train, i.x_test[:, :4], i.y_test, i.classes), "must be of one size"),
        (lambda i: ImageSet(np.stack([i.x_train] * 3, 3), i.y_train, i.x_test, i.y_test, i.classes), "8×8×3 and 8×8"),
        (lambda i: ImageSet(i.x_train, i.y_train, i.x_test, i.y_test, i.classes[:9]), "a label is 9; 9 classes"),
        (lambda i: evaluate(unlearnt(64), i, clusters=[1, 3], pictures=[10]), r"pictures = \[10\]; they are some of"),
        (lambda i: evaluate(unlearnt(64), i, clusters=[3]), "they begin with 1 and grow"),
        (lambda i: evaluate(unlearnt(32), i), "takes 32 pixels and gives 10 logits; the images have 64 pixels"),
        (lambda _: DenseNetwork.from_arrays([np.zeros((12, 64)), np.zeros((10, 12))], [np.zeros(12), np.zeros(10)]),
         "do not follow on each other; weights are inputs × units"),
        (lambda _: DenseNetwork.from_arrays([np.zeros((64, 10))], [np.zeros(9)]), "need one number per unit"),
        (lambda _: DenseNetwork.from_arrays([np.zeros((64, 10))], [np.zeros(10)], activation="swish"), "'swish'"),
        (lambda _: DenseNetwork.from_sklearn(KMeans()), "KMeans is not a fitted MLPClassifier"),
    ],
)  # fmt: skip
def test_library_rejects_what_does_not_fit(images: ImageSet, call: Callable[[ImageSet], Any], words: str) -> None:
    with pytest.raises(UserError, match=words) as problem:
        call(images)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("activation", ["relu", "logistic", "identity", "tanh"])
@pytest.mark.parametrize("n_classes", [10, 2])
def test_from_sklearn_gives_its_probabilities(images: ImageSet, activation: str, n_classes: int) -> None:
    x, y = images.x_train.reshape(len(images.x_train), -1) / 16, images.y_train % n_classes
    model = MLPClassifier((9, 7), activation=activation, max_iter=5, random_state=0).fit(x, y)
    network = DenseNetwork.from_sklearn(model, scale=255 / 16)
    assert np.allclose(softmax(network.logits(as_pixels(images.x_train)), axis=1), model.predict_proba(x))
