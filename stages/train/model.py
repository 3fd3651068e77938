"""The article's network as a Keras model, and the way back from arrays to one."""

from collections.abc import Sequence

import numpy as np

from stages.artifacts.network import Network
from stages.train.backend import keras
from stages.train.portable import Affine


def build(inputs: int, hidden: Sequence[int], classes: int) -> "keras.Model":
    """Dense layers with ReLU between them; the last gives logits, and softmax is in the loss."""
    layers = [Affine(units, "relu") for units in hidden]
    return keras.Sequential([keras.Input((inputs,)), *layers, Affine(classes)])


def to_network(model: "keras.Model") -> Network:
    """A model's weights as plain arrays."""
    arrays = model.get_weights()
    return Network.of(arrays[0::2], arrays[1::2], np.float32)


def to_keras(network: Network) -> "keras.Model":
    """A Keras model whose `predict` gives this network's logits."""
    model = build(network.weights[0].shape[0], network.hidden, network.weights[-1].shape[1])
    model.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    return model
