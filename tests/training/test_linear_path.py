"""A linear path beside the hidden layers, and the plain dense network that it is kept as."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense_weights import DenseWeights
from looking_for.networks.exact_maps import compose
from looking_for.networks.recipe import Recipe, TrainSettings


@settings(deadline=None)  # the first example imports TensorFlow
@given(
    widths=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    activation=st.sampled_from(["relu", "leaky_relu", "linear"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_carried_path_adds_its_scores_for_every_image_and_its_picture_when_composed(
    widths: list[int], activation: str, seed: int
) -> None:
    from looking_for.training.linear_path import carry_path

    rng = np.random.default_rng(seed)
    sizes = [5, *widths, 3]
    weights = [rng.normal(0, 2, pair) for pair in pairwise(sizes)]
    biases = [rng.normal(size=size) for size in sizes[1:]]
    path = rng.normal(0, 2, (5, 3))
    plain = DenseWeights.from_arrays(weights, biases, activation=activation)
    carried = DenseWeights.from_arrays(*carry_path(weights, biases, path), activation=activation)
    corners = np.vstack([np.zeros(5), np.ones(5), (path < 0).T, rng.random((20, 5))])
    assert np.allclose(carried.logits(corners), plain.logits(corners) + corners @ path)
    assert carried.hidden == [width + 3 for width in widths]
    with_path, without = compose(carried)[-1], compose(plain)[-1]
    assert np.allclose(with_path.weights, without.weights + path)
    assert np.allclose(with_path.bias, without.bias)


def test_linear_path_learns_and_is_kept_as_what_was_trained(images: ImageSet) -> None:
    """A path beside two units learns what two units alone cannot."""
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, len(images.x_train))
    settings = TrainSettings(batch_size=50, learning_rate=0.003, seed=0, snapshots=3)

    def train(**other: Any) -> Any:
        recipe = Recipe(len(images.x_train), [2], 8, **other)
        return loop.train_network(data, recipe, 10, settings, on_epoch_end=lambda *_: None)

    narrow, beside = train(), train(linear_path=True)
    logits = beside.weights.logits(as_pixels(images.x_test))
    right = float((logits.argmax(axis=1) == images.y_test).mean())
    assert abs(right - beside.history[-1].test.accuracy) < 0.004, "one image may be a tie in float32"
    assert right > 0.85 > narrow.history[-1].test.accuracy
    assert [layer.weights.shape[1:] for layer in beside.snapshots.layers] == [(64, 12), (12, 10)]


@pytest.mark.parametrize("other", [{"hidden": []}, {"hidden": [8], "activation": "tanh"}], ids=str)
def test_linear_path_needs_layers_that_can_carry_it(other: dict[str, Any]) -> None:
    from stages.params.training import NetworkParams

    with pytest.raises(ValueError, match="linear_path"):
        NetworkParams.model_validate({"samples": 10, "epochs": 1, "linear_path": True, **other})
