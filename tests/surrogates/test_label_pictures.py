"""Networks that are several pictures per class: what they can tell apart, and that their seed is all that decides."""

import numpy as np
import pytest

from looking_for.core.arrays import Array, as_pixels
from looking_for.surrogates.label_pictures import train_on_labels


def opposite_corners(n_images: int = 600) -> tuple[Array, Array]:
    """Images of four pixels that no single picture per class tells apart: class 1 inks both ends or neither."""
    rng = np.random.default_rng(0)
    ends = rng.integers(0, 2, (n_images, 2))
    inner = rng.integers(0, 256, (n_images, 2))
    rows = np.column_stack([255 * ends[:, :1], inner, 255 * ends[:, 1:]]).astype(np.uint8)
    return rows, (ends[:, 0] == ends[:, 1]).astype(np.uint8)


@pytest.mark.parametrize(("per_class", "least", "most"), [(1, 0.3, 0.8), (4, 0.99, 1.0)])
def test_several_pictures_per_class_learn_what_one_cannot(per_class: int, least: float, most: float) -> None:
    rows, labels = opposite_corners()
    pictures = train_on_labels(rows, labels, per_class, 100_000, seed=0)
    assert pictures.weights.shape == (4, 2 * per_class)
    assert least <= (pictures(as_pixels(rows)).argmax(axis=1) == labels).mean() <= most


def test_training_on_labels_follows_its_seed() -> None:
    rows, labels = opposite_corners()
    one, same, other = (train_on_labels(rows, labels, 2, 2_000, seed).weights for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
