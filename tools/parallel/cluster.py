"""Stages as tasks of dask: each waits for those before it, on workers here or anywhere."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # of workers too; errors are told here

from distributed import Client, Future, LocalCluster, as_completed, get_worker
from tqdm import tqdm

from stages import console
from stages.errors import UserError, reason
from tools.parallel.clone import Job, Outcome, run
from tools.parallel.graph import Task

PATIENCE = 5  # seconds to reach a scheduler


class Done(NamedTuple):
    """entries: what DVC's lock says of each stage that is done; failed: why each other is not."""

    entries: Mapping[str, Any]
    failed: Mapping[str, str]


@contextmanager
def workers(scheduler: str | None, number: int) -> Iterator[Client]:
    """A client of a scheduler elsewhere, or of workers on this machine, each a process."""
    with ExitStack() as stack:
        if scheduler is None:
            local = LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address="127.0.0.1:0")
            client = stack.enter_context(Client(stack.enter_context(local)))
        else:
            try:
                client = stack.enter_context(Client(scheduler, timeout=PATIENCE))
            except (OSError, TimeoutError, ValueError) as error:
                raise UserError(f"no dask scheduler at {scheduler}: {reason(error)}") from error
        console.say(
            f"{len(client.scheduler_info()['workers'])} workers; dashboard: {client.dashboard_link}"
        )
        yield client


def side_by_side(client: Client, tasks: Sequence[Task], job: Job, cores: Sequence[int]) -> Done:
    """Run each task once those before it are done.

    One that fails takes along those after it and no other. One whose worker dies runs on another.
    """
    futures: dict[str, Future] = {}  # by stage
    stages = {}  # by future
    for task in tasks:
        before = [futures[name] for name in task.after]
        key = f"{task.stages[-1]}-{job.commit[:8]}"
        future = client.submit(on_worker, job, task, cores, before, key=key)
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
    return Done(entries, failed)


def on_worker(job: Job, task: Task, cores: Sequence[int], before: Sequence[Outcome]) -> Outcome:
    """A task, on one core where the worker is of this machine, whose name is a number."""
    worker = get_worker()
    core = cores[worker.name % len(cores)] if cores else None
    entries = {name: entry for outcome in before for name, entry in outcome.entries.items()}
    return run(job, task, entries, Path(worker.local_directory), core)
