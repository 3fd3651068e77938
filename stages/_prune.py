"""Remove what networks that params.yaml no longer names, or no longer challenges, left behind.

DVC forgets a removed stage but not its files. They would count as inputs of render here and be missing in
a fresh clone, and a reviewer would read numbers of a network that is no more. So this runs
before explore and render.
"""

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from stages import _cli, params

OF_NETWORK: tuple[Callable[[str], Path], ...] = (
    files.network_file,
    files.snapshots_file,
    files.pictures_file,
    files.history_file,
    files.metrics_file,
    files.ladder_file,
    files.truth_file,
    files.figures_of,
)


def main() -> None:
    settings = params.load()
    for file in OF_NETWORK:
        keep(file, [*settings.names, files.OVERVIEW.name])
    keep(files.challenge_file, settings.challenge)


def keep(file: Callable[[str], Path], names: Collection[str]) -> None:
    """Remove every file or folder of this kind that is of none of the names."""
    pattern = file("*")
    for path in sorted(set(pattern.parent.glob(pattern.name)) - {file(name) for name in names}):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        _cli.say(f"removed {path}, of a network that params.yaml does not name there")


if __name__ == "__main__":
    _cli.run("render", main)
