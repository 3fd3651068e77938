"""A model of any layers that are piecewise affine in the image, by TensorFlow's own differentiation."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # sums in one order, whatever the machine

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.parallel import spread
from looking_for.core.sums import sums_by
from looking_for.images.imageset import Images
from looking_for.networks import keras_layers
from looking_for.networks.exact_maps import refuse_unless_exact
from looking_for.networks.stored_layers import Layers
from looking_for.networks.training_pass import Probe
from looking_for.surrogates.fits import LogitSums
from looking_for.surrogates.maps import AffineMap
from looking_for.surrogates.results import Architecture, Units
from looking_for.training.keras_backend import keras, tf

IMAGES_AT_ONCE = 250
MAPPED = 10_000  # training images that mean exact maps are of: each costs a backward pass a class
STEP = 1e-6  # of the way along the ray on which c(x) is measured, in float64


class PiecewiseAffine:
    """`Model` of a Keras model's layers."""

    def __init__(self, stored: Layers) -> None:
        self._stored = stored
        self._description = json.loads(stored.architecture)
        keras_layers.check(self._description, "the network")
        single = self._built(self._description, "float32")
        self.inputs, self.classes = int(np.prod(single.input_shape[1:])), int(single.output_shape[-1])
        rows = tf.TensorSpec([None, self.inputs], tf.float32)
        self._logits = tf.function(partial(self._answer, single), input_signature=[rows])
        self._pulled = tf.function(
            partial(self._pull_back, single),
            input_signature=[rows, tf.TensorSpec([None, self.classes], tf.float32)],
        )

    @property
    def architecture(self) -> Architecture:
        words = keras_layers.words(list(keras_layers.layers(self._description)))
        return Architecture(words, "relu", is_dense=False)

    def save(self, path: Path) -> None:
        self._stored.save(path)

    def check(self, x: Array) -> None:
        refuse_unless_exact(x, *self.maps(x), self.logits(x))

    def logits(self, x: Array) -> Array:
        found = [self._logits(tf.constant(part, tf.float32)).numpy() for part in _portions(x)]
        return np.concatenate([np.zeros((0, self.classes)), *found])

    def maps(self, x: Array) -> tuple[Array, Array]:
        """A(x) is the input gradient of each logit; c(x) is what A(x) does not define: z(x) less the slope
        of z along the ray through x, measured by a small step to either side in float64."""
        columns = [self._gradient(x, np.broadcast_to(k, (len(x), len(k)))) for k in np.eye(self.classes)]
        answer = partial(self._answer, self._precise)
        along = (answer(x * (1 + STEP)) - answer(x * (1 - STEP))).numpy() / (2 * STEP)
        return np.stack(columns, axis=2), answer(x).numpy() - along

    def margins(self, x: Array, answers: Array, seconds: Array) -> Array:
        classes = np.eye(self.classes)
        return self._gradient(x, classes[answers] - classes[seconds])

    def composed(self) -> list[AffineMap]:
        """The affine model that is left with every ReLU replaced by the identity and max-pooling by
        average-pooling, found by pushing an empty image and one of each single pixel through."""
        affine = self._built(keras_layers.composed(self._description), "float64")
        bias = self._answer(affine, np.zeros((1, self.inputs))).numpy()
        places = np.arange(self.inputs)
        parts = [
            self._answer(affine, np.equal.outer(part, places).astype(float)).numpy() - bias
            for part in _portions(places)
        ]
        return [AffineMap(np.concatenate(parts), bias[0])]

    def probe(self, images: Images, clusters: Mapping[int, Clusters]) -> Probe:
        """Logits of all training images, and exact maps of a seeded part of at most about MAPPED."""
        share = min(1.0, MAPPED / len(images.y_train))
        parts = spread(partial(self._of_class, images, clusters, share), range(self.classes))
        of_images = np.empty((len(images.y_train), self.classes))
        for k, part in enumerate(parts):
            of_images[images.y_train == k] = part.of_images
        return Probe(
            sums=LogitSums.total(part.sums for part in parts),
            on=[],
            slope=[],
            activation=[],
            maps={number: np.concatenate([part.maps[number] for part in parts]) for number in clusters},
            logits={number: np.concatenate([part.logits[number] for part in parts]) for number in clusters},
            of_images=of_images,
            mapped=sum(part.mapped for part in parts),
        )

    def units(self, *_: object) -> list[Units]:
        """None: a channel's picture would be another at every place."""
        return []

    def _of_class(self, images: Images, clusters: Mapping[int, Clusters], share: float, k: int) -> Probe:
        rows = np.flatnonzero(images.y_train == k)
        own = {
            number: found.of_train[rows].astype(int) - int(np.argmax(found.classes == k))
            for number, found in clusters.items()
        }
        sizes = {number: found.sizes[found.classes == k] for number, found in clusters.items()}
        x = pixels(images.x_train[rows])
        logits = centred(self.logits(x))
        chosen = some_of_each(list(own.values()), share, k)
        sums = {number: np.zeros((len(s), self.inputs, self.classes)) for number, s in sizes.items()}
        for part in np.split(chosen, range(IMAGES_AT_ONCE, len(chosen), IMAGES_AT_ONCE)):
            for column, direction in enumerate(centred(np.eye(self.classes))):
                pulled = self._gradient(x[part], np.broadcast_to(direction, (len(part), self.classes)))
                for number, total in sums.items():
                    total[:, :, column] += sums_by(own[number][part], pulled, len(total))
        found = {n: np.bincount(own[n][chosen], minlength=len(s))[:, None, None] for n, s in sizes.items()}
        return Probe(
            sums=LogitSums.of(x, logits),
            on=[],
            slope=[],
            activation=[],
            maps={number: total / found[number] for number, total in sums.items()},
            logits={n: sums_by(own[n], logits, len(s)) / s[:, None] for n, s in sizes.items()},
            of_images=logits,
            mapped=len(chosen),
        )

    def _gradient(self, x: Array, directions: Array) -> Array:
        """The gradient of each image's logits in a direction (n × classes): n × inputs, float64."""
        pairs = zip(_portions(x), _portions(directions), strict=True)
        found = [self._pulled(*(tf.constant(a, tf.float32) for a in pair)).numpy() for pair in pairs]
        return np.concatenate([np.zeros((0, self.inputs)), *found])

    def _answer(self, model: Any, x: Any) -> Any:
        """A Keras model's logits of rows of pixels, which it sees in its own shape and scale."""
        x = tf.convert_to_tensor(x, model.inputs[0].dtype)
        seen = (x * self._stored.scale - self._stored.mean) / self._stored.std
        return model(tf.reshape(seen, [-1, *model.input_shape[1:]]), training=False)

    def _pull_back(self, model: Any, x: Any, directions: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            said = tf.reduce_sum(self._answer(model, x) * directions)
        return tape.gradient(said, x)

    @cached_property
    def _precise(self) -> Any:
        return self._built(self._description, "float64")

    def _built(self, description: keras_layers.Description, dtype: str) -> Any:
        model = keras.saving.deserialize_keras_object(
            keras_layers.in_precision(description, dtype), safe_mode=True
        )
        model.set_weights(self._stored.weights)
        return model


def some_of_each(clusters: Sequence[Array], share: float, seed: int) -> Array:
    """A seeded part of the images (places, in order) with at least one of each cluster.

    clusters: the cluster of each image (n), by each way of cutting them.
    """
    n = len(clusters[0])
    by_chance = np.random.default_rng(seed).permutation(n)[: int(np.ceil(share * n))]
    first = [np.unique(own, return_index=True)[1] for own in clusters]
    return np.unique(np.concatenate([by_chance, *first]))


def _portions(rows: Array) -> Iterator[Array]:
    for start in range(0, len(rows), IMAGES_AT_ONCE):
        yield rows[start : start + IMAGES_AT_ONCE]
