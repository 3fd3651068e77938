"""After `make`: is everything that git tracks byte for byte what was committed?

On another kind of processor the weights may move in their last bits. Then this names the files and
the processor and fails only if a metric moved by more than 0.003 (of itself, where it is above 1),
or if a second run on this machine differs from the first.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ALLOWED = 0.003


def main() -> None:
    changed = git("status", "--porcelain").splitlines()
    if not changed:
        print("git status --porcelain prints nothing: this run is the committed one, byte for byte")
        return
    print("\n".join(["these files differ from the committed ones:", *changed, f"on {processor()}"]))
    moved = [line for path in metrics(changed) for line in moves(path)]
    if moved or any(line.startswith("??") for line in changed):
        sys.exit("\n".join(["more than last bits moved:", *moved]))
    first = fingerprint()
    path = os.pathsep.join([str(Path(".venv/bin").resolve()), os.environ.get("PATH", "")])
    again = [".venv/bin/dvc", "repro", "--force", "--no-run-cache"]
    subprocess.run(again, check=True, env=os.environ | {"PATH": path})  # some systems have no `python`
    if fingerprint() != first:
        sys.exit("a second run on this machine differs from the first")
    print(f"no metric moved by more than {ALLOWED}, and a second run here gave the same bytes again")


def git(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


def processor() -> str:
    """The processor's name, where the system says it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def metrics(changed: list[str]) -> list[str]:
    paths = [line[3:] for line in changed]
    return [path for path in paths if path.startswith("reports/metrics/")]


def moves(path: str) -> list[str]:
    """Which numbers of a metrics file moved by more than is allowed."""
    if not Path(path).exists():
        return [f"{path} is gone"]
    old = flat(json.loads(git("show", f"HEAD:{path}")))
    new = flat(json.loads(Path(path).read_text()))
    keys = sorted(old.keys() | new.keys())
    return [f"{path}: {k}: {old.get(k)} → {new.get(k)}" for k in keys if far(old.get(k), new.get(k))]


def far(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > ALLOWED * max(1, abs(old))


def flat(numbers: Any, prefix: str = "") -> dict[str, float | None]:
    """Nested mappings and lists as one mapping from dotted keys to numbers."""
    if isinstance(numbers, list):
        numbers = dict(enumerate(numbers))
    if not isinstance(numbers, dict):
        return {prefix: numbers}
    return {k: v for key, value in numbers.items() for k, v in flat(value, f"{prefix}.{key}").items()}


def fingerprint() -> str:
    """All that git sees of the working tree: what is committed, and how this tree differs."""
    return git("diff", "--binary", "HEAD")


if __name__ == "__main__":
    main()
