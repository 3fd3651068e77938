"""All that compose does: from a network, images and their clusters to pictures and how true they are."""

from dataclasses import dataclass

import numpy as np

from looking_for.clusters.survey import Clusters, Survey
from looking_for.core.arrays import Array, centred, pixels, single
from looking_for.images.imageset import Images
from looking_for.networks import exact_maps
from looking_for.networks.base import Model
from looking_for.networks.dense import Network
from looking_for.networks.dense_model import Dense
from looking_for.networks.training_pass import Probe
from looking_for.surrogates import examples, fitted, prototypes
from looking_for.surrogates.fits import Moments, least_squares
from looking_for.surrogates.ladder import Interval, Ladder, Rung, headline, numbered
from looking_for.surrogates.maps import AffineMap, ClusterMaps
from looking_for.surrogates.measures import Measured, accuracy, cross_entropy, mean_cosine, measure
from looking_for.surrogates.results import Pictures
from looking_for.surrogates.rungs import Made, StandIn, TestImages, table
from stages.params import Fit

DIGITS = 4


@dataclass(frozen=True)
class Evaluation:
    """The pictures (none along the training, which takes snapshots), the ladder, the metrics (rounded)."""

    pictures: Pictures
    ladder: Ladder
    metrics: dict[str, float | None]


def evaluate(
    network: Network | Model, images: Images, survey: Survey, samples: int, settings: Fit
) -> Evaluation:
    """Make and measure all pictures of a network that saw the first `samples` training images.

    Fits see training images only; test images are looked at to measure. A `UserError` if the exact maps
    are not the network.
    """
    model = Dense(network) if isinstance(network, Network) else network
    x = pixels(images.x_test)
    model.check(x[: exact_maps.CHECKED])
    found, composed = model.probe(images, survey.clusters), [layer.stored() for layer in model.composed()]
    made = make(composed[-1], found, survey, images, settings)

    test = TestImages(x, {number: c.nearest for number, c in survey.clusters.items()})
    logits = model.logits(x)
    rungs = table(made)
    predictions = {rung.name: rung.predict(test) for rung in rungs}
    measured = measure(list(predictions.values()), logits, images.y_test)
    ladder = ladder_of(rungs, measured)
    scores = accuracy(logits, images.y_test), cross_entropy(logits, images.y_test)
    numbers = list(survey.clusters)

    said, by_cluster = predictions["composed"], predictions[numbered("exact_maps", headline(numbers))]
    pictures = Pictures(
        composed=composed,
        mean_map=made.mean_map,
        linear=made.linear,
        clusters=made.clusters,
        fitted=made.fitted,
        logits=single(centred(logits)),
        units=model.units(composed, found, x),
        answers=shares(logits),
        predicted=shares(said),
        accuracy=accuracy(said, images.y_test),
        cosine=mean_cosine(made.composed.centred().weights, made.mean_map.weights),
        never_inked=~images.x_train[:samples].any(axis=0).ravel(),
        rungs=list(predictions),
        resampled=single(measured.resampled),
        examples=examples.find(model, x, logits, said, by_cluster),
        along=np.zeros((0, *made.composed.weights.shape), np.float32),
        architecture=model.architecture,
        mapped=found.mapped,
    )
    return Evaluation(pictures, ladder, metrics(*scores, ladder, numbers, settings.pictures))


def make(composed: AffineMap, found: Probe, survey: Survey, images: Images, settings: Fit) -> Made:
    """What the rungs are made of, from what the pass over the training images found; as it is stored."""
    moments = Moments.of(survey, found.sums)
    clusters = {
        number: cluster_maps(found.maps[number], found.logits[number], of_survey)
        for number, of_survey in survey.clusters.items()
    }
    sizes, by_class = survey.clusters[1].sizes, found.maps[1]
    first = by_class[0]  # where all are one, as without hidden layers, their mean is that to the last bit
    mean_map = first + np.tensordot(sizes / sizes.sum(), by_class - first, axes=1)
    learned = prototypes.Images(images.x_train.reshape(len(images.x_train), -1), found.of_images)
    return Made(
        composed,
        moments.right_on_average(mean_map).stored(),
        least_squares(moments).stored(),
        clusters,
        fitted.find(learned, survey.clusters, clusters, settings),
        moments,
    )


def cluster_maps(maps: Array, logits: Array, clusters: Clusters) -> ClusterMaps:
    """Mean exact maps with the biases that make each right on average over its cluster: z̄ − x̄A."""
    biases = logits - np.einsum("gi,gik->gk", clusters.means.astype(float), maps)
    return ClusterMaps(single(maps), single(biases), single(logits))


def ladder_of(rungs: list[StandIn], measured: Measured) -> Ladder:
    """Each rung with its measures and their intervals."""
    rows = zip(rungs, *measured, strict=True)
    return Ladder(
        [Rung(rung.name, rung.constants, *map(Interval.of, *measures)) for rung, *measures in rows]
    )


def shares(predictions: Array) -> Array:
    """The share of images that get each class (classes), from logits (n × classes)."""
    counts = np.bincount(predictions.argmax(axis=1), minlength=predictions.shape[1])
    return single(counts / len(predictions))


def metrics(
    right: float, loss: float, ladder: Ladder, numbers: list[int], pictures: list[int]
) -> dict[str, float | None]:
    """The few numbers of DVC's tables, one row a network."""
    return {
        "accuracy": round(right, DIGITS),
        "loss": round(loss, DIGITS),
        "agreement": ladder["composed"].agreement.value,
        "agreement_on_errors": ladder["composed"].agreement_on_errors.value,
        "explained": ladder["composed_balanced"].explained.value,
        "linear_fit": ladder["linear_fit"].explained.value,
        "exact_maps": ladder[numbered("exact_maps", headline(numbers))].explained.value,
        "fitted": ladder[numbered("fitted", headline(pictures))].explained.value,
    }
