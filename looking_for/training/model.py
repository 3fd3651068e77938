"""A dense network as a Keras model, and the way from a model to plain arrays and back."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.networks.dense import Network
from looking_for.training.deterministic import Affine, RMSprop
from looking_for.training.keras_backend import keras
from stages.params import NetworkParams


def build(inputs: int, network: NetworkParams, classes: int) -> "keras.Model":
    """Dense layers with the activation between them; the last gives logits, and softmax is in the loss."""
    layers: list[keras.layers.Layer] = []
    for units in network.hidden:
        if network.batch_normalisation:
            layers += [_affine(network, units), keras.layers.BatchNormalization()]
            layers += [keras.layers.Activation(network.activation)]
        else:
            layers += [_affine(network, units, network.activation)]
        if network.dropout:
            layers += [keras.layers.Dropout(network.dropout)]
    return keras.Sequential([keras.Input((inputs,)), *layers, _affine(network, classes)])


def _affine(network: NetworkParams, units: int, activation: str | None = None) -> "keras.layers.Layer":
    """A dense layer with first weights of Glorot's spread, times the network's initial scale."""
    spread = keras.initializers.VarianceScaling(network.initial_scale**2, "fan_avg", "uniform")
    return Affine(units, activation, kernel_initializer=spread)


def optimizer(network: NetworkParams, learning_rate: float) -> "keras.optimizers.Optimizer":
    """The network's optimizer; weight decay is decoupled from the gradient (Loshchilov & Hutter 2019)."""
    decay = network.weight_decay or None
    if network.optimizer == "adam":
        return keras.optimizers.Adam(learning_rate, weight_decay=decay)
    if network.optimizer == "sgd":
        return keras.optimizers.SGD(learning_rate, network.momentum, weight_decay=decay)
    return RMSprop(learning_rate, weight_decay=decay)


def to_network(model: "keras.Model", activation: str) -> Network:
    """A model's weights as plain arrays, a normalisation folded into the layer before it.

    γ(xW + b − μ) / √(σ² + ε) + β = x(Wg) + (b − μ)g + β with g = γ / √(σ² + ε), μ and σ² the moving ones.
    """
    weights: list[Array] = []
    biases: list[Array] = []
    for layer in model.layers:
        if isinstance(layer, Affine):
            weight, bias = layer.get_weights()
            weights.append(weight)
            biases.append(bias)
        elif isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            gain = gamma / np.sqrt(variance + layer.epsilon)
            weights[-1], biases[-1] = weights[-1] * gain, (biases[-1] - mean) * gain + beta
    return Network.of(weights, biases, np.float32, activation)


def to_keras(network: Network) -> "keras.Model":
    """A Keras model whose `predict` gives this network's logits."""
    params = NetworkParams(samples=1, hidden=network.hidden, epochs=0, activation=network.activation)  # type: ignore[arg-type]
    model = build(network.weights[0].shape[0], params, network.weights[-1].shape[1])
    model.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    return model
