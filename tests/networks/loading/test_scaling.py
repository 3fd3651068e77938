"""A network that was fed otherwise than params.yaml says: which of the usual ways gives more."""

from collections.abc import Mapping
from typing import Any

import pytest
from sklearn.neural_network import MLPClassifier

from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.loading.scaling import suggest_scaling, usual_scalings

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("which", range(3))
def test_suggest_scaling_finds_how_it_was_fed(images: ImageSet, which: int) -> None:
    right: dict[str, Any] = {"mean": 0.0, "std": 1.0, **usual_scalings(images.x_train)[which]}
    x = (right["scale"] * images.x_train.reshape(len(images.x_train), -1) / 255 - right["mean"]) / right["std"]
    model = MLPClassifier((60,), max_iter=60, random_state=0).fit(x, images.y_train)

    def load_fed(way: Mapping[str, Any]) -> DenseNetwork:
        fed = {"scale": 1.0, "mean": 0.0, "std": 1.0, **way}
        first = model.coefs_[0]
        weights = [first * fed["scale"] / fed["std"], *model.coefs_[1:]]
        biases = [model.intercepts_[0] - fed["mean"] / fed["std"] * first.sum(axis=0), *model.intercepts_[1:]]
        return DenseNetwork.from_arrays(weights, biases)

    better = suggest_scaling(load_fed, load_fed({"scale": 0.01}), images)
    assert better is not None
    assert better.then > better.now + 0.3
    assert suggest_scaling(load_fed, load_fed(better.settings), images) is None
