"""A dense network with all that is computed of it by plain arrays, in float64."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_float32, centred
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks import exact_maps, training_pass
from looking_for.networks.base import NO_HIDDEN_LAYER, Architecture, HiddenUnits
from looking_for.networks.dense_weights import AffineMap, DenseWeights
from looking_for.networks.training_pass import TrainingPass


class DenseNetwork(DenseWeights):
    """A dense network: `Network` of weights and biases.

    Parameters
    ----------
    weights : tuple of arrays, each of shape (n_inputs, n_units)
        In Keras' orientation; the first has a row per pixel, the last a column per class.
    biases : tuple of arrays, each of shape (n_units,)
    activation : str
        Of the hidden layers: relu (default), leaky_relu, linear, tanh, sigmoid or gelu.

    Examples
    --------
    >>> import numpy as np
    >>> from looking_for import DenseNetwork
    >>> network = DenseNetwork.from_arrays([np.eye(4, 3), np.ones((3, 2))], [np.zeros(3), np.zeros(2)])
    >>> network.logits(np.array([[1.0, 0.5, 0.0, 1.0]]))
    array([[1.5, 1.5]])
    >>> network.compose()[-1].weights.shape
    (4, 2)
    """

    @classmethod
    def from_sklearn(cls, model: Any, *, scale: float = 1.0) -> "DenseNetwork":
        """Take over a trained MLPClassifier of scikit-learn.

        Parameters
        ----------
        model : sklearn.neural_network.MLPClassifier
            Fitted; its classes are 0, 1, …, in the images' order. Of two classes its one output z becomes (0, z).
        scale : float
            It was trained on scale · x of pixels x in [0, 1]: 255 for 0…255, 16 for scikit-learn's digits.

        Raises
        ------
        UserError
            If it is another model, not fitted, or one for several labels per image.
        """
        if not (hasattr(model, "coefs_") and hasattr(model, "classes_")):
            raise UserError(f"{type(model).__name__} is not a fitted MLPClassifier: it has no coefs_ or no classes_")
        if model.out_activation_ != "softmax" and model.n_outputs_ > 1:
            raise UserError("an MLPClassifier for one label per image is needed; this one gives several")
        if list(model.classes_) != list(range(len(model.classes_))):
            raise UserError(
                f"its classes are {list(model.classes_)[:3]}…; needed are whole numbers from 0, as labels are"
            )
        weights, biases = [w.astype(float) for w in model.coefs_], [b.astype(float) for b in model.intercepts_]
        if len(model.classes_) == 2:
            weights[-1], biases[-1] = two_logits(weights[-1], biases[-1])
        weights[0] = weights[0] * scale
        return cls.from_arrays(weights, biases, activation=model.activation)

    @property
    def n_inputs(self) -> int:
        return len(self.weights[0])

    @property
    def n_classes(self) -> int:
        return len(self.biases[-1])

    @property
    def architecture(self) -> Architecture:
        return Architecture("-".join(map(str, self.hidden)) or NO_HIDDEN_LAYER, True, self.activation)

    def check_exactness(self, x: Array) -> None:
        """Compare with the float32 network's own logits; smooth activations have no such identity."""
        if self.is_piecewise_affine:
            exact_maps.check_exactness(x, *self.exact_maps(x), self.astype(np.float32).logits(as_float32(x)))

    def exact_maps(self, x: Array) -> tuple[Array, Array]:
        return exact_maps.exact_maps(self, x)

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        slopes = self.slopes(self.preactivations(x))
        if not slopes:
            return (self.weights[0][:, predicted] - self.weights[0][:, runner_up]).T
        classes = np.eye(self.weights[-1].shape[1])
        gradients = exact_maps.vjp(self, slopes, classes[predicted] - classes[runner_up])
        return np.asarray(gradients @ self.weights[0].T)

    def compose(self) -> list[AffineMap]:
        return exact_maps.compose(self)

    def pass_training_images(self, images: ImageSet, clusters: Mapping[int, Clusters]) -> TrainingPass:
        return training_pass.pass_training_images(self, images, clusters)

    def describe_units(self, composed: Sequence[AffineMap], training: TrainingPass, x: Array) -> list[HiddenUnits]:
        """Measure `explained` on rows of pixels (n_images, n_inputs), the rest on training images."""
        hidden = list(zip(composed, self.preactivations(x)[:-1], strict=False))
        explained = [squared_correlations(picture(x), z) for picture, z in hidden[1:]]
        if hidden:  # the first layer's pictures are its weights: with the biases all that drives it
            explained.insert(0, np.ones(hidden[0][1].shape[1]))
        layers = zip(measure_influence(self, training), training.n_active, explained, strict=True)
        n = training.sums.n_images
        return [
            HiddenUnits(as_float32(influence), as_float32(n_active / n), as_float32(r2))
            for influence, n_active, r2 in layers
        ]


def two_logits(weights: Array, biases: Array) -> tuple[Array, Array]:
    """Make a layer of one unit (n_inputs, 1), the logit z of the second of two classes, one of two: (0, z)."""
    return np.pad(weights, ((0, 0), (1, 0))), np.pad(biases, (1, 0))


def measure_influence(network: DenseWeights, training: TrainingPass) -> list[Array]:
    """Measure how much each hidden unit moves the logits: its mean activation × length of its way out.

    The way out goes through the later layers' weights, each later unit counting by its mean slope, of
    ReLU how often it is on, and ends at the logits, centred across classes.

    Returns
    -------
    list of arrays, one per hidden layer, shape (n_units,)
    """
    way_out, n = centred(network.weights[-1]), training.sums.n_images
    influence: list[Array] = []
    for layer in reversed(range(len(training.n_active))):
        influence.insert(0, training.activation[layer] / n * np.linalg.norm(way_out, axis=1))
        if layer:
            way_out = network.weights[layer] @ ((training.slope[layer] / n)[:, None] * way_out)
    return influence


def squared_correlations(p: Array, z: Array) -> Array:
    """Give r² of each column of p with that of z (n_images, n_units): what a gain and a bias explain of z.

    1 where z never varies and leaves no question.
    """
    p, z = p - p.mean(axis=0), z - z.mean(axis=0)
    covariance, of_p, of_z = (p * z).sum(axis=0), np.square(p).sum(axis=0), np.square(z).sum(axis=0)
    return np.where(of_z > 0, np.square(covariance) / np.maximum(of_p * of_z, np.finfo(float).tiny), 1.0)
