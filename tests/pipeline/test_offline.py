"""After one fetch everything works without any network."""

from typing import Any

import pytest

from tests.faults.workshop import INJECT
from tests.projects import Project

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("offline")]


@pytest.fixture(scope="module")
def cut() -> dict[str, Any]:
    """What makes every Python of a command one that reaches nobody."""
    return {"NO_NETWORK": "yes", "PYTHONPATH": str(INJECT)}


def test_edit_review_and_verify_offline(project: Project, cut: dict[str, Any]) -> None:
    project.replace("params.yaml", "epochs: 3", "epochs: 4")
    done = project.run("dvc", "repro", **cut)
    assert "Running stage 'train@few'" in done.stdout
    assert "Running stage 'fetch'" not in done.stdout
    for command in ("dvc metrics diff", "python -m tools.review main", "python -m tools.verify"):
        project.run(*command.split(), **cut)


def test_offline_cut_is_real(project: Project, cut: dict[str, Any]) -> None:
    project.replace("params.yaml", "dataset: digits", "dataset: mnist")
    project.replace("params.yaml", "source: auto", "source: keras")
    done = project.run("python", "-m", "stages.fetch", check=False, **cut)
    assert done.returncode == 1
    assert done.stderr.startswith("fetch: ")
    assert "the network is cut" in done.stderr
    assert "Traceback" not in done.stderr
