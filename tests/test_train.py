"""Training: Keras' own steps, deterministic to the byte, and the way back from arrays to Keras."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stages.arrays import pixels
from stages.artifacts.images import Images
from stages.artifacts.network import Network
from stages.params import Train
from tests.conftest import ROOT

SETTINGS = Train(batch_size=128, learning_rate=0.001, seed=0)


@pytest.mark.parametrize("hidden", [[], [9], [12, 7], [10, 8, 6]], ids=lambda h: f"{len(h)} hidden")
def test_a_network_turned_back_into_keras_predicts_what_numpy_says(
    make_network: Callable[..., Network], images: Images, hidden: list[int]
) -> None:
    from stages.train import model

    network, x = make_network(hidden), pixels(images.x_test)
    keras = model.to_keras(network)
    assert np.abs(keras.predict(np.float32(x), verbose=0) - network.logits(x)).max() < 1e-5
    back = model.to_network(keras)
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, network.weights, strict=True))


def test_an_epoch_is_keras_own_steps_with_the_partial_last_batch_counted(images: Images) -> None:
    from stages.train import epochs, model, training
    from stages.train.backend import keras

    data = training.Data.of(images, 300)
    x, y = data.x_train, data.y_train
    order = np.random.default_rng(1).permutation(300)
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        models.append((model.build(64, [16, 8], 10), keras.optimizers.RMSprop(0.001)))

    (ours, optimizer), (theirs, other) = models
    loss, right = epochs.compiled_epoch(ours, optimizer)(x, y, epochs.in_batches(order, 128))
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer=other, loss=cross_entropy, metrics=["accuracy"])
    x = pixels(x, np.float32)
    history = theirs.fit(x[order], y[order], batch_size=128, epochs=1, shuffle=False, verbose=0).history

    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-5
    assert float(loss) / 300 == pytest.approx(history["loss"][0], rel=1e-4)
    assert float(right) / 300 == pytest.approx(history["accuracy"][0], abs=1e-6)


def test_evaluation_is_a_plain_loop_over_the_images(
    make_network: Callable[..., Network], images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stages.train import epochs, model, training

    monkeypatch.setattr(epochs, "EVALUATED_AT_ONCE", 100)  # the last part is short
    network, data = make_network([12, 7]), training.Data.of(images, 1)
    score = epochs.compiled_evaluation(model.to_keras(network))(data.x_test, data.y_test)
    losses, rights = [], 0
    for z, label in zip(network.logits(pixels(images.x_test)), images.y_test, strict=True):
        losses.append(np.log(np.exp(z).sum()) - z[label])
        rights += int(z.argmax() == label)
    assert score.loss == pytest.approx(np.mean(losses), rel=1e-5)
    assert score.accuracy == pytest.approx(rights / len(images.x_test))


def test_training_learns_real_digits(images: Images) -> None:
    from stages.train import training

    data = training.Data.of(images, len(images.x_train))
    seen = []
    settings = Train(batch_size=32, learning_rate=0.001, seed=0)
    trained = training.train(data, [32], 10, 30, settings, watch=lambda *args: seen.append(args))
    numbers = trained.numbers()
    assert numbers["accuracy"] > 0.9
    assert numbers["updates"] == 30 * 45
    assert [row.epoch for row in trained.rows] == list(range(31)), "every epoch of so few has a row"
    assert len(seen) == 31, "the watcher hears of the start and of each epoch"
    said = trained.network.logits(pixels(images.x_test)).argmax(axis=1)
    assert numbers["accuracy"] == round(float((said == images.y_test).mean()), 4)


@pytest.mark.parametrize(
    ("epochs", "rows"), [(1, 1), (20, 20), (50, 28), (704, 10 + 39 + 1), (100_000, 10 + 40)]
)
def test_the_history_has_the_first_epochs_the_last_and_some_forty_between(epochs: int, rows: int) -> None:
    from stages.train.training import is_logged

    logged = [epoch for epoch in range(1, epochs + 1) if is_logged(epoch, epochs)]
    assert logged[0] == 1
    assert logged[-1] == epochs
    assert abs(len(logged) - rows) <= 8


def test_shuffled_labels_are_the_same_labels_in_another_order() -> None:
    from stages.train.training import labels

    y = np.repeat(np.arange(10, dtype=np.uint8), 50)
    shuffled = labels(y, shuffle=True, seed=0)
    assert np.array_equal(np.sort(shuffled), y)
    assert (shuffled == y).mean() < 0.3
    assert np.array_equal(shuffled, labels(y, shuffle=True, seed=0))
    assert not np.array_equal(shuffled, labels(y, shuffle=True, seed=1))


TRAIN = """
import hashlib, os, sys
if sys.argv[1] == "1":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from stages.fetch import digits
from stages.params import Train
from stages.train import training
images = digits.load()
data = training.Data.of(images, len(images.x_train))
trained = training.train(data, [300, 100], 10, 3, Train(batch_size=128, learning_rate=0.001, seed=0),
                         watch=lambda *_: None)
trained.network.save(__import__("pathlib").Path(sys.argv[2]))
"""


def test_weights_are_identical_byte_for_byte_over_two_runs_and_on_one_core_or_all(tmp_path: Path) -> None:
    digests = set()
    for run, cores in enumerate(("all", "all", "1")):
        path = tmp_path / f"{run}.npz"
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", TRAIN, cores, str(path)]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_learning_rate_that_breaks_the_weights_is_seen(images: Images) -> None:
    from stages.train import training

    data = training.Data.of(images, 64)
    rate = Train.model_construct(batch_size=32, learning_rate=1e30, seed=0)
    trained = training.train(data, [8, 8], 10, 3, rate, watch=lambda *_: None)
    assert not trained.is_finite()
