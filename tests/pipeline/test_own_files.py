"""People's own files beside the pipeline's, with DVC's own commands and with settings of their own."""

from pathlib import Path

import numpy as np
import pytest

from tests.projects import Project

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("own files")]
NETWORK = "data/models/mine.npz"


def put_network(project: Project, place: str) -> None:
    with np.load(project.folder / "data/networks/few.npz") as file:
        np.savez(project.folder / place, **dict(file))


@pytest.mark.parametrize("place", [NETWORK, "data/own/deep/mine.npz"])
def test_dvc_add_takes_own_files(project: Project, place: str) -> None:
    (project.folder / place).parent.mkdir(parents=True, exist_ok=True)
    put_network(project, place)
    project.run("dvc", "add", place)
    assert project.run("git", "status", "--porcelain", "--untracked-files=all").stdout == f"A  {place}.dvc\n"


def test_experiments_elsewhere_see_added_files(project: Project) -> None:
    put_network(project, NETWORK)
    project.run("dvc", "add", NETWORK)
    project.replace("params.yaml", "models: {}", f"models: {{mine: {{path: {NETWORK}}}}}")
    project.repro()
    project.commit("With a network of my own")
    done = project.run("dvc", "exp", "run", "--temp", "-S", "fit.updates=21")
    assert "Ran experiment" in done.stdout


def test_own_network_among_the_pipelines_stays(project: Project) -> None:
    put_network(project, "data/networks/teacher.npz")
    project.replace("params.yaml", "models: {}", "models: {adopted: {path: data/networks/teacher.npz}}")
    project.repro()
    project.replace("params.yaml", "  flat: {samples: 1437, hidden: [], epochs: 2}\n", "")
    answer = project.run("dvc", "repro").stdout
    assert "removed data/networks/flat.npz" in answer
    assert (project.folder / "data/networks/teacher.npz").exists()


def test_own_settings_change_no_byte(project: Project, tmp_path: Path) -> None:
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras/keras.json").write_text('{"floatx": "float64", "image_data_format": "channels_first"}')
    (tmp_path / "matplotlibrc").write_text("font.family: serif\ntext.usetex: True\nfigure.dpi: 30\n")
    settings = {"KERAS_HOME": str(tmp_path / "keras"), "MATPLOTLIBRC": str(tmp_path), "PYTHONIOENCODING": "ascii",
                "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}  # fmt: skip
    done = project.run("dvc", "repro", "-f", "-s", "train@few", "draw@few", "render", check=True, **settings)
    assert done.stdout.count("Running stage") == 3
    assert project.run("git", "status", "--porcelain").stdout == ""
