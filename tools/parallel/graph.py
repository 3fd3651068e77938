"""What there is to run, in which order: the stages of a pipeline as DVC knows them, as tasks."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from dvc.repo import Repo
from dvc.stage import PipelineStage

from looking_for.core.errors import UserError, last_line


class Stage(NamedTuple):
    """One to run: its name, those to run that it waits for, all that it rests on, whether it can run in
    this working tree alone, and whether DVC's cache keeps all that it writes."""

    name: str
    after: Sequence[str]
    upstream: Sequence[str]
    only_here: bool
    is_cached: bool


class Task(NamedTuple):
    """Stages that a worker runs one after another, those of other tasks that it waits for, and all that
    the last rests on."""

    stages: Sequence[str]
    after: Sequence[str]
    upstream: Sequence[str]


def stages_to_run(folder: Path) -> list[Stage]:
    """The stages of the pipeline in a folder that changed, and what follows from them, in DVC's order."""
    changed = stale_stages(folder)
    by_name: dict[str, Stage] = {}
    with Repo(str(folder)) as repo:
        graph = repo.index.graph
        for node in nx.dfs_postorder_nodes(graph):
            if not is_stage(node) or Path(node.wdir) != folder.resolve():
                continue
            before = [other.name for other in graph.successors(node) if is_stage(other)]
            after = [name for name in before if name in by_name]
            if node.name in changed or after:
                here = is_lost(node) or reads_own_files(node) or any(by_name[name].only_here for name in after)
                cached = all(out.use_cache for out in node.outs)
                upstream = [other.name for other in nx.descendants(graph, node) if is_stage(other)]
                by_name[node.name] = Stage(node.name, after, sorted(upstream), here, cached)
    return list(by_name.values())


def plan_tasks(stages: Sequence[Stage]) -> list[Task]:
    """A stage that one other alone waits for, and no other such, goes along with it: one start of DVC
    instead of two, and nothing handed over."""
    waiting: dict[str, list[str]] = {stage.name: [] for stage in stages}
    for stage in stages:
        for name in stage.after:
            waiting[name].append(stage.name)
    by_name: dict[str, Task] = {}
    for stage in stages:
        paths = [name for name in stage.after if waiting[name] == [stage.name]]
        first = by_name.pop(paths[0]) if len(paths) == 1 else Task((), (), ())
        others = [name for name in stage.after if name not in first.stages]
        after = tuple(dict.fromkeys((*first.after, *others)))
        by_name[stage.name] = Task((*first.stages, stage.name), after, stage.upstream)
    return list(by_name.values())


def is_stage(node: object) -> bool:
    """Whether it is one of a pipeline's stages, not a file that `dvc add` tracks."""
    return isinstance(node, PipelineStage)


def is_lost(stage: PipelineStage) -> bool:
    """Whether DVC keeps no run of it."""
    return any(not (out.use_cache or out.metric or out.plot) for out in stage.outs)


def reads_own_files(stage: PipelineStage) -> bool:
    """Whether it reads files here that git leaves out and no stage makes: your own images or
    networks, which no clone has."""
    outputs = {str(out.fs_path) for node in stage.repo.index.stages for out in node.outs}
    paths = [str(dep.fs_path) for dep in stage.deps if not _is_made(str(dep.fs_path), outputs)]
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--", *paths]
    listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout if paths else ""
    return any("__pycache__" not in line for line in listed.splitlines())


def _is_made(path: str, outputs: set[str]) -> bool:
    return any(path == out or out.startswith(f"{path}/") for out in outputs)


def stale_stages(folder: Path) -> set[str]:
    """The stages whose code, data or params changed since they last ran, or whose outputs are missing."""
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json"], check=False, cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        raise UserError(f"`dvc status` failed in {folder}: {last_line(done.stderr)}")
    return set(json.loads(done.stdout or "{}"))
