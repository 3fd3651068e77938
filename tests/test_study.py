"""The study says of its networks what their own files say, and the main report and the review use it."""

import csv
import json
import re
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from looking_for.core.errors import UserError
from looking_for.results import seed_spread
from looking_for.results.seed_spread import Spread
from looking_for.results.study import Recipe, Result
from looking_for.results.study_spread import at_travel, shares
from stages import params
from stages.params import NetworkParams, Params, StudyParams
from tests.conftest import PARAMS, STUDY, Project
from tests.test_verdicts import imagined
from tools.review import changes

pytestmark = pytest.mark.xdist_group("parallel")


def written(folder: Path, text: str) -> Path:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return folder / "params.yaml"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_study_names_every_network_with_epochs_enough_for_its_updates(tmp_path: Path) -> None:
    found = params.load(written(tmp_path, STUDY))
    assert list(found.networks) == ["small-100-0", "small-100-1", "adam-0"]
    assert found.networks["small-100-1"] == NetworkParams(samples=100, hidden=[12, 8], epochs=10, seed=1)
    larger = params.load(written(tmp_path, STUDY.replace("samples: [100]", "samples: [300]")))
    assert larger.networks["small-300-0"].epochs == 4, "four epochs of ten batches are forty updates"
    assert found.networks["adam-0"].optimizer == "adam"
    assert found.networks["adam-0"].seed == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds: [0, 1]", "seeds: [0, 0]", "two networks have one name"),
        ("shapes: {small: [12, 8]}", "shapes: {Small: [12, 8]}", "study.shapes.Small is no name"),
        (
            "samples: [100]",
            "samples: [0]",
            "study.samples.0 = 0, but should be greater than or equal to 1",
        ),
        ("updates: 40\n", "updates: many\n", "study.updates = 'many', but should be a valid integer"),
        ("  shapes:", "  forms:", "study.forms"),
        ("snapshots: 8", "snapshots: 1", "it needs train.snapshots of 3 or more"),
        ("hidden: [6], epochs: 10", "hidden: [6], epochs: 0", "and epochs in every variant"),
        ("pictures: [3]", "pictures: [4]", "fit.pictures has 4"),
        (
            "updates: 40\n",
            "updates: 900000\n",
            "epochs = 225000, but should be less than or equal to 100000",
        ),
        ("{small: [12, 8]}", "{small: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "study.shapes.small"),
    ],
)
def test_a_wrong_study_is_said_in_a_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in STUDY
    with pytest.raises(UserError, match=re.escape(words)) as problem:
        params.load(written(tmp_path, STUDY.replace(old, new)))
    assert "\n" not in str(problem.value)


def test_the_committed_study_covers_what_it_claims() -> None:
    asked = params.read(Path("study/params.yaml"))
    assert isinstance(asked, StudyParams)
    assert len(asked.study.samples) >= 5
    assert len(asked.study.shapes) == 2
    assert len(asked.study.seeds) >= 5
    assert len(asked.study.variant_seeds) >= 3
    rows = table(Path("study/reports/networks.csv"))
    assert {row["network"] for row in rows} == set(asked.params.networks)
    depths = {len(variant.hidden) for variant in asked.study.variants.values()}
    depths |= {len(hidden) for hidden in asked.study.shapes.values()}
    assert depths >= {1, 2, 3, 4}


def test_the_tables_are_the_networks_own_numbers(studied: Project) -> None:
    folder = studied.folder / "study"
    rows = table(folder / "reports/networks.csv")
    assert len(rows) == 3
    for row in rows:
        metrics = json.loads((folder / f"reports/metrics/{row['network']}.json").read_text())
        assert float(row["agreement"]) == metrics["agreement"]
        course = table(folder / f"reports/truth/{row['network']}.csv")
        assert float(row["best_agreement"]) == max(float(moment["agreement"]) for moment in course[1:])
        assert int(row["updates"]) == int(course[-1]["updates"])


def test_siblings_are_measured_on_each_other(studied: Project) -> None:
    folder = studied.folder / "study"
    logits = [
        np.load(folder / f"data/pictures/small-100-{seed}.npz")["logits"].astype(float) for seed in (0, 1)
    ]
    row = next(r for r in table(folder / "reports/siblings.csv") if r["recipe"] == "small-100")
    same = (logits[0].argmax(axis=1) == logits[1].argmax(axis=1)).mean()
    explained = [1 - np.square(logits[i] - logits[j]).sum() / np.square(logits[i] - logits[i].mean(axis=0)).sum()
                 for i, j in permutations(range(2), 2)]  # fmt: skip
    assert row["pairs"] == "2"
    assert abs(float(row["agreement"]) - same) < 1e-4
    assert abs(float(row["explained_low"]) - min(explained)) < 2e-4
    assert abs(float(row["explained_high"]) - max(explained)) < 2e-4


def test_the_summary_has_the_spread_over_seeds_of_recipes_with_more_than_one(studied: Project) -> None:
    folder = studied.folder / "study"
    summary = json.loads((folder / "summary.json").read_text())
    assert [entry["name"] for entry in summary["recipes"]] == ["small-100"], "adam has one seed"
    metrics = [
        json.loads((folder / f"reports/metrics/small-100-{seed}.json").read_text()) for seed in (0, 1)
    ]
    values = [m["accuracy"] for m in metrics]
    found = summary["recipes"][0]["metrics"]["accuracy"]
    assert found["low"] == min(values)
    assert found["high"] == max(values)
    assert abs(found["deviation"] - np.std(values, ddof=1)) < 1e-4


def test_the_report_counts_what_held(studied: Project) -> None:
    report = (studied.folder / "study/reports/README.md").read_text(encoding="utf-8")
    rows = table(studied.folder / "study/reports/networks.csv")
    truly = sum(float(row["best_agreement"]) >= 0.9 for row in rows)
    assert (
        f"| At some moment after the start its composed pictures agree on 0.9 or more | {truly} of 3 |"
        in report
    )
    assert not re.findall(r"\b(nan|None|inf)\b|[{}]", report)
    for figure in re.findall(r"\((figures/[^)]+)\)", report):
        assert (studied.folder / "study/reports" / figure).exists()


def summary_of(settings: Params, name: str, deviation: float) -> dict[str, Any]:
    spread = {"median": 0.5, "low": 0.4, "high": 0.6, "deviation": deviation}
    return {
        "of": seed_spread.basis(settings),
        "recipes": [{"name": name, "recipe": seed_spread.without_seed(settings.networks[name]), "seeds": 5,
                     "metrics": {"agreement": spread}}],
    }  # fmt: skip


def test_a_spread_is_of_the_same_recipe_on_the_same_data_whatever_the_seed(tmp_path: Path) -> None:
    settings = params.load(written(tmp_path, PARAMS))
    summary = summary_of(settings, "few", 0.02)
    assert seed_spread.of(settings, "few", summary)["agreement"].deviation == 0.02
    assert seed_spread.of(settings, "all", summary) == {}
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
        changed = params.load(written(tmp_path, PARAMS.replace(old, new)))
        assert bool(seed_spread.of(changed, "few", summary)) is known, new


def test_a_move_within_what_seeds_do_is_called_so() -> None:
    spread = Spread(5, 0.5, 0.45, 0.55, 0.02)
    assert abs(spread.noise - t.ppf(0.975, 4) * np.sqrt(2) * 0.02) < 1e-12
    within = changes.Metric("few", "agreement", 0.5, 0.5 + 0.9 * spread.noise, spread)
    beyond = changes.Metric("few", "agreement", 0.5, 0.5 - 1.1 * spread.noise, spread)
    assert within.verdict == "within seed noise"
    assert beyond.verdict == "worse"
    assert changes.Metric("few", "agreement", 0.5, 0.51).verdict == "better", "nothing is known of seeds"


def test_equal_travel_is_between_snapshots_and_only_where_a_network_got() -> None:
    facts = imagined("all", 60_000, [0.82, 0.93, 0.51])
    moments = [m._replace(travel=way) for m, way in zip(facts.truth, [0, 0.1, 0.3, 0.5], strict=True)]

    result = Result("all-0", facts.metrics, facts.ladder, moments, np.zeros((0, 10)))
    recipe = Recipe("all", None, NetworkParams(samples=1, hidden=[8], epochs=1), [result])
    assert at_travel(recipe, 0.2) == [pytest.approx((0.82 + 0.93) / 2)]
    assert at_travel(recipe, 0.6) == []
    assert shares([0.9, 0.5, 0.8]) == "80.0 % (50.0–90.0)"
