"""Imported networks go through the pipeline as any other, by a key of params.yaml and their file."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from looking_for.core import paths
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates.ladder import Ladder
from tests.projects import Project
from tests.report.story_run import StoryRun, is_whole

DENSE, LAYERS = "data/models/dense.safetensors", "data/models/layers.keras"


def write_dense(path: Path, network: DenseNetwork) -> None:
    """As PyTorch's state of a Sequential."""
    weights = {f"{2 * n}.weight": np.ascontiguousarray(w.T) for n, w in enumerate(network.weights)}
    biases = {f"{2 * n}.bias": np.ascontiguousarray(b) for n, b in enumerate(network.biases)}
    save_file(weights | biases, path)


def write_layers(path: Path, images: ImageSet) -> Any:
    from looking_for.core.keras_backend import keras

    keras.utils.set_random_seed(0)
    la = keras.layers
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), la.Rescaling(1 / 255), la.Conv2D(8, 3, activation="relu"), la.MaxPooling2D(),
         la.Flatten(), la.Dense(10, activation="softmax")]
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images.x_train[..., None], images.y_train, epochs=8, verbose=0)
    model.save(path)
    return model


@pytest.mark.long
def test_adopt_two_networks_from_entry_to_removal(
    project: Project, images: ImageSet, make_network: Callable[..., DenseNetwork]
) -> None:
    write_dense(project.folder / DENSE, make_network([12, 8], seed=3))
    model = write_layers(project.folder / LAYERS, images)
    project.replace("params.yaml", "models: {}", f"models:\n  dense: {{path: {DENSE}}}\n  layers: {{path: {LAYERS}}}")
    project.replace("params.yaml", "challenge: [all]", "challenge: [layers]")
    project.replace("params.yaml", "story: [few, all]", "story: [few, dense, layers]")
    stages = [f"{stage}@{name}" for stage in ("adopt", "compose-model", "draw-model") for name in ("dense", "layers")]
    assert sorted(project.repro()) == sorted([*stages, "challenge@layers", "explore", "render"])

    story = StoryRun(project.folder)
    is_whole(story)
    files = [path.rpartition("/")[2].replace("_", "\\_") for path in (DENSE, LAYERS)]
    assert f"Imported: {files[0]} and {files[1]}." in story.details
    assert f"Not all layers of {files[1]} (Conv2D 8, MaxPooling2D, Dense 10) are dense" in story.details
    right = (np.asarray(model(images.x_test[..., None])).argmax(axis=1) == images.y_test).mean()
    row = next(line for line in story.details.splitlines() if "| `layers` |" in line)
    assert f"| imported | {100 * right:.1f} %" in row
    ladder = {
        rung.name: rung.explained.value or 0 for rung in Ladder.load(project.folder / paths.ladder_file("layers"))
    }
    assert ladder["composed_balanced"] < ladder["linear_fit"] < ladder["exact_maps.3"]
    figures = {path.name for path in (project.folder / "reports/figures/layers").iterdir()}
    assert figures == {"output.png", "clusters.png", "fitted-3.png"}
    assert (project.folder / "reports/figures/dense/layer-2.png").exists()

    page = (project.folder / "reports/explorer.html").read_text(encoding="utf-8")
    shown = {n["name"]: n for n in json.loads(re.search(r'id="data">(.*?)</script>', page)[1])["networks"]}  # type: ignore[index]
    assert len(shown["dense"]["layers"]) == 3
    assert shown["layers"]["layers"] == [], "what cannot be shown of it is not offered"
    assert shown["layers"]["fitted"]["units"] > 10
    assert shown["dense"]["film"] is None

    write_dense(project.folder / DENSE, make_network([12, 8], seed=4))
    assert sorted(project.repro()) == ["adopt@dense", "compose-model@dense", "draw-model@dense", "explore", "render"]

    text = (project.folder / "params.yaml").read_text(encoding="utf-8")
    text = re.sub(r"models:\n(  .*\n)+", "models: {}\n", text).replace("challenge: [layers]", "challenge: [all]")
    (project.folder / "params.yaml").write_text(text.replace("story: [few, dense, layers]", "story: [few, all]"))
    project.repro()
    left = project.run("git", "status", "--porcelain", "reports", "params.yaml").stdout
    assert left == "", "as it was before they came"
    assert not list((project.folder / "data/networks").glob("[dl]*.npz"))


BAD: dict[str, tuple[str, Callable[[Project], object], str]] = {
    "a missing file": ("mine: {path: data/models/none.npz}", lambda _: None, "data/models/none.npz"),
    "a name of both": (f"few: {{path: {DENSE}}}", lambda _: None, "'data/networks/few.npz' is specified in"),
    "other classes": (f"mine: {{path: {DENSE}}}", lambda p: write_dense(p.folder / DENSE, of_classes(12)),
                      "gives 12 numbers for an image; the data has 10 classes"),
    "a pickle": ("mine: {path: data/models/mine.pkl}", lambda p: (p.folder / "data/models/mine.pkl").write_bytes(b"."),
                 "a Python pickle, which is never opened: DenseNetwork.from_sklearn"),
    "a broken file": (f"mine: {{path: {DENSE}}}", lambda p: (p.folder / DENSE).write_bytes(b"12345678 broken"),
                      "cannot be read"),
}  # fmt: skip


def of_classes(classes: int) -> DenseNetwork:
    return DenseNetwork.from_arrays([np.ones((64, classes))], [np.zeros(classes)], np.float32)


@pytest.mark.parametrize("case", BAD)
def test_adopt_rejects_in_one_line(project: Project, case: str) -> None:
    entry, prepare, words = BAD[case]
    prepare(project)
    project.replace("params.yaml", "models: {}", f"models:\n  {entry}")
    done = project.run("dvc", "repro", "compose-model@mine" if entry.startswith("mine") else "fetch", check=False)
    assert done.returncode
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project.folder / "data/networks/mine.npz").exists()
