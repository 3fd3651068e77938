"""After one fetch everything works without any network."""

import os
from typing import Any

from tests.conftest import PLAIN, Project
from tests.faults.workshop import INJECT


def cut(project: Project) -> dict[str, Any]:
    """What makes every Python of a command one that reaches nobody; each must start anew for that."""
    return PLAIN | {"NO_NETWORK": "yes", "PYTHONPATH": f"{INJECT}{os.pathsep}{project.folder}"}


def test_an_edit_is_reproduced_reviewed_and_verified_without_a_network(project: Project) -> None:
    project.replace("params.yaml", "epochs: 3", "epochs: 4")
    done = project.run("dvc", "repro", **cut(project))
    assert "Running stage 'train@few'" in done.stdout
    assert "Running stage 'fetch'" not in done.stdout
    for command in ("dvc metrics diff", "python -m tools.review main", "python -m tools.verify"):
        project.run(*command.split(), **cut(project))


def test_the_cut_is_a_real_one(project: Project) -> None:
    project.replace("params.yaml", "dataset: digits", "dataset: mnist")
    project.replace("params.yaml", "source: auto", "source: keras")
    done = project.run("python", "-m", "stages.fetch", check=False, **cut(project))
    assert done.returncode == 1
    assert done.stderr.startswith("fetch: ")
    assert "the network is cut" in done.stderr
    assert "Traceback" not in done.stderr
