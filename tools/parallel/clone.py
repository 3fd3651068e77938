"""A worker's own clone of the project, in which DVC runs a stage: nothing there is in anyone's way."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.parallel import lock

REFS = "refs/looking-for"


class Job(NamedTuple):
    """What a worker must know. source: a path that git fetches from; commit: what is run; pipeline: its
    folder below the project's; cache: DVC's cache folder, shared by all, or nothing: then every
    clone has a cache of its own, and they share by the pipeline's default remote."""

    source: str
    commit: str
    pipeline: str
    cache: str


class Outcome(NamedTuple):
    """ran: those of a task's stages that had to run; entries: what DVC's lock says of each, by name."""

    ran: Sequence[str]
    entries: Mapping[str, Any]


class StageError(Exception):
    """A stage that ended with an error: what it said last."""


def run(job: Job, stages: Sequence[str], place: Path, core: int | None = None) -> Outcome:
    """Run stages, each needed by the next, by `dvc repro` in this worker's clone and share what they made.

    place: a folder for the clone; core: the one that this worker keeps to, so that threads are not more
    than cores. DVC takes from its run-cache what any worker made before. Raises StageError.
    """
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    root = clone(job, place)
    said = _run(root, job.pipeline, "dvc", "repro", *([] if job.cache else ["--pull"]), stages[-1])
    if not job.cache:
        _run(root, job.pipeline, "dvc", "push", "--run-cache", *stages)
    entries = lock.read(root / job.pipeline)
    return Outcome(
        [name for name in stages if f"Running stage '{name}'" in said],
        {name: entries[name] for name in stages},
    )


@cache
def clone(job: Job, place: Path) -> Path:
    """The project at the job's commit, in a folder of this worker alone."""
    root = Path(tempfile.mkdtemp(prefix="clone-", dir=place))
    _run(root, "", "git", "init", "--quiet")
    _run(root, "", "git", "fetch", "--quiet", "--depth", "1", job.source, f"{REFS}/{job.commit}")
    _run(root, "", "git", "checkout", "--quiet", "FETCH_HEAD")
    _run(root, job.pipeline, "dvc", "config", "--local", "cache.dir", job.cache or str(root / ".dvc/cache"))
    return root


def _run(root: Path, below: str, program: str, *words: str) -> str:
    """A command of this Python's environment, on the clone's own code; gives what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "dvc", *words] if program == "dvc" else [program, *words]
    done = subprocess.run(
        command, check=False, cwd=root / below, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise StageError(_reason(f"{done.stdout}\n{done.stderr}"))
    return done.stdout


def _reason(said: str) -> str:
    """What a failed command said, in a line: a stage's own words if it has any, else DVC's or git's."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith(("ERROR: failed to reproduce", ">", "Running"))]
    return (own or lines or ["no reason given"])[-1]
