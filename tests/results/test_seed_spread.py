"""How far seeds alone move a number, of a recipe that a study knows."""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

from looking_for.results import seed_spread
from looking_for.results.seed_spread import Spread
from stages.params import read_params
from stages.params.settings import comparable_settings
from stages.params.whole import Params
from tests.projects import PARAMS
from tools.review import changes


def written(folder: Path, text: str) -> Path:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return folder / "params.yaml"


def main_params(folder: Path, text: str) -> Params:
    return Params.model_validate(read_params(written(folder, text)))


def spread_of(params: Params, name: str, summary: dict[str, Any]) -> dict[str, Spread]:
    return seed_spread.seed_spread(params.networks[name].recipe(), comparable_settings(params), summary)


def summary_of(settings: Params, name: str, deviation: float) -> dict[str, Any]:
    spread = {"median": 0.5, "low": 0.4, "high": 0.6, "deviation": deviation}
    return {
        "of": comparable_settings(settings),
        "recipes": [{"name": name, "recipe": settings.networks[name].recipe().without("seed"), "seeds": 5,
                     "metrics": {"agreement": spread}}],
    }  # fmt: skip


def test_seed_spread_needs_same_recipe_and_data(tmp_path: Path) -> None:
    settings = main_params(tmp_path, PARAMS)
    summary = summary_of(settings, "few", 0.02)
    assert spread_of(settings, "few", summary)["agreement"].deviation == 0.02
    assert spread_of(settings, "all", summary) == {}
    for old, new, known in [
        (
            "few: {samples: 100, hidden: [12, 8], epochs: 3}",
            "few: {samples: 100, hidden: [12, 8], epochs: 3, seed: 9}",
            True,
        ),
        ("few: {samples: 100", "few: {samples: 101", False),
        ("batch_size: 32", "batch_size: 33", False),
        ("dataset: digits", "dataset: mnist", False),
        ("pull: 0.3", "pull: 0.4", False),
    ]:
        changed = main_params(tmp_path, PARAMS.replace(old, new))
        assert bool(spread_of(changed, "few", summary)) is known, new


def test_metric_verdict_within_seed_noise() -> None:
    spread = Spread(5, 0.5, 0.45, 0.55, 0.02)
    assert abs(spread.noise - t.ppf(0.975, 4) * np.sqrt(2) * 0.02) < 1e-12
    within = changes.Metric("few", "agreement", 0.5, 0.5 + 0.9 * spread.noise, spread)
    beyond = changes.Metric("few", "agreement", 0.5, 0.5 - 1.1 * spread.noise, spread)
    assert within.verdict == "within seed noise"
    assert beyond.verdict == "worse"
    assert changes.Metric("few", "agreement", 0.5, 0.51).verdict == "better", "nothing is known of seeds"
