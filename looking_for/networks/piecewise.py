"""A network of any layers that are piecewise affine in the image, by TensorFlow's own differentiation."""

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # sums in one order, whatever the machine

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_pixels, centred, sum_by_group
from looking_for.core.imageset import ImageSet
from looking_for.core.keras_backend import keras, tf
from looking_for.core.parallel import parallel_map
from looking_for.networks import exact_maps, keras_layers
from looking_for.networks.base import Architecture, HiddenUnits
from looking_for.networks.dense_weights import AffineMap
from looking_for.networks.keras_layers import StoredLayers
from looking_for.networks.training_pass import LogitSums, TrainingPass, clusters_of_class

IMAGES_AT_ONCE = 250
MAX_MAPPED_IMAGES = 10_000  # training images that mean exact maps are of: each costs a backward pass per class
RAY_STEP = 1e-6  # of the way along the ray on which c(x) is measured, in float64
MAX_KINK_SHARE = 0.01  # of images on a kink: one in thousands is, and a broken map fails on nearly all
NEARER_STEPS = (1e-7, 1e-8, 1e-9, 1e-10)  # where a kink lies within RAY_STEP

logger = logging.getLogger(__name__)


class PiecewiseAffineNetwork:
    """`Network` of a Keras model's layers.

    Parameters
    ----------
    layers : StoredLayers

    Raises
    ------
    UserError
        If a layer is not known to be piecewise affine.
    """

    def __init__(self, layers: StoredLayers) -> None:
        self._stored = layers
        self._description = json.loads(layers.architecture)
        keras_layers.check_layers(self._description, "the network")
        model = self._build(self._description, "float32")
        self._sizes = int(np.prod(model.input_shape[1:])), int(model.output_shape[-1])
        rows = tf.TensorSpec([None, self.n_inputs], tf.float32)
        directions = tf.TensorSpec([None, self.n_classes], tf.float32)
        self._logits = tf.function(partial(self._forward, model), input_signature=[rows])
        self._compiled_vjp = tf.function(partial(self._vjp, model), input_signature=[rows, directions])

    @property
    def n_inputs(self) -> int:
        return self._sizes[0]

    @property
    def n_classes(self) -> int:
        return self._sizes[1]

    @property
    def architecture(self) -> Architecture:
        return Architecture(keras_layers.describe_layers(self._description), False, "relu")

    def save(self, path: Path) -> None:
        self._stored.save(path)

    def check_exactness(self, x: Array) -> None:
        """Compare along the ray through each image; one that fails is looked at again closer by, where no kink of
        the network lies between."""
        x = np.asarray(x, np.float64)  # steps along the ray are smaller than float32 tells apart
        a, c = self.exact_maps(x)
        logits = self.logits(x)
        errors, bound = exact_maps.exactness_errors(x, a, c, logits), exact_maps.exactness_bound(logits)
        doubtful = np.flatnonzero(~(errors <= bound))
        failing = [n for n in doubtful if not self._is_exact_nearby(x[[n]], a[n], bound)]
        n_allowed = max(1, int(MAX_KINK_SHARE * len(x)))
        if len(failing) <= n_allowed:  # float32 may see the other side of a kink
            failing = [n for n in failing if not self._is_exact_nearby(x[[n]], self._precise_map(x[[n]]), bound)]
        exact_maps.reject_inexact(errors, len(failing), n_allowed, logits)
        if len(doubtful):
            logger.info("%d of %d images lie beside a kink; the exact maps hold on %d of them", len(doubtful), len(x),
                        len(doubtful) - len(failing))  # fmt: skip

    def _is_exact_nearby(self, x: Array, a: Array, bound: float) -> bool:
        """Whether the slope along the ray through one image (1, n_inputs), to one side or both, is the map's."""
        forward = partial(self._forward, self._precise)
        z = forward(x).numpy()
        for step in NEARER_STEPS:
            up, down = ((forward(x * (1 + way * step)).numpy() - z) / (way * step) for way in (1, -1))
            slopes = up, down, (up + down) / 2
            if any(np.abs(x @ a - slope).max() <= bound for slope in slopes):
                return True
        return False

    def _precise_map(self, x: Array) -> Array:
        """A(x) of one image in float64: (n_inputs, n_classes)."""
        rows = tf.constant(np.repeat(x, self.n_classes, axis=0), tf.float64)
        return np.asarray(self._vjp(self._precise, rows, tf.eye(self.n_classes, dtype=tf.float64)).numpy().T)

    def logits(self, x: Array) -> Array:
        parts = [self._logits(tf.constant(part, tf.float32)).numpy() for part in _portions(x)]
        return np.concatenate([np.zeros((0, self.n_classes)), *parts])

    def exact_maps(self, x: Array) -> tuple[Array, Array]:
        """A(x) is the input gradient of each logit; c(x) is what A(x) does not define: z(x) less the slope
        of z along the ray through x, measured by a small step to either side in float64."""
        x = np.asarray(x, np.float64)
        columns = [self._gradient(x, np.broadcast_to(k, (len(x), len(k)))) for k in np.eye(self.n_classes)]
        forward = partial(self._forward, self._precise)
        ray_slope = (forward(x * (1 + RAY_STEP)) - forward(x * (1 - RAY_STEP))).numpy() / (2 * RAY_STEP)
        return np.stack(columns, axis=2), forward(x).numpy() - ray_slope

    def margins(self, x: Array, predicted: Array, runner_up: Array) -> Array:
        classes = np.eye(self.n_classes)
        return self._gradient(x, classes[predicted] - classes[runner_up])

    def compose(self) -> list[AffineMap]:
        """Replace every ReLU by the identity and max-pooling by average-pooling; push an empty image and
        one of each single pixel through the affine model that is left."""
        affine = self._build(keras_layers.composed(self._description), "float64")
        for layer in affine.layers:
            if isinstance(layer, keras.layers.PReLU):  # of slope 1 the identity, too
                layer.set_weights([np.ones_like(w) for w in layer.get_weights()])
        bias = self._forward(affine, np.zeros((1, self.n_inputs))).numpy()
        places = np.arange(self.n_inputs)
        parts = [
            self._forward(affine, np.equal.outer(part, places).astype(float)).numpy() - bias
            for part in _portions(places)
        ]
        return [AffineMap(np.concatenate(parts), bias[0])]

    def pass_training_images(self, images: ImageSet, clusters: Mapping[int, Clusters]) -> TrainingPass:
        """Take logits of all training images, and exact maps of a seeded part of at most about
        MAX_MAPPED_IMAGES."""
        share = min(1.0, MAX_MAPPED_IMAGES / len(images.y_train))
        one_class = partial(self._pass_class, images, clusters, share)
        return TrainingPass.merge_classes(images, parallel_map(one_class, range(self.n_classes)))

    def describe_units(self, *_: object) -> list[HiddenUnits]:
        """None: a channel has no single picture, it differs per position."""
        return []

    def _pass_class(self, images: ImageSet, clusters: Mapping[int, Clusters], share: float, k: int) -> TrainingPass:
        rows, within, sizes = clusters_of_class(images, clusters, k)
        x = as_pixels(images.x_train[rows])
        logits = centred(self.logits(x))
        chosen = stratified_subset(list(within.values()), share, k)
        sums = {n: np.zeros((len(s), self.n_inputs, self.n_classes)) for n, s in sizes.items()}
        for part in np.split(chosen, range(IMAGES_AT_ONCE, len(chosen), IMAGES_AT_ONCE)):
            for column, direction in enumerate(centred(np.eye(self.n_classes))):
                gradients = self._gradient(x[part], np.broadcast_to(direction, (len(part), self.n_classes)))
                for n, total in sums.items():
                    total[:, :, column] += sum_by_group(within[n][part], gradients, len(total))
        counts = {n: np.bincount(within[n][chosen], minlength=len(s)) for n, s in sizes.items()}
        return TrainingPass(
            LogitSums.from_logits(x, logits),
            {n: total / counts[n][:, None, None] for n, total in sums.items()},
            {n: sum_by_group(within[n], logits, len(s)) / s[:, None] for n, s in sizes.items()},
            logits,
            len(chosen),
        )

    def _gradient(self, x: Array, directions: Array) -> Array:
        """The gradient of each image's logits in a direction (n_images, n_classes): (n_images, n_inputs)."""
        pairs = zip(_portions(x), _portions(directions), strict=True)
        parts = [self._compiled_vjp(*(tf.constant(a, tf.float32) for a in pair)).numpy() for pair in pairs]
        return np.concatenate([np.zeros((0, self.n_inputs)), *parts])

    def _forward(self, model: Any, x: Any) -> Any:
        """A Keras model's logits of rows of pixels, which it sees in its own shape and scale."""
        x = tf.convert_to_tensor(x, model.inputs[0].dtype)
        scale, mean, std = (tf.constant(v, x.dtype) for v in self._stored.pixels.of_row(self.n_inputs))
        preprocessed = (x * scale - mean) / std
        return model(tf.reshape(preprocessed, [-1, *model.input_shape[1:]]), training=False)

    def _vjp(self, model: Any, x: Any, directions: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            projected = tf.reduce_sum(self._forward(model, x) * directions)
        return tape.gradient(projected, x)

    @cached_property
    def _precise(self) -> Any:
        return self._build(self._description, "float64")

    def _build(self, description: keras_layers.Description, dtype: str) -> Any:
        model = keras.saving.deserialize_keras_object(keras_layers.in_precision(description, dtype), safe_mode=True)
        model.set_weights(self._stored.weights)
        return model


def stratified_subset(clusters: Sequence[Array], share: float, seed: int) -> Array:
    """Choose a seeded part of the images with at least one of each cluster.

    Parameters
    ----------
    clusters : sequence of arrays, shape (n_images,)
        The cluster of each image, by each way of cutting them.

    Returns
    -------
    array, shape (n_chosen,)
        Places of images, in order.
    """
    n_images = len(clusters[0])
    by_chance = np.random.default_rng(seed).permutation(n_images)[: int(np.ceil(share * n_images))]
    first = [np.unique(labels, return_index=True)[1] for labels in clusters]
    return np.unique(np.concatenate([by_chance, *first]))


def _portions(rows: Array) -> Iterator[Array]:
    for start in range(0, len(rows), IMAGES_AT_ONCE):
        yield rows[start : start + IMAGES_AT_ONCE]
