"""Damage in DVC's cache or in the working tree is found, named, and comes back as the line says."""

import json
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.conftest import Project
from tools.verify import md5_of


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


def remedies(said: str) -> list[str]:
    return [line.split("`")[1] for line in said.splitlines() if "`" in line]


def test_nothing_damaged_is_said_with_how_many_files_were_looked_at(project: Project) -> None:
    done = verify(project)
    assert done.returncode == 0, done.stderr
    there, known = (int(word) for word in done.stdout.split() if word.isdigit())
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    assert there == known >= sum(len(stage.get("outs", [])) for stage in lock["stages"].values())


@pytest.mark.parametrize("file", ["data/networks/few.npz", "data/images.npz"])
def test_a_damaged_file_in_the_working_tree_comes_back_from_the_cache(project: Project, file: str) -> None:
    before = md5_of(project.folder / file)
    flip(project.folder / file)
    done = verify(project)
    assert done.returncode == 1
    assert f"{file}: is not what its stage made" in done.stderr
    (remedy,) = remedies(done.stderr)
    assert remedy == f"dvc checkout --force {file}"
    project.run(*remedy.split())
    assert md5_of(project.folder / file) == before
    assert verify(project).returncode == 0


def test_damage_in_the_cache_is_found_and_is_made_again(project: Project) -> None:
    file = "data/pictures/few.npz"
    cached, before = in_cache(project, file), md5_of(project.folder / file)
    flip(cached)
    done = verify(project)
    assert f"in the cache, of {file}; delete it, then `dvc repro --force compose@few`" in done.stderr
    cached.chmod(0o644)
    cached.unlink()
    project.run(*remedies(done.stderr)[0].split())
    assert md5_of(cached) == md5_of(project.folder / file) == before
    assert verify(project).returncode == 0


def test_a_lost_file_is_not_damaged_and_no_lock_is_said(project: Project) -> None:
    (project.folder / "data/networks/few.npz").unlink()
    assert verify(project).returncode == 0
    (project.folder / "dvc.lock").unlink()
    done = verify(project)
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == "verify: dvc.lock is missing: nothing has run here, or git has it (`git checkout dvc.lock`)"
    )


def test_a_damaged_list_of_a_folder_in_the_cache_is_named(project: Project) -> None:
    listing = in_cache(project, "reports/figures/few")
    if not listing.exists():
        pytest.skip("DVC keeps no list of folders that are not cached")
    assert json.loads(listing.read_text())
    flip(listing)
    assert "the cache's list of reports/figures/few, is damaged" in verify(project).stderr
