"""DVC's experiments do what its users expect, with this project's stages, metrics and plots."""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.projects import Project

PAGE_SCRIPT, EVERY = 50, 3  # seconds from one look to the next


def test_experiment_from_run_to_apply(project: Project) -> None:
    project.run("dvc", "exp", "run", "-n", "fewer", "-S", "networks.few.samples=90")
    project.run("git", "checkout", "-q", ".")
    project.run("dvc", "checkout")
    assert "samples: 100" in (project.folder / "params.yaml").read_text()

    shown = json.loads(project.run("dvc", "exp", "show", "--json").stdout)
    experiments = [e for revision in shown for e in revision["experiments"] or []]
    assert [e["name"] for e in experiments] == ["fewer"]
    data = experiments[0]["revs"][-1]["data"]
    assert data["params"]["params.yaml"]["data"]["networks"]["few"]["samples"] == 90
    assert "agreement" in data["metrics"]["reports/metrics/few.json"]["data"]

    differs = json.loads(project.run("dvc", "exp", "diff", "HEAD", "fewer", "--json").stdout)
    assert differs["params"]["params.yaml"]["networks.few.samples"] == {"old": 100, "new": 90, "diff": -10}
    assert set(differs["metrics"]) == {"reports/metrics/few.json"}

    table = project.run("python", "-m", "tools.experiments").stdout
    assert max(map(len, table.splitlines())) <= 120
    few = json.loads((project.folder / "reports/metrics/few.json").read_text())
    committed, fewer = [line.split() for line in table.splitlines() if " few " in line]
    assert committed[2] == f"{few['accuracy']:.4f}"
    assert fewer[:5] == ["networks.few.samples", "100", "→", "90", "fewer"]
    assert " flat " not in table, "what did not move has no row"

    project.run("dvc", "exp", "apply", "fewer")
    text = (project.folder / "params.yaml").read_text()
    assert "90" in text
    assert project.run("dvc", "status").stdout.strip() == "Data and pipelines are up to date."


@pytest.mark.long
def test_queued_experiments_run_apart(project: Project) -> None:
    project.run("dvc", "exp", "run", "--queue", "-n", "queued", "-S", "render.samples_per_class=4")
    project.run("dvc", "queue", "start")
    for _ in range(PAGE_SCRIPT):
        status = project.run("dvc", "queue", "status").stdout
        if "Success" in status or "Failed" in status:
            break
        time.sleep(EVERY)
    project.run("dvc", "queue", "stop", check=False)
    assert "Success" in status, project.run("dvc", "queue", "logs", "queued", check=False).stdout
    assert "queued" in project.run("dvc", "exp", "list", "--name-only").stdout
    assert project.run("git", "status", "--porcelain").stdout == ""


def test_plots_diff_works_offline(project: Project, browser: Any) -> None:
    project.replace("params.yaml", "few: {samples: 100", "few: {samples: 90")
    project.repro()
    (project.folder / ".venv").symlink_to(Path(sys.prefix))
    project.run("dvc", "plots", "diff", "HEAD")
    browser.get((project.folder / "dvc_plots/index.html").as_uri())
    curves = len(re.findall("vegaEmbed[(]'", (project.folder / "dvc_plots/index.html").read_text()))
    assert curves > 6
    format_count = "return document.querySelectorAll('.vega-embed canvas, .vega-embed svg.marks').length"
    WebDriverWait(browser, 20).until(lambda b: b.execute_script(format_count) == curves)
    width = browser.execute_script("return window.innerWidth")
    places = browser.execute_script(
        "return [...document.images].map(i => [i.naturalWidth, i.getBoundingClientRect().left, i.width])"
    )
    assert len(places) >= 2 * 12
    assert all(natural > 500 for natural, _, _ in places)
    assert all(left + shown <= width for _, left, shown in places), "no side lies beyond the window"
    assert len({round(left) for _, left, _ in places}) == 2
    assert all(shown > width / 3 for _, _, shown in places)
