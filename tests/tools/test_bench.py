"""The benchmark's arithmetic: what is divided by what, and that both sides do the same work."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.core.files import save_json
from looking_for.networks import exact_maps
from looking_for.networks.dense import DenseNetwork
from tools.bench import article, page

pytestmark = pytest.mark.xdist_group("bench")  # it imports TensorFlow: once is enough


@pytest.fixture
def measured() -> dict[str, Any]:
    """A benchmark's findings in which each time is easy to tell from the others."""
    runs = {"whole": 30.0}
    return {
        "machine": {"cores": 2, "processor": "a processor"},
        "epochs": {"ours": [1.0, 9.0, 2.0], "floor": [1.0], "keras_fit": [8.0], "keras_fit_xla": [4.0],
                   "sklearn": [5.0]},
        "drawing": {"sheet": [1.0], "axes": [10.0], "compose": [1.0], "compose_article": [4.0]},
        "truth": {"ladder": [4.0], "fitted pictures": [3.0], "along the training": [6.0]},
        "growth": {
            "samples": {"5000": [1.0], "15000": [3.0], "60000": [12.0]},
            "widths": {"128": [1.0], "512": [5.0], "2048": [30.0]},
            "widths, bare products": {"128": [1.0], "512": [5.0], "2048": [60.0]},
        },
        "pipeline": {"cold": runs, "article_way": 60.0, "edits": {"few.samples": {"whole": 12.0}},
                     "many_networks": {"8": {"edit": 6.0, "alone": 4.0}, "40": {"edit": 12.0, "alone": 5.0}},
                     "noop": [3.0], "empty_pipeline": [2.0], "train_few": [1.0], "keras_fit_few": [4.0]},
    }  # fmt: skip


def test_ratios_divide_medians(measured: dict[str, Any]) -> None:
    from tools.bench.__main__ import GOALS, ratios

    result = ratios(measured)
    assert list(result) == list(GOALS), "each ratio has a goal"
    assert result["epoch_over_keras_fit"] == 2 / 8
    assert result["epoch_over_pytorch"] is None
    assert result["repro_over_article_way"] == 0.5
    assert result["edit_few_over_article_way"] == 0.2
    assert result["edit_at_40_over_edit_at_8"] == 5 / 4
    assert result["edit_at_40_over_edit_at_8_with_dvc"] == 12 / 6
    assert result["ladder_over_epoch"] == 4 / 2
    assert result["noop_over_empty_pipeline"] == 1.5
    assert result["samples_growth_over_linear"] == 1
    assert result["widths_growth_over_products"] == 0.5


def test_page_replaces_only_its_table(
    measured: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.bench.__main__ import OUTPUT, ratios

    monkeypatch.chdir(tmp_path)
    before, after = "# A title\n\n<!-- bench -->\n", "<!-- /bench -->\n\nThe rest.\n"
    Path("docs").mkdir()
    page.PAGE.write_text(f"{before}old\n{after}", encoding="utf-8")
    save_json(OUTPUT, measured | {"ratios": ratios(measured)})
    page.main()
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.startswith(before)
    assert text.endswith(after)
    assert "| against Keras' `fit` | 0.25 | ≤ 0.35 |" in text
    assert "| against PyTorch | not measured | ≤ 0.9 |" in text


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
