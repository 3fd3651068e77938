"""Networks that are several pictures per class: the strongest counts, and all are trained on labels."""

from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.tables import Row, load_rows, save_rows
from looking_for.surrogates.ablations import DIVERGENCE
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


def train_on_labels(rows: Array, labels: Array, per_class: int, n_seen: int, seed: int) -> Prototypes:
    """Train one layer of maxout units (Goodfellow et al. 2013), one unit per class, by cross-entropy.

    Parameters
    ----------
    rows : array, shape (n_images, n_inputs)
        Images as bytes, of which some validate and take no part.
    labels : array, shape (n_images,)
        The class of each image, from 0.
    per_class : int
        How many affine functions a unit is the maximum of.
    n_seen : int
        How many images to learn from, each counted as often as it comes.
    seed : int
        Of the first weights (Glorot & Bengio 2010, normal) and of the order of images.
    """
    targets = np.eye(labels.max() + 1)[labels]
    n_inputs, n_pictures = rows.shape[1], per_class * targets.shape[1]
    deviation = (2 / (n_inputs + n_pictures)) ** 0.5
    weights = np.random.default_rng([seed, 3]).normal(0, deviation, (n_inputs, n_pictures))
    start = Prototypes(weights, np.zeros(n_pictures), np.repeat(np.arange(targets.shape[1]), per_class))
    settings = FitSettings((per_class,), 0.0, -(-n_seen // BATCH_SIZE), seed)
    return fit_prototypes(start, *train_validation_split(FitData(rows, targets), seed), settings, DIVERGENCE)
