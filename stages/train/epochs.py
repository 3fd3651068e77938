"""One epoch as one XLA program: Keras layers and optimizer inside, no Python between batches."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from stages.artifacts import Array
from stages.train.backend import keras, tf

Tensor = Any
EVALUATED_AT_ONCE = 5_000


class Score(NamedTuple):
    """Mean cross-entropy (nats) and share of right answers over some images."""

    loss: float
    accuracy: float


def compiled_epoch(
    model: "keras.Model", optimizer: "keras.optimizers.Optimizer"
) -> Callable[..., tuple[Tensor, Tensor]]:
    """The program for an epoch: batches (batches × batch × inputs) in, two sums over images out.

    `counts` (batches × batch) is 1 for an image and 0 for the padding of a partial last batch,
    so that its gradient is the mean over the images that are there, as in Keras' own `fit`.
    """
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True)
    def epoch(x: Tensor, y: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        def step(batch: Tensor, loss: Tensor, right: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            with tf.GradientTape() as tape:
                losses, rights = _losses(model, x[batch], y[batch], counts[batch])
                mean = tf.reduce_sum(losses) / tf.reduce_sum(counts[batch])
            gradients = tape.gradient(mean, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return batch + 1, loss + tf.reduce_sum(losses), right + tf.reduce_sum(rights)

        zero = tf.constant(0.0)
        start = (tf.constant(0), zero, zero)
        return tf.while_loop(lambda batch, *_: batch < x.shape[0], step, start)[1:]

    return epoch


def compiled_evaluation(model: "keras.Model") -> Callable[[Array, Array], Score]:
    """A function that scores a model on images (n × inputs) and labels (n)."""

    @tf.function(jit_compile=True)
    def sums(x: Tensor, y: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        losses, rights = _losses(model, x, y, counts)
        return tf.reduce_sum(losses), tf.reduce_sum(rights)

    def evaluate(x: Array, y: Array) -> Score:
        parts = batches(x, y, min(EVALUATED_AT_ONCE, len(x)), np.arange(len(x)))
        return mean_score([sums(*part) for part in zip(*parts, strict=True)], len(x))

    return evaluate


def batches(x: Array, y: Array, size: int, order: Array) -> tuple[Array, Array, Array]:
    """Images and labels in an order, cut into batches of one size; zeros fill the last one up."""
    n = -(-len(order) // size)
    xs = np.zeros((n * size, x.shape[1]), x.dtype)
    ys, counts = np.zeros(n * size, y.dtype), np.zeros(n * size, x.dtype)
    np.take(x, order, axis=0, out=xs[: len(order)], mode="clip")  # "clip" writes without a copy
    ys[: len(order)], counts[: len(order)] = y[order], 1
    return xs.reshape(n, size, -1), ys.reshape(n, size), counts.reshape(n, size)


def mean_score(sums: list[tuple[Tensor, Tensor]], n: int) -> Score:
    losses, rights = np.array([[float(loss), float(right)] for loss, right in sums]).sum(axis=0)
    return Score(losses / n, rights / n)


def _losses(model: "keras.Model", x: Tensor, y: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Each image's cross-entropy and whether its answer is right; padding counts nothing."""
    logits = model(x, training=True)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    rights = tf.cast(tf.argmax(logits, axis=1, output_type=y.dtype) == y, losses.dtype)
    return losses * counts, rights * counts
