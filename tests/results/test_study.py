"""The study says of its networks what their own files say, and the main report and the review use it."""

import csv
import json
import re
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from looking_for.clusters.survey import Survey
from looking_for.core.errors import UserError
from looking_for.core.text import format_share_range
from looking_for.figures.study import is_falling
from looking_for.networks.recipe import Recipe
from looking_for.results import seed_spread
from looking_for.results.recipes import RecipeResults, StudyNetwork
from looking_for.results.seed_spread import Spread
from looking_for.surrogates.label_pictures import train_on_labels
from stages.params import read_params, read_yaml
from stages.params.settings import comparable_settings
from stages.params.training import NetworkParams
from stages.params.whole import Params, StudyParams, parse_params
from tests.projects import PARAMS, STUDY, Project
from tests.report.prose import read_page
from tests.results.imagined import imagined
from tools.review import changes

pytestmark = pytest.mark.xdist_group("parallel")


def written(folder: Path, text: str) -> Path:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return folder / "params.yaml"


def study_params(folder: Path, text: str) -> StudyParams:
    params = parse_params(read_yaml(written(folder, text)))
    assert isinstance(params, StudyParams)
    return params


def main_params(folder: Path, text: str) -> Params:
    return Params.model_validate(read_params(written(folder, text)))


def spread_of(params: Params, name: str, summary: dict[str, Any]) -> dict[str, Spread]:
    return seed_spread.seed_spread(params.networks[name].recipe(), comparable_settings(params), summary)


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_study_names_every_network(tmp_path: Path) -> None:
    result = study_params(tmp_path, STUDY).as_params()
    assert list(result.networks) == ["small-100-0", "small-100-1", "adam-0", "paying-0", "flat-0"]
    assert result.networks["small-100-1"] == NetworkParams(samples=100, hidden=[12, 8], epochs=10, seed=1)
    larger = study_params(tmp_path, STUDY.replace("samples: [100]", "samples: [300]")).as_params()
    assert larger.networks["small-300-0"].epochs == 4, "four epochs of ten batches are forty updates"
    assert result.networks["adam-0"].optimizer == "adam"
    assert result.networks["adam-0"].seed == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds: [0, 1]", "seeds: [0, 0]", "two networks have one name"),
        ("shapes: {small: [12, 8]}", "shapes: {Small: [12, 8]}", "study.shapes.Small is not a valid network name"),
        ("samples: [100]", "samples: [0]", "study.samples.0 = 0, but should be greater than or equal to 1"),
        ("updates: 40\n", "updates: many\n", "study.updates = 'many', but should be a valid integer"),
        ("  shapes:", "  forms:", "study.forms"),
        ("snapshots: 8", "snapshots: 1", "it needs train.snapshots of 3 or more"),
        ("hidden: [6], epochs: 10", "hidden: [6], epochs: 0", "and epochs in every variant"),
        ("pictures: [3]", "pictures: [4]", "fit.pictures has 4"),
        ("updates: 40\n", "updates: 900000\n", "epochs = 225000, but should be less than or equal to 100000"),
        ("{small: [12, 8]}", "{small: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "study.shapes.small"),
    ],
)
def test_study_rejects_in_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in STUDY
    with pytest.raises(UserError, match=re.escape(words)) as problem:
        read_params(written(tmp_path, STUDY.replace(old, new)))
    assert "\n" not in str(problem.value)


def with_further(name: str, epochs: int, seed: int) -> str:
    """The tests' study with a further seed of a recipe."""
    recipe = f"{{{name}: {{samples: 100, hidden: [12, 8], epochs: {epochs}}}}}"
    assert "further: {}" in STUDY
    return STUDY.replace("further: {}", f"further: {recipe}").replace("further_seeds: []", f"further_seeds: [{seed}]")


def test_study_has_further_seeds_of_its_recipes(tmp_path: Path) -> None:
    result = study_params(tmp_path, with_further("small-100", 10, 7)).as_params()
    assert result.networks["small-100-7"] == result.networks["small-100-1"].model_copy(update={"seed": 7})


@pytest.mark.parametrize(
    ("name", "epochs", "seed", "words"),
    [
        ("small-100", 11, 7, "study.further has 'small-100'"),
        ("large-100", 10, 7, "study.further has 'large-100'"),
        ("small-100", 10, 1, "two networks have one name"),
    ],
)
def test_study_rejects_further_seeds_of_others(tmp_path: Path, name: str, epochs: int, seed: int, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        read_params(written(tmp_path, with_further(name, epochs, seed)))


def test_committed_study_covers_its_claims() -> None:
    requested = parse_params(read_yaml(Path("study/params.yaml")))
    assert isinstance(requested, StudyParams)
    assert len(requested.study.samples) >= 5
    assert len(requested.study.shapes) == 2
    assert len(requested.study.seeds) >= 5
    assert len(requested.study.variant_seeds) >= 5
    for folder in ("study", *(f"study/{beside}" for beside in requested.study.beside)):
        params = parse_params(read_yaml(Path(folder) / "params.yaml"))
        assert isinstance(params, StudyParams)
        rows = read_table(Path(folder) / "reports/networks.csv")
        assert {row["network"] for row in rows} == set(params.as_params().networks)
        penalties = {variant.keep_picture for variant in params.study.variants.values()} - {0}
        assert len(penalties) >= 6
    depths = {len(variant.hidden) for variant in requested.study.variants.values()}
    depths |= {len(hidden) for hidden in requested.study.shapes.values()}
    assert depths >= {1, 2, 3, 4}


def test_save_study_tables_has_the_metrics(study_project: Project) -> None:
    folder = study_project.folder / "study"
    rows = read_table(folder / "reports/networks.csv")
    assert len(rows) == 5
    for row in rows:
        metrics = json.loads((folder / f"reports/metrics/{row['network']}.json").read_text())
        assert float(row["agreement"]) == metrics["agreement"]
        course = read_table(folder / f"reports/truth/{row['network']}.csv")
        able = [m for m in course[1:] if float(m["accuracy"]) >= 0.5] or course[1:]
        best = max(able, key=lambda moment: float(moment["agreement_half_1"]))
        assert row["best_agreement"] == best["agreement_half_2"], "chosen on one half, measured on the other"
        assert int(row["updates"]) == int(course[-1]["updates"])


def test_save_study_tables_says_how_alike_exact_maps_are(study_project: Project) -> None:
    """At the end of one network's training, image by image and pair by pair."""
    folder = study_project.folder / "study"
    row = next(r for r in read_table(folder / "reports/networks.csv") if r["network"] == "small-100-1")
    with np.load(folder / "data/networks/small-100-1.npz") as net, np.load(folder / "data/images.npz") as data:
        w, b = ([net[f"{letter}{layer}"].astype(float) for layer in (1, 2, 3)] for letter in "Wb")
        x = data["x_test"].reshape(-1, 64) / 255
    chosen = np.sort(np.random.default_rng(0).permutation(len(x))[:300])
    inked = ~np.load(folder / "data/pictures/small-100-1.npz")["never_inked"]
    maps = []
    for image in x[chosen]:
        first = image @ w[0] + b[0]
        second = np.maximum(first, 0) @ w[1] + b[1]
        exact = (w[0] * (first > 0)) @ (w[1] * (second > 0)) @ w[2]
        maps.append((exact - exact.mean(axis=1, keepdims=True))[inked].ravel())
    lengths = [np.linalg.norm(m) or 1.0 for m in maps]  # a map is 0 where an image switches every unit off
    cosines = np.array([[a @ c / la / lc for c, lc in zip(maps, lengths, strict=True)]
                        for a, la in zip(maps, lengths, strict=True)])  # fmt: skip
    assert float(row["likeness"]) == pytest.approx(cosines[~np.eye(len(maps), dtype=bool)].mean(), abs=1e-3)
    flat = next(r for r in read_table(folder / "reports/networks.csv") if r["recipe"] == "flat")
    assert flat["likeness"] == "", "it has one map"


def test_compare_seeds_measures_all_pairs(study_project: Project) -> None:
    folder = study_project.folder / "study"
    logits = [np.load(folder / f"data/pictures/small-100-{seed}.npz")["logits"].astype(float) for seed in (0, 1)]
    row = next(r for r in read_table(folder / "reports/siblings.csv") if r["recipe"] == "small-100")
    same = (logits[0].argmax(axis=1) == logits[1].argmax(axis=1)).mean()
    explained = [1 - np.square(logits[i] - logits[j]).sum() / np.square(logits[i] - logits[i].mean(axis=0)).sum()
                 for i, j in permutations(range(2), 2)]  # fmt: skip
    assert row["pairs"] == "2"
    assert abs(float(row["agreement"]) - same) < 1e-4
    assert abs(float(row["explained_low"]) - min(explained)) < 2e-4
    assert abs(float(row["explained_high"]) - max(explained)) < 2e-4


def test_summarise_seeds_of_recipes_with_seeds(study_project: Project) -> None:
    folder = study_project.folder / "study"
    summary = json.loads((folder / "summary.json").read_text())
    assert [entry["name"] for entry in summary["recipes"]] == ["small-100"], "adam has one seed"
    metrics = [json.loads((folder / f"reports/metrics/small-100-{seed}.json").read_text()) for seed in (0, 1)]
    values = [m["accuracy"] for m in metrics]
    result = summary["recipes"][0]["metrics"]["accuracy"]
    assert result["low"] == min(values)
    assert result["high"] == max(values)
    assert abs(result["deviation"] - np.std(values, ddof=1)) < 1e-4


def test_write_study_counts_what_held(study_project: Project) -> None:
    folder = study_project.folder / "study/reports"
    report, rows = read_page(folder / "README.md"), read_table(folder / "networks.csv")
    claimed = [row for row in rows if row["recipe"] in ("small-100", "adam")]  # with hidden layers, without a penalty
    truly = sum(float(row["best_agreement"]) >= 0.9 for row in claimed)
    courses = [read_table(folder / f"truth/{row['network']}.csv")[1:] for row in claimed]
    able = [[m for m in course if float(m["accuracy"]) >= 0.5] or course for course in courses]
    on_all = sum(max(float(m["agreement"]) for m in moments) >= 0.9 for moments in able)
    assert f"its pictures give 0.9 or more of its answers | {truly} of 3 |" in report
    assert f"**In {truly} of 3 training runs the picture gave 90 % or more of the network's answers" in report
    assert f"on all of them it is {on_all} of 3." in report
    assert not re.findall(r"\b(nan|None|inf)\b|[{}]", report)
    for figure in re.findall(r"\((figures/[^)]+)\)", report):
        assert (folder / figure).exists()


def test_write_study_says_what_a_penalty_costs_and_buys(study_project: Project) -> None:
    report = read_page(study_project.folder / "study/reports/README.md")
    by_name = {row["network"]: row for row in read_table(study_project.folder / "study/reports/networks.csv")}
    free, penalised = by_name["small-100-0"], by_name["paying-0"]
    (row,) = re.findall(r"^\| paying \| 12-8 \| 0.1 \| (.*) \|$", report, re.MULTILINE)
    accuracy, lost, agreement = row.split(" | ")[:3]
    assert accuracy.startswith(f"{100 * float(penalised['accuracy']):.1f} %")
    points = 100 * (float(free["accuracy"]) - float(penalised["accuracy"]))
    assert float(lost.split(" ")[0].replace("−", "-")) == pytest.approx(points, abs=0.051)
    assert agreement.startswith(f"{100 * float(penalised['agreement']):.1f} %")
    assert "| small-100 | 12-8 | 0 |" in report
    assert "(figures/frontier.png)" in report
    assert re.search(r"By median accuracy, some penalty beats \d of 2 other recipes", report), "adam and flat"
    assert "`flat`" in report.split("No penalty beats ")[1].split(".")[0], "its picture is the network"


def test_write_study_compares_with_networks_that_are_pictures(study_project: Project) -> None:
    folder = study_project.folder / "study"
    (row,) = read_table(folder / "reports/label-pictures.csv")
    with np.load(folder / "data/images.npz") as data:
        rows, labels = data["x_train"][:100].reshape(100, -1), data["y_train"][:100]
        x, y = data["x_test"].reshape(-1, 64) / 255, data["y_test"]
    clusters = Survey.load(folder / "data/survey.npz").clusters[3]
    pictures = train_on_labels(rows, labels, clusters, n_seen=40 * 32, seed=0)
    scores = np.stack([(x @ pictures.weights + pictures.biases)[:, 3 * k : 3 * k + 3].max(axis=1) for k in range(10)])
    assert float(row["accuracy"]) == pytest.approx((scores.argmax(axis=0) == y).mean(), abs=1e-4)
    report = read_page(folder / "reports/README.md")
    assert f"These networks get {format_share_range([float(row['accuracy'])])} right." in report
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["label_pictures"]["accuracy"]["median"] == float(row["accuracy"])


def test_write_study_holds_networks_against_their_pictures(study_project: Project) -> None:
    """The row of a penalised recipe, counted again from the arrays."""
    folder = study_project.folder / "study"
    report = read_page(folder / "reports/README.md")
    section = report.split("### Is it real?")[1]
    (row,) = re.findall(r"^\| 0\.1 \| (.*) \|$", section, re.MULTILINE)
    with np.load(folder / "data/images.npz") as data:
        x, y = data["x_test"].reshape(-1, 64) / 255, data["y_test"]
    paying, flat = (np.load(folder / f"data/pictures/{name}-0.npz") for name in ("paying", "flat"))
    z, p = paying["logits"].astype(float), x @ paying["T3"].astype(float) + paying["beta3"]
    p = p - p.mean(axis=1, keepdims=True)
    overruled = z.argmax(axis=1) != p.argmax(axis=1)
    gain = np.linalg.lstsq(p.reshape(-1, 1), z.ravel())[0][0]
    shares = [
        (p.argmax(axis=1) == y).mean(),
        ((z - gain * p).argmax(axis=1) == y).mean(),
        overruled.mean(),
        (z.argmax(axis=1) == y)[overruled].mean(),
    ]
    cells = row.split(" | ")
    assert [cell.split(" ")[0] for cell in cells[:4]] == [f"{100 * share:.1f}" for share in shares]
    inked = ~paying["never_inked"]
    a, b = (t.astype(float)[inked] for t in (paying["T3"], flat["T1"]))
    a, b = (t - t.mean(axis=1, keepdims=True) for t in (a, b))
    cosine = np.mean([u @ v / np.linalg.norm(u) / np.linalg.norm(v) for u, v in zip(a.T, b.T, strict=True)])
    assert float(cells[6].split(" ")[0].replace("−", "-")) == pytest.approx(cosine, abs=0.006)
    assert cells[7] == "–", "one seed has no other training to compare with"


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


def test_commonest_share_is_the_agreement_of_the_best_constant() -> None:
    given = imagined("all", 60_000, [0.9])
    logits = np.eye(3)[[2, 0, 2, 2, 1]]
    network = StudyNetwork("all-0", given.metrics, given.ladder, given.truth, logits)
    assert network.commonest_share == 3 / 5


def test_is_falling_of_every_seed() -> None:
    def shape(*by_samples: list[float]) -> list[Any]:
        return [SimpleNamespace(values=lambda _, some=some: some) for some in by_samples]

    assert is_falling([shape([0.9, 0.8], [0.7, 0.6])], "agreement")
    assert not is_falling([shape([0.9, 0.6], [0.7, 0.5])], "agreement"), "ranges overlap"
    assert not is_falling([shape([0.9], [0.7]), shape([0.8], [0.9])], "agreement"), "in every shape"


def test_best_snapshot_is_one_at_which_the_network_has_learned() -> None:
    facts = imagined("all", 60_000, [0.99, 0.80, 0.70])
    right = [0.1, 0.2, 0.8, 0.9]
    moments = [m.model_copy(update={"accuracy": a}) for m, a in zip(facts.truth, right, strict=True)]
    network = StudyNetwork("all-0", facts.metrics, facts.ladder, moments, np.zeros((0, 10)))
    assert network.best.accuracy == 0.8, "at 0.2 right it agrees most, and knows nothing yet"
    poor = [m.model_copy(update={"accuracy": 0.1}) for m in facts.truth]
    never = StudyNetwork("all-0", facts.metrics, facts.ladder, poor, np.zeros((0, 10)))
    assert never.best.agreement_half_1 == max(m.agreement_half_1 for m in facts.truth[1:])


def test_agreement_at_travel_interpolates() -> None:
    facts = imagined("all", 60_000, [0.82, 0.93, 0.51])
    moments = [
        m.model_copy(update={"distance_from_init": way}) for m, way in zip(facts.truth, [0, 0.1, 0.3, 0.5], strict=True)
    ]

    result = StudyNetwork("all-0", facts.metrics, facts.ladder, moments, np.zeros((0, 10)))
    recipe = RecipeResults("all", None, Recipe(samples=1, hidden=[8], epochs=1), [result])
    assert recipe.agreement_at(0.2) == [pytest.approx((0.82 + 0.93) / 2)]
    assert recipe.agreement_at(0.6) == []
    assert format_share_range([0.9, 0.5, 0.8]) == "80.0 % (50.0–90.0)"
