"""params.yaml is checked whole before work begins, and its errors are for people."""

import subprocess
import sys
from pathlib import Path

import pytest

from looking_for.core.errors import UserError
from stages.params import read_params
from stages.params.training import NetworkParams
from stages.params.whole import Params
from tests.projects import PARAMS, ROOT

WRONG = [
    # old text, new text, and what the message must name: the key, the value, what is allowed
    ("samples: 100", "sampels: 100", ["networks.few.sampels", "did you mean samples?", "hidden, epochs"]),
    ("samples: 100", "samples: 0", ["networks.few.samples = 0", "greater than or equal to 1"]),
    ("samples: 100", "samples: 100000001", ["networks.few.samples = 100000001", "equal to 100000000"]),
    ("samples: 100", "samples: many", ["networks.few.samples = 'many'", "valid integer"]),
    ("samples: 100", "samples: 1.5", ["networks.few.samples = 1.5", "valid integer"]),
    ("samples: 100, ", "", ["networks.few.samples is missing", "samples, hidden"]),
    ("hidden: [12, 8]", "hidden: [12, 0]", ["networks.few.hidden.1 = 0", "greater than or equal to 1"]),
    ("hidden: [12, 8]", "hidden: 12", ["networks.few.hidden = 12", "valid list"]),
    ("epochs: 3", "epochs: -1", ["networks.few.epochs = -1", "greater than or equal to 0"]),
    ("few:", "Few!:", ["networks.Few!", "lower-case letters, digits and hyphens"]),
    ("few:", "overview:", ["networks.overview", "not `overview`"]),
    ("dataset: digits", "dataset: cats", ["data.dataset = 'cats'", "'mnist', 'fashion-mnist', 'digits' or"]),
    ("clusters: [1, 3]", "clusters: [3, 1]", ["survey.clusters = [3, 1]", "begin with 1 and grow"]),
    ("clusters: [1, 3]", "clusters: [0, 3]", ["survey.clusters.0 = 0", "greater than or equal to 1"]),
    ("snapshots: 6", "snapshots: -1", ["train.snapshots = -1", "greater than or equal to 0"]),
    ("pictures: [3]", "pictures: [4]", ["fit.pictures has 4", "allowed are the numbers of survey.clusters, [1, 3]"]),
    ("pull: 0.3", "pull: -1", ["fit.pull = -1", "greater than or equal to 0"]),
    ("models: {}", "models: {few: {path: mine.npz}}", ["'few' is a name of networks and of models"]),
    ("models: {}", "models: {mine: {path: mine.npz, std: 0}}", ["models.mine.std = 0, but should be greater than 0"]),
    (
        "models: {}",
        "models: {mine: {path: m.npz, mean: [0.1, 0.2]}}",
        ["models.mine.mean = [0.1, 0.2], but it is a number, or three of them: of red, green and blue"],
    ),
    ("models: {}", "models: {mine: {path: m.npz, std: [1, 0, 1]}}", ["models.mine.std = [1, 0, 1], but should be gr"]),
    ("models: {}", "models: {mine: {file: mine.npz}}", ["models.mine.file = 'mine.npz' is not a known key"]),
    ("challenge: [all]", "challenge: [ghost]", ["challenge has 'ghost'", "networks: few, all, flat"]),
    ("story: [few, all]", "story: few", ["render.story = 'few'", "valid list"]),
    ("learning_rate: 0.001", "learning_rate: 0", ["train.learning_rate = 0", "greater than 0"]),
    ("render:", "rendering: 1\nrender:", ["rendering = 1 is not a known key", "did you mean render?"]),
    ("data:\n", "data: [\n", ["line", "is not YAML"]),
]


@pytest.mark.parametrize(("old", "new", "named"), WRONG)
def test_read_params_names_key_value_and_allowed(tmp_path: Path, old: str, new: str, named: list[str]) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS.replace(old, new, 1))
    with pytest.raises(UserError) as problem:
        read_params(path)
    message = str(problem.value)
    assert "\n" not in message
    for words in named:
        assert words in message


def test_read_params_takes_a_typo_as_one_mistake(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS.replace("samples: 100", "sampels: 100"))
    with pytest.raises(UserError) as problem:
        read_params(path)
    assert "missing" not in str(problem.value)
    path.write_text(PARAMS.replace("samples: 100, ", ""))
    with pytest.raises(UserError, match=r"needed there: samples, hidden, epochs[.]"):
        read_params(path)


def test_read_params_names_all_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS.replace("samples: 100", "samples: 0").replace("epochs: 3", "epochs: x"))
    with pytest.raises(UserError, match=r"few\.samples.*few\.epochs"):
        read_params(path)


def test_committed_params_are_valid_and_commented() -> None:
    settings = Params.model_validate(read_params(ROOT / "params.yaml"))
    text = (ROOT / "params.yaml").read_text()
    comments = " ".join(line.split("#", 1)[1] for line in text.splitlines() if "#" in line)
    for parameter in NetworkParams.model_fields:
        assert f"{parameter}:" in comments
    for section in (settings.data, settings.survey, settings.train, settings.fit, settings.render):
        for parameter in type(section).model_fields:
            line = next(line for line in text.splitlines() if line.strip().startswith(f"{parameter}:"))
            assert "#" in line, f"{parameter} has no comment"


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (["stages.train", "--network", "nobody"], ["no network 'nobody'", "few, all, flat"]),
        (["stages.compose", "--network", "few"], ["data/images.npz is missing", "dvc repro"]),
        (["stages.render"], ["data/images.npz is missing", "dvc repro"]),
    ],
)
def test_stage_reports_errors_in_one_line(tmp_path: Path, stage: list[str], words: list[str]) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    command = [sys.executable, "-m", *stage]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(word in done.stderr for word in words)
