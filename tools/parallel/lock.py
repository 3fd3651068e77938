"""A pipeline's `dvc.lock`: what DVC says of each stage there, read in a clone and written on the head."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dvc.utils.serialize import dump_yaml, load_yaml, modify_yaml

NAME = "dvc.lock"


def read_lock(pipeline: Path) -> dict[str, Any]:
    """The entries of all its stages that have run, by name."""
    path = pipeline / NAME
    return dict(load_yaml(str(path))["stages"]) if path.exists() else {}


def replace_lock(pipeline: Path, entries: Mapping[str, Any]) -> None:
    """Write a lock of these entries alone."""
    dump_yaml(str(pipeline / NAME), {"schema": "2.0", "stages": dict(entries)})


def update_lock(pipeline: Path, entries: Mapping[str, Any]) -> None:
    """Put entries in, at once: in their order after those that are there, which are replaced in place."""
    with modify_yaml(str(pipeline / NAME)) as lock:
        lock.setdefault("schema", "2.0")
        lock.setdefault("stages", {}).update(entries)
