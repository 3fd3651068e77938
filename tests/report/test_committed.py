"""The committed report has the committed run's numbers."""

import csv
import re

from looking_for.core import paths
from looking_for.core.files import load_json
from looking_for.surrogates.ladder import Ladder
from tests.projects import ROOT
from tests.report.prose import read_page
from tests.report.story_run import StoryRun, is_whole

STORY = StoryRun(ROOT)


def test_committed_report_is_whole() -> None:
    is_whole(STORY)
    assert (ROOT / paths.DETAILS).exists()


def test_committed_headline_has_its_numbers() -> None:
    best = max(STORY.truth("all")[1:], key=lambda moment: moment.agreement_half_1)
    end = STORY.ladder("all")["composed"].agreement.value or 0
    assert f"After {best.updates} steps of learning they give {100 * best.agreement_half_2:.0f} %" in STORY.lead
    assert f"at the end {100 * end:.0f} %" in STORY.lead
    assert 20 <= best.updates <= 80
    assert best.agreement_half_2 >= 0.9
    assert "These networks first learn a picture and then, given enough images, outgrow it" in STORY.report


def test_committed_fitted_claim_has_its_numbers() -> None:
    rung = STORY.ladder("all")["fitted.10"]
    section = STORY.section("How many pictures would it take?")
    assert "**Up to ten pictures per digit imitate the 60,000-image network well.**" in section
    for value in (rung.explained.value, rung.agreement.value):
        assert f"{100 * (value or 0):.0f} %" in section
    caveats = STORY.section("Fitted pictures", STORY.details)
    for doubt in ("Agreement alone is no proof", "Other pictures would do", "Imitation is easy", "the same mistakes"):
        assert doubt in caveats


def test_readme_has_the_committed_numbers() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ladders = {name: Ladder.load(ROOT / paths.ladder_file(name)) for name in ("few", "all", "kept", "few-long")}
    for ladder in ladders.values():
        assert f"{100 * (ladder['composed'].agreement.value or 0):.0f} %" in readme
    right = [100 * load_json(ROOT / paths.metrics_file(name))["accuracy"] for name in ("kept", "all")]
    assert re.search(rf"the network gets {right[0]:.1f} % right instead of {right[1]:.1f} %", readme)
    entries = {e["name"]: e for e in load_json(ROOT / paths.SUMMARY)["recipes"]}
    free, penalised = (entries[name]["metrics"]["agreement"] for name in ("two-60000", "keep-0-04"))
    assert [entries[name]["seeds"] for name in ("two-60000", "keep-0-04")] == [10, 10]
    assert ladders["all"]["composed"].agreement.value == free["low"]
    assert f"(the\n  lowest of the ten; the highest, {100 * free['high']:.0f} %)" in readme
    with (ROOT / "study/reports/networks.csv").open(encoding="utf-8") as file:
        runs = [run for run in csv.DictReader(file) if run["recipe"] == "two-60000"]
    best, after = ([float(run[key]) for run in runs] for key in ("best_agreement", "best_at_updates"))
    shares = f"{100 * min(best):.0f} to {100 * max(best):.0f} %"
    assert f"(in ten training runs {shares}, after {min(after):.0f} to {max(after):.0f})" in readme
    assert len(runs) == 10
    assert f"of its answers ({100 * penalised['low']:.0f} to {100 * penalised['high']:.0f} %)" in readme
    why = STORY.section("Why it stops")
    (by_flat,) = re.findall(r"without hidden layers gives (\d+ %)\.", why)
    assert f"a\n  separate network without hidden layers gives {by_flat}." in readme
    (alike,) = re.findall(
        r"of (0.\d+) untrained, (0.\d+) after 40 steps and (0.\d+) at the end. It ends at (0.\d+) with 500 images", why
    )
    words = "of two of these is {} untrained, {} after 40 steps and {} at the end (with\n  500 images {})"
    assert words.format(*alike) in readme
    (despite,) = re.findall(r"With 5,000 images it ends at (0.\d+), yet the pictures give (\d+ %): likeness", why)
    words = "The cosine does not decide alone: with 5,000 images it ends at {},\n  yet the pictures give {}."
    assert words.format(*despite) in readme
    nearly = load_json(ROOT / "study/fashion-mnist" / paths.SUMMARY.name)["nearly"]
    assert f"in only {nearly['reached']} of {nearly['total']} training runs with 500 to 60,000 images" in readme
    report = read_page(ROOT / "study/reports/README.md")
    (mean,) = re.findall(r"([\d.]+) points \([\d.]+ to [\d.]+\) at 0.04, over 10 seeds", report)
    ((low, high),) = re.findall(r"\| keep-0-04 \|.* \| [\d.]+ \(([\d.]+) to ([\d.]+)\) \|", report)
    less = f"(over ten\n  training runs {low} to {high} percentage points less, on average {float(mean):.1f})"
    assert less in readme
