"""DVC's experiments do what its users expect, with this project's stages, metrics and plots."""

import json
import time

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
    assert "agreement" in data["metrics"]["reports/metrics/few.json"]["data"]

    differs = json.loads(project.run("dvc", "exp", "diff", "HEAD", "fewer", "--json").stdout)
    assert differs["params"]["params.yaml"]["networks.few.samples"] == {"old": 100, "new": 90, "diff": -10}
    assert set(differs["metrics"]) == {"reports/metrics/few.json"}

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
