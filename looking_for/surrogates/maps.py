"""What can be used in place of a network: an affine map, one for each cluster, several pictures a class."""

from dataclasses import dataclass

import numpy as np

from looking_for.core.arrays import Array, centred, on_grid, single


@dataclass(frozen=True)
class AffineMap:
    """weights (inputs × units) and bias (units): a picture for each unit and a number beside it."""

    weights: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """xW + b for rows of pixels (n × inputs), in float64."""
        return x @ self.weights.astype(float) + self.bias.astype(float)

    def stored(self) -> "AffineMap":
        """The same as it lies in files; what is measured is what a reader finds there."""
        return AffineMap(single(self.weights), single(self.bias))

    def centred(self) -> "AffineMap":
        return AffineMap(centred(self.weights), centred(self.bias))


@dataclass(frozen=True)
class ClusterMaps:
    """By cluster, its mean exact map with a bias, and the mean logits of its images; classes centred.

    maps: clusters × inputs × classes; biases, logits: clusters × classes. The bias is z̄ − x̄A, which makes
    the map right on average over the cluster's training images.
    """

    maps: Array
    biases: Array
    logits: Array

    def predictions(self, x: Array, nearest: Array) -> Array:
        """xA + b with the whole map of each image's nearest cluster (n), for pixels (n × inputs)."""
        found = np.empty((len(x), self.maps.shape[2]))
        for cluster in np.unique(nearest):
            rows = nearest == cluster
            found[rows] = AffineMap(self.maps[cluster], self.biases[cluster])(x[rows])
        return found


@dataclass(frozen=True)
class MaxAffine:
    """Several pictures a class, of which the strongest counts: score_k(x) = max of xa + c over class k's.

    weights: inputs × pictures; biases: pictures; classes: pictures, the class of each, in order, none
    without a picture.
    """

    weights: Array
    biases: Array
    classes: Array

    def pictures(self, x: Array) -> Array:
        """What each picture says (n × pictures) of rows of pixels (n × inputs), in float64."""
        return x @ self.weights.astype(float) + self.biases.astype(float)

    def strongest(self, said: Array) -> Array:
        """The number of each class's strongest picture (n × classes), by what each says (n × pictures)."""
        ends = np.cumsum(np.bincount(self.classes)).tolist()
        spans = zip([0, *ends[:-1]], ends, strict=True)
        return np.stack([said[:, start:end].argmax(axis=1) + start for start, end in spans], axis=1)

    def __call__(self, x: Array) -> Array:
        """The classes' scores (n × classes)."""
        said = self.pictures(x)
        return np.take_along_axis(said, self.strongest(said), axis=1)

    def scaled(self, gain: float, shift: Array) -> "MaxAffine":
        """The same after a gain above 0 for all and a shift for each class."""
        return MaxAffine(self.weights * gain, self.biases * gain + shift[self.classes], self.classes)

    def only(self, kept: Array) -> "MaxAffine":
        """The pictures chosen by number or by a mask."""
        return MaxAffine(self.weights[:, kept], self.biases[kept], self.classes[kept])

    def stored(self) -> "MaxAffine":
        """The same as it lies in files."""
        return MaxAffine(single(on_grid(self.weights)), single(on_grid(self.biases)), self.classes)


@dataclass(frozen=True)
class Fitted:
    """Pictures fitted to a network's logits, with what they do on the training images.

    map: the pictures left, the most used of a class first; shares: of images that each answers, being the
    strongest of all (pictures); means: the mean image of those (pictures × inputs); cosines: of each with
    the exact map it began as (pictures); held_out: explained on training images that were not fitted to.
    """

    map: MaxAffine
    shares: Array
    means: Array
    cosines: Array
    held_out: float
