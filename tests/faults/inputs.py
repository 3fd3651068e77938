"""Rubbish in params.yaml and in data files: refused in a line by the stage that reads it, or harmless."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from tests.faults.outcome import Case, Outcome, refusal
from tests.faults.workshop import PARAMS, stage
from tests.people import images, networks
from tests.projects import ROOT, Project

NETWORK = "few: {samples: 100, hidden: [6], epochs: 2}"

BAD_PARAMS = {
    # what stands there: what is put there
    "dataset: digits": ["dataset: cats", "dataset: 3", "dataset: null", "dataset: [digits]"],
    "  path: data/local\n": ["", "  path: 7\n", "  path: data/local\n  classes: [1, 2]\n"],
    "clusters: [1, 2]": ["clusters: []", "clusters: [2]", "clusters: [1, 256]", "clusters: [1, .nan]"],
    "batch_size: 32": ["batch_size: 0", "batch_size: 1e9", "batch_size: .inf", "batch_size: '32'"],
    "learning_rate: 0.001": ["learning_rate: .nan", "learning_rate: -1", "learning_rate: 1e308", "learning_rate: fast"],
    "snapshots: 3": ["snapshots: -3", "snapshots: 101", "snapshots: yes"],
    "pull: 0.3": ["pull: .nan", "pull: -0.1", "pull: 1001"],
    "updates: 20": ["updates: -1", "updates: 1000000000", "updates: 2.5"],
    "challenge: []": ["challenge: [nobody]", "challenge: few"],
    "models: {}": ["models: {x: {path: [a]}}", "models: {x: {}}", "models: {few: {path: a.npz}}", "models: []"],
    NETWORK: [
        "few: {samples: .nan, hidden: [6], epochs: 2}",
        "few: {samples: 100, hidden: [6.5], epochs: 2}",
        "few: {samples: 100, hidden: [99999999999], epochs: 2}",
        "few: {samples: 100, hidden: [1, 1, 1, 1, 1, 1, 1, 1, 1], epochs: 2}",
        "few: {samples: 100, hidden: [6], epochs: 2, activation: cubic}",
        "few: {samples: 100, hidden: [6], epochs: 2, dropout: 1}",
        "few: {samples: 100, hidden: [6], epochs: 2, epochs: 3}",
        "few: {samples: 100, hidden: [6]}",
        "few: null",
        "a/b: {samples: 100, hidden: [6], epochs: 2}",
        "..: {samples: 100, hidden: [6], epochs: 2}",
        "my net: {samples: 100, hidden: [6], epochs: 2}",
        "🙂: {samples: 100, hidden: [6], epochs: 2}",
        "'': {samples: 100, hidden: [6], epochs: 2}",
        "$(id): {samples: 100, hidden: [6], epochs: 2}",
        "-rf: {samples: 100, hidden: [6], epochs: 2}",
        "",
    ],
    "samples_per_class: 2": ["samples_per_class: 0", "samples_per_class: 1e3", "samples_per_class: two"],
    "render:": ["render: 1\nrender:", "rendering: 1\nrender:", "render: [\nrender:", "\trender:"],
}  # fmt: skip

Arrays = dict[str, np.ndarray]
BAD_ARRAYS: dict[str, Callable[[Arrays], object]] = {
    "float images": lambda a: a.update(x_train=a["x_train"] / 16),
    "NaN images": lambda a: a.update(x_test=a["x_test"] * np.nan),
    "wide integers": lambda a: a.update(x_train=a["x_train"].astype(np.int64) << 20),
    "black images": lambda a: a.update(x_train=0 * a["x_train"]),
    "five channels": lambda a: a.update(x_train=np.stack([a["x_train"]] * 5, axis=3)),
    "flat images": lambda a: a.update(x_train=a["x_train"].reshape(len(a["x_train"]), -1)),
    "no images": lambda a: a.update(x_train=a["x_train"][:0], y_train=a["y_train"][:0]),
    "images of two sizes": lambda a: a.update(x_test=a["x_test"][:, 1:]),
    "no labels": lambda a: a.pop("y_train"),
    "too few labels": lambda a: a.update(y_test=a["y_test"][1:]),
    "a label 77": lambda a: a["y_train"].__setitem__(0, 77),
    "a negative label": lambda a: a.update(y_train=a["y_train"].astype(int) - 1),
    "a table of names": lambda a: a.update(classes=np.full((10, 2), "a")),
    "labels as words": lambda a: a.update(y_train=a["y_train"].astype(str)),
    "one class": lambda a: a.update(y_train=0 * a["y_train"], y_test=0 * a["y_test"]),
    "a class not tested": lambda a: a.update(y_test=np.minimum(a["y_test"], 8)),
    "pickled arrays": lambda a: a.update(x_train=a["x_train"].astype(object)),
}


def cases() -> Iterator[Case]:
    for old, news in BAD_PARAMS.items():
        for new in news:
            which = " ".join(new.split()) or f"no {old.split(':')[0].strip()}"
            yield Case("input", "rubbish in params.yaml", which, partial(in_params, old, new))
    for which in BAD_ARRAYS:
        yield Case("input", "rubbish in a file of images", which, partial(in_images, which))
    for which in images.FAULTS:
        yield Case("input", "a fault in people's images", which, partial(in_peoples_images, which))
    for which in networks.FAULTS:
        yield Case("input", "a fault in people's networks", which, partial(in_peoples_network, which))
    for which, content in {"text": b"hello", "nothing": b"", "half a zip": b"PK\x03\x04" + bytes(99)}.items():
        yield Case("input", "no file of images at all", which, partial(in_file, content))


def in_peoples_images(which: str, folder: Path) -> Outcome:
    """One of the faults that people's sets have, in the form in which it is drawn."""
    path = images.FAULTS[which][0](images.draw_set(0), folder)
    return refused_by_fetch(of_file().replace("mine.npz", path.name), folder)


def in_peoples_network(which: str, folder: Path) -> Outcome:
    """A network's file with a fault is refused by adopt, and nothing is written."""
    arrays = {"W1": np.ones((64, 12), "f4"), "b1": np.ones(12, "f4"), "W2": np.ones((12, 10), "f4"), "b2": np.ones(10)}
    np.savez(folder / "network.npz", **arrays)  # type: ignore[arg-type]
    networks.FAULTS[which][0](folder / "network.npz")
    params = PARAMS.replace("models: {}", "models: {mine: {path: network.npz}}")
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    (folder / "stages").symlink_to(ROOT / "stages")
    if stage(Project(folder), "stages.fetch").returncode:
        return Outcome.WRONG
    outcome = refusal(stage(Project(folder), "stages.adopt", "--network", "mine"))
    return Outcome.WRONG if (folder / "data/networks").exists() else outcome


def in_params(old: str, new: str, folder: Path) -> Outcome:
    assert old in PARAMS
    return refused_by_fetch(PARAMS.replace(old, new), folder)


def in_images(which: str, folder: Path) -> Outcome:
    chance = np.random.default_rng(0)
    arrays = {
        "x_train": chance.integers(0, 255, (40, 8, 8)).astype(np.uint8),
        "y_train": np.arange(40, dtype=np.uint8) % 10,
        "x_test": chance.integers(0, 255, (20, 8, 8)).astype(np.uint8),
        "y_test": np.arange(20, dtype=np.uint8) % 10,
    }
    BAD_ARRAYS[which](arrays)
    np.savez(folder / "mine.npz", allow_pickle=True, **arrays)  # type: ignore[arg-type]
    return refused_by_fetch(of_file(), folder)


def in_file(content: bytes, folder: Path) -> Outcome:
    (folder / "mine.npz").write_bytes(content)
    return refused_by_fetch(of_file(), folder)


def of_file() -> str:
    return PARAMS.replace("dataset: digits", "dataset: path").replace("data/local", "mine.npz")


def refused_by_fetch(params: str, folder: Path) -> Outcome:
    """A line, and nothing written."""
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    (folder / "stages").symlink_to(ROOT / "stages")
    outcome = refusal(stage(Project(folder), "stages.fetch"))
    return Outcome.WRONG if (folder / "data").exists() else outcome
