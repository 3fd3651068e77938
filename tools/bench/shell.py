"""Commands run in a project for the clock, and edits of its files."""

import subprocess
import sys
import time
from pathlib import Path


def stages_of(project: Path) -> dict[str, float]:
    """Run `dvc repro`; gives the seconds of each stage that ran and of the whole."""
    started = last = time.perf_counter()
    times: dict[str, float] = {}
    stage = "before the first stage"
    with subprocess.Popen(["dvc", "repro"], cwd=project, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.startswith("Running stage '"):
                now = time.perf_counter()
                times[stage], last, stage = now - last, now, line.split("'")[1]
    times[stage] = time.perf_counter() - last
    if process.returncode:
        sys.exit("bench: dvc repro failed in the copy of the project")
    return times | {"whole": time.perf_counter() - started}


def run(folder: Path, *words: str) -> None:
    subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        sys.exit(f"bench: {old!r} is no longer in {path.name}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
