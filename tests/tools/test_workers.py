"""How tasks are given to workers: in which order, and which cores each keeps to."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from tools.parallel import cluster
from tools.parallel.clone import Job, Outcome
from tools.parallel.graph import Task


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
def test_share_leaves_no_core_idle(cores: list[int], workers: int, at_once: int, parts: list[list[int]]) -> None:
    assert [cluster.Share(cores, workers, at_once).cores_of(worker) for worker in range(workers)] == parts


def test_run_side_by_side_keeps_order(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, int]] = []

    def run(_job: Job, task: Task, _before: object, _place: Path, cores: Sequence[int]) -> Outcome:
        started.append((task.stages[-1], len(cores)))
        return Outcome(task.stages, {name: {} for name in task.stages})

    monkeypatch.setattr(cluster, "run_task", run)
    names = ["survey", "z", "c", "x", "a"]  # the first before all others
    tasks = [Task([name], ["survey"] * (name != "survey"), ["survey"]) for name in names]
    with (
        LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as local,
        Client(local) as client,
    ):
        monkeypatch.setattr(client, "nthreads", lambda: {"one": 1, "two": 1})
        summary = cluster.run_side_by_side(client, tasks, Job("", "0123456789", "study", ""), [0, 1])
    assert started == [("survey", 1), ("z", 1), ("c", 1), ("x", 1), ("a", 2)]
    assert list(summary.entries) == names
