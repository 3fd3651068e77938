"""Stages as tasks of dask: each waits for those before it, on workers here or anywhere."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # of workers too; errors are told here

from distributed import Client, Future, LocalCluster, as_completed, get_worker
from tqdm import tqdm

from stages import console
from stages.errors import UserError, reason
from tools.parallel.clone import Job, run
from tools.parallel.graph import Stage

PATIENCE = 5  # seconds to reach a scheduler


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


def side_by_side(client: Client, stages: Sequence[Stage], job: Job, cores: Sequence[int]) -> dict[str, str]:
    """Run each stage once those before it are done; gives the failed ones, each with its reason.

    A stage that fails takes along those after it and no other. One whose worker dies runs on another.
    """
    futures: dict[str, Future] = {}
    for stage in stages:
        before = [futures[name] for name in stage.after]
        key = f"{stage.name}-{job.commit[:8]}"
        futures[stage.name] = client.submit(task, job, stage.name, cores, before, key=key)
    names = {future.key: name for name, future in futures.items()}
    failed = {}
    with tqdm(total=len(futures), unit="stage", disable=None, dynamic_ncols=True) as bar:
        for future in as_completed(futures.values()):
            name = names[future.key]
            if future.status == "finished":
                bar.write(f"{name}: {'ran' if future.result() else 'was there'}")
            else:
                failed[name] = reason(future.exception())
            bar.update()
    return failed


def task(job: Job, stage: str, cores: Sequence[int], _before: Sequence[bool]) -> bool:
    """On a worker: one stage, on one core where the worker is of this machine, whose name is a number."""
    worker = get_worker()
    core = cores[worker.name % len(cores)] if cores else None
    return run(job, stage, Path(worker.local_directory), core)
