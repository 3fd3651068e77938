"""What tests share: small real data, networks of any depth, reproduced projects, a browser."""

import atexit
import fcntl
import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.clusters.kmeans import Clusters
from looking_for.clusters.survey import Survey, survey_images
from looking_for.core.imageset import ImageSet
from looking_for.images.sources import load_scikit_digits
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates.evaluate import Evaluation, evaluate_network
from looking_for.surrogates.prototypes import FitSettings
from tests.projects import Project, new_project
from tools.parallel.clone import XLA_CACHE_FLAG

# What XLA compiled for one training serves the next of its shape, in all of the suite's processes.
if "TF_XLA_FLAGS" not in os.environ:
    os.environ["TF_XLA_FLAGS"] = XLA_CACHE_FLAG.format(folder := tempfile.mkdtemp(prefix="programs-"))
    atexit.register(shutil.rmtree, folder)
BROWSERS = ("chromium", "google-chrome", "chromium-browser")  # Debian's, the code host's, others'
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
DRIVER = shutil.which("chromedriver")
FIT = FitSettings(pictures=(3,), pull=0.3, updates=200, seed=0)


def pytest_collection_finish() -> None:
    """Look for no garbage in what is imported now and stays."""
    gc.freeze()


@pytest.fixture(scope="session")
def images() -> ImageSet:
    """scikit-learn's digits: real images that need no network."""
    return load_scikit_digits()


@pytest.fixture(scope="session")
def make_network() -> Callable[..., DenseNetwork]:
    """A function that makes a network of random weights, so that about half of its units are on."""

    def make(hidden: Sequence[int], inputs: int = 64, classes: int = 10, seed: int = 0) -> DenseNetwork:
        rng = np.random.default_rng(seed)
        sizes = [inputs, *hidden, classes]
        weights = [rng.normal(0, a**-0.5, (a, b)) for a, b in pairwise(sizes)]
        biases = [rng.normal(0, 0.3, b) for b in sizes[1:]]
        return DenseNetwork.from_arrays(weights, biases, np.float32).astype(np.float64)

    return make


@pytest.fixture(scope="session")
def survey(images: ImageSet) -> Survey:
    """The survey of the digits."""
    return survey_images(images, [1, 3], seed=0)


@pytest.fixture(scope="session")
def clusters(survey: Survey) -> Mapping[int, Clusters]:
    return survey.clusters


@pytest.fixture(scope="session")
def evaluate_digits(images: ImageSet, survey: Survey) -> Callable[[DenseNetwork], Evaluation]:
    """A function that evaluates a network on the digits."""
    return lambda network: evaluate_network(network, images, survey, 100, FIT)


def slow_except(short: Container[Any], cases: Iterable[Any]) -> list[Any]:
    """Give cases for parametrize, of which only a few are run every time."""
    return [case if case in short else pytest.param(case, marks=pytest.mark.long) for case in cases]


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder that the first of the suite's processes makes, and the others wait for."""
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


def _reproduce(folder: Path) -> None:
    project = new_project(folder)
    project.repro()
    project.commit("On digits")


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has run once and is committed; made once for all the suite's processes."""
    return make_once(tmp_path_factory, "reproduced", _reproduce)


@pytest.fixture
def project(reproduced: Path, tmp_path: Path) -> Project:
    """A copy of the reproduced project, to edit."""
    folder = tmp_path / "project"
    shutil.copytree(reproduced, folder, symlinks=True)
    return Project(folder)


def _run_study(folder: Path) -> None:
    project = new_project(folder)
    (folder / "study/summary.json").unlink(missing_ok=True)
    project.commit("A small study")
    repro = ["dvc", "repro", "--quiet"]
    subprocess.run(repro, cwd=folder / "study", check=True, env=project.environment(), capture_output=True)


@pytest.fixture(scope="session")
def study_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose study has run once, one stage after another."""
    return Project(make_once(tmp_path_factory, "study", _run_study))


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
                 "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):  # fmt: skip
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()
