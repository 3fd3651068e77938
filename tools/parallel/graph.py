"""What there is to run, in which order: the stages of a pipeline as DVC knows them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from dvc.repo import Repo
from dvc.stage import PipelineStage

from stages.errors import UserError, last_line


class Stage(NamedTuple):
    """One to run: its name, those that it waits for, and whether only the head can run it.

    DVC keeps no run of a stage with outputs that are not cached: what a worker made of it would be lost.
    """

    name: str
    after: Sequence[str]
    only_here: bool


def to_run(folder: Path) -> list[Stage]:
    """The stages of the pipeline in a folder that changed, and what follows from them, in order."""
    changed = stale(folder)
    found: dict[str, Stage] = {}
    with Repo(str(folder)) as repo:
        graph = repo.index.graph
        for node in reversed(list(nx.topological_sort(graph))):
            if not isinstance(node, PipelineStage) or Path(node.wdir) != folder.resolve():
                continue
            before = [other.name for other in graph.successors(node) if isinstance(other, PipelineStage)]
            after = [name for name in before if name in found]
            if node.name in changed or after:
                lost = any(not (out.use_cache or out.metric or out.plot) for out in node.outs)
                found[node.name] = Stage(node.name, after, lost)
    return list(found.values())


def stale(folder: Path) -> set[str]:
    """The stages whose code, data or params changed since they last ran, or whose outputs are missing."""
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise UserError(f"`dvc status` failed in {folder}: {last_line(done.stderr)}")
    return set(json.loads(done.stdout or "{}"))
