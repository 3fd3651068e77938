"""How the cost grows: with samples, widths, units on a sheet, and images that compose looks at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from looking_for.clusters.survey import Survey
from looking_for.core import files
from looking_for.figures import hidden_units as sheets
from looking_for.core.imageset import Images
from looking_for.networks import composing, training_pass
from looking_for.networks.dense import Network, Snapshots
from looking_for.surrogates import course, fitted, prototypes
from looking_for.surrogates.evaluate import evaluate
from looking_for.training.loop import Data
from stages import params
from tools.bench import article, contenders, timing

ROUNDS = 3
SHAPE = (28, 28)


def drawing(network: Network) -> dict[str, list[float]]:
    """512 units drawn, and three layers composed, the article's way and ours."""
    weights = network.weights[0]
    never = np.zeros(len(weights), bool)
    with TemporaryDirectory() as name:
        path = Path(name) / "sheet.png"

        def articles_pictures() -> None:
            composed = None
            for weight in network.weights:
                composed = article.compose(composed, weight)
                article.normalise(composed)

        return timing.interleaved(
            {
                "sheet": lambda: sheets.sheet(weights, never, SHAPE, "512 units", "").save(path),
                "axes": lambda: article.draw(article.normalise(weights), path),
                "compose": lambda: composing.compose(network),
                "compose_article": articles_pictures,
            },
            ROUNDS,
        )


def samples(images: Images) -> dict[str, list[float]]:
    """Seconds of an epoch over so many samples."""
    some = {n: contenders.ours(Data.of(images, n)) for n in (5_000, 15_000, 60_000)}
    return timing.interleaved({str(n): found.epoch for n, found in some.items()}, ROUNDS)


def widths(images: Images, contender: Callable[..., contenders.Contender]) -> dict[str, list[float]]:
    """Seconds of an epoch over 15,000 samples with two hidden layers, w and w / 2 units wide."""
    part = Data.of(images, 15_000)
    wide = {w: contender(part, (w, w // 2)) for w in (128, 512, 2_048)}
    return timing.interleaved({str(w): found.epoch for w, found in wide.items()}, ROUNDS)


def products(width: int, inputs: int = 784, classes: int = 10) -> int:
    """Multiplications for one image in that network, forward and backward: work that grows with width.

    Each weight takes part three times (the layer's answer, its own gradient, the gradient of what
    came in), the first layer's only twice: nobody asks for the gradient of the pixels.
    """
    layers = [inputs * width, width * (width // 2), (width // 2) * classes]
    return 3 * sum(layers) - layers[0]


def units() -> dict[str, list[float]]:
    """Seconds of a contact sheet of so many units."""
    chance = np.random.default_rng(0)
    never = np.zeros(784, bool)
    with TemporaryDirectory() as name:
        path = Path(name) / "sheet.png"
        some = {n: chance.normal(size=(784, n)) for n in (64, 512, 4_096)}
        work = {
            str(n): lambda w=weights: sheets.sheet(w, never, SHAPE, "units", "").save(path)
            for n, weights in some.items()
        }
        return timing.interleaved(work, ROUNDS)


def truth(network: Network, images: Images) -> dict[str, list[float]]:
    """Seconds of a network's ladder with its whole maps, its fitted pictures, its truth on the way."""
    survey, snapshots = Survey.load(), Snapshots.load(files.snapshots_file("all"))
    fit, n = params.load().fit, len(images.x_train)
    without = fit.model_copy(update={"updates": 0})
    found = training_pass.run(network, images, survey.clusters)
    final = evaluate(network, images, survey, n, without)
    learned = prototypes.Images(images.x_train.reshape(n, -1), found.of_images)
    return timing.interleaved(
        {
            "ladder": lambda: evaluate(network, images, survey, n, without),
            "fitted pictures": lambda: fitted.find(learned, survey.clusters, final.pictures.clusters, fit),
            "along the training": lambda: course.truth(snapshots, images, survey, final),
        },
        ROUNDS,
    )


def images_probed(network: Network, images: Images) -> dict[str, list[float]]:
    """Seconds of the mean exact maps over so many images."""
    some = {
        n: replace(images, x_train=images.x_train[:n], y_train=images.y_train[:n])
        for n in (1_000, 10_000, 60_000)
    }
    work = {str(n): lambda part=part: training_pass.run(network, part, {}) for n, part in some.items()}
    return timing.interleaved(work, ROUNDS)
