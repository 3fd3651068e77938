"""Damage in DVC's cache or in the working tree is found, named, and comes back as the line says."""

import json
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.projects import Project
from tools.verify import hash_file


def verify(project: Project) -> subprocess.CompletedProcess[str]:
    return project.run("python", "-m", "tools.verify", check=False)


def flip(path: Path) -> None:
    """Change four bytes in the middle, as a disk might, and leave the file's time as it was."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4] = bytes(255 - b for b in content[middle : middle + 4])
    path.chmod(0o644)
    path.write_bytes(content)


def in_cache(project: Project, file: str) -> Path:
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    outs = [out for stage in lock["stages"].values() for out in stage.get("outs", [])]
    md5 = next(str(out["md5"]) for out in outs if out["path"] == file)
    return project.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def remedies(answers: str) -> list[str]:
    return [line.split("`")[1] for line in answers.splitlines() if "`" in line]


def test_verify_counts_undamaged_files(project: Project) -> None:
    done = verify(project)
    assert done.returncode == 0, done.stderr
    places, known = (int(word) for word in done.stdout.split() if word.isdigit())
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    assert places == known >= sum(len(stage.get("outs", [])) for stage in lock["stages"].values())


@pytest.mark.parametrize("file", ["data/networks/few.npz", "data/images.npz"])
def test_verify_names_damage_in_the_tree(project: Project, file: str) -> None:
    before = hash_file(project.folder / file)
    flip(project.folder / file)
    done = verify(project)
    assert done.returncode == 1
    assert f"{file}: is not what its stage made" in done.stderr
    (remedy,) = remedies(done.stderr)
    assert remedy == f"dvc checkout --force {file}"
    project.run(*remedy.split())
    assert hash_file(project.folder / file) == before
    assert verify(project).returncode == 0


def test_verify_names_damage_in_the_cache(project: Project) -> None:
    file = "data/pictures/few.npz"
    cached, before = in_cache(project, file), hash_file(project.folder / file)
    flip(cached)
    done = verify(project)
    assert f"in the cache, of {file}; delete it, then `dvc repro --force compose@few`" in done.stderr
    cached.chmod(0o644)
    cached.unlink()
    project.run(*remedies(done.stderr)[0].split())
    assert hash_file(cached) == hash_file(project.folder / file) == before
    assert verify(project).returncode == 0


def test_verify_of_lost_files_and_no_lock(project: Project) -> None:
    (project.folder / "data/networks/few.npz").unlink()
    assert verify(project).returncode == 0
    (project.folder / "dvc.lock").unlink()
    done = verify(project)
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == "verify: dvc.lock is missing: nothing has run here, or git has it (`git checkout dvc.lock`)"
    )


def test_verify_names_a_damaged_listing(project: Project) -> None:
    listing = in_cache(project, "reports/figures/few")
    if not listing.exists():
        pytest.skip("DVC keeps no list of folders that are not cached")
    assert json.loads(listing.read_text())
    flip(listing)
    assert "the cache's list of reports/figures/few, is damaged" in verify(project).stderr
