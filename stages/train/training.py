"""The whole training of one network: seeded, in memory, watched epoch by epoch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stages.artifacts import Array, Images
from stages.network import Network
from stages.params import Train
from stages.train import model as models
from stages.train.backend import keras, tf
from stages.train.epochs import Score, compiled_epoch, compiled_evaluation, in_batches, mean_score

FIRST_ROWS, LATER_ROWS = 10, 40


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
    """One line of the history: after so many epochs, the scores on training and test images."""

    epoch: int
    train: Score
    test: Score


Watcher = Callable[[int, Row | None], None]


@dataclass(frozen=True)
class Trained:
    network: Network
    rows: list[Row]
    train: Score
    updates: int

    def is_finite(self) -> bool:
        return all(np.isfinite(a).all() for a in (*self.network.weights, *self.network.biases))

    def numbers(self) -> dict[str, float | int]:
        """The stage's metrics, rounded to what is stable."""
        test = self.rows[-1].test
        return {
            "accuracy": round(test.accuracy, 4),
            "loss": round(test.loss, 4),
            "train_accuracy": round(self.train.accuracy, 4),
            "train_loss": round(self.train.loss, 4),
            "updates": self.updates,
        }


def train(
    data: Data, hidden: Sequence[int], classes: int, epochs: int, settings: Train, *, watch: Watcher
) -> Trained:
    """Train a network; `watch` hears of each epoch, with a history row where one was taken.

    The history's training scores are means over the epoch, as the weights moved (Keras' habit);
    the final ones are taken afresh, with the weights at rest.
    """
    keras.utils.set_random_seed(settings.seed)
    model = models.build(data.x_train.shape[1], hidden, classes)
    optimizer = keras.optimizers.RMSprop(settings.learning_rate)
    run_epoch, evaluate = compiled_epoch(model, optimizer), compiled_evaluation(model)
    shuffle = np.random.default_rng(settings.seed)

    n = len(data.x_train)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    rows = [Row(0, evaluate(data.x_train, data.y_train), evaluate(data.x_test, data.y_test))]
    watch(epochs, rows[0])
    for epoch in range(1, epochs + 1):
        sums = run_epoch(x, y, tf.constant(in_batches(shuffle.permutation(n), settings.batch_size)))
        if is_logged(epoch, epochs):
            rows.append(Row(epoch, mean_score([sums], n), evaluate(data.x_test, data.y_test)))
        watch(epochs, rows[-1] if rows[-1].epoch == epoch else None)
    updates = epochs * -(-n // settings.batch_size)
    return Trained(models.to_network(model), rows, evaluate(data.x_train, data.y_train), updates)


def is_logged(epoch: int, epochs: int) -> bool:
    """Whether an epoch gets a row: the first ten, then some forty evenly spread, and the last."""
    return epoch <= FIRST_ROWS or epoch % -(-epochs // LATER_ROWS) == 0 or epoch == epochs


def labels(y: Array, shuffle: bool = False, seed: int = 0) -> Array:
    """Labels as int32; as a control in a random order, so that images say nothing about them."""
    y = y.astype(np.int32)
    return np.random.default_rng(seed).permutation(y) if shuffle else y
