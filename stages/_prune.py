"""Remove what networks that params.yaml no longer names, or no longer challenges, left behind.

DVC forgets a removed stage but not its files. They would count as inputs of render here and be missing in
a fresh clone, and a reviewer would read numbers of a network that was removed. So explore and render begin
with this.
"""

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from looking_for.core import paths
from stages import _cli

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


def prune_stale_outputs(networks: Collection[str], challenged: Collection[str]) -> None:
    """Remove every file and folder of networks that are not among those of params.yaml."""
    for file in NETWORK_FILES:
        prune(file, [*networks, paths.OVERVIEW.name])
    prune(paths.challenge_file, challenged)


def prune(file: Callable[[str], Path], names: Collection[str]) -> None:
    """Remove every file or folder of this kind that is of none of the names."""
    pattern = file("*")
    for path in sorted(set(pattern.parent.glob(pattern.name)) - {file(name) for name in names}):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        _cli.say(f"removed {path}, of a network that params.yaml does not name there")
