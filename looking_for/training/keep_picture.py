"""A penalty for leaving the picture: how far a network's logits are from what its composed pictures give.

Added to the loss, λ times the mean of (zᶜ − pᶜ)² over images and classes keeps a network near its composed
pictures: z are its logits, p = xT + β the pictures' scores of the same weights, ᶜ centred across classes. The gradient
goes through both. In docs/mathematics.md it is *Keeping the picture*.
"""

from collections.abc import Sequence
from typing import Any

from looking_for.core.keras_backend import keras, tf
from looking_for.training.deterministic import TINY, DeterministicDense, product
from looking_for.training.linear_path import LinearPath

Tensor = Any


def penalty_per_image(layers: "Sequence[keras.layers.Layer]", x: Tensor, logits: Tensor) -> Tensor:
    """Give each image's mean over classes of (zᶜ − pᶜ)².

    Parameters
    ----------
    layers : sequence of Keras layers
        Of the network, whose composed pictures give p.
    x : tensor, shape (n_images, n_inputs)
        Pixels in [0, 1].
    logits : tensor, shape (n_images, n_classes)
        z of the same images.

    Returns
    -------
    tensor, shape (n_images,)
    """
    weights, bias = compose_output(layers)
    miss = logits - (product(x, weights) + bias)
    return tf.reduce_mean(tf.square(miss - tf.reduce_mean(miss, axis=1, keepdims=True)), axis=1)


def compose_output(layers: "Sequence[keras.layers.Layer]") -> tuple[Tensor, Tensor]:
    """Compose the output pictures T = W₁W₂…W_L, to which a linear path adds S, and the effective bias β of a network.

    From the last layer down, so that each product has as many columns as there are classes.

    Returns
    -------
    weights, bias : tensors, shapes (n_inputs, n_classes) and (1, n_classes)
    """
    *below, (weights, bias) = [(w, b[None]) for w, b in fold_layers(layers)]
    for w, b in reversed(below):
        weights, bias = product(w, weights), product(b, weights) + bias
    return sum((layer.kernel for layer in layers if isinstance(layer, LinearPath)), weights), bias


def fold_layers(layers: "Sequence[keras.layers.Layer]") -> list[tuple[Tensor, Tensor]]:
    """List each dense layer's weights and bias, a normalisation folded into the layer before it.

    By its moving mean and variance, as when the weights are taken out of the model.
    """
    folded: list[tuple[Tensor, Tensor]] = []
    for layer in layers:
        if isinstance(layer, DeterministicDense):
            folded.append((layer.kernel, layer.bias))
        elif isinstance(layer, keras.layers.BatchNormalization):
            weights, bias = folded.pop()
            gain = layer.gamma / (tf.sqrt(layer.moving_variance + layer.epsilon) + TINY)
            folded.append((weights * gain, (bias - layer.moving_mean) * gain + layer.beta))
    return folded
