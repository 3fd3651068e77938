"""What a kill cut short is put right: each half of a lock, and DVC takes up from there."""

import subprocess
from pathlib import Path

import pytest

from tests.projects import Project
from tools import heal


def test_heal_brings_back_the_lock(project: Project) -> None:
    lock, intact = project.folder / "dvc.lock", (project.folder / "dvc.lock").read_bytes()
    lock.write_bytes(intact[: intact.index(b"cmd:", 900) + 2])
    running = project.folder / ".dvc/tmp/rwlock"
    running.write_text('{"half')
    assert project.run("dvc", "status", check=False).returncode
    answer = project.run("python", "-m", "tools.heal").stdout
    assert "dvc.lock was cut short: git's last one is back" in answer
    assert lock.read_bytes() == intact
    assert not running.exists()
    assert "up to date" in project.run("dvc", "status").stdout


def test_heal_leaves_whole_files_alone(project: Project) -> None:
    before = (project.folder / "dvc.lock").read_bytes()
    assert project.run("python", "-m", "tools.heal").stdout == ""
    assert (project.folder / "dvc.lock").read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "schema: '2.0'\nstages:\n  a:\n    de", "stages: {a: {cmd: x, deps: [{md5: 1}]}}", "[1]"]
)
def test_is_lock_notices_halves(tmp_path: Path, text: str) -> None:
    (tmp_path / "dvc.lock").write_text(text)
    assert not heal.is_lock(tmp_path / "dvc.lock")


def test_heal_without_git_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    Path("dvc.lock").write_text("stages:\n  a")
    heal.restore(Path("dvc.lock"))
    assert not Path("dvc.lock").exists()
