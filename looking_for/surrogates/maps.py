"""What can be used in place of a network besides one affine map: a map per cluster, several pictures per class."""

from dataclasses import dataclass

import numpy as np

from looking_for.core.arrays import Array, as_float32, round_to_grid
from looking_for.networks.dense_weights import AffineMap


@dataclass(frozen=True)
class ClusterMaps:
    """A mean exact map per cluster; all centred across classes.

    Parameters
    ----------
    maps : array, shape (n_clusters, n_inputs, n_classes)
    biases : array, shape (n_clusters, n_classes)
        z̄ − x̄A, which makes the map right on average over the cluster's training images.
    logits : array, shape (n_clusters, n_classes)
        The mean logits of the cluster's images.
    """

    maps: Array
    biases: Array
    logits: Array

    def predict(self, x: Array, nearest: Array) -> Array:
        """Give xA + b with the whole map of each image's nearest cluster.

        Parameters
        ----------
        x : array, shape (n_images, n_inputs)
        nearest : array, shape (n_images,)

        Returns
        -------
        array, shape (n_images, n_classes)
        """
        predictions = np.empty((len(x), self.maps.shape[2]))
        for cluster in np.unique(nearest):
            rows = nearest == cluster
            predictions[rows] = AffineMap(self.maps[cluster], self.biases[cluster])(x[rows])
        return predictions


@dataclass(frozen=True)
class Prototypes:
    """Several pictures per class, of which the strongest counts: score_k(x) = max of xa + c over class k's.

    A convex piecewise-linear function (Magnani & Boyd 2009), or one layer of maxout units (Goodfellow et al.
    2013). In prose they are *fitted pictures*.

    Parameters
    ----------
    weights : array, shape (n_inputs, n_pictures)
    biases : array, shape (n_pictures,)
    classes : array, shape (n_pictures,)
        The class of each picture, in order; every class has one at least.
    """

    weights: Array
    biases: Array
    classes: Array

    def scores(self, x: Array) -> Array:
        """Give each picture's score (n_images, n_pictures), for rows of pixels (n_images, n_inputs)."""
        return x @ self.weights.astype(float) + self.biases.astype(float)

    def winners(self, scores: Array) -> Array:
        """Give the number of each class's strongest picture (n_images, n_classes), by the scores."""
        ends = np.cumsum(np.bincount(self.classes)).tolist()
        spans = zip([0, *ends[:-1]], ends, strict=True)
        return np.stack([scores[:, start:end].argmax(axis=1) + start for start, end in spans], axis=1)

    def __call__(self, x: Array) -> Array:
        """Give the classes' scores (n_images, n_classes), for rows of pixels (n_images, n_inputs)."""
        scores = self.scores(x)
        return np.take_along_axis(scores, self.winners(scores), axis=1)

    def scaled(self, gain: float, shift: Array) -> "Prototypes":
        """Multiply all pictures and biases by a gain above 0 and add a shift per class (n_classes,) to the biases."""
        return Prototypes(self.weights * gain, self.biases * gain + shift[self.classes], self.classes)

    def select(self, kept: Array) -> "Prototypes":
        """Keep the pictures chosen by number or by a mask."""
        return Prototypes(self.weights[:, kept], self.biases[kept], self.classes[kept])

    def as_float32(self) -> "Prototypes":
        """Cast to float32, without digits that differ between processors."""
        weights, biases = round_to_grid(self.weights), round_to_grid(self.biases)
        return Prototypes(as_float32(weights), as_float32(biases), self.classes)


@dataclass(frozen=True)
class FittedPrototypes(Prototypes):
    """Prototypes fitted to a network's logits, the most used of a class first, with what they do.

    Parameters
    ----------
    shares : array, shape (n_pictures,)
        The share of training images that each answers, being the strongest of all.
    means : array, shape (n_pictures, n_inputs)
        The mean of those images.
    cosines : array, shape (n_pictures,)
        Of each with the exact map from which it started.
    held_out : float
        The share explained on training images that were not fitted to.
    """

    shares: Array
    means: Array
    cosines: Array
    held_out: float
