"""Remove what networks that params.yaml no longer names, or no longer challenges, left behind.

DVC forgets a removed stage but not its files. They would count as inputs of render here and be missing in
a fresh clone, and a reviewer would read numbers of a network that was removed. So explore and render begin
with this. A person's own file may lie at such a place: only what dvc.lock lists as an output of the pipeline,
with the bytes that it lists, is removed.
"""

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from looking_for.core import paths
from stages import _cli

LOCK = Path("dvc.lock")
NETWORK_FILES: tuple[Callable[[str], Path], ...] = (
    paths.network_file,
    paths.snapshots_file,
    paths.pictures_file,
    paths.history_file,
    paths.metrics_file,
    paths.ladder_file,
    paths.truth_file,
    paths.figure_dir,
)


def prune_stale_outputs(networks: Collection[str], challenged: Collection[str], inputs: Collection[str]) -> None:
    """Remove what the pipeline wrote of networks that are not among those of params.yaml; never an input of it."""
    stale = [path for file in NETWORK_FILES for path in _others(file, [*networks, paths.OVERVIEW.name])]
    stale += _others(paths.challenge_file, challenged)
    if not stale:
        return
    kept, written = {Path(path).resolve() for path in inputs}, dict(_outputs())
    for path in stale:
        if path.resolve() not in kept and _is_as_written(path, written.get(path)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            _cli.say(f"removed {path}, of a network that params.yaml does not name there")


def _others(file: Callable[[str], Path], names: Collection[str]) -> list[Path]:
    """Find every file or folder of this kind that is of none of the names."""
    pattern = file("*")
    return sorted(set(pattern.parent.glob(pattern.name)) - {file(name) for name in names})


def _outputs() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give each output of the pipeline, of stages that are gone, too, as dvc.lock has it."""
    if LOCK.exists():
        for stage in YAML(typ="safe").load(LOCK)["stages"].values():
            for output in stage.get("outs", []):
                yield Path(output["path"]), output


def _is_as_written(path: Path, output: dict[str, Any] | None) -> bool:
    """Whether a path is what a stage wrote there: a file by its bytes, a folder by the number of its files."""
    if output is None:
        return False
    if path.is_dir():
        return sum(child.is_file() for child in path.rglob("*")) == output.get("nfiles")
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == output.get("md5")
