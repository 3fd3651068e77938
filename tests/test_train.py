"""Training: Keras' own steps, deterministic to the byte, and the way back from arrays to Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import Images
from looking_for.networks.dense import Network, Snapshots
from looking_for.training import memory
from stages.params import NetworkParams, Train
from tests import one_core
from tests.conftest import ROOT, Project, long_but


def params(hidden: list[int], epochs: int = 1, **other: Any) -> NetworkParams:
    return NetworkParams(samples=60_000, hidden=hidden, epochs=epochs, **other)


@pytest.mark.parametrize("hidden", [[], [9], [12, 7], [10, 8, 6]], ids=lambda h: f"{len(h)} hidden")
def test_a_network_turned_back_into_keras_predicts_what_numpy_says(
    make_network: Callable[..., Network], images: Images, hidden: list[int]
) -> None:
    from looking_for.training import model

    network, x = make_network(hidden), pixels(images.x_test)
    keras = model.to_keras(network)
    assert np.abs(keras.predict(np.float32(x), verbose=0) - network.logits(x)).max() < 1e-5
    back = model.to_network(keras, "relu")
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, network.weights, strict=True))


def test_an_epoch_is_keras_own_steps_with_the_partial_last_batch_counted(images: Images) -> None:
    from looking_for.training import deterministic, epoch, loop, model
    from looking_for.core.keras_backend import keras, tf

    data = loop.Data.of(images, 300)
    x, y = data.x_train, data.y_train
    order = np.random.default_rng(1).permutation(300)
    dense = keras.layers.Dense
    keras.utils.set_random_seed(0)
    ours, optimizer = model.build(64, params([16, 8]), 10), deterministic.RMSprop(0.001)
    keras.utils.set_random_seed(0)
    theirs = keras.Sequential([keras.Input((64,)), dense(16, "relu"), dense(8, "relu"), dense(10)])
    other = keras.optimizers.RMSprop(0.001)
    run, batches, sums = (
        epoch.compiled_epoch(ours, optimizer),
        epoch.in_batches(order, 128),
        epoch.NOTHING,
    )
    for part in ((0, 2), (2, 3)):  # an epoch in parts is the epoch
        sums = run(x, y, batches, tuple(map(tf.constant, part)), sums)
    loss, right = sums
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer=other, loss=cross_entropy, metrics=["accuracy"])
    x = pixels(x, np.float32)
    history = theirs.fit(x[order], y[order], batch_size=128, epochs=1, shuffle=False, verbose=0).history

    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-5
    assert float(loss) / 300 == pytest.approx(history["loss"][0], rel=1e-4)
    assert float(right) / 300 == pytest.approx(history["accuracy"][0], abs=1e-6)


@pytest.mark.parametrize(
    ("n", "k", "m"), [(128, 784, 512), (128, 512, 10), (5, 300, 7), (1, 64, 64), (784, 128, 10), (70, 1, 3)]
)
def test_a_product_is_chains_of_fused_multiply_adds_in_order(n: int, k: int, m: int) -> None:
    """The bits of the sum that no processor may reorder, counted in wider floats, one term at a time."""
    from looking_for.training import deterministic
    from looking_for.core.keras_backend import tf

    chance = np.random.default_rng(0)
    a, b = (chance.normal(size=shape).astype(np.float32) for shape in ((n, k), (k, m)))
    made = tf.function(deterministic.in_order, jit_compile=True)(tf.constant(a), tf.constant(b)).numpy()
    chain = -(-k // -(-k // deterministic.LONGEST_CHAIN))
    chains = []
    for start in range(0, k, chain):
        total = np.zeros((n, m), np.float32)
        for i in range(start, min(start + chain, k)):
            wide = total.astype(np.longdouble) + a[:, i : i + 1].astype(np.longdouble) * b[i]
            total = wide.astype(np.float32)
        chains.append(total)
    expected = np.add.reduce(chains)
    assert (made == expected).mean() > 0.9999, "all but what rounding twice explains"


def test_a_products_gradients_are_those_of_a_plain_product() -> None:
    from looking_for.training import deterministic
    from looking_for.core.keras_backend import tf

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


def test_evaluation_is_a_plain_loop_over_the_images(
    make_network: Callable[..., Network], images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    from looking_for.training import epoch, loop, model

    monkeypatch.setattr(epoch, "EVALUATED_AT_ONCE", 100)  # the last part is short
    network, data = make_network([12, 7]), loop.Data.of(images, 1)
    score = epoch.compiled_evaluation(model.to_keras(network))(data.x_test, data.y_test)
    losses, rights = [], 0
    for z, label in zip(network.logits(pixels(images.x_test)), images.y_test, strict=True):
        losses.append(np.log(np.exp(z).sum()) - z[label])
        rights += int(z.argmax() == label)
    assert score.loss == pytest.approx(np.mean(losses), rel=1e-5)
    assert score.accuracy == pytest.approx(rights / len(images.x_test))


def train_digits(images: Images, snapshots: int, epochs: int = 30) -> Any:
    from looking_for.training import loop

    data = loop.Data.of(images, len(images.x_train))
    settings = Train(batch_size=32, learning_rate=0.001, seed=0, snapshots=snapshots)
    seen: list[Any] = []
    return loop.train(data, params([32], epochs), 10, settings, watch=lambda *args: seen.append(args)), seen


def test_training_learns_real_digits(images: Images) -> None:
    trained, seen = train_digits(images, snapshots=0)
    last = trained.rows[-1]
    assert last.test.accuracy > 0.9
    assert last.updates == 30 * 45
    assert [row.epoch for row in trained.rows] == [*range(11), *range(12, 31, 2)], "then every other epoch"
    assert len(seen) == 31, "the watcher hears of the start and of each epoch"
    said = trained.network.logits(pixels(images.x_test)).argmax(axis=1)
    assert last.test.accuracy == pytest.approx((said == images.y_test).mean(), abs=1e-6)


def test_snapshots_change_no_weight_and_the_last_is_the_network(images: Images, tmp_path: Path) -> None:
    (without, _), (trained, _) = train_digits(images, 0, epochs=3), train_digits(images, 6, epochs=3)
    for one, other in zip(without.network.weights, trained.network.weights, strict=True):
        assert one.tobytes() == other.tobytes()
    assert [row.train for row in without.rows] == [row.train for row in trained.rows]
    assert len(without.snapshots.networks) == 0

    trained.snapshots.save(tmp_path / "s.npz", like=trained.network)
    loaded = Snapshots.load(tmp_path / "s.npz")
    assert loaded.updates.tolist() == [0, 5, 20, 80, 135]
    assert loaded.networks[0].weights[0].shape == (64, 32)
    for one, other in zip(loaded.networks[-1].weights, trained.network.weights, strict=True):
        assert np.array_equal(one, other)
    without.snapshots.save(tmp_path / "none.npz", like=without.network)
    assert len(Snapshots.load(tmp_path / "none.npz").networks) == 0


def test_a_snapshot_is_the_training_stopped_there(images: Images) -> None:
    from looking_for.training import loop

    def first_layer(epochs: int, snapshots: int) -> Any:
        data = loop.Data.of(images, 160)  # five batches, so that the first epoch ends at a snapshot
        settings = Train(batch_size=32, learning_rate=0.001, seed=0, snapshots=snapshots)
        return loop.train(data, params([8], epochs), 10, settings, watch=lambda *_: None)

    stopped, went_on = first_layer(1, 0), first_layer(3, 10)
    at = went_on.snapshots.updates.tolist().index(5)
    assert np.array_equal(went_on.snapshots.networks[at].weights[0], stopped.network.weights[0])


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
def test_snapshots_are_log_spaced_about_as_many_as_asked(last: int, about: int, kept: list[int]) -> None:
    from looking_for.training.schedule import snapshot_updates

    assert snapshot_updates(last, about, weights=1_000) == kept


@given(st.integers(0, 10**6), st.integers(2, 100), st.integers(1, 10**7))
def test_snapshots_are_never_more_than_asked_and_fit_their_space(
    last: int, about: int, weights: int
) -> None:
    from looking_for.training.schedule import MOST_BYTES, snapshot_updates

    kept = snapshot_updates(last, about, weights=weights)
    assert len(kept) <= about
    assert 4 * weights * len(kept) <= MOST_BYTES
    assert kept == sorted(set(kept))
    assert not kept or (kept[0], kept[-1]) == (0, last)


def test_an_epoch_is_cut_where_snapshots_are_due() -> None:
    from looking_for.training.schedule import parts_of_epoch

    assert parts_of_epoch(0, 4, [0, 5, 10]) == [(0, 4)]
    assert parts_of_epoch(4, 4, [0, 5, 10]) == [(0, 1), (1, 4)]
    assert parts_of_epoch(8, 4, [0, 5, 10, 12]) == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    ("epochs", "rows"), [(1, 1), (20, 20), (50, 10 + 13 + 1), (704, 10 + 19 + 1), (100_000, 10 + 20)]
)
def test_the_history_has_the_first_epochs_the_last_and_some_twenty_between(epochs: int, rows: int) -> None:
    from looking_for.training.schedule import is_logged

    logged = [epoch for epoch in range(1, epochs + 1) if is_logged(epoch, epochs)]
    assert logged[0] == 1
    assert logged[-1] == epochs
    assert len(logged) == rows


def test_shuffled_labels_are_the_same_labels_in_another_order() -> None:
    from looking_for.training.loop import labels

    y = np.repeat(np.arange(10, dtype=np.uint8), 50)
    shuffled = labels(y, shuffle=True, seed=0)
    assert np.array_equal(np.sort(shuffled), y)
    assert (shuffled == y).mean() < 0.3
    assert np.array_equal(shuffled, labels(y, shuffle=True, seed=0))
    assert not np.array_equal(shuffled, labels(y, shuffle=True, seed=1))


def test_weights_are_the_same_bytes_in_a_second_run_on_one_core(tmp_path: Path) -> None:
    first, second = tmp_path / "all.npz", tmp_path / "one.npz"
    one_core.trained(first)
    Project(ROOT).run("python", "-m", "tests.one_core", str(second))
    assert first.read_bytes() == second.read_bytes()


def test_a_learning_rate_that_breaks_the_weights_is_seen(images: Images) -> None:
    from looking_for.training import loop

    data = loop.Data.of(images, 64)
    rate = Train.model_construct(batch_size=32, learning_rate=1e30, seed=0, snapshots=0)
    trained = loop.train(data, params([8, 8], 3), 10, rate, watch=lambda *_: None)
    assert not trained.is_finite()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_is_keras_own_and_its_slope_tensorflows(activation: str) -> None:
    from looking_for.core.keras_backend import keras, tf

    z = np.random.default_rng(0).normal(0, 2, 500)
    there = tf.Variable(z)
    with tf.GradientTape() as tape:
        value = keras.activations.get(activation)(there)
    slope = tape.gradient(value, there) if activation != "linear" else np.ones(500)
    ours = ACTIVATIONS[activation]
    assert np.abs(ours.value(z) - np.asarray(value)).max() < 1e-6, "Keras' constants are float32"
    assert np.abs(ours.slope(z) - np.asarray(slope)).max() < 1e-6


# Every activation and every other key once, and some together.
RECIPES: list[dict[str, Any]] = [
    {"activation": "relu", "optimizer": "adam"},
    {"activation": "leaky_relu", "weight_decay": 0.01},
    {"activation": "tanh", "dropout": 0.2},
    {"activation": "sigmoid", "optimizer": "sgd", "momentum": 0.9},
    {"activation": "linear", "initial_scale": 0.5, "optimizer": "sgd"},  # no momentum said
    {"activation": "relu", "batch_normalisation": True},
    {"activation": "gelu", "batch_normalisation": True, "dropout": 0.1, "optimizer": "adam"},
]


def test_recipes_below_have_every_activation() -> None:
    assert {recipe["activation"] for recipe in RECIPES} == set(ACTIVATIONS)


@pytest.mark.parametrize("recipe", long_but(RECIPES[-1:], RECIPES), ids=str)
def test_every_recipe_learns_and_its_arrays_are_the_network_that_was_scored(
    images: Images, recipe: dict[str, Any]
) -> None:
    from looking_for.training import loop

    data = loop.Data.of(images, 1437)
    rate = 0.1 if recipe.get("optimizer") == "sgd" else 0.003
    settings = Train(batch_size=100, learning_rate=rate, seed=0, snapshots=0)
    trained = loop.train(data, params([32, 16], 12, **recipe), 10, settings, watch=lambda *_: None)
    x = pixels(images.x_test)
    logits = trained.network.logits(x)
    right = float((logits.argmax(axis=1) == images.y_test).mean())
    assert right > 0.6
    assert abs(right - trained.rows[-1].test.accuracy) < 0.004, "one image may be a tie in float32"
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(x)), images.y_test]
    assert abs(losses.mean() - trained.rows[-1].test.loss) < 1e-3


def test_a_seed_of_its_own_is_the_same_seed_for_all(images: Images) -> None:
    from looking_for.training import loop

    data = loop.Data.of(images, 200)

    def trained(own: int | None, common: int) -> np.ndarray[Any, Any]:
        settings = Train(batch_size=50, learning_rate=0.001, seed=common, snapshots=0)
        network = params([8], 1, seed=own)
        return loop.train(data, network, 10, settings, watch=lambda *_: None).network.weights[0]

    own, common, other = trained(3, 0), trained(None, 3), trained(None, 0)
    assert np.array_equal(own, common)
    assert not np.array_equal(other, common)


def test_a_network_too_large_for_memory_is_refused_before_any_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 2_000_000_000)
    memory.check("small", params([512, 256]), 784, 10, 128)
    with pytest.raises(UserError, match=r"networks\.wide\.hidden = .* needs about 5\.\d GB .* has 2\.0"):
        memory.check("wide", params([8192] * 5), 784, 10, 128)
