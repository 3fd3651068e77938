"""DVC's experiments do what its users expect, with this project's stages, metrics and plots."""

import json
import time

import pytest

from tests.conftest import Project

WAIT_SECONDS = 150


def test_an_experiment_runs_shows_differs_and_is_applied(project: Project) -> None:
    project.run("dvc", "exp", "run", "-n", "fewer", "-S", "networks.few.samples=90")
    project.run("git", "checkout", "-q", ".")
    project.run("dvc", "checkout")
    assert "samples: 100" in (project.folder / "params.yaml").read_text()

    shown = json.loads(project.run("dvc", "exp", "show", "--json").stdout)
    experiments = [e for revision in shown for e in revision["experiments"] or []]
    assert [e["name"] for e in experiments] == ["fewer"]
    data = experiments[0]["revs"][-1]["data"]
    assert data["params"]["params.yaml"]["data"]["networks"]["few"]["samples"] == 90
    assert "agreement" in data["metrics"]["reports/metrics/compose/few.json"]["data"]

    differs = json.loads(project.run("dvc", "exp", "diff", "HEAD", "fewer", "--json").stdout)
    assert differs["params"]["params.yaml"]["networks.few.samples"] == {"old": 100, "new": 90, "diff": -10}
    assert set(differs["metrics"]) == {
        "reports/metrics/train/few.json",
        "reports/metrics/compose/few.json",
    }

    project.run("dvc", "exp", "apply", "fewer")
    text = (project.folder / "params.yaml").read_text()
    assert "90" in text
    assert project.run("dvc", "status").stdout.strip() == "Data and pipelines are up to date."


def test_queued_experiments_run_in_folders_of_their_own(project: Project) -> None:
    project.run("dvc", "exp", "run", "--queue", "-n", "queued", "-S", "render.samples_per_class=4")
    project.run("dvc", "queue", "start")
    for _ in range(WAIT_SECONDS):
        status = project.run("dvc", "queue", "status").stdout
        if "Success" in status or "Failed" in status:
            break
        time.sleep(1)
    project.run("dvc", "queue", "stop", check=False)
    assert "Success" in status, project.run("dvc", "queue", "logs", "queued", check=False).stdout
    assert "queued" in project.run("dvc", "exp", "list", "--name-only").stdout
    assert project.run("git", "status", "--porcelain").stdout == ""


@pytest.mark.parametrize("command", ["show", "diff"])
def test_plots_come_as_the_json_that_editors_read(project: Project, command: str) -> None:
    project.replace("params.yaml", "samples_per_class: 5", "samples_per_class: 4")
    project.repro()
    words = ["dvc", "plots", command, "--json", "--split", "-o", "plots"]
    found = json.loads(project.run(*words, *(["HEAD"] if command == "diff" else [])).stdout)
    assert "errors" not in found or not found["errors"]
    curves = found["data"]["reports/history/few.csv"]
    assert curves[0]["type"] == "vega"
    assert {"anchor_definitions", "content"} <= set(curves[0])
    images = found["data"]["reports/figures/samples.png"]
    revisions = [revision for image in images for revision in image["revisions"]]
    assert images[0]["type"] == "image"
    assert sorted(revisions) == (["workspace"] if command == "show" else ["HEAD", "workspace"])
