"""How tasks are given to workers: in which order, and which cores each keeps to."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from tests.conftest import quick
from tools.parallel import cluster
from tools.parallel.clone import Job, Outcome
from tools.parallel.graph import Task

SAYS_CORES = "import json, os; print(json.dumps(sorted(os.sched_getaffinity(0))))"


@pytest.mark.parametrize(
    ("cores", "workers", "at_once", "parts"),
    [
        ([0, 1], 2, 2, [[0], [1]]),
        ([0, 1], 2, 1, [[0, 1], [1, 0]]),
        ([4, 5, 6, 7], 4, 4, [[4], [5], [6], [7]]),
        ([4, 5, 6, 7], 2, 2, [[4, 5], [6, 7]]),
        ([4, 5, 6, 7], 4, 2, [[4, 5], [5, 6], [6, 7], [7, 4]]),
        ([4, 5, 6, 7], 4, 3, [[4], [5], [6], [7]]),
        ([0, 1], 4, 4, [[0], [0], [1], [1]]),
        ([], 2, 1, [[], []]),
    ],
)
def test_workers_share_the_cores_out_and_none_is_left_idle_by_fewer_tasks(
    cores: list[int], workers: int, at_once: int, parts: list[list[int]]
) -> None:
    assert [cluster.Share(cores, workers, at_once).of(worker) for worker in range(workers)] == parts


def test_tasks_begin_in_the_pipelines_order_and_the_last_has_the_cores_of_the_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[tuple[str, int]] = []

    def run(_job: Job, task: Task, _before: object, _place: Path, cores: Sequence[int]) -> Outcome:
        begun.append((task.stages[-1], len(cores)))
        return Outcome(task.stages, {name: {} for name in task.stages})

    monkeypatch.setattr(cluster, "run", run)
    names = ["survey", "z", "c", "x", "a"]  # the first before all others
    tasks = [Task([name], ["survey"] * (name != "survey"), ["survey"]) for name in names]
    with (
        LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as local,
        Client(local) as client,
    ):
        monkeypatch.setattr(client, "nthreads", lambda: {"one": 1, "two": 1})
        done = cluster.side_by_side(client, tasks, Job("", "0123456789", "study", ""), [0, 1])
    assert begun == [("survey", 1), ("z", 1), ("c", 1), ("x", 1), ("a", 2)]
    assert list(done.entries) == names


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to some cores")
def test_a_warm_pythons_copy_keeps_to_the_cores_of_who_asks_for_it(tmp_path: Path) -> None:
    (tmp_path / "says_cores.py").write_text(SAYS_CORES)
    all_of_them = sorted(os.sched_getaffinity(0))
    for own in ([all_of_them[-1]], all_of_them):
        said = subprocess.run(
            ["taskset", "-c", ",".join(map(str, own)), "python", "-m", "says_cores"],
            check=True, cwd=tmp_path, env=os.environ | quick(), capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert json.loads(said) == own
