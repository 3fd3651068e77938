"""Small whole pipelines to break: how they come out undisturbed, and copies of them to disturb."""

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import zoom
from tqdm import tqdm

from looking_for.core.arrays import Array
from looking_for.core.npz import save_arrays
from looking_for.images.sources import load_scikit_digits
from tests.faults.outcome import Outcome
from tests.projects import Project, merge_params, new_project, write_yaml
from tools.verify import cache_place, hash_file

PARAMS = write_yaml(
    merge_params(
        survey={"clusters": [1, 2]},
        train={"snapshots": 3},
        fit={"pictures": [2], "updates": 20},
        challenge=[],
        networks={"few": {"samples": 100, "hidden": [6], "epochs": 2}},
        render={"samples_per_class": 2, "clusters_shown": 2, "story": []},
    )
)
EDIT = ("samples: 100, hidden: [6], epochs: 2", "samples: 120, hidden: [7], epochs: 3")
INJECT = Path(__file__).with_name("inject")  # a folder for PYTHONPATH
MADE = ("data", "reports")
REMEDIES = {
    "Unable to read RWLock-file": "rm .dvc/tmp/rwlock",
    "dvc.lock' validation failed": "git checkout dvc.lock",
    "dvc.lock' is invalid": "git checkout dvc.lock",
}
IN_MNISTS_SHAPE = "data/local/large.npz"


@dataclass(frozen=True)
class Base:
    """A pipeline that has run, and the digests of all that it makes, before and after an edit of params."""

    folder: Path
    before: Mapping[str, str]
    after: Mapping[str, str]

    def copy(self, folder: Path, *, edited: bool) -> Project:
        """It, to be broken; edited, the next `dvc repro` trains its network and has no run to restore."""
        shutil.copytree(self.folder, folder / "project", symlinks=True)
        project = Project(folder / "project")
        if edited:
            project.replace("params.yaml", *EDIT)
        return project

    def judge(self, project: Project, *, edited: bool) -> Outcome:
        """Run `dvc repro`, and see whether everything is as if nothing had happened.

        DVC writes two files of its own in place. One that a kill cut short makes it refuse: in a line, and
        with the remedies that docs/reliability.md has nothing is lost.
        """
        done, kept = project.run("dvc", "repro", check=False), Outcome.SAME
        for words, remedy in REMEDIES.items():
            if words in done.stderr:
                project.run(*remedy.split())
                done, kept = project.run("dvc", "repro", check=False), Outcome.REFUSED
        if "Traceback" in done.stderr:
            return Outcome.TRACEBACK
        wanted, result = self.after if edited else self.before, digests(project.folder)
        if done.returncode == 0 and result == wanted:
            return kept
        differing = sorted(path for path in wanted.keys() | result if wanted.get(path) != result.get(path))
        tqdm.write(f"{done.returncode}, differing: {differing}\n{done.stdout[-500:]}\n{done.stderr[-500:]}")
        return Outcome.WRONG


def make_workshop(folder: Path, *, large: bool = False) -> Base:
    """Run a pipeline of digits once as it is, and once after the edit in a copy."""
    start, other = folder / "base", folder / "other"
    start.mkdir(parents=True)
    project = new_project(start)
    text = PARAMS
    if large:
        text = text.replace("dataset: digits", "dataset: path").replace("data/local", IN_MNISTS_SHAPE)
        save_arrays(start / IN_MNISTS_SHAPE, in_mnists_shape())
    (start / "params.yaml").write_text(text, encoding="utf-8")
    project.repro()
    project.commit("As it is")
    shutil.copytree(start, other, symlinks=True)
    edited = Project(other)
    edited.replace("params.yaml", *EDIT)
    edited.repro()
    return Base(start, digests(start), digests(other))


def in_mnists_shape() -> dict[str, Array]:
    """A few hundred digits enlarged to 28×28 pixels."""
    images = load_scikit_digits()

    def enlarged(small: Array) -> Array:
        return np.clip(zoom(small.astype(float), (1, 3.5, 3.5), order=1), 0, 255).astype(np.uint8)

    return {
        "x_train": enlarged(images.x_train[:400]),
        "y_train": images.y_train[:400],
        "x_test": enlarged(images.x_test[:200]),
        "y_test": images.y_test[:200],
    }


def digests(folder: Path) -> dict[str, str]:
    """The hash of the lock and of every file in data/ and reports/, half-written ones too."""
    paths = [path for name in MADE for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [folder / "dvc.lock", *paths]
    }


def cached(project: Project, file: str) -> Path:
    """Where DVC's cache keeps a file of the working tree."""
    return cache_place(project.folder / ".dvc/cache/files/md5", hash_file(project.folder / file))


def stage(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """A stage run by hand."""
    return project.run("python", "-m", *words, check=False, PYTHONPATH=str(project.folder))
