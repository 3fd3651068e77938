"""What git and DVC know of the base revision, read without touching the working tree."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from looking_for.core.errors import UserError
from looking_for.core.paths import FIGURES, REPORT
from stages.params import PARAMS
from stages.params.whole import Params

FILM = "film.png"
NOT_HERE = ("deleted", "not in cache")  # what DVC says of data that a checkout does not have


def commit_of(revision: str) -> str:
    """The commit that a revision names, or a UserError."""
    output = _run("git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", check=False)
    if not output.strip():
        raise UserError(
            f"BASE={revision} is not a commit here; name a branch, a tag or a commit "
            "(in a shallow clone, fetch it first: git fetch --depth 1 origin <rev>)"
        )
    return output.decode().strip()


def file_at(revision: str, path: str | Path) -> bytes | None:
    """A file's bytes at a revision, or None where it has no such file."""
    done = subprocess.run(["git", "show", f"{revision}:./{Path(path).as_posix()}"], check=False, capture_output=True)
    return done.stdout if done.returncode == 0 else None


def has_report(revision: str) -> bool:
    return file_at(revision, REPORT) is not None


def figures_changed(revision: str) -> list[str]:
    """The paths of the figures that differ from a revision; a film's pictures are those of along.png."""
    command = ("git", "diff", "--name-only", "--no-renames", "-z", "--relative", revision, "--")
    known = _run(*command, str(FIGURES)).decode().split("\0")
    others = _run("git", "ls-files", "--others", "--exclude-standard", "-z", str(FIGURES)).decode()
    paths = {*known, *others.split("\0")}
    return sorted(path for path in paths if path.endswith(".png") and Path(path).name != FILM)


def code_changed(revision: str) -> list[str]:
    """The files of code that differ from a revision: those by which results come about."""
    command = (
        "git",
        "diff",
        "--name-only",
        "--no-renames",
        "-z",
        "--relative",
        revision,
        "--",
        "looking_for",
        "stages",
    )
    return sorted(path for path in _run(*command).decode().split("\0") if path)


def networks_at(revision: str) -> set[str]:
    """The networks that params.yaml names at a revision."""
    text = file_at(revision, PARAMS)
    params = YAML(typ="safe").load(text.decode()) if text else {}
    return {*params.get("networks", {}), *params.get("models", {})} if isinstance(params, dict) else set()


def params_at(revision: str) -> Params | None:
    """params.yaml at a revision; None where it is not as today's stages read it."""
    text = file_at(revision, PARAMS)
    try:
        return Params.model_validate(YAML(typ="safe").load(text.decode())) if text else None
    except ValidationError:
        return None


def params_changed(revision: str) -> dict[str, tuple[Any, Any]]:
    """Params that differ, by key: before and after, None where there was or is none."""
    changed = _dvc("params", "diff", "--json", revision)
    return {key: (values.get("old"), values.get("new")) for file in changed.values() for key, values in file.items()}


def metrics_changed(revision: str) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Metrics that differ, by file and key: before and after, None where there was or is none."""
    changed = _dvc("metrics", "diff", "--json", revision)
    return {
        file: {key: (values.get("old"), values.get("new")) for key, values in metrics.items()}
        for file, metrics in changed.items()
    }


def stale_stages() -> list[str]:
    """The stages whose params, code or data changed since they last ran: what is to be reproduced.

    Data that is not here at all tells nothing: a reviewer's checkout need not have it.
    """
    reasons_by_stage = _dvc("status", "--json")
    return sorted(stage for stage, reasons in reasons_by_stage.items() if any(map(_is_change, reasons)))


def _is_change(reason: Any) -> bool:
    """One of `dvc status`' reasons: "changed command", or changed deps or outs with what became of each."""
    if isinstance(reason, str):
        return True
    return any(became not in NOT_HERE for entries in reason.values() for became in entries.values())


def _dvc(*words: str) -> dict[str, Any]:
    """A JSON answer of this environment's DVC."""
    return dict(json.loads(_run(sys.executable, "-m", "dvc", *words) or b"{}"))


def _run(*words: str, check: bool = True) -> bytes:
    done = subprocess.run(words, check=False, capture_output=True)
    if check and done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise UserError(f"`{' '.join(words[:4])} …` failed: {lines[-1]}")
    return done.stdout
