"""Twelve small sets, one per form that people have, through the whole pipeline: its numbers by a plain recount."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from looking_for.core import paths
from looking_for.core.arrays import Array, as_pixels
from looking_for.core.files import load_json
from looking_for.core.imageset import ImageSet
from looking_for.images.custom import FORMS
from tests.conftest import slow_except
from tests.people import images
from tests.people.images import Set
from tests.pipeline.in_process import folder_of, whole_pipeline
from tests.projects import merge_params

pytestmark = pytest.mark.xdist_group("people")
PARAMS = merge_params(
    survey={"clusters": [1, 2]},
    train={"batch_size": 16, "snapshots": 3},
    networks={"few": {"samples": 200, "hidden": [8], "epochs": 3}},
    fit={"pictures": [2], "updates": 10},
    challenge=[],
    render={"samples_per_class": 2, "clusters_shown": 2, "story": []},
)


def digits(seed: int, *, is_tinted: bool) -> Set:
    """The digits 0 to 3, grey or tinted, 280 and 40 for testing."""
    rng, data = np.random.default_rng(seed), load_digits(n_class=4)
    x, y = data.images[:320] / 16, data.target[:320]
    if is_tinted:
        x = x[..., None] * rng.uniform(0.3, 1, (320, 1, 1, 3))
    return Set(rng, np.rint(255 * x).astype(np.uint8), y, np.arange(320) >= 280, ["no", "one", "two", "z"])


# A form, whether in colour, and a seed that varies types, axes, labels and names.
SETS: dict[str, tuple[Callable[[Set, Path], Path], bool, int]] = {
    "MedMNIST, grey": (images.medmnist, False, 0),
    "MedMNIST, in colour": (images.medmnist, True, 0),
    "Keras' names, a": (images.npz, False, 1),
    "Keras' names, b": (images.npz, False, 2),
    "Keras' names, in colour": (images.npz, True, 3),
    "CSV, one file": (images.csv, False, 2),
    "CSV, train and test": (images.csv, False, 1),
    "CSV, in colour": (images.csv, True, 3),
    "pictures, a": (images.folders, False, 2),
    "pictures, b": (images.folders, False, 4),
    "pictures, in colour": (images.folders, True, 5),
    "IDX files": (images.idx_files, False, 6),
}


@pytest.mark.parametrize("name", slow_except(["MedMNIST, in colour"], SETS))
def test_whole_pipeline_measures_the_network_on_the_images(name: str) -> None:
    write, is_tinted, seed = SETS[name]
    drawn = digits(seed, is_tinted=is_tinted)
    with folder_of({}):
        path = write(drawn, Path.cwd())
        data: dict[str, Any] = {"dataset": "path", "source": "auto", "path": str(path), **drawn.options}
        data["size"] = list(drawn.options.get("size", []))
        merge_into(data)
        whole_pipeline(["few"], [])
        kept = ImageSet.load()
        expected = images.expected_pixels(drawn)
        everything = np.concatenate([kept.x_train, kept.x_test])
        assert sorted(map(bytes, everything)) == sorted(map(bytes, expected)), drawn.words
        assert load_json(paths.metrics_file("few"))["accuracy"] == recounted_accuracy(kept)
        report = Path("reports/details.md").read_text(encoding="utf-8")
        assert kept.size_words in report
        assert Path("reports/explorer.html").exists()


def merge_into(data: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    with Path("params.yaml").open("w") as file:
        YAML().dump(PARAMS | {"data": data}, file)


def recounted_accuracy(kept: ImageSet) -> float:
    """By a plain forward pass over the test images."""
    with np.load(paths.network_file("few")) as file:
        weights: dict[str, Array] = {name: file[name].astype(float) for name in file.files if name[0] in "Wb"}
    hidden = np.maximum(as_pixels(kept.x_test) @ weights["W1"] + weights["b1"], 0)
    return round(float(((hidden @ weights["W2"] + weights["b2"]).argmax(axis=1) == kept.y_test).mean()), 4)


def test_every_form_in_the_documents_is_among_the_sets(tmp_path: Path) -> None:
    seen = set()
    for n, (write, is_tinted, seed) in enumerate(SETS.values()):
        (tmp_path / str(n)).mkdir()
        path = write(digits(seed, is_tinted=is_tinted), tmp_path / str(n))
        seen.add(next(form.name for form in FORMS if form.fits(path)))
    assert seen == {form.name for form in FORMS}
