"""What passes between stages: where each file lies, and how it is written whole or not at all."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.console import Problem

Array = NDArray[Any]

IMAGES = Path("data/images.npz")
SURVEY = Path("data/survey.npz")
CLAIMS = Path("data/survey.json")
REPORT = Path("reports/README.md")
FIGURES = Path("reports/figures")
METRICS = Path("reports/metrics")


def network_file(name: str) -> Path:
    return Path("data/networks") / f"{name}.npz"


def pictures_file(name: str) -> Path:
    return Path("data/pictures") / f"{name}.npz"


def history_file(name: str) -> Path:
    return Path("reports/history") / f"{name}.csv"


def metrics_file(stage: str, name: str) -> Path:
    return METRICS / stage / f"{name}.json"


def forget_all_but(names: Iterable[str]) -> None:
    """Remove what networks that params.yaml no longer names left behind.

    DVC forgets a removed stage but not its files: they would count as inputs of render here and be
    missing in a fresh clone, and a reviewer would read numbers of a network that is no more.
    """
    numbers = [partial(metrics_file, stage) for stage in ("train", "compose")]
    of_network: list[Callable[[str], Path]] = [network_file, pictures_file, history_file, *numbers]
    kept = {file(name) for file in of_network for name in names}
    for file in of_network:
        pattern = file("*")
        for path in set(pattern.parent.glob(pattern.name)) - kept:
            path.unlink()


@dataclass(frozen=True)
class Images:
    """A data set: uint8 images (n × height × width), uint8 labels (n), the classes' names."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: Array

    @classmethod
    def load(cls, path: Path = IMAGES) -> "Images":
        return cls(**load_arrays(path))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        return self.x_train.shape[1], self.x_train.shape[2]


def pixels(images: Array, dtype: type = np.float64) -> Array:
    """Images (n × h × w, 0…255) as rows of pixels in [0, 1] (n × h·w)."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=dtype)


def single(array: Array) -> Array:
    """The array as float32, which is how arrays lie in files; sums are made in float64."""
    return np.asarray(array, np.float32)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it there only when the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an uncompressed .npz: the same arrays give the same bytes on every machine."""
    with whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_arrays(path: Path) -> dict[str, Array]:
    """Read an .npz whole; a `Problem` says how to get it when it is missing or broken."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except FileNotFoundError as error:
        raise Problem(f"{path} is missing; `dvc repro` makes it") from error
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise Problem(f"{path} is broken; `dvc checkout --force {path}` brings it back") from error


def save_text(path: Path, text: str) -> None:
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def save_numbers(path: Path, numbers: Mapping[str, Any]) -> None:
    """Write metrics as JSON, in the order given; they come rounded to what is stable."""
    save_text(path, json.dumps(numbers, indent=2) + "\n")


def load_numbers(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Problem(f"{path} is missing; `dvc repro` makes it") from error
