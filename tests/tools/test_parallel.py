"""Stages side by side give the bytes of `dvc repro`, whoever dies or fails on the way."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from looking_for.core.errors import UserError
from tests.projects import Project
from tools.parallel import cluster

MADE = ("reports/README.md", "reports/networks.csv", "reports/siblings.csv", "summary.json", "dvc.lock")
STAGES = 3 + 2 * 5  # fetch, survey, label-pictures, and two of each network
WILD = "{samples: 100, hidden: [6, 6, 6, 6], epochs: 2, activation: linear, optimizer: sgd, initial_scale: 100}"
pytestmark = pytest.mark.xdist_group("parallel")


@pytest.fixture
def fresh(study_project: Project, tmp_path: Path) -> Project:
    """A clone of it in which nothing has run."""
    subprocess.run(["git", "clone", "-q", str(study_project.folder), str(tmp_path / "fresh")], check=True)
    return Project(tmp_path / "fresh")


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "tools.parallel", "study", "--workers", "2", *more]


def study(project: Project, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*more), cwd=project.folder, env=project.environment(), capture_output=True,
                          text=True, check=False)  # fmt: skip


@pytest.fixture
def grown(study_project: Project, tmp_path: Path) -> tuple[Project, subprocess.CompletedProcess[str]]:
    """A study that has run, with a seed more and a network that nobody can train: and what two workers say of
    it."""
    folder = tmp_path / "grown"
    shutil.copytree(study_project.folder, folder, symlinks=True)
    project = Project(folder)
    project.replace("study/params.yaml", "seeds: [0, 1]\n", "seeds: [0, 1, 2]\n")
    project.replace("study/params.yaml", "variants: {adam:", f"variants: {{wild: {WILD}, adam:")
    return project, study(project)


def is_the_same(one: Project, other: Project) -> None:
    """The report, tables, summary, lock and figures of both studies, byte for byte."""
    figures = sorted(path.name for path in (one.folder / "study/reports/figures").iterdir())
    assert figures
    for name in (*MADE, *(f"reports/figures/{figure}" for figure in figures)):
        theirs, ours = ((p.folder / "study" / name).read_bytes() for p in (one, other))
        assert theirs == ours, name


@pytest.mark.long
def test_two_workers_give_the_bytes_of_a_serial_run(study_project: Project, fresh: Project) -> None:
    done = study(fresh)
    assert done.returncode == 0, done.stderr
    assert "2 workers; dashboard: http" in done.stdout
    assert (done.stdout + done.stderr).count(": ran") == STAGES
    gathered = done.stdout[done.stdout.index("Stage 'fetch' didn't change") :]
    assert [line for line in gathered.splitlines() if line.startswith("Running stage")] == ["Running stage 'study':"]
    is_the_same(study_project, fresh)
    again = study(fresh)
    assert "workers" not in again.stdout, "nothing changed: nobody is asked"


@pytest.mark.long
def test_workers_run_what_is_new_despite_failures(
    study_project: Project, grown: tuple[Project, subprocess.CompletedProcess[str]]
) -> None:
    project, done = grown
    answers = done.stdout + done.stderr
    ran = sorted(line.split(":")[0] for line in answers.splitlines() if line.endswith(": ran"))
    assert ran == sorted(f"{stage}@small-100-2" for stage in ("train", "compose"))
    assert done.returncode == 1
    assert "2 of 4 stages failed; others are done:" in done.stderr
    assert "train-variant@wild-0: train: wild-0's weights grew beyond all numbers" in done.stderr
    assert "Traceback" not in done.stderr
    for name in ("small-100-0", "small-100-1", "adam-0"):
        ours, theirs = ((p.folder / f"study/data/pictures/{name}.npz").read_bytes() for p in (project, study_project))
        assert ours == theirs
    assert (project.folder / "study/data/pictures/small-100-2.npz").exists()


@pytest.mark.long
def test_workers_over_a_remote_survive_a_kill(study_project: Project, fresh: Project, tmp_path: Path) -> None:
    config = fresh.folder / "study/.dvc/config"
    its_own = config.read_text(encoding="utf-8").replace("../../.dvc/cache", "cache")
    its_own = its_own.replace("[core]\n", "[core]\n    remote = shared\n")
    config.write_text(f"{its_own}['remote \"shared\"']\n    url = {tmp_path}/remote\n")
    running = subprocess.Popen(command("--remote"), cwd=fresh.folder, env=fresh.environment(), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    os.kill(worker_at_work(running.pid), signal.SIGKILL)
    answers, _ = running.communicate()
    assert running.returncode == 0, answers
    assert answers.count(": ran") + answers.count(": was there") == STAGES
    assert answers.count(": ran") >= STAGES - 1, "at most the killed one was already pushed"
    gathered = answers[answers.index("Stage 'fetch' didn't change") :]
    assert gathered.count("Running stage") == 1
    is_the_same(study_project, fresh)


def worker_at_work(head: int) -> int:
    """A worker process in whose clone a stage is being trained or composed."""
    for _ in range(600):
        join_words = subprocess.run(["ps", "-ewwo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(ppid) for pid, ppid, *_ in (row.split(None, 2) for row in join_words.splitlines()[1:])}
        for row in join_words.splitlines()[1:]:
            pid, parent, args = row.split(None, 2)
            if "dvc repro" in args and "compose@" in args and head in ancestors(int(pid), parents):
                return int(parent)
        time.sleep(0.1)
    raise AssertionError("no worker ran a stage")


def ancestors(pid: int, parents: dict[int, int]) -> list[int]:
    result = []
    while pid in parents and pid not in result:
        result.append(pid)
        pid = parents[pid]
    return result


def test_missing_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT", 1)
    with pytest.raises(UserError) as error, cluster.connect_workers("tcp://127.0.0.1:9", 1):
        pass
    assert str(error.value).startswith("no dask scheduler at tcp://127.0.0.1:9: ")
    assert "\n" not in str(error.value)
