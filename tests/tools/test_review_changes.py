"""What a review counts as moved, in which order, and what it has room for; without a pipeline."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from looking_for.core.tables import Interval
from looking_for.results.glossary import METRICS
from looking_for.results.seed_spread import Spread
from tests.results.imagined import rung
from tools.review import changes, comment
from tools.review.changes import Changes, Metric
from tools.review.pictures import Figure, shrink


def png(tmp_path: Path, array: Any) -> bytes:
    path = tmp_path / "picture.png"
    Image.fromarray(array).save(path)
    return path.read_bytes()


def test_write_comment_always_fits(tmp_path: Path) -> None:
    picture = png(tmp_path, np.zeros((4, 4), np.uint8))
    figures = [Figure(f"reports/figures/{'long-name-' * 6}{n}/output.png", picture, picture) for n in range(300)]
    metrics = [Metric(f"network-{n}", "agreement", 0.5, 0.6) for n in range(300)]
    text = comment.write_comment(Changes("c0ffee", True, [], {}, [], [], metrics, [], figures), None)
    assert len(text) < comment.MAX_COMMENT
    assert "Not shown here for their length" in text
    assert "<details><summary>300 numbers changed</summary>" in text


def test_shrink_is_small_and_the_same_picture(tmp_path: Path) -> None:
    large = np.zeros((400, 2080, 3), np.uint8)
    large[:, 1040:] = 255
    small = np.asarray(Image.open(io.BytesIO(shrink(png(tmp_path, large)))).convert("RGB"))
    assert small.shape == (200, 1040, 3)
    assert np.array_equal(small, large[::2, ::2])


def test_choose_inside_leaves_out_units_and_what_is_too_much(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = [png(tmp_path, rng.integers(0, 256, (700, 1040, 3)).astype(np.uint8)) for _ in range(3)]
    names = ("along", "layer-1", "output")
    figures = [Figure(f"reports/figures/few/{name}.png", p, p) for name, p in zip(names, noise, strict=True)]
    chosen = comment.choose_inside(figures * 3)
    assert "few/layer-1" not in chosen
    assert "few/output" in chosen, "what decides comes first"


def test_metric_says_how_far_beyond_noise_and_from_how_many_seeds() -> None:
    spread = Spread(3, 0.5, 0.45, 0.55, 0.004)
    moved = Metric("few", "agreement", 0.93, 0.91, spread)
    assert moved.times_noise == pytest.approx(0.02 / spread.noise)
    assert moved.noise_words == f"{0.02 / spread.noise:.1f}× seed noise of ±{spread.noise:.3f} (3 training runs)"
    places = moved.places
    assert places["low"] < places["old"] == 50 < places["high"]
    assert 0 <= places["new"] < 50
    assert Metric("few", "agreement", 0.93, 0.91).noise_words == "not in the study"


def test_largest_moves_come_first() -> None:
    some = Interval(0.5, 0.5, 0.5)
    rungs = [rung("composed", 0, Interval(value, value, value), some, some) for value in (0.7986, 0.4901)]
    metrics = [Metric("few", "accuracy", 0.8, 0.9), Metric("few", "loss", 1.0, 9.0)]
    change = Changes("c0ffee", True, [], {}, [], [], metrics, [changes.Step("few", "composed", *rungs)], [])
    assert [(m.words, round(m.change, 4)) for m in change.moves][:2] == [
        ("composed, as they are: agreement", -0.3085), ("accuracy", 0.1),
    ]  # fmt: skip


def test_moves_name_a_rung_that_is_a_metric_once() -> None:
    some = Interval(0.5, 0.5, 0.5)
    rungs = [rung("composed", 0, Interval(value, value, value), some, some) for value in (0.79861, 0.49012)]
    metric = Metric("few", "agreement", 0.7986, 0.4901)
    change = Changes("c0ffee", True, [], {}, [], [], [metric], [changes.Step("few", "composed", *rungs)], [])
    assert change.moves[0].words == metric.words
    assert "composed, as they are: agreement" not in {m.words for m in change.moves}


@pytest.mark.parametrize(
    ("name", "old", "new", "verdict"),
    [
        ("agreement", 0.5, 0.6, "better"),
        ("agreement", 0.6, 0.5, "worse"),
        ("loss", 0.5, 0.4, "better"),
        ("agreement", None, 0.6, ""),
    ],
)
def test_metric_verdict_follows_direction(name: str, old: float | None, new: float | None, verdict: str) -> None:
    assert Metric("few", name, old, new).verdict == verdict


def test_moved_metrics_are_ordered() -> None:
    for given in (list(METRICS), list(METRICS)[::-1]):
        files = {"few.json": dict.fromkeys(given, (1.0, 2.0))}
        assert [metric.name for metric in changes.moved_metrics(files)] == list(METRICS)


def test_has_moved_ignores_rounding() -> None:
    files = {"reports/metrics/few.json": {"loss": (0.5, 0.50003), "accuracy": (0.5, 0.5002)}}
    assert [metric.name for metric in changes.moved_metrics(files)] == ["accuracy"]
