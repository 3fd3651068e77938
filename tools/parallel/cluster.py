"""Stages as tasks of dask: each waits for those before it, on workers here or anywhere."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # of workers too; errors are told here

import dask
from distributed import Client, Future, LocalCluster, as_completed, get_worker
from tqdm import tqdm

from looking_for.core.errors import UserError, reason
from stages import _cli
from tools.parallel.clone import Job, Outcome, run_task
from tools.parallel.graph import Task

CONNECT_TIMEOUT = 5  # seconds to reach a scheduler
# Dask looks at itself up to a hundred times a second, for charts of functions that take milliseconds. With
# two workers that costs an eighth of a core; looking less often leaves a thirtieth.
DASK_CONFIG = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}


class RunSummary(NamedTuple):
    """entries: what DVC's lock says of each stage that is done; failed: why each other is not."""

    entries: Mapping[str, Any]
    failed: Mapping[str, str]


class Share(NamedTuple):
    """cores: of this machine, none where workers are elsewhere; workers: how many share them; at_once: how
    many of those can still have a task."""

    cores: Sequence[int]
    workers: int
    at_once: int

    def cores_of(self, worker: int | str) -> list[int]:
        """A worker's cores: its own, and at the end, when others are idle, as many as there are for each.
        Workers of this machine have numbers for names."""
        if not self.cores:
            return []
        first = int(worker) * len(self.cores) // self.workers
        number = max(1, len(self.cores) // self.at_once)
        return [self.cores[(first + n) % len(self.cores)] for n in range(number)]


@contextmanager
def connect_workers(scheduler: str | None, number: int) -> Iterator[Client]:
    """A client of a scheduler elsewhere, or of workers on this machine, each a process."""
    with ExitStack() as stack:
        if scheduler is None:
            stack.enter_context(dask.config.set(DASK_CONFIG))
            local = LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address="127.0.0.1:0")
            client = stack.enter_context(Client(stack.enter_context(local)))
        else:
            try:
                client = stack.enter_context(Client(scheduler, timeout=CONNECT_TIMEOUT))
            except (OSError, TimeoutError, ValueError) as error:
                raise UserError(f"no dask scheduler at {scheduler}: {reason(error)}") from error
        _cli.say(f"{len(client.nthreads())} workers; dashboard: {client.dashboard_link}")
        yield client


def run_side_by_side(client: Client, tasks: Sequence[Task], job: Job, cores: Sequence[int]) -> RunSummary:
    """Run each task once those before it are done, in their order.

    One that fails takes along those after it and no other. One whose worker dies runs on another. The
    cores, of this machine if workers are here, are shared out among as many tasks as can run at once.
    """
    futures: dict[str, Future] = {}  # by stage
    stages = {}  # by future
    n_workers = len(client.nthreads())
    for number, task in enumerate(tasks):
        before = [futures[name] for name in task.after]
        share = Share(cores, n_workers, min(n_workers, len(tasks) - number))
        key = f"{task.stages[-1]}-{job.commit[:8]}"
        future = client.submit(run_on_worker, job, task, share, before, key=key, priority=-number)
        futures |= dict.fromkeys(task.stages, future)
        stages[key] = task.stages
    entries: dict[str, Any] = {}
    failed: dict[str, str] = {}
    with tqdm(total=len(futures), unit="stage", disable=None, dynamic_ncols=True) as bar:
        for future in as_completed(set(futures.values())):
            names = stages[future.key]
            if future.status == "finished":
                outcome = future.result()
                entries |= outcome.entries
                for name in names:
                    bar.write(f"{name}: {'ran' if name in outcome.ran else 'was there'}")
            else:
                failed |= dict.fromkeys(names, reason(future.exception()))
            bar.update(len(names))
    return RunSummary(entries, failed)


def run_on_worker(job: Job, task: Task, share: Share, before: Sequence[Outcome]) -> Outcome:
    """A task, on the worker's share of the cores."""
    worker = get_worker()
    entries = {name: entry for outcome in before for name, entry in outcome.entries.items()}
    return run_task(job, task, entries, Path(worker.local_directory), share.cores_of(worker.name))
