"""Networks that are several pictures per class: the strongest counts, and all are trained on labels."""

from pathlib import Path

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array
from looking_for.core.tables import Row, load_rows, save_rows
from looking_for.surrogates.ablations import DIVERGENCE, start_from_means
from looking_for.surrogates.adam import root_mean_square
from looking_for.surrogates.maps import Prototypes
from looking_for.surrogates.prototypes import BATCH_SIZE, FitData, FitSettings, fit_prototypes, train_validation_split

LABEL_PICTURES = Path("reports/label-pictures.csv")


class LabelPictures(Row):
    """One such network: its seed, its number of pictures per class, and the share of test images it gets right."""

    seed: int
    per_class: int
    accuracy: float


def save_label_pictures(networks: list[LabelPictures]) -> None:
    save_rows(LABEL_PICTURES, LabelPictures, networks)


def load_label_pictures() -> list[LabelPictures]:
    return load_rows(LABEL_PICTURES, LabelPictures)


def train_on_labels(rows: Array, labels: Array, clusters: Clusters, n_seen: int, seed: int) -> Prototypes:
    """Train one layer of maxout units (Goodfellow et al. 2013), one unit per class, by cross-entropy.

    The affine functions begin as the mean images of clusters, as strong as random weights would be (Glorot & Bengio
    2010): begun at random they get fewer images right.

    Parameters
    ----------
    rows : array, shape (n_images, n_inputs)
        Images as bytes, of which some validate and take no part.
    labels : array, shape (n_images,)
        The class of each image, from 0.
    clusters : Clusters
        As many affine functions has a unit as its class has clusters.
    n_seen : int
        How many images to learn from, each counted as often as it comes.
    seed : int
        Of which images validate, and of the order of the others.
    """
    targets = np.eye(clusters.classes.max() + 1)[labels]
    start = start_from_means(clusters)
    deviation = (2 / sum(start.weights.shape)) ** 0.5
    scaled = start.scaled(deviation / root_mean_square(start.weights), np.zeros(targets.shape[1]))
    settings = FitSettings((), 0.0, -(-n_seen // BATCH_SIZE), seed)
    return fit_prototypes(scaled, *train_validation_split(FitData(rows, targets), seed), settings, DIVERGENCE)
