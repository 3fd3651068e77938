"""Run what changed in a pipeline on all cores, or on a cluster: `make study`.

A task is a stage, its dependencies are futures, and a worker runs it by `dvc repro` in a clone of its own,
at a commit of this working tree. Results are shared by DVC's cache, so at the end everything is restored
here without training, and the lock is written here alone. docs/study.md.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from looking_for.core.errors import UserError, last_line
from looking_for.core.parallel import n_cores
from stages import _cli
from tools.parallel import graph, lock
from tools.parallel.clone import REFS, Job
from tools.parallel.graph import Stage

if TYPE_CHECKING:  # dask comes with `make study` alone
    from tools.parallel.cluster import RunSummary


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.parallel", description=__doc__)
    parser.add_argument("pipeline", type=Path, help="the folder of its dvc.yaml, study or .")
    parser.add_argument("--scheduler", help="tcp://… of a dask scheduler; else this machine's cores")
    parser.add_argument("--workers", type=int, default=n_cores(), help="how many on this machine")
    parser.add_argument(
        "--remote", action="store_true", help="share by DVC's default remote instead of by one cache folder"
    )
    arguments = parser.parse_args()
    if find_spec("distributed") is None:
        raise UserError("dask is not installed here: `make study` adds it to .venv")
    from tools.parallel.cluster import RunSummary, connect_workers, run_side_by_side

    if not (arguments.pipeline / "dvc.yaml").exists() or not arguments.pipeline.resolve().is_relative_to(Path.cwd()):
        raise UserError(f"{arguments.pipeline} is not a folder here with a dvc.yaml; pipelines are study and .")
    if arguments.workers < 1:
        raise UserError(f"--workers {arguments.workers}: at least 1 is needed")
    summary = RunSummary({}, {})
    to_run = [stage for stage in graph.stages_to_run(arguments.pipeline) if not stage.only_here]
    if to_run:
        job = make_job(arguments.pipeline, remote=arguments.remote)
        try:
            with connect_workers(arguments.scheduler, arguments.workers) as client:
                summary = run_side_by_side(
                    client, graph.plan_tasks(to_run), job, [] if arguments.scheduler else list_cores()
                )
        finally:
            _git("update-ref", "-d", f"{REFS}/{job.commit}")
    ran = [stage for stage in to_run if stage.name in summary.entries]
    gather_results(arguments.pipeline, ran, summary, remote=arguments.remote)


def make_job(pipeline: Path, *, remote: bool) -> Job:
    """This working tree as a commit that workers fetch; files that git does not know are not in it."""
    root = Path(_git("rev-parse", "--show-toplevel")).resolve()
    commit = _git("stash", "create") or _git("rev-parse", "HEAD")
    _git("update-ref", f"{REFS}/{commit}", commit)
    cache = "" if remote else _output(sys.executable, "-m", "dvc", "cache", "dir", folder=pipeline)
    shared = str((pipeline / cache).resolve()) if cache else ""
    below = str(pipeline.resolve().relative_to(root))
    return Job(str(root), commit, below, shared)


def gather_results(pipeline: Path, ran: Sequence[Stage], summary: "RunSummary", *, remote: bool) -> None:
    """Restore what the workers made and run what only the head can; a UserError names what failed.

    `dvc repro` would restore it, too, but writes the whole lock again for each stage.
    """
    pull = ["--pull"] if remote else []
    cached = [stage.name for stage in ran if stage.is_cached]
    if cached:
        lock.update_lock(pipeline, {name: summary.entries[name] for name in cached})
        restore = "pull" if remote else "checkout"
        chosen = cached if summary.failed else []  # each name that is given costs DVC a look through all stages
        _output(sys.executable, "-m", "dvc", restore, "--force", "--quiet", *chosen, folder=pipeline)
    if summary.failed:
        others = [stage.name for stage in ran if not stage.is_cached]
        if others:
            _output(sys.executable, "-m", "dvc", "repro", *pull, *others, folder=pipeline)
        lines = "".join(f"\n  {name}: {why}" for name, why in summary.failed.items())
        raise UserError(
            f"{len(summary.failed)} of {len(summary.failed) + len(ran)} stages failed; others are done:{lines}"
        )
    if subprocess.run([sys.executable, "-m", "dvc", "repro", *pull], check=False, cwd=pipeline).returncode:
        raise UserError(f"`dvc repro` failed in {pipeline}")


def list_cores() -> list[int]:
    """The numbers of the cores that this process may use, where the system says them."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _git(*words: str) -> str:
    return _output("git", *words, folder=Path())


def _output(*command: str, folder: Path) -> str:
    summary = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if summary.returncode:
        raise UserError(f"`{' '.join(command[-3:])}` failed: {last_line(summary.stderr)}")
    return summary.stdout.strip()


if __name__ == "__main__":
    _cli.run_stage("parallel", main)
