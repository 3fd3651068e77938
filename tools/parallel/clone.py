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
from tools.parallel.graph import Task

REFS = "refs/looking-for"
# One commit, packed as it lies there: making the pack small takes six times as long as copying it.
FETCH_OPTIONS = ("--quiet", "--depth=1", "--upload-pack=git -c pack.window=0 -c pack.compression=0 upload-pack")
# Freed memory is kept for the next array. Dask has its workers give it back to the system at once, for
# which our arrays of tens of megabytes pay with a quarter of a stage's time.
MEMORY = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "4000000000"}
# What XLA compiled for a training serves the worker's next of that shape: the same program, a second less.
XLA_CACHE_FLAG = "--tf_xla_persistent_cache_directory={}"


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


def run_task(job: Job, task: Task, before: Mapping[str, Any], place: Path, cores: Sequence[int] = ()) -> Outcome:
    """Run a task's stages by `dvc repro` in this worker's clone and share what they made.

    before: the lock's entries of what ran for it; place: a folder for the clone; cores: those that the
    stages keep to, so that threads are not more than cores; any, if none is given. DVC takes from its
    run-cache what any worker made before. Raises StageError.

    The clone's lock says nothing but what the task rests on: DVC writes the whole lock again for each
    stage, which takes seconds when it speaks of hundreds.
    """
    if cores:
        os.sched_setaffinity(0, cores)
    clone = make_clone(job, place)
    rests_on = {name: entry for name, entry in {**clone.known, **before}.items() if name in task.upstream}
    lock.replace_lock(clone.pipeline, rests_on)
    output = _dvc(clone, "repro", *([] if job.cache else ["--pull"]), task.stages[-1])
    if not job.cache:
        _dvc(clone, "push", "--run-cache", *task.stages)
    entries = lock.read_lock(clone.pipeline)
    return Outcome(
        [name for name in task.stages if f"Running stage '{name}'" in output],
        {name: entries[name] for name in task.stages},
    )


class Clone(NamedTuple):
    """pipeline: its folder in a clone of the project; known: what the lock says there; environment: that of
    commands, which run the clone's own code."""

    pipeline: Path
    known: Mapping[str, Any]
    environment: Mapping[str, str]


@cache
def make_clone(job: Job, place: Path) -> Clone:
    """The project at the job's commit, in a folder of this worker alone."""
    root = Path(tempfile.mkdtemp(prefix="clone-", dir=place))
    _run(root, os.environ, "git", "init", "--quiet")
    _run(root, os.environ, "git", "fetch", *FETCH_OPTIONS, job.source, f"{REFS}/{job.commit}")
    _run(root, os.environ, "git", "checkout", "--quiet", "FETCH_HEAD")
    pythons = [str(Path(sys.executable).parent), os.environ["PATH"]]
    programs = XLA_CACHE_FLAG.format(tempfile.mkdtemp(dir=place))
    flags = f"{programs} {os.environ.get('TF_XLA_FLAGS', '')}".strip()  # a folder that a person chose wins
    environment = {**os.environ, **MEMORY, "PYTHONPATH": str(root), "TF_XLA_FLAGS": flags}
    environment["PATH"] = os.pathsep.join(pythons)
    clone = Clone(root / job.pipeline, lock.read_lock(root / job.pipeline), environment)
    _dvc(clone, "config", "--local", "cache.dir", job.cache or str(root / ".dvc/cache"))
    return clone


def _dvc(clone: Clone, *words: str) -> str:
    return _run(clone.pipeline, clone.environment, "python", "-m", "dvc", *words)


def _run(folder: Path, environment: Mapping[str, str], *command: str) -> str:
    """Run a command; gives what it printed."""
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise StageError(_reason(f"{done.stdout}\n{done.stderr}"))
    return done.stdout


def _reason(output: str) -> str:
    """What a failed command said, in a line: a stage's own words if it has any, else DVC's or git's."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    clone = [line for line in lines if not line.startswith(("ERROR: failed to reproduce", ">", "Running"))]
    return (clone or lines or ["no reason given"])[-1]
