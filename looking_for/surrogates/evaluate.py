"""From a network, images and their clusters to its pictures and how true they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.clusters.survey import Survey, survey_images
from looking_for.core.arrays import Array, as_float32, as_pixels, centred
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_calls
from looking_for.core.tables import N_DIGITS
from looking_for.networks.base import Network
from looking_for.networks.dense_weights import AffineMap, Snapshots
from looking_for.networks.exact_maps import N_CHECKED_IMAGES
from looking_for.networks.training_pass import LogitSums, TrainingPass
from looking_for.surrogates.course import (
    SnapshotMeasures,
    logit_jobs,
    measure_course,
    stack_output_pictures,
    total_logits,
)
from looking_for.surrogates.examples import choose_examples
from looking_for.surrogates.fits import Covariances, least_squares
from looking_for.surrogates.ladder import Ladder, headline_count
from looking_for.surrogates.maps import ClusterMaps, FittedPrototypes
from looking_for.surrogates.measures import accuracy, cross_entropy, mean_cosine, measure
from looking_for.surrogates.pictures import ComposedMaps, Pictures, TestMeasures, TrainingMaps
from looking_for.surrogates.prototypes import FitData, FitSettings, fit_jobs, order_fits
from looking_for.surrogates.robustness import Robustness, measure_robustness
from looking_for.surrogates.surrogate import TestImages, build_rungs, rung_name

DEFAULT_ANCHOR_STRENGTH = 0.3
MAX_CHECKED_NUMBERS = 20_000_000  # of the exact maps of images that are checked together


@dataclass(frozen=True)
class Evaluation:
    """A network's pictures, and how true they are.

    Parameters
    ----------
    pictures : Pictures
    ladder : Ladder
        The measures of every surrogate, with their 95 % intervals.
    metrics : dict from str to float or None
        The few numbers of DVC's tables, rounded.
    course : list of SnapshotMeasures
        How true the pictures were along the training; empty where no snapshots are known.
    """

    pictures: Pictures
    ladder: Ladder
    metrics: dict[str, float | None]
    course: list[SnapshotMeasures] = field(default_factory=list)


def evaluate(
    network: Network,
    images: ImageSet,
    *,
    clusters: Sequence[int] = (1, 3, 10),
    pictures: Sequence[int] = (3, 10),
    updates: int = 1_000,
    seed: int = 0,
) -> Evaluation:
    """Make a network's pictures and measure how true each is.

    Fits see training images only; test images are looked at to measure.

    Parameters
    ----------
    network : DenseNetwork, or what `load_network` gives
        Its inputs are pixels in [0, 1], its outputs logits.
    images : ImageSet
        To fit on and to measure on; classes in the network's order.
    clusters : sequence of int
        How many clusters per class, 1 first.
    pictures : sequence of int
        How many fitted pictures per class, each one of `clusters`.
    updates : int
        Steps of each fit.
    seed : int
        Seed of k-means and of the fits.

    Returns
    -------
    Evaluation

    Raises
    ------
    UserError
        If the network is not one of these images, `pictures` are not among `clusters`, or the exact maps do not give
        the network's logits.

    References
    ----------
    docs/mathematics.md has every formula with its source.

    Examples
    --------
    >>> import numpy as np
    >>> from looking_for import DenseNetwork, ImageSet, evaluate
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.integers(0, 256, (60, 4, 4), np.uint8), (np.arange(60) % 3).astype(np.uint8)
    >>> images = ImageSet(x[:40], y[:40], x[40:], y[40:], np.array(["a", "b", "c"]))
    >>> flat = DenseNetwork.from_arrays([rng.normal(size=(16, 3))], [np.zeros(3)])
    >>> evaluate(flat, images, clusters=[1, 2], pictures=[2], updates=10).metrics["agreement"]
    1.0
    """
    _check_request(network, images, clusters, pictures)
    survey = survey_images(images, list(clusters), seed)
    settings = FitSettings(tuple(pictures), DEFAULT_ANCHOR_STRENGTH, updates, seed)
    return evaluate_network(network, images, survey, len(images.x_train), settings)


def _check_request(network: Network, images: ImageSet, clusters: Sequence[int], pictures: Sequence[int]) -> None:
    """Raise UserError where the network, the images and the settings do not belong together."""
    n_inputs, n_classes = images.x_train[0].size, len(images.classes)
    if (network.n_inputs, network.n_classes) != (n_inputs, n_classes):
        raise UserError(
            f"the network takes {network.n_inputs:,} pixels and gives {network.n_classes} logits; the images have "
            f"{n_inputs:,} pixels and {n_classes} classes. Weights are inputs × units; PyTorch has units × inputs"
        )
    if not clusters or list(clusters) != sorted(set(clusters)) or clusters[0] != 1:
        raise UserError(f"clusters = {list(clusters)}; they begin with 1 and grow, as in [1, 3, 10]")
    if not pictures or set(pictures) - set(clusters):
        raise UserError(f"pictures = {list(pictures)}; they are some of clusters, {list(clusters)}")
    if missing := [str(images.classes[k]) for k in range(n_classes) if k not in images.y_train]:
        raise UserError(f"no training image is of class {missing[0]!r}; every class needs some")


def evaluate_network(
    network: Network,
    images: ImageSet,
    survey: Survey,
    samples: int,
    settings: FitSettings,
    *,
    snapshots: Snapshots | None = None,
) -> Evaluation:
    """Make and measure all pictures of a network that saw the first `samples` training images.

    Parameters
    ----------
    survey : Survey
        Of the same images.
    snapshots : Snapshots, optional
        Weights along the training.

    Raises
    ------
    UserError
        If the exact maps do not give the network's logits.
    """
    snapshots = Snapshots.empty() if snapshots is None else snapshots
    x = as_pixels(images.x_test)
    network.check_exactness(x[: n_checked_images(network)])
    training = network.pass_training_images(images, survey.clusters)
    composed = ComposedMaps([layer.as_float32() for layer in network.compose()])
    covariances = Covariances.from_sums(survey.pixels, training.sums, survey.pixel_basis)
    maps = _training_maps(training, covariances, survey)
    fitted, sums = _fit_beside_sums(images, survey, training, maps, settings, snapshots)

    tests = TestImages(x, {number: c.nearest for number, c in survey.clusters.items()})
    logits = network.logits(x)
    rungs = build_rungs(composed.layers[-1], maps.mean, maps.linear, maps.by_cluster, fitted, covariances)
    predictions = {rung.name: rung.predict(tests) for rung in rungs}
    measured = measure(list(predictions.values()), logits, images.y_test)
    robustness = measure_robustness(network, rungs, images, survey.clusters)
    ladder = Ladder.from_measured(rungs, measured, robustness)
    metrics = _metrics(logits, images.y_test, ladder, list(survey.clusters), settings)

    by_picture = predictions["composed"]
    by_cluster = predictions[rung_name("exact_maps", headline_count(list(survey.clusters)))]
    pictures = Pictures(
        composed=composed,
        maps=maps,
        fitted=fitted,
        logits=as_float32(centred(logits)),
        units=network.describe_units(composed.layers, training, x),
        never_inked=~images.x_train[:samples].any(axis=0).ravel(),
        measured=_measures_kept(logits, predictions, measured.resampled, robustness),
        examples=choose_examples(network, x, logits, by_picture, by_cluster),
        output_pictures=stack_output_pictures(snapshots, composed.layers[-1].weights.shape),
        accuracy=accuracy(by_picture, images.y_test),
        cosine=mean_cosine(composed.output.weights, maps.mean.weights),
        architecture=network.architecture,
        n_mapped=training.n_mapped,
    )
    agrees = by_picture.argmax(axis=1) == logits.argmax(axis=1)
    course = measure_course(snapshots, images, survey, ladder, metrics["accuracy"] or 0.0, agrees, sums)
    return Evaluation(pictures, ladder, metrics, course)


def _measures_kept(
    logits: Array, predictions: Mapping[str, Array], resampled: Array, robustness: Robustness
) -> TestMeasures:
    """What is kept beside the pictures of what was measured on test images."""
    return TestMeasures(
        class_frequencies(logits),
        class_frequencies(predictions["composed"]),
        as_float32(resampled),
        np.array(list(predictions)),
        as_float32(np.array([robustness.deletion_exact.value, robustness.deletion_random.value])),
    )


def _fit_beside_sums(
    images: ImageSet,
    survey: Survey,
    training: TrainingPass,
    maps: TrainingMaps,
    settings: FitSettings,
    snapshots: Snapshots,
) -> tuple[dict[int, FittedPrototypes], list[LogitSums]]:
    """Fit the pictures, and sum the logits of each snapshot but the last."""
    data = FitData(images.x_train.reshape(len(images.x_train), -1), training.logits_per_image)
    fits = fit_jobs(data, survey.clusters, maps.by_cluster, settings)
    by_number, sums = _run_together(list(fits.values()), logit_jobs(snapshots.networks[:-1], images))
    return order_fits(settings, dict(zip(fits, by_number, strict=True))), total_logits(sums)


def _run_together(
    fits: Sequence[Callable[[], FittedPrototypes]], portions: Sequence[Callable[[], list[LogitSums]]]
) -> tuple[list[FittedPrototypes], list[list[LogitSums]]]:
    """Run a few long fits beside many short portions of a pass, so that no core waits for the longest fit."""
    jobs: list[Callable[[], Any]] = [*fits, *portions]
    results = parallel_calls(jobs)
    return results[: len(fits)], results[len(fits) :]


def n_checked_images(network: Network) -> int:
    """Choose how many images exact maps are checked on: fewer of large ones, whose maps are large."""
    return int(np.clip(MAX_CHECKED_NUMBERS // (network.n_inputs * network.n_classes), 20, N_CHECKED_IMAGES))


def _training_maps(training: TrainingPass, covariances: Covariances, survey: Survey) -> TrainingMaps:
    """The affine maps of a pass over the training images, as they are in the file."""
    by_cluster = {
        number: cluster_maps(training.maps[number], training.logits[number], clusters)
        for number, clusters in survey.clusters.items()
    }
    sizes, by_class = survey.clusters[1].sizes, training.maps[1]
    first = by_class[0]  # where all maps are the same, as without hidden layers, their mean is bitwise that map
    mean_map = first + np.tensordot(sizes / sizes.sum(), by_class - first, axes=1)
    mean: AffineMap = covariances.with_mean_bias(mean_map).as_float32()
    return TrainingMaps(mean, least_squares(covariances).as_float32(), by_cluster)


def cluster_maps(maps: Array, logits: Array, clusters: Clusters) -> ClusterMaps:
    """Give mean exact maps the biases that make each right on average over its cluster: z̄ − x̄A.

    Parameters
    ----------
    maps : array, shape (n_clusters, n_inputs, n_classes)
    logits : array, shape (n_clusters, n_classes)
    """
    biases = logits - np.einsum("gi,gik->gk", clusters.means.astype(float), maps)
    return ClusterMaps(as_float32(maps), as_float32(biases), as_float32(logits))


def class_frequencies(predictions: Array) -> Array:
    """Give the share of images that get each class (n_classes,), from logits (n_images, n_classes)."""
    counts = np.bincount(predictions.argmax(axis=1), minlength=predictions.shape[1])
    return as_float32(counts / len(predictions))


def _metrics(
    logits: Array, labels: Array, ladder: Ladder, n_clusters: list[int], settings: FitSettings
) -> dict[str, float | None]:
    """The few numbers of DVC's tables, one row per network."""
    exact, fitted = headline_count(n_clusters), headline_count(settings.pictures)
    return {
        "accuracy": round(accuracy(logits, labels), N_DIGITS),
        "loss": round(cross_entropy(logits, labels), N_DIGITS),
        "agreement": ladder["composed"].agreement.value,
        "agreement_on_errors": ladder["composed"].agreement_on_errors.value,
        "explained": ladder["composed_balanced"].explained.value,
        "linear_fit": ladder["linear_fit"].explained.value,
        "exact_maps": ladder[rung_name("exact_maps", exact)].explained.value,
        "fitted": ladder[rung_name("fitted", fitted)].explained.value,
        "explained_change": ladder["composed_balanced"].explained_change.value,
        "deletion": ladder["composed"].deletion.value,
    }
