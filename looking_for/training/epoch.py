"""An epoch, and an evaluation, as one XLA program: Keras layers and optimizer inside, no Python between batches."""

from collections.abc import Callable
from typing import Any

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.keras_backend import keras, tf
from looking_for.training.history import Score
from looking_for.training.keep_picture import penalty_per_image
from looking_for.training.linear_path import LinearPath

Tensor = Any
IMAGES_AT_ONCE = 5_000  # in an evaluation

Sums = tuple[Tensor, Tensor]  # of losses and of right answers, two float64 numbers
ZERO_SUMS: Sums = (tf.constant(0.0, tf.float64), tf.constant(0.0, tf.float64))


def compile_epoch(
    model: "keras.Model",
    optimizer: "keras.optimizers.Optimizer",
    *,
    keep_picture: float = 0.0,
    input_noise: float = 0.0,
) -> Callable[[Tensor, Tensor, Tensor, tuple[Tensor, Tensor], Sums], Sums]:
    """Compile the program for an epoch or a part of it.

    Images come as bytes; each batch is gathered and scaled to [0, 1] inside the program, so that no shuffled
    copy of them is made, nor one of four bytes per pixel. One program serves any part, so an epoch in parts
    gives the same weights and sums to the last bit.

    Parameters
    ----------
    keep_picture : float
        λ, what leaving the composed pictures costs; the losses that are summed are without that penalty.
    input_noise : float
        The standard deviation of what is added to each pixel of a batch.

    Returns
    -------
    function of (images, labels, batches, part, sums)
        Images (n_images, n_inputs) and labels (n_images,); `batches` as of `split_batches`; the half-open
        range of batches; takes and returns running sums of losses and of right answers.
    """
    optimizer.build(model.trainable_variables)
    add_noise = keras.layers.GaussianNoise(input_noise) if input_noise else None

    @tf.function(jit_compile=True, autograph=False)
    def epoch(x: Tensor, y: Tensor, batches: Tensor, part: tuple[Tensor, Tensor], sums: Sums) -> Sums:
        def step(batch: Tensor, loss: Tensor, n_correct: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            mask = tf.cast(batches[batch] >= 0, tf.float32)
            images = tf.maximum(batches[batch], 0)
            with tf.GradientTape() as tape:
                pixels = _to_pixels(tf.gather(x, images))
                if add_noise is not None:
                    pixels = add_noise(pixels, training=True)
                logits = _forward(model, pixels, mask)
                losses, correct = _score(logits, tf.gather(y, images))
                costs = losses
                if keep_picture:
                    costs += keep_picture * penalty_per_image(model.layers, pixels, logits)
                mean = tf.reduce_sum(costs * mask) / tf.reduce_sum(mask)
            gradients = tape.gradient(mean, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return batch + 1, loss + _sum(losses * mask), n_correct + _sum(correct * mask)

        return tf.while_loop(lambda batch, *_: batch < part[1], step, (part[0], *sums))[1:]

    return epoch


def split_batches(order: Array, size: int) -> Array:
    """Lay out the numbers of images (n_images,), in an order, as rows of one size (n_batches, size), int32.

    −1 fills the last row up and stands for no image: that batch's gradient is the mean over the
    images that are there, as in Keras' own `fit`.

    Examples
    --------
    >>> split_batches(np.array([2, 0, 1]), 2)
    array([[ 2,  0],
           [ 1, -1]], dtype=int32)
    """
    rows = np.full((-(-len(order) // size), size), -1, np.int32)
    rows.flat[: len(order)] = order
    return rows


def compile_evaluation(model: "keras.Model") -> Callable[[Array, Array], Score]:
    """Compile a function that scores a model on images (n_images, n_inputs; bytes) and labels (n_images,; int32).

    A short last part is filled up with zeros, so that one program serves every number of images.
    """

    @tf.function(jit_compile=True, autograph=False)
    def sums(x: Tensor, y: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
        mask = tf.cast(tf.range(x.shape[0]) < n, tf.float32)
        losses, correct = _score(_forward(model, _to_pixels(x)), y)
        return _sum(losses * mask), _sum(correct * mask)

    def evaluate(x: Array, y: Array) -> Score:
        parts = [slice(n, n + IMAGES_AT_ONCE) for n in range(0, len(x), IMAGES_AT_ONCE)]
        scored = [sums(_pad(x[part]), _pad(y[part]), tf.constant(len(y[part]))) for part in parts]
        return mean_score(scored, len(x))

    return evaluate


def _pad(part: Array) -> Array:
    missing = IMAGES_AT_ONCE - len(part)
    return part if not missing else np.pad(part, [(0, missing), *[(0, 0)] * (part.ndim - 1)])


def mean_score(sums: list[Sums], n_images: int) -> Score:
    """Turn sums over parts of the images into mean loss and accuracy over all of them."""
    loss, n_correct = np.array([[float(loss), float(correct)] for loss, correct in sums]).sum(axis=0)
    return Score(loss / n_images, n_correct / n_images)


def _sum(scores: Tensor) -> Tensor:
    """Sum in float64, so that the digits that are reported do not depend on the order."""
    return tf.reduce_sum(tf.cast(scores, tf.float64))


def _to_pixels(x: Tensor) -> Tensor:
    """Scale bytes to pixels in [0, 1]."""
    return tf.cast(x, tf.float32) / 255


def _forward(model: "keras.Model", pixels: Tensor, mask: Tensor | None = None) -> Tensor:
    """The logits of rows of pixels.

    `mask` (n_images,) is given in training, 0 for rows that stand for no image: a normalisation leaves them
    out.
    """
    logits = pixels
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            logits = layer(logits, training=mask is not None, mask=mask)
        elif isinstance(layer, keras.layers.Dropout):
            logits = layer(logits, training=mask is not None)
        elif isinstance(layer, LinearPath):
            logits = layer([logits, pixels])
        elif not isinstance(layer, keras.layers.InputLayer):
            logits = layer(logits)
    return logits


def _score(logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Each image's cross-entropy, and 1 where its answer is right."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    return losses, tf.cast(tf.argmax(logits, axis=1, output_type=y.dtype) == y, losses.dtype)
