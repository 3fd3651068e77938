"""Put right what a kill cut short: two files that DVC writes in place, its lock of running commands and dvc.lock.

`make` and `make study` begin with this. DVC refuses either file when it is half written. The first says nothing once
nobody runs; of the second git has the last whole one, and what ran since then comes back from DVC's run-cache.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages import _cli

RUNNING, LOCK = Path(".dvc/tmp/rwlock"), Path("dvc.lock")


def main() -> None:
    pipeline = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    if (running := pipeline / RUNNING).exists() and not is_json(running):
        running.unlink()
        _cli.say(f"{running} was cut short and is removed")
    if (lock := pipeline / LOCK).exists() and not is_lock(lock):
        restore(lock)


def is_json(path: Path) -> bool:
    """Whether a file is whole JSON."""
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


def is_lock(path: Path) -> bool:
    """Whether a file is whole and has what DVC needs of each stage."""
    try:
        stages = YAML(typ="safe").load(path)["stages"]
        return all(_is_entry(entry) for entry in stages.values())
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError):
        return False


def _is_entry(entry: Any) -> bool:
    paths = [part["path"] for key in ("deps", "outs") for part in entry.get(key, [])]
    return isinstance(entry["cmd"], str) and all(isinstance(path, str) for path in paths)


def restore(path: Path) -> None:
    """Bring back git's version of a lock; without one DVC begins anew."""
    show = ["git", "show", f"HEAD:./{path}"]
    done = subprocess.run(show, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        path.write_text(done.stdout, encoding="utf-8")
        _cli.say(f"{path} was cut short: git's last one is back")
    else:
        path.unlink()
        _cli.say(f"{path} was cut short and is removed: DVC writes another")


if __name__ == "__main__":
    _cli.run_stage("heal", main)
