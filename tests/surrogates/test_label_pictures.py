"""Networks that are several pictures per class: what they can tell apart, and that their seed is all that decides."""

import numpy as np
import pytest

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_pixels
from looking_for.surrogates.label_pictures import train_on_labels


def opposite_corners(n_images: int = 600) -> tuple[Array, Array]:
    """Images of four pixels that no single picture per class tells apart: class 1 inks both ends or neither."""
    rng = np.random.default_rng(0)
    ends = rng.integers(0, 2, (n_images, 2))
    inner = rng.integers(0, 256, (n_images, 2))
    rows = np.column_stack([255 * ends[:, :1], inner, 255 * ends[:, 1:]]).astype(np.uint8)
    return rows, (ends[:, 0] == ends[:, 1]).astype(np.uint8)


def clusters_of(rows: Array, labels: Array, both_ends: bool) -> Clusters:
    """Each class as one cluster, or cut by its first pixel."""
    part = (rows[:, 0] > 0).astype(int) if both_ends else np.zeros(len(rows), int)
    cluster = labels * (1 + both_ends) + part
    means = np.stack([rows[cluster == c].mean(axis=0) / 255 for c in range(cluster.max() + 1)])
    nothing = np.zeros(0, int)
    return Clusters(np.repeat([0, 1], 1 + both_ends), means.astype(np.float32), np.bincount(cluster), cluster, nothing)


@pytest.mark.parametrize(("both_ends", "least", "most"), [(False, 0.3, 0.8), (True, 0.99, 1.0)])
def test_several_pictures_per_class_learn_what_one_cannot(both_ends: bool, least: float, most: float) -> None:
    rows, labels = opposite_corners()
    clusters = clusters_of(rows, labels, both_ends)
    pictures = train_on_labels(rows, labels, clusters, 100_000, seed=0)
    assert pictures.weights.shape == (4, len(clusters.classes))
    assert least <= (pictures(as_pixels(rows)).argmax(axis=1) == labels).mean() <= most


def test_training_on_labels_follows_its_seed() -> None:
    rows, labels = opposite_corners()
    clusters = clusters_of(rows, labels, both_ends=True)
    one, same, other = (train_on_labels(rows, labels, clusters, 2_000, seed).weights for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
