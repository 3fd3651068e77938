"""What tests share: small real data, networks of any depth, and a project in a folder of its own."""

import atexit
import fcntl
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.clusters import evidence
from looking_for.clusters.survey import Clusters, Survey
from looking_for.images import digits
from looking_for.core.imageset import Images
from looking_for.networks.dense import Network
from looking_for.surrogates.evaluate import Evaluation, evaluate
from stages.params import Fit
from tools.parallel import warm
from tools.parallel.clone import PROGRAMS

ROOT = Path(__file__).resolve().parents[1]
# What XLA compiled for one training serves the next of its shape, in all of the suite's processes.
if "TF_XLA_FLAGS" not in os.environ:
    os.environ["TF_XLA_FLAGS"] = PROGRAMS.format(folder := tempfile.mkdtemp(prefix="programs-"))
    atexit.register(shutil.rmtree, folder)
BROWSERS = ("chromium", "google-chrome", "chromium-browser")  # Debian's, the code host's, others'
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
DRIVER = shutil.which("chromedriver")
FIT = Fit(pictures=[3], pull=0.3, updates=200, seed=0)
MADE_BY_STAGES = ("reports/", "dvc.lock", "study/reports/", "study/dvc.lock")

PARAMS = """\
data:
  dataset: digits
  source: auto
  path: data/local
survey:
  clusters: [1, 3]
  seed: 0
train:
  batch_size: 32
  learning_rate: 0.001
  seed: 0
  snapshots: 6
fit:
  pictures: [3]
  pull: 0.3
  updates: 200
  seed: 0
challenge: [all]
models: {}
networks:
  few: {samples: 100, hidden: [12, 8], epochs: 3}
  all: {samples: 1437, hidden: [12, 8], epochs: 2}
  flat: {samples: 1437, hidden: [], epochs: 2}
render:
  samples_per_class: 5
  clusters_shown: 3
  story: [few, all]
"""


STUDY = """\
data:
  dataset: digits
  source: auto
  path: data/local
survey:
  clusters: [1, 3]
  seed: 0
train:
  batch_size: 32
  learning_rate: 0.001
  seed: 0
  snapshots: 8
fit:
  pictures: [3]
  pull: 0.3
  updates: 100
  seed: 0
study:
  shapes: {small: [12, 8]}
  samples: [100]
  seeds: [0, 1]
  updates: 40
  variants:
    adam: {samples: 100, hidden: [6], epochs: 10, optimizer: adam}
  variant_seeds: [0]
"""


def pytest_collection_finish() -> None:
    """What is imported now stays, and need not be looked through for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def images() -> Images:
    """scikit-learn's digits: real images that need no network."""
    return digits.load()


@pytest.fixture(scope="session")
def make_network() -> Callable[..., Network]:
    """A function that makes a network of random weights, so that about half of its units are on."""

    def make(hidden: Sequence[int], inputs: int = 64, classes: int = 10, seed: int = 0) -> Network:
        chance = np.random.default_rng(seed)
        sizes = [inputs, *hidden, classes]
        weights = [chance.normal(0, a**-0.5, (a, b)) for a, b in pairwise(sizes)]
        biases = [chance.normal(0, 0.3, b) for b in sizes[1:]]
        stored = Network.of(weights, biases, np.float32)
        return Network.of(stored.weights, stored.biases, np.float64)

    return make


@pytest.fixture(scope="session")
def survey(images: Images) -> Survey:
    """What the survey stage finds in the digits."""
    return evidence.find(images, [1, 3], seed=0)


@pytest.fixture(scope="session")
def clusters(survey: Survey) -> Mapping[int, Clusters]:
    return survey.clusters


@pytest.fixture(scope="session")
def evaluate_digits(images: Images, survey: Survey) -> Callable[[Network], Evaluation]:
    """A function that evaluates a network on the digits."""
    return lambda network: evaluate(network, images, survey, 100, FIT)


def long_but(short: Container[Any], cases: Iterable[Any]) -> list[Any]:
    """Cases for parametrize, of which only a few are run every time."""
    return [case if case in short else pytest.param(case, marks=pytest.mark.long) for case in cases]


# Where a test is about processes and their start: each begins with nothing.
PLAIN: dict[str, Any] = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "TF_XLA_FLAGS": "",
}


# Whose libraries the suite's quick Python has imported, too.
STAGES = ("fetch", "survey", "compose", "draw", "explore", "render")
MODULES = [*(f"stages.{stage}" for stage in STAGES), "tools.review.__main__", "tools.verify"]


@cache
def quick() -> dict[str, Any]:
    """Variables for a suite of hundreds of commands: their `python` and `dvc` have imported TensorFlow and
    DVC."""
    return warmed({})


def warmed(variables: dict[str, Any]) -> dict[str, Any]:
    """Such a `python` and `dvc`, begun and run with more variables."""
    if sys.platform != "linux":
        return PLAIN | variables
    folder = warm.start(ROOT, os.environ | variables, *MODULES)
    dvc = folder / "dvc"
    dvc.write_text(f'#!/bin/sh\nexec "{folder}/python" -m dvc "$@"\n')
    dvc.chmod(0o700)
    return variables | {"PATH": f"{folder}{os.pathsep}{PLAIN['PATH']}"}


class Project:
    """A git repository of this project on `digits`, with DVC's own commands run in it for real."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | quick() | variables
        done = subprocess.run(
            words, check=False, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def repro(self) -> list[str]:
        """Run `dvc repro`; gives the stages that ran."""
        return ran(self.run("dvc", "repro").stdout)

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message)


def ran(said: str) -> list[str]:
    """The stages that `dvc repro` says it ran."""
    return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage '")]


def new_project(folder: Path) -> Project:
    """The project's files as they are in the working tree, without what stages made, on `digits`."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        made = name.startswith(MADE_BY_STAGES) and not name.endswith(".gitkeep")
        if not made and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
    project = Project(folder)
    project.run("git", "init", "-q", "-b", "main")
    project.run("git", "config", "user.name", "Tester")
    project.run("git", "config", "user.email", "tester@example.invalid")
    return project


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first of the suite's processes makes, and the others wait for."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / f"{name}.whole").exists():
            folder.mkdir()
            make(folder)
            (shared / f"{name}.whole").touch()
    return folder


def make_reproduced(folder: Path) -> None:
    project = new_project(folder)
    project.repro()
    project.commit("On digits")


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has run once and is committed; made once for all the suite's processes."""
    return once(tmp_path_factory, "reproduced", make_reproduced)


@pytest.fixture
def project(reproduced: Path, tmp_path: Path) -> Project:
    """A copy of the reproduced project, to edit."""
    folder = tmp_path / "project"
    shutil.copytree(reproduced, folder, symlinks=True)
    return Project(folder)


def make_studied(folder: Path) -> None:
    project = new_project(folder)
    (folder / "study/summary.json").unlink(missing_ok=True)
    (folder / "study/params.yaml").write_text(STUDY, encoding="utf-8")
    project.commit("A small study")
    repro = ["dvc", "repro", "--quiet"]
    subprocess.run(repro, cwd=folder / "study", check=True, env=environment(project), capture_output=True)


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose study has run once, one stage after another."""
    return Project(once(tmp_path_factory, "studied", make_studied))


def environment(project: Project) -> dict[str, str]:
    """This Python's, on the project's own code."""
    return os.environ | quick() | {"PYTHONPATH": str(project.folder)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser that reaches no host: pages must do without."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium or chromedriver is not installed (apt-get install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
                 "disable-background-networking", "disable-component-update", "disable-sync",
                 "window-size=1200,900",
                 "host-resolver-rules=MAP * ~NOTFOUND"):  # fmt: skip
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()
