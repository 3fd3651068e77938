"""A dense network as a Keras model, and the way from a model to plain arrays and back."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.keras_backend import keras
from looking_for.networks.dense_weights import DenseWeights
from looking_for.networks.recipe import Recipe
from looking_for.training.deterministic import DeterministicDense, RMSprop
from looking_for.training.linear_path import LinearPath, carry_path


def build_model(n_inputs: int, recipe: Recipe, n_classes: int) -> "keras.Model":
    """Build dense layers with the activation between them; the last gives logits, softmax is in the loss.

    With a linear path its layer comes last, and takes the logits and the pixels.
    """
    layers: list[keras.layers.Layer] = []
    for units in recipe.hidden:
        if recipe.batch_normalisation:
            layers += [_dense(recipe, units), keras.layers.BatchNormalization()]
            layers += [keras.layers.Activation(recipe.activation)]
        else:
            layers += [_dense(recipe, units, recipe.activation)]
        if recipe.dropout:
            layers += [keras.layers.Dropout(recipe.dropout)]
    model = keras.Sequential([keras.Input((n_inputs,)), *layers, _dense(recipe, n_classes)])
    if not recipe.linear_path:
        return model
    (pixels,), (logits,) = model.inputs, model.outputs
    return keras.Model(pixels, LinearPath()([logits, pixels]))


def _dense(recipe: Recipe, units: int, activation: str | None = None) -> "keras.layers.Layer":
    """A dense layer with first weights of Glorot's deviation, times the network's initial scale."""
    glorot = keras.initializers.VarianceScaling(recipe.initial_scale**2, "fan_avg", "uniform")
    return DeterministicDense(units, activation, kernel_initializer=glorot)


def build_optimizer(recipe: Recipe, learning_rate: float) -> "keras.optimizers.Optimizer":
    """Build the optimizer; weight decay is decoupled from the gradient (Loshchilov & Hutter 2019)."""
    decay = recipe.weight_decay or None
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(learning_rate, weight_decay=decay)
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(learning_rate, recipe.momentum, weight_decay=decay)
    return RMSprop(learning_rate, weight_decay=decay)


def extract_weights(model: "keras.Model", activation: str) -> DenseWeights:
    """Take a model's weights as plain arrays, a normalisation folded into the layer before it, a linear path carried
    through the hidden layers by units of its own.

    γ(xW + b − μ) / √(σ² + ε) + β = x(Wg) + (b − μ)g + β with g = γ / √(σ² + ε), μ and σ² the moving ones.
    """
    weights: list[Array] = []
    biases: list[Array] = []
    for layer in model.layers:
        if isinstance(layer, DeterministicDense):
            weight, bias = layer.get_weights()
            weights.append(weight)
            biases.append(bias)
        elif isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            gain = gamma / np.sqrt(variance + layer.epsilon)
            weights[-1], biases[-1] = weights[-1] * gain, (biases[-1] - mean) * gain + beta
        elif isinstance(layer, LinearPath):
            weights, biases = carry_path(weights, biases, layer.get_weights()[0])
    return DenseWeights.from_arrays(weights, biases, np.float32, activation)


def to_keras(network: DenseWeights) -> "keras.Model":
    """Build a Keras model whose `predict` gives this network's logits."""
    recipe = Recipe(samples=1, hidden=network.hidden, epochs=0, activation=network.activation)
    model = build_model(network.weights[0].shape[0], recipe, network.weights[-1].shape[1])
    model.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    return model
