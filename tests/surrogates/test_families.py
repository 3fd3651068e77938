"""Other families of pictures: their gradients are TensorFlow's, and a fit finds what is of its family."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates import soft_maximum, strokes
from looking_for.surrogates.maps import Prototypes
from looking_for.surrogates.prototypes import FitData, FitSettings
from looking_for.surrogates.soft_maximum import SoftMaximum
from looking_for.surrogates.strokes import Strokes

SETTINGS = FitSettings(pictures=(3,), pull=0.0, updates=400, seed=0)


def random_strokes(kind: str, n_strokes: int = 6, n_classes: int = 3) -> Strokes:
    rng = np.random.default_rng(0)
    sizes = ((65, n_strokes), (n_strokes, n_classes), (65, n_classes))
    return Strokes(kind, *(rng.normal(0, 0.2, size) for size in sizes))


def random_pictures() -> SoftMaximum:
    rng = np.random.default_rng(0)
    return SoftMaximum(rng.normal(0, 0.2, (65, 6)), np.array([0, 0, 0, 1, 2, 2]))


def some_data(images: ImageSet, n: int = 50) -> FitData:
    rows = images.x_train[:n].reshape(n, -1)
    return FitData(rows, centred(np.random.default_rng(1).normal(size=(n, 3))))


def tensorflow_loss(scores: Any, targets: Array, variance: float) -> Any:
    from looking_for.core.keras_backend import tf

    miss = scores - tf.reduce_mean(scores, 1, keepdims=True) - targets
    return tf.reduce_mean(tf.reduce_sum(miss**2, 1)) / variance


@pytest.mark.parametrize("kind", strokes.NONLINEARITIES)
def test_strokes_gradients_equal_tensorflows(images: ImageSet, kind: str) -> None:
    from looking_for.core.keras_backend import tf

    fitted, batch = random_strokes(kind), some_data(images)
    parts = [tf.Variable(part) for part in (fitted.weights, fitted.effects, fitted.linear)]
    x = np.hstack([as_pixels(batch.rows), np.ones((50, 1))])
    with tf.GradientTape() as tape:
        driven = x @ parts[0]
        given = tf.nn.relu(driven) if kind == "strokes" else driven**2
        loss = tensorflow_loss(x @ parts[2] + given @ parts[1], batch.targets, 2.0)
    theirs = tape.gradient(loss, parts)
    for one, other in zip(strokes.strokes_gradients(fitted, batch, 2.0), theirs, strict=True):
        assert np.allclose(one, other.numpy(), atol=1e-12)


def test_soft_maximum_gradient_equals_tensorflows(images: ImageSet) -> None:
    from looking_for.core.keras_backend import tf

    fitted, batch = random_pictures(), some_data(images)
    weights = tf.Variable(fitted.weights)
    with tf.GradientTape() as tape:
        spoken = as_pixels(batch.rows) @ weights[:-1] + weights[-1]
        scores = tf.stack([tf.reduce_logsumexp(spoken[:, a:b], 1) for a, b in ((0, 3), (3, 4), (4, 6))], 1)
        loss = tensorflow_loss(scores, batch.targets, 2.0)
    theirs = tape.gradient(loss, weights).numpy()
    assert np.allclose(soft_maximum.soft_maximum_gradient(fitted, batch, 2.0), theirs, atol=1e-12)


@pytest.mark.parametrize("fitted", [random_strokes("strokes"), random_strokes("squares"), random_pictures()], ids=str)
def test_margins_are_the_slope_of_answer_less_runner_up(images: ImageSet, fitted: Strokes | SoftMaximum) -> None:
    x, step = as_pixels(images.x_test[:5]), 1e-6
    answers, runners_up = np.array([0, 1, 2, 2, 0]), np.array([1, 2, 0, 1, 2])
    margins, rows = fitted.margins(x, answers, runners_up), np.arange(5)

    def lead(x: Array) -> Array:
        scores = fitted(x)
        return np.asarray(scores[rows, answers] - scores[rows, runners_up])

    for pixel in range(0, 64, 7):
        moved = np.zeros(64)
        moved[pixel] = step
        slope = (lead(x + moved) - lead(x - moved)) / (2 * step)
        assert np.allclose(margins[:, pixel], slope, atol=1e-5)


def explained(function: Any, x: Array, targets: Array) -> float:
    missed = np.square(targets - centred(function(x))).sum()
    return float(1 - missed / np.square(targets - targets.mean(axis=0)).sum())


def linear_fit(x: Array, targets: Array) -> AffineMap:
    solution = np.linalg.lstsq(np.hstack([x, np.ones((len(x), 1))]), targets, rcond=1e-6)[0]
    return AffineMap(solution[:-1], solution[-1])


@pytest.mark.parametrize("kind", strokes.NONLINEARITIES)
def test_fit_strokes_leads_the_linear_fit_on_what_is_of_its_family(images: ImageSet, survey: Survey, kind: str) -> None:
    x, tests = as_pixels(images.x_train), as_pixels(images.x_test)
    truth = random_strokes(kind, 5, 10)
    truth.weights[-1] = -(x @ truth.weights[:-1]).mean(axis=0)  # found in half of the images
    truth.linear[:] *= 0.1
    targets = centred(truth(x))
    linear = linear_fit(x, targets)
    rows, settings = images.x_train.reshape(len(x), -1), replace(SETTINGS, updates=1_500)
    fitted = strokes.fit_strokes(kind, 20, linear, survey.clusters[3], FitData(rows, targets), settings)
    assert (fitted.n_pictures, fitted.n_constants) == (30, 65 * 20 + 20 * 10 + 65 * 10)
    of_tests = centred(truth(tests))
    assert 1 - explained(fitted, tests, of_tests) < 0.5 * (1 - explained(linear, tests, of_tests))


def test_fit_soft_maximum_finds_a_soft_maximum(images: ImageSet) -> None:
    x, tests, truth = as_pixels(images.x_train), as_pixels(images.x_test), random_pictures()
    noise = np.random.default_rng(2).normal(0, 0.1, truth.weights.shape)
    start = Prototypes((truth.weights + noise)[:-1], (truth.weights + noise)[-1], truth.classes)
    data = FitData(images.x_train.reshape(len(x), -1), centred(truth(x)))
    fitted = soft_maximum.fit_soft_maximum(start, data, SETTINGS)
    assert explained(fitted, tests, centred(truth(tests))) > 0.97


def test_fits_of_constant_targets_stay_as_they_begin(images: ImageSet, survey: Survey) -> None:
    rows = images.x_train.reshape(len(images.x_train), -1)
    data, linear = FitData(rows, np.zeros((len(rows), 10))), AffineMap(np.zeros((64, 10)), np.zeros(10))
    fitted = strokes.fit_strokes("strokes", 4, linear, survey.clusters[1], data, SETTINGS)
    assert not fitted(as_pixels(images.x_test)).any()


def test_pick_clusters_takes_the_largest_of_each_class_first(survey: Survey) -> None:
    clusters = survey.clusters[3]
    picked = strokes.pick_clusters(clusters, 12)
    assert clusters.classes[picked].tolist() == [*range(10), 0, 1]
    for k, place in enumerate(picked[:10]):
        assert clusters.sizes[place] == clusters.sizes[clusters.classes == k].max()
