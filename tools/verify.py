"""Is everything that DVC keeps what it was when it was made? `make verify` hashes all of it again.

DVC trusts its cache: bytes that a disk lost there come back by `dvc checkout` unnoticed. This hashes the
files in the cache and in the working tree against dvc.lock, and says what is damaged and how it comes back.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

from looking_for.core.errors import UserError, last_line
from looking_for.core.text import format_count
from stages import _cli

CHUNK = 1 << 20


class Output(NamedTuple):
    """A file that a stage made, as dvc.lock has it."""

    stage: str
    path: Path
    md5: str


class Damage(NamedTuple):
    """What is not what it was, and what brings it back."""

    path: Path
    what: str
    remedy: str


def main() -> None:
    cache = cache_folder()
    outputs = list(locked_outputs(Path("dvc.lock"), cache))
    damaged = [damage for output in outputs for damage in find_damage(output, cache)]
    if damaged:
        lines = "".join(f"\n  {d.path}: {d.what}; {d.remedy}" for d in damaged)
        raise UserError(f"{format_count(len(damaged), 'file')} damaged of {len(outputs):,} that dvc.lock names:{lines}")
    n_here = sum(output.path.exists() for output in outputs)
    _cli.say(f"{n_here:,} of {len(outputs):,} files that dvc.lock names are here, and none is damaged")


def cache_folder() -> Path:
    done = subprocess.run([sys.executable, "-m", "dvc", "cache", "dir"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"`dvc cache dir` failed: {last_line(done.stderr)}")
    return Path(done.stdout.strip()) / "files" / "md5"


def locked_outputs(lock: Path, cache: Path) -> Iterator[Output]:
    """Every file that the stages made; of folders, the files that were in them."""
    if not lock.exists():
        raise UserError(f"{lock} is missing: nothing has run here, or git has it (`git checkout {lock}`)")
    for stage, entry in (YAML(typ="safe").load(lock).get("stages") or {}).items():
        for out in entry.get("outs", []):
            md5, path = str(out["md5"]), Path(out["path"])
            if not md5.endswith(".dir"):
                yield Output(stage, path, md5)
            elif (listing := cache_place(cache, md5)).exists():
                if hash_file(listing) != md5.removesuffix(".dir"):
                    raise UserError(
                        f"{listing}, the cache's list of {path}, is damaged; delete it, then "
                        f"`dvc repro --force {stage}` makes it again"
                    )
                for item in json.loads(listing.read_text(encoding="utf-8")):
                    yield Output(stage, path / item["relpath"], item["md5"])


def find_damage(output: Output, cache: Path) -> Iterator[Damage]:
    """What is wrong with a file in the cache and in the working tree; what is not there is not damaged."""
    cached, again = cache_place(cache, output.md5), f"`dvc repro --force {output.stage}` makes it again"
    broken = cached.exists() and hash_file(cached) != output.md5
    if broken:
        yield Damage(cached, f"in the cache, of {output.path}", f"delete it, then {again}")
    if output.path.exists() and hash_file(output.path) != output.md5:
        back = again if broken or not cached.exists() else f"`dvc checkout --force {output.path}` brings it back"
        yield Damage(output.path, "is not what its stage made", back)


def cache_place(cache: Path, md5: str) -> Path:
    return cache / md5[:2] / md5[2:]


def hash_file(path: Path) -> str:
    """DVC's hash of a file."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    _cli.run_stage("verify", main)
