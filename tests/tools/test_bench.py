"""The benchmark: both sides of a comparison do the same work."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.networks import exact_maps
from looking_for.networks.dense import DenseNetwork
from tools.bench import article

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
