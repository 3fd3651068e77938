"""How the cost grows: with samples, widths, units on a sheet, and images that compose looks at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.imageset import ImageSet
from looking_for.figures.hidden_units import draw_sheet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import Snapshots
from looking_for.surrogates.course import measure_course
from looking_for.surrogates.evaluate import evaluate_network
from looking_for.surrogates.prototypes import FitData, fit_all_prototypes
from looking_for.training.loop import TrainingData
from stages.params.settings import load_params
from tools.bench import article, contenders, timing

N_ROUNDS = 3
SHAPE = (28, 28)

Seconds = dict[str, list[float]]


def time_drawing(network: DenseNetwork) -> Seconds:
    """Time 512 units drawn, and three layers composed, the article's way and ours."""
    weights = network.weights[0]
    never = np.zeros(len(weights), bool)
    with TemporaryDirectory() as name:
        path = Path(name) / "sheet.png"

        def compose_articles_way() -> None:
            composed = None
            for weight in network.weights:
                composed = article.compose(composed, weight)
                article.normalise(composed)

        return timing.interleaved(
            {
                "sheet": lambda: draw_sheet(weights, never, SHAPE, "512 units", "").save(path),
                "axes": lambda: article.draw_pictures(article.normalise(weights), path),
                "compose": network.compose,
                "compose_article": compose_articles_way,
            },
            N_ROUNDS,
        )


def time_samples(images: ImageSet) -> Seconds:
    """Time an epoch over so many samples."""
    some = {n: contenders.ours(TrainingData.from_samples(images, n)) for n in (5_000, 15_000, 60_000)}
    return timing.interleaved({str(n): contender.epoch for n, contender in some.items()}, N_ROUNDS)


def time_widths(images: ImageSet, contender: Callable[..., contenders.Contender]) -> Seconds:
    """Time an epoch over 15,000 samples with two hidden layers, w and w / 2 units wide."""
    part = TrainingData.from_samples(images, 15_000)
    wide = {w: contender(part, (w, w // 2)) for w in (128, 512, 2_048)}
    return timing.interleaved({str(w): c.epoch for w, c in wide.items()}, N_ROUNDS)


def count_products(width: int, inputs: int = 784, classes: int = 10) -> int:
    """Count the multiplications for one image in that network, forward and backward.

    Each weight takes part three times (the layer's answer, its own gradient, the gradient of what
    came in), the first layer's only twice: nobody asks for the gradient of the pixels.
    """
    layers = [inputs * width, width * (width // 2), (width // 2) * classes]
    return 3 * sum(layers) - layers[0]


def time_units() -> Seconds:
    """Time a contact sheet of so many units."""
    rng = np.random.default_rng(0)
    never = np.zeros(784, bool)
    with TemporaryDirectory() as name:
        path = Path(name) / "sheet.png"
        some = {n: rng.normal(size=(784, n)) for n in (64, 512, 4_096)}
        work = {
            str(n): lambda w=weights: draw_sheet(w, never, SHAPE, "units", "").save(path) for n, weights in some.items()
        }
        return timing.interleaved(work, N_ROUNDS)


def time_truth(network: DenseNetwork, images: ImageSet) -> Seconds:
    """Time a network's ladder with its whole maps, its fitted pictures, its truth along the training."""
    survey, snapshots = Survey.load(), Snapshots.load(paths.snapshots_file("all"))
    fit, n = load_params().fit.settings(), len(images.x_train)
    without = replace(fit, updates=0)
    training = network.pass_training_images(images, survey.clusters)
    final = evaluate_network(network, images, survey, n, without)
    data = FitData(images.x_train.reshape(n, -1), training.logits_per_image)
    maps, accuracy = final.pictures.maps.by_cluster, final.metrics["accuracy"] or 0.0
    agrees = np.ones(len(images.y_test), bool)  # how many do changes no time
    return timing.interleaved(
        {
            "ladder": lambda: evaluate_network(network, images, survey, n, without),
            "fitted pictures": lambda: fit_all_prototypes(data, survey.clusters, maps, fit),
            "along the training": lambda: measure_course(snapshots, images, survey, final.ladder, accuracy, agrees),
        },
        N_ROUNDS,
    )


def time_training_pass(network: DenseNetwork, images: ImageSet) -> Seconds:
    """Time the mean exact maps over so many images."""
    some = {n: replace(images, x_train=images.x_train[:n], y_train=images.y_train[:n]) for n in (1_000, 10_000, 60_000)}
    work = {str(n): lambda part=part: network.pass_training_images(part, {}) for n, part in some.items()}
    return timing.interleaved(work, N_ROUNDS)
