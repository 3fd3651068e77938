"""What else could explain that fitted prototypes imitate a network: the same fit from other starts, to labels
instead of logits, by another loss; and what other families of pictures explain; all measured on the test images."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

from looking_for.clusters.kmeans import Clusters
from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_calls, parallel_map
from looking_for.core.tables import N_DIGITS, Interval, Row, load_rows, save_rows
from looking_for.networks.base import Network
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.adam import root_mean_square
from looking_for.surrogates.ladder import headline_count
from looking_for.surrogates.maps import ClusterMaps, Prototypes
from looking_for.surrogates.measures import accuracy, measure
from looking_for.surrogates.pictures import Pictures
from looking_for.surrogates.prototypes import (
    BALANCED_ON,
    FitData,
    FitSettings,
    Loss,
    balance_prototypes,
    fit_prototypes,
    prototypes_from_maps,
    train_validation_split,
)
from looking_for.surrogates.similarity import compare_margins, match_prototypes, top_two
from looking_for.surrogates.soft_maximum import fit_soft_maximum
from looking_for.surrogates.strokes import fit_strokes
from looking_for.surrogates.surrogate import (
    Surrogate,
    TestImages,
    affine_surrogate,
    cluster_surrogates,
    function_surrogate,
    prototype_surrogate,
    rung_name,
)

IMAGES_AT_ONCE = 2_000
N_MARGIN_IMAGES = 2_000  # test images whose exact maps are compared: each is a picture of its own
KINDS = ("free", "means", "random", "labels", "divergence")
STROKES_PER_CLASS = {"strokes": (2.0, 4.0, 7.5), "squares": (2.0, 4.0)}  # how many are fitted, by kind

# Of probabilities (n_images, n_classes): Kullback and Leibler's divergence up to a constant, which for labels
# is cross-entropy.
DIVERGENCE = Loss(
    lambda scores, q: -(q * log_softmax(scores, axis=1)).sum(axis=1),
    lambda scores, q: np.exp(log_softmax(scores, axis=1)) - q,
)


class AblationRow(Row):
    """A surrogate with its number of pictures and what was measured of it.

    likeness: the mean cosine of its pictures with the fitted ones, each paired with one of its class (None
    for what is no such set); margin: the mean cosine of answer less runner-up in it with the same in each
    test image's own exact map; accuracy: the share of test images that it gets right by itself.
    """

    name: str
    pictures: int
    likeness: float | None
    agreement: Interval
    agreement_on_errors: Interval
    explained: Interval
    margin: Interval
    accuracy: float


def save_ablations(path: Path, rows: list[AblationRow]) -> None:
    save_rows(path, AblationRow, rows)


def load_ablations(path: Path) -> list[AblationRow]:
    return load_rows(path, AblationRow)


class FittedPair(NamedTuple):
    """Prototypes as a fit left them, and with the logits' scale: one gain, one shift per class, where the fit
    never saw that scale."""

    prototypes: Prototypes
    scaled: Prototypes


@dataclass(frozen=True)
class FitInputs:
    """What a fit may start from or be fitted to: training images as rows of bytes, their logits and labels,
    clusters and maps."""

    rows: Array
    logits: Array
    labels: Array
    clusters: Clusters
    maps: ClusterMaps

    @property
    def exact(self) -> Prototypes:
        return prototypes_from_maps(self.maps, self.clusters.classes)


def run_ablations(
    network: Network, pictures: Pictures, images: ImageSet, survey: Survey, settings: FitSettings
) -> list[AblationRow]:
    """Fit the ablations of a network's prototypes on training images and measure all on test images.

    Returns
    -------
    list of AblationRow
        The rungs to compare with, other families of pictures, the fitted prototypes, then their ablations.
    """
    rows = images.x_train.reshape(len(images.x_train), -1)
    starts = range(0, len(rows), IMAGES_AT_ONCE)
    parts = parallel_map(lambda n: centred(network.logits(as_pixels(rows[n : n + IMAGES_AT_ONCE]))), starts)
    logits = np.concatenate(parts)
    inputs = {
        w: FitInputs(rows, logits, images.y_train, survey.clusters[w], pictures.maps.by_cluster[w])
        for w in pictures.fitted
    }
    pairs = {rung_name("fitted", w): FittedPair(f, f) for w, f in pictures.fitted.items()}
    most = headline_count(list(inputs))
    jobs = [*family_jobs(inputs[most], most, pictures.maps.linear, settings), *ablation_jobs(inputs, settings)]
    done = parallel_calls(job for _, job in jobs)
    results = dict(zip((name for name, _ in jobs), done, strict=True))
    families = [result for result in results.values() if isinstance(result, Surrogate)]
    pairs |= {name: result for name, result in results.items() if isinstance(result, FittedPair)}
    return _measure_all(network, pictures, images, survey, families, pairs)


def family_jobs(
    inputs: FitInputs, per_class: int, linear: AffineMap, settings: FitSettings
) -> list[tuple[str, Callable[[], Surrogate]]]:
    """Prepare fits of other families of pictures than prototypes, by name, the longest first."""
    train, _ = train_validation_split(FitData(inputs.rows, inputs.logits), settings.seed)
    n_classes = inputs.logits.shape[1]

    def strokes(kind: str, number: int) -> Surrogate:
        fitted = fit_strokes(kind, number, linear, inputs.clusters, train, settings)
        return function_surrogate(rung_name(kind, number), fitted.n_constants, fitted.n_pictures, fitted)

    def soft() -> Surrogate:
        start = balance_prototypes(inputs.exact, train.at(BALANCED_ON))
        fitted = fit_soft_maximum(start, train, settings)
        return function_surrogate(rung_name("soft", per_class), fitted.weights.size, len(fitted.classes), fitted)

    n_most = len(inputs.clusters.classes)  # whose means the strokes begin as
    numbers = {(min(n_most, round(n * n_classes)), kind) for kind, some in STROKES_PER_CLASS.items() for n in some}
    jobs = [(rung_name(kind, n), partial(strokes, kind, n)) for n, kind in sorted(numbers, reverse=True)]
    return [*jobs, (rung_name("soft", per_class), soft)]


def ablation_jobs(inputs: dict[int, FitInputs], settings: FitSettings) -> list[tuple[str, Callable[[], FittedPair]]]:
    """Prepare every ablation, by name: labels for each number of pictures, the others for the headline's."""
    most = headline_count(list(inputs))
    jobs = [(kind, most) for kind in KINDS] + [("labels", w) for w in inputs if w != most]
    return [(rung_name(*job), partial(fit_ablation, job[0], inputs[job[1]], settings)) for job in jobs]


def fit_ablation(kind: str, inputs: FitInputs, settings: FitSettings) -> FittedPair:
    """Fit one ablation, with as many updates as the fitted prototypes, not held to its start."""
    train, validation = train_validation_split(FitData(inputs.rows, inputs.logits), settings.seed)
    start = STARTS[kind](inputs, settings) if kind in STARTS else inputs.exact
    balanced = balance_prototypes(start, train.at(BALANCED_ON))
    free = replace(settings, pull=0.0)
    if kind not in TARGETS:
        fitted = fit_prototypes(balanced, train, validation, free)
        return FittedPair(fitted, fitted)
    targets = train_validation_split(FitData(inputs.rows, TARGETS[kind](inputs)), settings.seed)
    fitted = fit_prototypes(balanced, *targets, free, DIVERGENCE)
    return FittedPair(fitted, balance_prototypes(fitted, train.at(BALANCED_ON)))


def start_from_means(clusters: Clusters) -> Prototypes:
    """Take each cluster's mean image, as what says which mean an image is nearest to: x·m − ‖m‖² / 2."""
    means = clusters.means.astype(float)
    return Prototypes(means.T, -np.square(means).sum(axis=1) / 2, clusters.classes)


def start_from_noise(inputs: FitInputs, settings: FitSettings) -> Prototypes:
    """Draw random pictures as strong as the exact maps."""
    exact = inputs.exact
    rms = root_mean_square(exact.weights)
    noise = np.random.default_rng([settings.seed, 2]).normal(0, rms, exact.weights.shape)
    return Prototypes(noise, np.zeros(len(exact.classes)), exact.classes)


STARTS: dict[str, Callable[[FitInputs, FitSettings], Prototypes]] = {
    "means": lambda inputs, _: start_from_means(inputs.clusters),
    "random": start_from_noise,
}
TARGETS: dict[str, Callable[[FitInputs], Array]] = {
    "labels": lambda inputs: np.eye(inputs.logits.shape[1])[inputs.labels],
    "divergence": lambda inputs: np.exp(log_softmax(inputs.logits, axis=1)),
}


def _measure_all(
    network: Network,
    pictures: Pictures,
    images: ImageSet,
    survey: Survey,
    families: list[Surrogate],
    pairs: dict[str, FittedPair],
) -> list[AblationRow]:
    tests = TestImages(as_pixels(images.x_test), {w: c.nearest for w, c in survey.clusters.items()})
    logits = network.logits(tests.x)
    surrogates = [*_rungs_to_compare(pictures), *families]
    surrogates += [prototype_surrogate(name, pair.prototypes) for name, pair in pairs.items()]
    predictions = [s.predict(tests) for s in surrogates]
    intervals = _measure_intervals(predictions, logits, images.y_test)
    scaled = _measure_intervals([pair.scaled(tests.x) for pair in pairs.values()], logits, images.y_test)
    explained = [row[-1] for row in intervals[: -len(pairs)] + scaled]

    subset = tests.take(slice(N_MARGIN_IMAGES))
    classes = top_two(logits[:N_MARGIN_IMAGES])
    exact = network.margins(subset.x, *classes)
    return [
        AblationRow(
            name=s.name,
            pictures=s.n_pictures,
            likeness=_likeness(s.name, pairs) if s.name in pairs else None,
            agreement=intervals[n][0],
            agreement_on_errors=intervals[n][1],
            explained=explained[n],
            margin=compare_margins(s.margins(subset, *classes), exact),
            accuracy=round(accuracy(predictions[n], images.y_test), N_DIGITS),
        )
        for n, s in enumerate(surrogates)
        if s.margins
    ]


def _rungs_to_compare(pictures: Pictures) -> list[Surrogate]:
    """Those rungs of the ladder that have pictures and were not balanced."""
    rungs = [
        affine_surrogate("composed", 0, pictures.composed.layers[-1]),
        affine_surrogate("linear_fit", pictures.maps.linear.weights.size, pictures.maps.linear),
    ]
    for w in pictures.fitted:
        _, exact = cluster_surrogates(w, pictures.maps.by_cluster[w])
        rungs.append(exact)
    return rungs


def _measure_intervals(predictions: list[Array], logits: Array, labels: Array) -> list[list[Interval]]:
    """Measure each surrogate: agreement, agreement on errors, and the share of the logits explained."""
    rows = zip(*measure(predictions, logits, labels), strict=True)
    return [list(map(Interval.from_samples, *row)) for row in rows]


def _likeness(name: str, pairs: dict[str, FittedPair]) -> float:
    """How alike the pictures are to the fitted ones of the same number per class."""
    fitted = rung_name("fitted", int(name.split(".")[1]))
    return match_prototypes(pairs[name].prototypes, pairs[fitted].prototypes)
