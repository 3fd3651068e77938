"""Every experiment in a table that fits a terminal: what it changed, and what that did to which network.

`dvc exp show` has a column for each metric of each network, with the file's path before its name: hundreds
of characters. This is the same, from the same command, one row per network that moved.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from looking_for.core.errors import UserError
from stages import _cli

WIDTH = 120
METRICS = {
    "accuracy": "accuracy",
    "agreement": "agreement",
    "agreement_on_errors": "on errors",
    "explained": "explained",
    "fitted": "fitted",
}


class Revision(NamedTuple):
    """What DVC knows of a commit, an experiment or the workspace: params by key, metrics by network."""

    name: str
    params: dict[str, Any]
    metrics: dict[str, dict[str, Any]]


class Row(NamedTuple):
    """One network under one revision; `changed` is what that revision changed."""

    changed: str
    revision: str
    network: str
    numbers: Mapping[str, Any]


def main() -> None:
    done = subprocess.run(["dvc", "exp", "show", "--json"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(done.stderr.strip() or "dvc exp show failed")
    shown = list(experiment_rows(json.loads(done.stdout)))
    if not shown:
        _cli.say("no experiments yet: dvc exp run -n <name> -S networks.few.samples=1000")
        return
    print_table(shown)


def experiment_rows(shown: list[dict[str, Any]]) -> Iterator[Row]:
    """Of each network that a revision moved the committed numbers, and under them the moved ones.

    Before them the revisions that changed a param and moved no network, as those of figures do.
    """
    workspace, *commits = shown or [{}]
    for commit in commits:
        base = read_revision(commit["rev"][:7], commit["data"])
        others = [read_revision(e["name"], e["revs"][0]["data"]) for e in commit["experiments"] or []]
        if commit is commits[0]:
            others.insert(0, read_revision("workspace", workspace["data"]))
        moves = [(other, moved_networks(base, other)) for other in others]
        for other, networks in moves:
            if not networks and (changed := describe_changes(base, other)):
                yield Row(changed, other.name, "none moved", {})
        for network in {network: None for _, networks in moves for network in networks}:
            yield Row("", base.name, network, base.metrics.get(network, {}))
            for other, networks in moves:
                if network in networks:
                    yield Row(describe_changes(base, other), other.name, network, other.metrics.get(network, {}))


def read_revision(name: str, data: Mapping[str, Any] | None) -> Revision:
    data = data or {}
    params = {k: v for file in data.get("params", {}).values() for k, v in flatten(file.get("data") or {})}
    metrics = {PurePath(path).stem: file.get("data") or {} for path, file in data.get("metrics", {}).items()}
    return Revision(name, params, metrics)


def flatten(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested params by their dotted keys."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{before}{key}.")
        else:
            yield before + key, value


def moved_networks(base: Revision, other: Revision) -> list[str]:
    """The networks whose numbers are others, or are there in one of the two alone."""
    names = base.metrics | other.metrics
    return [name for name in names if base.metrics.get(name) != other.metrics.get(name)]


def describe_changes(base: Revision, other: Revision) -> str:
    keys = [key for key in base.params | other.params if base.params.get(key) != other.params.get(key)]
    return "\n".join(f"{key} {base.params.get(key, '–')} → {other.params.get(key, '–')}" for key in keys)


def print_table(shown: list[Row]) -> None:
    """Print the rows as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("changed", "revision", "network", box=None, pad_edge=False, header_style="bold")
    for words in METRICS.values():
        table.add_column(words, justify="right")
    for row in shown:
        numbers = [f"{row.numbers[m]:.4f}" if row.numbers.get(m) is not None else "–" for m in METRICS]
        table.add_row(row.changed, row.revision, row.network, *numbers)
    Console(width=WIDTH).print(table)


if __name__ == "__main__":
    _cli.run_stage("experiments", main)
