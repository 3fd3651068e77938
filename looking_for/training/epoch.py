"""One epoch as one XLA program: Keras layers and optimizer inside, no Python between batches."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from looking_for.core.arrays import Array
from looking_for.training.keras_backend import keras, tf

Tensor = Any
EVALUATED_AT_ONCE = 5_000


class Score(NamedTuple):
    """Mean cross-entropy (nats) and share of right answers over some images."""

    loss: float
    accuracy: float


Sums = tuple[Tensor, Tensor]
NOTHING: Sums = (tf.constant(0.0, tf.float64), tf.constant(0.0, tf.float64))


def compiled_epoch(
    model: "keras.Model", optimizer: "keras.optimizers.Optimizer"
) -> Callable[[Tensor, Tensor, Tensor, tuple[Tensor, Tensor], Sums], Sums]:
    """The program for an epoch or a part of it: images, labels, `batches` of their numbers, from which
    batch to before which, and the sums so far in; the sums of losses and of right answers out.

    Images (n × inputs) come as bytes; each batch is gathered and made pixels inside the program,
    so that no shuffled copy of them is made, nor one of four bytes a pixel. One program serves any
    part, so an epoch in parts gives the same weights and sums to the last bit.
    """
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True, autograph=False)
    def epoch(x: Tensor, y: Tensor, batches: Tensor, part: tuple[Tensor, Tensor], sums: Sums) -> Sums:
        def step(batch: Tensor, loss: Tensor, right: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            there = tf.cast(batches[batch] >= 0, tf.float32)
            images = tf.maximum(batches[batch], 0)
            with tf.GradientTape() as tape:
                losses, rights = _losses(model, tf.gather(x, images), tf.gather(y, images), there)
                mean = tf.reduce_sum(losses * there) / tf.reduce_sum(there)
            gradients = tape.gradient(mean, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return batch + 1, loss + _sum(losses * there), right + _sum(rights * there)

        return tf.while_loop(lambda batch, *_: batch < part[1], step, (part[0], *sums))[1:]

    return epoch


def in_batches(order: Array, size: int) -> Array:
    """The numbers of images, in an order, as rows of one size (batches × size, int32).

    −1 fills the last row up and stands for no image: that batch's gradient is the mean over the
    images that are there, as in Keras' own `fit`.
    """
    rows = np.full((-(-len(order) // size), size), -1, np.int32)
    rows.flat[: len(order)] = order
    return rows


def compiled_evaluation(model: "keras.Model") -> Callable[[Array, Array], Score]:
    """A function that scores a model on images (n × inputs, bytes) and labels (n).

    A short last part is filled up with zeros, so that one program serves every number of images.
    """

    @tf.function(jit_compile=True, autograph=False)
    def sums(x: Tensor, y: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
        there = tf.cast(tf.range(x.shape[0]) < n, tf.float32)
        losses, rights = _losses(model, x, y)
        return _sum(losses * there), _sum(rights * there)

    def evaluate(x: Array, y: Array) -> Score:
        parts = [slice(n, n + EVALUATED_AT_ONCE) for n in range(0, len(x), EVALUATED_AT_ONCE)]
        scored = [sums(_filled(x[part]), _filled(y[part]), tf.constant(len(y[part]))) for part in parts]
        return mean_score(scored, len(x))

    return evaluate


def _filled(part: Array) -> Array:
    missing = EVALUATED_AT_ONCE - len(part)
    return part if not missing else np.pad(part, [(0, missing), *[(0, 0)] * (part.ndim - 1)])


def mean_score(sums: list[Sums], n: int) -> Score:
    """The score of n images from sums over parts of them."""
    losses, rights = np.array([[float(loss), float(right)] for loss, right in sums]).sum(axis=0)
    return Score(losses / n, rights / n)


def _sum(scores: Tensor) -> Tensor:
    """In float64, so that the digits that are told do not depend on the order."""
    return tf.reduce_sum(tf.cast(scores, tf.float64))


def _losses(
    model: "keras.Model", x: Tensor, y: Tensor, there: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Each image's cross-entropy, and 1 where its answer is right; images as bytes become pixels here.

    `there` (n) is given in training, 0 for rows that stand for no image: a normalisation leaves them out.
    """
    logits = tf.cast(x, tf.float32) / 255
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            logits = layer(logits, training=there is not None, mask=there)
        elif isinstance(layer, keras.layers.Dropout):
            logits = layer(logits, training=there is not None)
        else:
            logits = layer(logits)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    return losses, tf.cast(tf.argmax(logits, axis=1, output_type=y.dtype) == y, losses.dtype)
