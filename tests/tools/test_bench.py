"""The benchmark: both sides of a comparison do the same work."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.core.imageset import ImageSet
from looking_for.networks import exact_maps
from looking_for.networks.dense import DenseNetwork
from tools.bench import article, sizes

pytestmark = pytest.mark.xdist_group("bench")  # it imports TensorFlow: once is enough


def test_count_products_counts_every_multiplication() -> None:
    from looking_for.training import loop
    from tools.bench import contenders, growth

    done = []

    class Counting(np.ndarray[Any, Any]):
        def __matmul__(self, other: Any) -> Any:
            done.append(self.shape[0] * self.shape[1] * other.shape[1])
            return np.asarray(self).dot(other).view(Counting)

    x = np.ones((1, 784), np.uint8).view(Counting)
    contenders.floor(loop.TrainingData(x, *[np.zeros(1, np.int32)] * 3), (64, 32)).epoch()
    assert sum(done) == growth.count_products(64)


def test_article_compose_equals_compose() -> None:
    chance = np.random.default_rng(0)
    weights = [chance.normal(size=shape) for shape in ((784, 12), (12, 7), (7, 10))]
    network = DenseNetwork.from_arrays(weights, [np.zeros(w.shape[1]) for w in weights], np.float64)
    composed = None
    for theirs, ours in zip(weights, [layer.weights for layer in exact_maps.compose(network)], strict=True):
        composed = article.compose(composed, theirs)
        assert np.allclose(composed, ours)


def test_article_draw_makes_one_axes_per_unit(tmp_path: Path) -> None:
    weights = np.random.default_rng(0).normal(size=(784, 3))
    normalised = article.normalise(weights)
    assert all(picture.min() == 0 and picture.max() == 255 for picture in normalised)
    article.draw_pictures(normalised, tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_growth_over_line_is_1_for_times_on_a_line() -> None:
    sizes_of = dict.fromkeys(("30,000 images", "28×28 pixels", "8 networks"), 1.0)
    sizes_of |= {"60,000 images": 2.0, "700,000 images": 2 * sizes.LARGE / 60_000, "56×56 pixels": 4.0}
    sizes_of |= {"100 classes": 20.0, "16 networks": 2.0}
    measured = {name: {"render": {"seconds": seconds, "bytes": 0.0}} for name, seconds in sizes_of.items()}
    assert all(by_stage == {"render": 1.0} for by_stage in sizes.growth_over_line(measured).values())


@pytest.mark.parametrize(
    ("name", "n_images", "size", "n_classes"),
    [("700,000 images", 700_000, 8, 10), ("56×56 pixels", sizes.N_SMALLER, 16, 10), ("100 classes", 1_400, 8, 100)],
)
def test_sizes_makes_data_of_the_named_size(
    images: ImageSet, name: str, n_images: int, size: int, n_classes: int
) -> None:
    some = dataclasses.replace(images, x_train=images.x_train[:1_400], y_train=images.y_train[:1_400])
    larger = sizes.SIZES[name](some)
    assert (len(larger.x_train), larger.shape, len(larger.classes)) == (n_images, (size, size), n_classes)
    assert set(larger.y_train.tolist()) == set(range(n_classes))
    assert larger.x_train.sum(dtype=float) / larger.x_train.size == pytest.approx(some.x_train.mean(), rel=0.02)
