"""Training: Keras' own steps, deterministic to the byte, and the way back from arrays to Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from looking_for.core import memory as machine
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import as_pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import Snapshots
from looking_for.networks.recipe import Recipe, TrainSettings
from looking_for.training import memory
from tests.conftest import slow_except
from tests.projects import ROOT, Project
from tests.training import one_core


def params(hidden: list[int], epochs: int = 1, **other: Any) -> Recipe:
    return Recipe(samples=60_000, hidden=hidden, epochs=epochs, **other)


@pytest.mark.parametrize("hidden", [[], [9], [12, 7], [10, 8, 6]], ids=lambda h: f"{len(h)} hidden")
def test_to_keras_predicts_as_numpy(
    make_network: Callable[..., DenseNetwork], images: ImageSet, hidden: list[int]
) -> None:
    from looking_for.training import model

    network, x = make_network(hidden), as_pixels(images.x_test)
    keras = model.to_keras(network)
    assert np.abs(keras.predict(np.float32(x), verbose=0) - network.logits(x)).max() < 1e-5
    back = model.extract_weights(keras, "relu")
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, network.weights, strict=True))


def test_compile_epoch_equals_keras_steps(images: ImageSet) -> None:
    from looking_for.core.keras_backend import keras, tf
    from looking_for.training import deterministic, epoch, loop, model

    data = loop.TrainingData.from_samples(images, 300)
    x, y = data.x_train, data.y_train
    order = np.random.default_rng(1).permutation(300)
    dense = keras.layers.Dense
    keras.utils.set_random_seed(0)
    ours, optimizer = model.build_model(64, params([16, 8]), 10), deterministic.RMSprop(0.001)
    keras.utils.set_random_seed(0)
    theirs = keras.Sequential([keras.Input((64,)), dense(16, "relu"), dense(8, "relu"), dense(10)])
    other = keras.optimizers.RMSprop(0.001)
    run, batches, sums = (epoch.compile_epoch(ours, optimizer), epoch.split_batches(order, 128), epoch.ZERO_SUMS)
    for part in ((0, 2), (2, 3)):  # an epoch in parts is the epoch
        sums = run(x, y, batches, tuple(map(tf.constant, part)), sums)
    loss, right = sums
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer=other, loss=cross_entropy, metrics=["accuracy"])
    x = as_pixels(x, np.float32)
    history = theirs.fit(x[order], y[order], batch_size=128, epochs=1, shuffle=False, verbose=0).history

    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-5
    assert float(loss) / 300 == pytest.approx(history["loss"][0], rel=1e-4)
    assert float(right) / 300 == pytest.approx(history["accuracy"][0], abs=1e-6)


@pytest.mark.parametrize(
    ("n", "k", "m"), [(128, 784, 512), (128, 512, 10), (5, 300, 7), (1, 64, 64), (784, 128, 10), (70, 1, 3)]
)
def test_product_is_ordered_multiply_adds(n: int, k: int, m: int) -> None:
    """The bits of the sum that no processor may reorder, counted in wider floats, one term at a time."""
    from looking_for.core.keras_backend import tf
    from looking_for.training import deterministic

    chance = np.random.default_rng(0)
    a, b = (chance.normal(size=shape).astype(np.float32) for shape in ((n, k), (k, m)))
    given = tf.function(deterministic.ordered_matmul, jit_compile=True)(tf.constant(a), tf.constant(b)).numpy()
    chain = -(-k // -(-k // deterministic.MAX_CHAIN))
    chains = []
    for start in range(0, k, chain):
        total = np.zeros((n, m), np.float32)
        for i in range(start, min(start + chain, k)):
            wide = total.astype(np.longdouble) + a[:, i : i + 1].astype(np.longdouble) * b[i]
            total = wide.astype(np.float32)
        chains.append(total)
    expected = np.add.reduce(chains)
    assert (given == expected).mean() > 0.9999, "all but what rounding twice explains"


def test_product_gradients_are_plain() -> None:
    from looking_for.core.keras_backend import tf
    from looking_for.training import deterministic

    chance = np.random.default_rng(1)
    a, b, weight = (tf.constant(chance.normal(size=s), tf.float32) for s in ((9, 30), (30, 4), (9, 4)))

    def gradients(product: Callable[[Any, Any], Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            total = tf.reduce_sum(product(a, b) * weight)
        return tape.gradient(total, [a, b])

    ours = tf.function(lambda: gradients(deterministic.product), jit_compile=True)()
    for one, other in zip(ours, gradients(tf.matmul), strict=True):
        assert np.allclose(one.numpy(), other.numpy(), atol=1e-4)


def test_compile_evaluation_equals_a_loop(
    make_network: Callable[..., DenseNetwork], images: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from looking_for.training import epoch, loop, model

    monkeypatch.setattr(epoch, "IMAGES_AT_ONCE", 100)  # the last part is short
    network, data = make_network([12, 7]), loop.TrainingData.from_samples(images, 1)
    score = epoch.compile_evaluation(model.to_keras(network))(data.x_test, data.y_test)
    losses, rights = [], 0
    for z, label in zip(network.logits(as_pixels(images.x_test)), images.y_test, strict=True):
        losses.append(np.log(np.exp(z).sum()) - z[label])
        rights += int(z.argmax() == label)
    assert score.loss == pytest.approx(np.mean(losses), rel=1e-5)
    assert score.accuracy == pytest.approx(rights / len(images.x_test))


def train_digits(images: ImageSet, snapshots: int, epochs: int = 30) -> Any:
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, len(images.x_train))
    settings = TrainSettings(batch_size=32, learning_rate=0.001, seed=0, snapshots=snapshots)
    seen: list[Any] = []
    return loop.train_network(
        data, params([32], epochs), 10, settings, on_epoch_end=lambda *args: seen.append(args)
    ), seen


def test_train_network_learns_digits(images: ImageSet) -> None:
    trained, seen = train_digits(images, snapshots=0)
    last = trained.history[-1]
    assert last.test.accuracy > 0.9
    assert last.updates == 30 * 45
    assert [row.epoch for row in trained.history] == [*range(11), *range(12, 31, 2)], "then every other epoch"
    assert len(seen) == 31, "the watcher hears of the start and of each epoch"
    answers = trained.weights.logits(as_pixels(images.x_test)).argmax(axis=1)
    assert last.test.accuracy == pytest.approx((answers == images.y_test).mean(), abs=1e-6)


def test_snapshots_change_no_weight(images: ImageSet, tmp_path: Path) -> None:
    (without, _), (trained, _) = train_digits(images, 0, epochs=3), train_digits(images, 6, epochs=3)
    for one, other in zip(without.weights.weights, trained.weights.weights, strict=True):
        assert one.tobytes() == other.tobytes()
    assert [row.train for row in without.history] == [row.train for row in trained.history]
    assert len(without.snapshots.networks) == 0

    trained.snapshots.save(tmp_path / "s.npz")
    loaded = Snapshots.load(tmp_path / "s.npz")
    assert loaded.updates.tolist() == [0, 5, 20, 80, 135]
    assert loaded.networks[0].weights[0].shape == (64, 32)
    for one, other in zip(loaded.networks[-1].weights, trained.weights.weights, strict=True):
        assert np.array_equal(one, other)
    without.snapshots.save(tmp_path / "none.npz")
    assert len(Snapshots.load(tmp_path / "none.npz").networks) == 0


def test_snapshot_is_the_training_stopped(images: ImageSet) -> None:
    from looking_for.training import loop

    def first_layer(epochs: int, snapshots: int) -> Any:
        data = loop.TrainingData.from_samples(images, 160)  # five batches, so that the first epoch ends at a snapshot
        settings = TrainSettings(batch_size=32, learning_rate=0.001, seed=0, snapshots=snapshots)
        return loop.train_network(data, params([8], epochs), 10, settings, on_epoch_end=lambda *_: None)

    stopped, went_on = first_layer(1, 0), first_layer(3, 10)
    at = went_on.snapshots.updates.tolist().index(5)
    assert np.array_equal(went_on.snapshots.networks[at].weights[0], stopped.weights.weights[0])


@pytest.mark.parametrize(
    ("last", "about", "kept"),
    [
        (2814, 12, [0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 2814]),
        (80, 6, [0, 5, 10, 20, 40, 80]),
        (80, 12, [0, 5, 7, 10, 14, 20, 28, 40, 57, 80]),
        (2814, 4, [0, 5, 1280, 2814]),
        (0, 12, [0]),
        (3, 12, [0, 3]),
        (2814, 0, []),
    ],
)
def test_snapshot_updates_are_log_spaced(last: int, about: int, kept: list[int]) -> None:
    from looking_for.training.schedule import snapshot_updates

    assert snapshot_updates(last, about, n_weights=1_000) == kept


@given(st.integers(0, 10**6), st.integers(2, 100), st.integers(1, 10**7))
def test_snapshot_updates_respect_their_limits(last: int, about: int, weights: int) -> None:
    from looking_for.training.schedule import MAX_BYTES, snapshot_updates

    kept = snapshot_updates(last, about, n_weights=weights)
    assert len(kept) <= about
    assert 4 * weights * len(kept) <= MAX_BYTES
    assert kept == sorted(set(kept))
    assert not kept or (kept[0], kept[-1]) == (0, last)


def test_split_epoch_at_snapshots() -> None:
    from looking_for.training.schedule import split_epoch

    assert split_epoch(0, 4, [0, 5, 10]) == [(0, 4)]
    assert split_epoch(4, 4, [0, 5, 10]) == [(0, 1), (1, 4)]
    assert split_epoch(8, 4, [0, 5, 10, 12]) == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    ("epochs", "rows"), [(1, 1), (20, 20), (50, 10 + 13 + 1), (704, 10 + 19 + 1), (100_000, 10 + 20)]
)
def test_is_logged_first_last_and_twenty(epochs: int, rows: int) -> None:
    from looking_for.training.schedule import is_logged

    logged = [epoch for epoch in range(1, epochs + 1) if is_logged(epoch, epochs)]
    assert logged[0] == 1
    assert logged[-1] == epochs
    assert len(logged) == rows


def test_from_samples_shuffles_labels(images: ImageSet) -> None:

    from looking_for.training.loop import TrainingData

    def labels(seed: int) -> Any:
        return TrainingData.from_samples(images, 500, shuffle_labels=True, seed=seed).y_train

    y = images.y_train[:500]
    assert np.array_equal(np.sort(labels(0)), np.sort(y))
    assert (labels(0) == y).mean() < 0.3
    assert np.array_equal(labels(0), labels(0))
    assert not np.array_equal(labels(0), labels(1))


def test_train_network_same_bytes_on_one_core(tmp_path: Path) -> None:
    first, second = tmp_path / "all.npz", tmp_path / "one.npz"
    one_core.trained(first)
    Project(ROOT).run("python", "-m", "tests.training.one_core", str(second))
    assert first.read_bytes() == second.read_bytes()


def test_train_network_notices_divergence(images: ImageSet) -> None:
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, 64)
    rate = TrainSettings(batch_size=32, learning_rate=1e30, seed=0, snapshots=0)
    trained = loop.train_network(data, params([8, 8], 3), 10, rate, on_epoch_end=lambda *_: None)
    assert not trained.is_finite()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_equal_keras_and_tensorflow(activation: str) -> None:
    from looking_for.core.keras_backend import keras, tf

    z = np.random.default_rng(0).normal(0, 2, 500)
    places = tf.Variable(z)
    with tf.GradientTape() as tape:
        value = keras.activations.get(activation)(places)
    slope = tape.gradient(value, places) if activation != "linear" else np.ones(500)
    ours = ACTIVATIONS[activation]
    assert np.abs(ours.value(z) - np.asarray(value)).max() < 1e-6, "Keras' constants are float32"
    assert np.abs(ours.slope(z) - np.asarray(slope)).max() < 1e-6


# Every activation and every other key once, and some together.
RECIPES: list[dict[str, Any]] = [
    {"activation": "relu", "optimizer": "adam"},
    {"activation": "leaky_relu", "weight_decay": 0.01},
    {"activation": "tanh", "dropout": 0.2, "input_noise": 0.3},
    {"activation": "sigmoid", "optimizer": "sgd", "momentum": 0.9},
    {"activation": "linear", "initial_scale": 0.5, "optimizer": "sgd"},  # no momentum said
    {"activation": "relu", "batch_normalisation": True},
    {"activation": "leaky_relu", "linear_path": True, "dropout": 0.1, "keep_picture": 0.05},
    {"activation": "relu", "batch_normalisation": True, "dropout": 0.1, "keep_picture": 0.05},
    {"activation": "tanh", "keep_picture": 0.05, "optimizer": "adam"},
    {"activation": "gelu", "batch_normalisation": True, "dropout": 0.1, "optimizer": "adam"},
]


def test_recipes_cover_every_activation() -> None:
    assert {recipe["activation"] for recipe in RECIPES} == set(ACTIVATIONS)


@pytest.mark.parametrize("recipe", slow_except(RECIPES[-1:], RECIPES), ids=str)
def test_train_network_with_every_recipe(images: ImageSet, recipe: dict[str, Any]) -> None:
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, 1437)
    rate = 0.1 if recipe.get("optimizer") == "sgd" else 0.003
    settings = TrainSettings(batch_size=100, learning_rate=rate, seed=0, snapshots=0)
    trained = loop.train_network(data, params([32, 16], 12, **recipe), 10, settings, on_epoch_end=lambda *_: None)
    x = as_pixels(images.x_test)
    logits = trained.weights.logits(x)
    right = float((logits.argmax(axis=1) == images.y_test).mean())
    assert right > 0.6
    assert abs(right - trained.history[-1].test.accuracy) < 0.004, "one image may be a tie in float32"
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(x)), images.y_test]
    assert abs(losses.mean() - trained.history[-1].test.loss) < 1e-3


def test_resolve_seed_of_its_own(images: ImageSet) -> None:
    from looking_for.training import loop

    data = loop.TrainingData.from_samples(images, 200)

    def trained(its_own: int | None, common: int) -> np.ndarray[Any, Any]:
        settings = TrainSettings(batch_size=50, learning_rate=0.001, seed=common, snapshots=0)
        network = params([8], 1, seed=its_own)
        return loop.train_network(data, network, 10, settings, on_epoch_end=lambda *_: None).weights.weights[0]

    its_own, common, other = trained(3, 0), trained(None, 3), trained(None, 0)
    assert np.array_equal(its_own, common)
    assert not np.array_equal(other, common)


def test_check_memory_rejects_large_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_bytes", lambda: 2_000_000_000)
    memory.check_memory("small", params([512, 256]), 784, 10, 128)
    with pytest.raises(UserError, match=r"networks\.wide\.hidden = .* needs about 5\.\d GB .* has 2\.0"):
        memory.check_memory("wide", params([8192] * 5), 784, 10, 128)
