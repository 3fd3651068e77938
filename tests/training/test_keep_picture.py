"""The penalty for leaving the picture: TensorFlow's own numbers and gradients, and what it does to a network."""

import json
from typing import Any

import numpy as np
import pytest

from looking_for.core import paths
from looking_for.core.arrays import as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.networks.exact_maps import compose
from looking_for.networks.recipe import Recipe, TrainSettings
from looking_for.surrogates.ladder import Ladder
from tests.projects import ROOT

HIDDEN = [16, 8]


def random_model(recipe: Recipe) -> Any:
    """A model with random weights, biases and, where it has a normalisation, moving means and variances."""
    from looking_for.core.keras_backend import keras
    from looking_for.training import model

    keras.utils.set_random_seed(0)
    built, rng = model.build_model(64, recipe, 10), np.random.default_rng(0)
    built.set_weights(
        [rng.normal(0, 0.3, w.shape) if w.ndim == 2 else rng.uniform(0.2, 1, w.shape) for w in built.get_weights()]
    )
    return built


SHAPES: list[list[int]] = [[], [9], HIDDEN, [10, 8, 6]]
ADDITIONS: list[dict[str, Any]] = [{}, {"batch_normalisation": True}, {"linear_path": True}]


@pytest.mark.parametrize(
    ("hidden", "other"), [(h, o) for h in SHAPES for o in ADDITIONS if h or not o.get("linear_path")], ids=str
)
def test_compose_output_is_what_is_composed_later(hidden: list[int], other: dict[str, Any]) -> None:
    from looking_for.core.keras_backend import tf
    from looking_for.training import keep_picture, model

    built = random_model(Recipe(1, hidden, 0, dropout=0.5, **other))
    weights, bias = tf.function(lambda: keep_picture.compose_output(built.layers), jit_compile=True)()
    later = compose(model.extract_weights(built, "relu").astype(np.float64))[-1]
    assert np.allclose(weights, later.weights, rtol=1e-4, atol=1e-5)
    assert np.allclose(bias[0], later.bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_penalty_and_gradients_equal_tensorflows(images: ImageSet, activation: str) -> None:
    """Layer by layer without the activation, by TensorFlow's own products, in float64."""
    from looking_for.core.keras_backend import tf
    from looking_for.training import keep_picture

    built = random_model(Recipe(1, HIDDEN, 0, activation=activation))
    x = as_pixels(images.x_train[:50], np.float32).reshape(50, -1)

    @tf.function(jit_compile=True, autograph=False)
    def ours(x: Any) -> Any:
        with tf.GradientTape() as tape:
            penalty = tf.reduce_mean(keep_picture.penalty_per_image(built.layers, x, built(x)))
        return penalty, tape.gradient(penalty, built.trainable_variables)

    wide = [tf.Variable(w.astype(np.float64)) for w in built.get_weights()]
    with tf.GradientTape() as tape:
        z = p = tf.constant(x, tf.float64)
        act = getattr(tf.nn, activation)
        for w, b in zip(wide[:-2:2], wide[1:-2:2], strict=True):
            z, p = act(z @ w + b), p @ w + b
        miss = (z - p) @ wide[-2]
        penalty = tf.reduce_mean(tf.square(miss - tf.reduce_mean(miss, axis=1, keepdims=True)))
    theirs = tape.gradient(penalty, wide, unconnected_gradients="zero")
    value, gradients = ours(tf.constant(x))
    assert float(value) == pytest.approx(float(penalty), rel=1e-4)
    for one, other in zip(gradients[:-1], theirs[:-1], strict=True):
        assert np.allclose(one, other, rtol=1e-3, atol=1e-4 * np.abs(other).max())
    assert np.abs(gradients[-1]).max() < 1e-5, "the last bias is in both, and drops out"


def train(images: ImageSet, **other: Any) -> Any:
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, len(images.x_train))
    settings = TrainSettings(batch_size=32, learning_rate=0.001, snapshots=0, seed=0)
    recipe = Recipe(len(images.x_train), [64, 32], 30, **other)
    return loop.train_network(data, recipe, 10, settings, on_epoch_end=lambda *_: None)


def test_a_network_with_a_penalty_keeps_its_picture(images: ImageSet) -> None:
    x = as_pixels(images.x_test)
    agreement, accuracy = {}, {}
    for penalty in (0.0, 0.05):
        network = train(images, keep_picture=penalty).weights.astype(np.float64)
        answers = centred(network.logits(x)).argmax(axis=1)
        agreement[penalty] = (compose(network)[-1](x).argmax(axis=1) == answers).mean()
        accuracy[penalty] = (answers == images.y_test).mean()
    assert 1 - agreement[0.05] < (1 - agreement[0.0]) / 2, "half as often is its picture wrong about it"
    assert accuracy[0.05] > accuracy[0.0] - 0.02


def test_the_penalty_is_not_in_the_history(images: ImageSet) -> None:
    """After one update of all images the history has the loss at the first weights, whatever the penalty."""
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, 300)
    settings = TrainSettings(batch_size=300, learning_rate=0.001, snapshots=0, seed=0)
    for penalty in (0.0, 100.0):
        recipe = Recipe(300, [32], 1, keep_picture=penalty)
        trained = loop.train_network(data, recipe, 10, settings, on_epoch_end=lambda *_: None)
        before, after = trained.history
        assert after.train.loss == pytest.approx(before.train.loss, rel=1e-5)


def test_a_penalty_too_small_to_tell_trains_as_none_does(images: ImageSet) -> None:
    """The branch with a penalty and that without one are the same training but for the penalty."""
    free, penalised = (train(images, keep_picture=penalty).weights for penalty in (0.0, 1e-12))
    for one, other in zip(free.weights, penalised.weights, strict=True):
        assert np.abs(one - other).max() < 1e-3 * np.abs(one).max()


@pytest.mark.slow
def test_committed_kept_network_holds_by_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claims for the default run's `kept`, by TensorFlow from its weights and the images alone."""
    from looking_for.core.keras_backend import tf

    monkeypatch.chdir(ROOT)
    with np.load(paths.network_file("kept")) as stored, np.load(paths.IMAGES) as data:
        layers = [
            (tf.constant(stored[f"W{n}"], tf.float64), tf.constant(stored[f"b{n}"], tf.float64)) for n in (1, 2, 3)
        ]
        train, test, labels = data["x_train"], data["x_test"], data["y_test"]

    def answer(images: Any) -> tuple[Any, Any]:
        z = p = tf.reshape(tf.constant(images, tf.float64) / 255, (len(images), -1))
        for n, (weights, bias) in enumerate(layers):
            p, z = p @ weights + bias, z @ weights + bias
            z = tf.nn.relu(z) if n < 2 else z
        return tuple(s.numpy() for s in (z - tf.reduce_mean(z, 1, True), p - tf.reduce_mean(p, 1, True)))

    z, p = answer(test)
    ladder = Ladder.load(paths.ladder_file("kept"))
    agreement = (z.argmax(1) == p.argmax(1)).mean()
    assert agreement == pytest.approx(ladder["composed"].agreement.value, abs=1e-4)
    assert agreement >= 0.9
    z_train, p_train = answer(train)
    gain = sum(np.cov(p_train[:, k], z_train[:, k])[0, 1] for k in range(10)) / p_train.var(axis=0, ddof=1).sum()
    balanced = gain * (p - p_train.mean(0)) + z_train.mean(0)
    explained = 1 - np.square(z - balanced).sum() / np.square(z - z.mean(0)).sum()
    assert explained == pytest.approx(ladder["composed_balanced"].explained.value, abs=1e-3)
    assert explained >= 0.93
    for axis, step in ((1, 1), (1, -1), (2, 1), (2, -1)):
        z_moved, p_moved = answer(np.roll(test, step, axis))  # the border of MNIST is blank
        missed = np.square((z_moved - z) - gain * (p_moved - p)).sum()
        assert 1 - missed / np.square(z_moved - z).sum() >= 0.75
    assert (z.argmax(1) == labels).mean() == pytest.approx(load_metrics("kept")["accuracy"], abs=1e-4)
    difference = load_metrics("all")["accuracy"] - load_metrics("kept")["accuracy"]
    assert 0 <= difference <= 0.006


def load_metrics(name: str) -> dict[str, float]:
    metrics: dict[str, float] = json.loads(paths.metrics_file(name).read_text(encoding="utf-8"))
    return metrics
