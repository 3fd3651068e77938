"""The whole training of one network: seeded, in memory, reported epoch by epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import ImageSet
from looking_for.core.keras_backend import keras, tf
from looking_for.networks.dense_weights import DenseWeights, Snapshots
from looking_for.networks.recipe import Recipe, TrainSettings
from looking_for.training.epoch import ZERO_SUMS, compile_epoch, compile_evaluation, mean_score, split_batches
from looking_for.training.history import EpochScores
from looking_for.training.model import build_model, build_optimizer, extract_weights
from looking_for.training.schedule import is_logged, snapshot_updates, split_epoch


class TrainingData(NamedTuple):
    """Images as rows of bytes (n_images, n_inputs) and labels (n_images,), int32."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    @classmethod
    def from_samples(
        cls, images: ImageSet, samples: int, *, shuffle_labels: bool = False, seed: int = 0
    ) -> "TrainingData":
        """Take the first `samples` training images and all test images; labels shuffled as a control."""
        y_train = images.y_train[:samples].astype(np.int32)
        if shuffle_labels:
            y_train = np.random.default_rng(seed).permutation(y_train)
        return cls(
            images.x_train[:samples].reshape(samples, -1),
            y_train,
            images.x_test.reshape(len(images.x_test), -1),
            images.y_test.astype(np.int32),
        )


EpochCallback = Callable[[int, EpochScores | None], None]


@dataclass(frozen=True)
class Trained:
    """What a training gives."""

    weights: DenseWeights
    snapshots: Snapshots
    history: list[EpochScores]

    def is_finite(self) -> bool:
        """Whether its weights and its losses are all numbers."""
        losses = np.array([score.loss for row in self.history for score in (row.train, row.test)])
        return all(np.isfinite(a).all() for a in (*self.weights.weights, *self.weights.biases, losses))


def train_network(
    data: TrainingData, recipe: Recipe, n_classes: int, settings: TrainSettings, *, on_epoch_end: EpochCallback
) -> Trained:
    """Train a network.

    The history's training scores are means over the epoch, as the weights moved (Keras' habit).
    Snapshots of the weights are taken between batches and change nothing of the training.

    Parameters
    ----------
    on_epoch_end : function of (n_epochs, scores)
        Called before the first epoch and after each; the scores are None where none were taken.
    """
    seed, n_epochs = resolve_seed(recipe, settings), recipe.epochs
    activation = recipe.activation if recipe.hidden else "relu"
    keras.utils.set_random_seed(seed)
    model = build_model(data.x_train.shape[1], recipe, n_classes)
    optimizer = build_optimizer(recipe, settings.learning_rate)
    run = compile_epoch(model, optimizer, keep_picture=recipe.keep_picture, input_noise=recipe.input_noise)
    evaluate = compile_evaluation(model)
    rng = np.random.default_rng(seed)

    n = len(data.x_train)
    n_batches = -(-n // settings.batch_size)
    due = snapshot_updates(n_batches * n_epochs, settings.snapshots, n_weights=model.count_params())
    snapshots = {0: extract_weights(model, activation)} if 0 in due else {}
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    scores = evaluate(data.x_train, data.y_train), evaluate(data.x_test, data.y_test)
    history = [EpochScores(0, 0, *scores)]
    on_epoch_end(n_epochs, history[0])
    for epoch in range(1, n_epochs + 1):
        batches = tf.constant(split_batches(rng.permutation(n), settings.batch_size))
        sums, n_before = ZERO_SUMS, (epoch - 1) * n_batches
        for part in split_epoch(n_before, n_batches, due):
            sums = run(x, y, batches, (tf.constant(part[0]), tf.constant(part[1])), sums)
            if (updates := n_before + part[1]) in due:
                snapshots[updates] = extract_weights(model, activation)
        if is_logged(epoch, n_epochs):
            scores = mean_score([sums], n), evaluate(data.x_test, data.y_test)
            history.append(EpochScores(epoch, epoch * n_batches, *scores))
        on_epoch_end(n_epochs, history[-1] if history[-1].epoch == epoch else None)
    weights = extract_weights(model, activation)
    return Trained(weights, Snapshots.from_networks(snapshots, like=weights), history)


def resolve_seed(recipe: Recipe, settings: TrainSettings) -> int:
    """Give the network's own seed, or the run's."""
    return settings.seed if recipe.seed is None else recipe.seed
