"""The whole training of one network: seeded, in memory, watched epoch by epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.images.imageset import Images
from looking_for.networks.dense import Network, Snapshots
from looking_for.training import model as models
from looking_for.training.epoch import (
    NOTHING,
    Score,
    compiled_epoch,
    compiled_evaluation,
    in_batches,
    mean_score,
)
from looking_for.training.keras_backend import keras, tf
from looking_for.training.schedule import is_logged, parts_of_epoch, snapshot_updates
from stages.params import NetworkParams, Train


class Data(NamedTuple):
    """Images as they are stored (n × h × w, 0…255) as rows of bytes (n × inputs), labels (n, int32)."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    @classmethod
    def of(cls, images: Images, samples: int, *, shuffle_labels: bool = False, seed: int = 0) -> "Data":
        """The first so many training images, and all test images; labels shuffled as a control."""
        return cls(
            images.x_train[:samples].reshape(samples, -1),
            labels(images.y_train[:samples], shuffle_labels, seed),
            images.x_test.reshape(len(images.x_test), -1),
            labels(images.y_test),
        )


class Row(NamedTuple):
    """One line of the history: after so many epochs and updates, the scores on training and test images."""

    epoch: int
    updates: int
    train: Score
    test: Score


Watcher = Callable[[int, Row | None], None]


@dataclass(frozen=True)
class Trained:
    network: Network
    snapshots: Snapshots
    rows: list[Row]

    def is_finite(self) -> bool:
        """Whether its weights and its losses are all numbers."""
        losses = np.array([score.loss for row in self.rows for score in (row.train, row.test)])
        return all(np.isfinite(a).all() for a in (*self.network.weights, *self.network.biases, losses))


def train(data: Data, network: NetworkParams, classes: int, settings: Train, *, watch: Watcher) -> Trained:
    """Train a network; `watch` hears of each epoch, with a history row where one was taken.

    The history's training scores are means over the epoch, as the weights moved (Keras' habit).
    Snapshots of the weights are taken between batches and change nothing of the training.
    """
    seed, epochs = seed_of(network, settings), network.epochs
    activation = network.activation if network.hidden else "relu"
    keras.utils.set_random_seed(seed)
    model = models.build(data.x_train.shape[1], network, classes)
    optimizer = models.optimizer(network, settings.learning_rate)
    run, evaluate = compiled_epoch(model, optimizer), compiled_evaluation(model)
    shuffle = np.random.default_rng(seed)

    n = len(data.x_train)
    batches = -(-n // settings.batch_size)
    wanted = snapshot_updates(batches * epochs, settings.snapshots, weights=model.count_params())
    snapshots = {0: models.to_network(model, activation)} if 0 in wanted else {}
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    rows = [Row(0, 0, evaluate(data.x_train, data.y_train), evaluate(data.x_test, data.y_test))]
    watch(epochs, rows[0])
    for epoch in range(1, epochs + 1):
        order, sums = tf.constant(in_batches(shuffle.permutation(n), settings.batch_size)), NOTHING
        before = (epoch - 1) * batches
        for part in parts_of_epoch(before, batches, wanted):
            sums = run(x, y, order, (tf.constant(part[0]), tf.constant(part[1])), sums)
            if (updates := before + part[1]) in wanted:
                snapshots[updates] = models.to_network(model, activation)
        if is_logged(epoch, epochs):
            scores = mean_score([sums], n), evaluate(data.x_test, data.y_test)
            rows.append(Row(epoch, epoch * batches, *scores))
        watch(epochs, rows[-1] if rows[-1].epoch == epoch else None)
    kept = Snapshots(np.array(list(snapshots), int), tuple(snapshots.values()))
    return Trained(models.to_network(model, activation), kept, rows)


def seed_of(network: NetworkParams, settings: Train) -> int:
    """The network's own seed, or that of all."""
    return settings.seed if network.seed is None else network.seed


def labels(y: Array, shuffle: bool = False, seed: int = 0) -> Array:
    """Labels as int32; as a control in a random order, so that images say nothing about them."""
    y = y.astype(np.int32)
    return np.random.default_rng(seed).permutation(y) if shuffle else y
