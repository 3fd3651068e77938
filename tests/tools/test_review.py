"""A reviewer sees what moved, by how much and which way, and nothing of what did not."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from looking_for.core.tables import parse_rows
from looking_for.results.glossary import METRICS
from looking_for.surrogates.ladder import Ladder, Rung
from tests.projects import ROOT, Project, new_project
from tools.review.changes import format_plain

pytestmark = pytest.mark.xdist_group("review")  # one process: they share a changed project
SUMMARIES = {f"overview/{chart}" for chart in ("hero", "walk", "course", "along", "forms")}


def review(project: Project, base: str = "HEAD", *more: str) -> tuple[str, str]:
    project.run("python", "-m", "tools.review", base, *more)
    folder = project.folder / "build" / "review"
    return (folder / "comment.md").read_text(), (folder / "index.html").read_text()


@pytest.fixture(scope="module")
def changed(reproduced: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A branch on which one network's sample count changed, reproduced and not yet committed."""
    folder = tmp_path_factory.mktemp("changed") / "project"
    shutil.copytree(reproduced, folder, symlinks=True)
    project = Project(folder)
    project.run("git", "switch", "-qc", "more-samples")
    project.replace("params.yaml", "few: {samples: 100", "few: {samples: 400")
    assert project.repro() == ["train@few", "compose@few", "draw@few", "explore", "render"]
    return project


@pytest.fixture(scope="module")
def reviewed(changed: Project) -> tuple[str, str]:
    """Its comment and its page."""
    return review(changed)


def test_review_of_changed_samples(changed: Project, reviewed: tuple[str, str]) -> None:
    text, page = reviewed
    shown = set(re.findall(r"<summary><b>(.+?)</b>", text))
    assert shown == SUMMARIES | {
        f"few/{sheet}" for sheet in ("layer-1", "layer-2", "output", "clusters", "fitted-3", "along")
    }
    inside = set(re.findall(r"<h3>(\S+)", page)) | set(re.findall(r"<summary><b>(\S+)</b>", page))
    assert inside == {name for name in shown if "/layer-" not in name}, "units have no fixed places"
    assert len(page.encode()) < 2_000_000
    assert "| `networks.few.samples` | 100 | 400 |" in text
    assert "`networks.few.samples` 100 → 400" in text.splitlines()[2]
    for image in re.findall(r"\]\((images/.+?\.png)\)", text):
        assert (changed.folder / "build/review" / image).exists()


def test_review_warns_of_unreproduced_edits(project: Project) -> None:
    project.replace("params.yaml", "few: {samples: 100", "few: {samples: 400")
    text, page = review(project)
    for shown in (text.splitlines()[2], page):
        assert "Not reproduced:" in shown
        assert "train@few" in shown
    shutil.rmtree(project.folder / "data")
    shutil.rmtree(project.folder / ".dvc" / "cache")
    project.run("git", "checkout", "params.yaml")
    text, _ = review(project)
    assert "Not reproduced" not in text, "a checkout without data is no edit"


def test_review_metrics_have_signs(reviewed: tuple[str, str]) -> None:
    text, _ = reviewed
    numbers = text.split("### Numbers")[1].split("###")[0].replace("−", "-")
    rows = re.findall(r"\| `(\S+)` \| (\S+) \| (\S+) \| (\S+) \| (\S*) \| (\w*) \|", numbers)
    assert rows
    assert {network for network, *_ in rows} == {"few"}
    for _, name, old, new, change, verdict in rows:
        before, after = (float(value.replace(",", "")) for value in (old, new))
        assert float(change.replace(",", "")) == pytest.approx(after - before, abs=1.1e-4)
        rose, higher = after > before, METRICS[name].better == "higher"
        assert verdict == ("better" if rose == higher else "worse")
    accuracy = next(row for row in rows if row[1] == "accuracy")
    assert accuracy[5] == "better", "four times the images make a better network"


def test_dvc_diffs_show_the_change(changed: Project) -> None:
    assert re.search(r"metrics/few\.json.*accuracy", changed.run("dvc", "metrics", "diff").stdout)
    assert re.search(r"networks\.few\.samples *100 *400", changed.run("dvc", "params", "diff").stdout)
    for command in (["show"], ["diff", "HEAD"]):
        shown = changed.run("dvc", "plots", *command, "-o", "build/plots")
        assert "failed" not in (shown.stdout + shown.stderr).lower()
        assert (changed.folder / "build/plots/index.html").exists()


@pytest.mark.parametrize("command", ["show", "diff"])
def test_dvc_plots_give_json(changed: Project, command: str) -> None:
    words = ["dvc", "plots", command, "--json", "--split", "-o", "build/plots"]
    result = json.loads(changed.run(*words, *(["HEAD"] if command == "diff" else [])).stdout)
    assert not result.get("errors")
    curves = result["data"]["reports/history/few.csv"]
    assert curves[0]["type"] == "vega"
    assert {"anchor_definitions", "content"} <= set(curves[0])
    images = result["data"]["reports/figures/few/output.png"]
    revisions = [revision for image in images for revision in image["revisions"]]
    assert images[0]["type"] == "image"
    assert sorted(revisions) == (["workspace"] if command == "show" else ["HEAD", "workspace"])


def test_review_of_no_change(project: Project) -> None:
    text, page = review(project)
    assert "Nothing changed" in text
    assert "###" not in text
    assert "<article" not in page


@pytest.mark.long
def test_review_of_added_and_removed_networks(project: Project) -> None:
    flat = "flat: {samples: 1437, hidden: [], epochs: 2}"
    project.replace("params.yaml", flat, "new: {samples: 50, hidden: [5], epochs: 1}")
    assert project.repro() == ["train@new", "compose@new", "draw@new", "explore", "render"]
    assert project.repro() == []
    text, page = review(project)
    assert re.search(r"<li>\d+ numbers of new: new</li>", page)
    assert re.search(r"<li>\d+ numbers of flat: gone</li>", page)
    assert "- `new` added" in text
    assert "- `flat` removed" in text
    assert "<b>new/output</b> added" in text
    assert "<b>flat/output</b> removed" in text


@pytest.mark.long
def test_review_without_base_report(changed: Project, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    bare = new_project(folder)
    bare.commit("No report yet")
    shutil.copytree(changed.folder / "reports", folder / "reports", dirs_exist_ok=True)
    shutil.copy(changed.folder / "dvc.lock", folder / "dvc.lock")
    assert "no report yet" in review(bare)[0]

    shallow = tmp_path / "shallow"
    changed.run("git", "clone", "-q", "--depth", "1", f"file://{changed.folder}", str(shallow))
    (shallow / "params.yaml").write_text((shallow / "params.yaml").read_text().replace("samples: 100", "samples: 99"))
    assert "`networks.few.samples` | 100 | 99" in review(Project(shallow))[0]


def test_review_rejects_unknown_base(project: Project) -> None:
    failed = project.run("python", "-m", "tools.review", "nowhere", check=False)
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1
    assert "BASE=nowhere is not a commit here" in failed.stderr


@pytest.mark.long
def test_review_links_images_on_a_host(changed: Project) -> None:
    before = changed.run("git", "status", "--porcelain").stdout
    text, _ = review(changed, "HEAD", "--repository", "https://example.invalid/a/b", "--head", "c0ffee")
    assert changed.run("git", "status", "--porcelain").stdout == before, "the tree is left as it was"
    base = changed.run("git", "rev-parse", "HEAD").stdout.strip()
    path = "reports/figures/few/output.png?raw=true"
    assert f"https://example.invalid/a/b/blob/{base}/{path}" in text
    assert f"https://example.invalid/a/b/blob/c0ffee/{path}" in text
    assert "images/" not in text


def test_review_page_swipes(changed: Project, browser: Any) -> None:
    from selenium.webdriver import ActionChains, Keys
    from selenium.webdriver.common.by import By

    review(changed)
    browser.get((changed.folder / "build/review/index.html").as_uri())
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true;")
    images = browser.find_elements(By.TAG_NAME, "img")
    assert len(images) >= 16
    assert all(browser.execute_script("return arguments[0].naturalWidth", image) > 500 for image in images)

    browser.find_element(By.ID, "swipe").click()
    article = browser.find_element(By.ID, "few--output")
    slider = article.find_element(By.CLASS_NAME, "slider")
    views = article.find_element(By.CLASS_NAME, "views")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", views)

    def cut() -> str:
        after = article.find_element(By.CLASS_NAME, "after")
        return str(browser.execute_script("return getComputedStyle(arguments[0]).clipPath", after))

    middle = cut()
    slider.send_keys(Keys.ARROW_RIGHT * 10)
    by_key = cut()
    assert slider.get_property("value") == "60"
    assert by_key != middle
    width = views.size["width"]
    ActionChains(browser).move_to_element(views).click_and_hold().move_by_offset(-width // 4, 0).release().perform()
    assert 20 <= int(slider.get_property("value")) <= 30
    assert cut() not in (middle, by_key)


def test_review_page_decides_on_its_first_screen(changed: Project, browser: Any) -> None:
    """What changed, how far, the largest moves and the pictures begin within a screen; the rest is folded."""
    review(changed)
    screen = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get((changed.folder / "build/review/index.html").as_uri())
    tops = browser.execute_script(
        "const top = s => document.querySelector(s).getBoundingClientRect().top;"
        "const n_open = document.querySelectorAll('details[open]').length;"
        "return [top('.cards'), top('table'), top('#few--output img'), n_open]"
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert tops[0] < tops[1] < tops[2] < 900
    assert tops[3] == 0
    assert "2 networks: not one number moved" in browser.page_source
    assert "code unchanged" in browser.page_source


def test_metrics_are_explained_in_code_and_docs(project: Project) -> None:
    written = {
        key for path in (project.folder / "reports/metrics").glob("*.json") for key in json.loads(path.read_text())
    }
    assert written == set(METRICS)
    docs = (ROOT / "docs/mathematics.md").read_text()
    assert {key for key in written if f"`{key}`" not in docs} == set()


def test_moved_rungs_show_before_and_after(changed: Project, reviewed: tuple[str, str]) -> None:
    text, page = reviewed
    before = Ladder(list(parse_rows(changed.run("git", "show", "HEAD:reports/ladder/few.csv").stdout, Rung)))
    after = Ladder.load(changed.folder / "reports/ladder/few.csv")
    old, new = (ladder["linear_fit"].explained.value for ladder in (before, after))
    assert old != new
    assert f"| `few` | best linear fit | {format_plain(old)} → {format_plain(new)} |" in text
    assert "<td>best linear fit</td>" in page
    assert "| `all` |" not in text


@pytest.mark.long
def test_review_of_a_figures_code_opens_the_figure(project: Project) -> None:
    """Nothing else moved: the picture is what decides, so it is not folded."""
    project.replace("looking_for/figures/walk.py", "ROW_SPACE = 16", "ROW_SPACE = 40")
    project.repro()
    _, page = review(project)
    assert "not one number moved" in page
    assert re.findall(r'<details id="([\w-]+)" open>', page) == ["overview--walk"]
