"""The study says of its networks what their own files say, and the main report and the review use it."""

import csv
import json
import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from looking_for.clusters.survey import Survey
from looking_for.core.text import format_share_range
from looking_for.surrogates.label_pictures import train_on_labels
from tests.projects import Project
from tests.report.prose import read_page

pytestmark = pytest.mark.xdist_group("parallel")


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
