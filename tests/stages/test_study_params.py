"""What a study is made of: every network that its params.yaml names, and what it refuses."""

import csv
import re
from pathlib import Path

import pytest

from looking_for.core.errors import UserError
from stages.params import read_params, read_yaml
from stages.params.training import NetworkParams
from stages.params.whole import StudyParams, parse_params
from tests.projects import STUDY


def written(folder: Path, text: str) -> Path:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return folder / "params.yaml"


def study_params(folder: Path, text: str) -> StudyParams:
    params = parse_params(read_yaml(written(folder, text)))
    assert isinstance(params, StudyParams)
    return params


def test_study_names_every_network(tmp_path: Path) -> None:
    result = study_params(tmp_path, STUDY).as_params()
    assert list(result.networks) == ["small-100-0", "small-100-1", "adam-0", "paying-0", "flat-0"]
    assert result.networks["small-100-1"] == NetworkParams(samples=100, hidden=[12, 8], epochs=10, seed=1)
    larger = study_params(tmp_path, STUDY.replace("samples: [100]", "samples: [300]")).as_params()
    assert larger.networks["small-300-0"].epochs == 4, "four epochs of ten batches are forty updates"
    assert result.networks["adam-0"].optimizer == "adam"
    assert result.networks["adam-0"].seed == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds: [0, 1]", "seeds: [0, 0]", "two networks have one name"),
        ("shapes: {small: [12, 8]}", "shapes: {Small: [12, 8]}", "study.shapes.Small is not a valid network name"),
        ("samples: [100]", "samples: [0]", "study.samples.0 = 0, but should be greater than or equal to 1"),
        ("updates: 40\n", "updates: many\n", "study.updates = 'many', but should be a valid integer"),
        ("  shapes:", "  forms:", "study.forms"),
        ("snapshots: 8", "snapshots: 1", "it needs train.snapshots of 3 or more"),
        ("hidden: [6], epochs: 10", "hidden: [6], epochs: 0", "and epochs in every variant"),
        ("pictures: [3]", "pictures: [4]", "fit.pictures has 4"),
        ("updates: 40\n", "updates: 900000\n", "epochs = 225000, but should be less than or equal to 100000"),
        ("{small: [12, 8]}", "{small: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "study.shapes.small"),
    ],
)
def test_study_rejects_in_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in STUDY
    with pytest.raises(UserError, match=re.escape(words)) as problem:
        read_params(written(tmp_path, STUDY.replace(old, new)))
    assert "\n" not in str(problem.value)


def with_further(name: str, epochs: int, seed: int) -> str:
    """The tests' study with a further seed of a recipe."""
    recipe = f"{{{name}: {{samples: 100, hidden: [12, 8], epochs: {epochs}}}}}"
    assert "further: {}" in STUDY
    return STUDY.replace("further: {}", f"further: {recipe}").replace("further_seeds: []", f"further_seeds: [{seed}]")


def test_study_has_further_seeds_of_its_recipes(tmp_path: Path) -> None:
    result = study_params(tmp_path, with_further("small-100", 10, 7)).as_params()
    assert result.networks["small-100-7"] == result.networks["small-100-1"].model_copy(update={"seed": 7})


@pytest.mark.parametrize(
    ("name", "epochs", "seed", "words"),
    [
        ("small-100", 11, 7, "study.further has 'small-100'"),
        ("large-100", 10, 7, "study.further has 'large-100'"),
        ("small-100", 10, 1, "two networks have one name"),
    ],
)
def test_study_rejects_further_seeds_of_others(tmp_path: Path, name: str, epochs: int, seed: int, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        read_params(written(tmp_path, with_further(name, epochs, seed)))


def test_committed_study_covers_its_claims() -> None:
    requested = parse_params(read_yaml(Path("study/params.yaml")))
    assert isinstance(requested, StudyParams)
    assert len(requested.study.samples) >= 5
    assert len(requested.study.shapes) == 2
    assert len(requested.study.seeds) >= 5
    assert len(requested.study.variant_seeds) >= 5
    for folder in ("study", *(f"study/{beside}" for beside in requested.study.beside)):
        params = parse_params(read_yaml(Path(folder) / "params.yaml"))
        assert isinstance(params, StudyParams)
        with (Path(folder) / "reports/networks.csv").open(encoding="utf-8") as file:
            assert {row["network"] for row in csv.DictReader(file)} == set(params.as_params().networks)
        penalties = {variant.keep_picture for variant in params.study.variants.values()} - {0}
        assert len(penalties) >= 6
    depths = {len(variant.hidden) for variant in requested.study.variants.values()}
    depths |= {len(hidden) for hidden in requested.study.shapes.values()}
    assert depths >= {1, 2, 3, 4}
