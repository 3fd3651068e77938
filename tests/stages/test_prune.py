"""Only what the pipeline wrote is removed, never what a person put beside it."""

import hashlib
from pathlib import Path

import pytest

from looking_for.core import paths
from looking_for.core.files import save_text
from stages._prune import prune_stale_outputs

STALE = {
    "networks": paths.network_file("old"),
    "history": paths.history_file("old"),
    "own": paths.network_file("teacher"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two outputs of a network that is gone, and a person's file beside them."""
    monkeypatch.chdir(tmp_path)
    for path in STALE.values():
        save_text(path, f"of {path}")
    lines = ["schema: '2.0'", "stages:", "  train@old:", "    cmd: python", "    outs:"]
    for path in (STALE["networks"], STALE["history"]):
        lines += [f"    - path: {path}", f"      md5: {hashlib.md5(path.read_bytes()).hexdigest()}"]
    save_text(Path("dvc.lock"), "\n".join(lines) + "\n")
    return tmp_path


def left() -> set[str]:
    return {name for name, path in STALE.items() if path.exists()}


@pytest.mark.usefixtures("project")
def test_prune_stale_outputs_keeps_own_files() -> None:
    prune_stale_outputs(["few"], [], [])
    assert left() == {"own"}


@pytest.mark.usefixtures("project")
def test_prune_stale_outputs_keeps_inputs() -> None:
    prune_stale_outputs(["few"], [], [str(STALE["networks"])])
    assert left() == {"networks", "own"}


@pytest.mark.usefixtures("project")
def test_prune_stale_outputs_keeps_what_was_changed() -> None:
    save_text(STALE["networks"], "a person's own, at that place")
    prune_stale_outputs(["few"], [], [])
    assert left() == {"networks", "own"}


@pytest.mark.usefixtures("project")
def test_prune_stale_outputs_without_a_lock_removes_nothing() -> None:
    Path("dvc.lock").unlink()
    prune_stale_outputs(["few"], [], [])
    assert left() == set(STALE)
