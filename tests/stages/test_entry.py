"""Commands from anywhere: in a folder below, without environment or git; imports change nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import ROOT, Project

BASE_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}


def run(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, words)), check=False, cwd=folder, env=CLEAN | variables, capture_output=True, text=True
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    return line


def test_stage_without_environment_names_make(project: Project) -> None:
    line = one_line(run(project.folder, BASE_PYTHON, "-S", "-m", "stages.train", "--network", "few"))
    assert "Run `make`, which builds .venv" in line


@pytest.mark.parametrize("tool", ["review", "experiments", "bench"])
def test_tool_without_environment_names_make(project: Project, tool: str) -> None:
    line = one_line(run(project.folder, BASE_PYTHON, "-S", "-m", f"tools.{tool}"))
    assert "Run `make`, which builds .venv" in line


def test_stage_enters_the_environment(project: Project) -> None:
    (project.folder / ".venv").symlink_to(sys.prefix)
    done = run(project.folder, BASE_PYTHON, "-m", "stages.train", "--network", "nobody")
    assert "no network 'nobody'" in one_line(done)


def test_stage_enters_the_environment_once(project: Project) -> None:
    (project.folder / ".venv").symlink_to(sys.prefix)
    done = run(project.folder, "timeout", "60", BASE_PYTHON, "-S", "-m", "stages.render")
    assert "Run `make`, which builds .venv" in one_line(done)


def test_stage_in_subfolder_names_the_folder(project: Project) -> None:
    done = run(project.folder / "docs", sys.executable, "-m", "stages.render", PYTHONPATH="..")
    assert one_line(done) == "render: params.yaml is missing; run from the project's folder"


def test_import_changes_nothing() -> None:
    code = (
        "import os, sys; before = dict(os.environ); import stages; print(before == os.environ, 'numpy' in sys.modules)"
    )
    assert run(ROOT, sys.executable, "-c", code).stdout == "True False\n"


@pytest.mark.parametrize("command", [["repro"], ["repro", "-q"]])
def test_repro_all_pipelines_in_subfolder(project: Project, command: list[str]) -> None:
    dvc = Path(sys.executable).with_name("dvc")
    variables = {"PATH": f"{dvc.parent}{os.pathsep}{CLEAN['PATH']}"}
    assert run(project.folder / "docs", dvc, *command, "--all-pipelines", **variables).returncode == 0


def test_make_without_git_says_so(project: Project, tmp_path: Path) -> None:
    (project.folder / ".git").rename(tmp_path / "git")
    (project.folder / ".venv").symlink_to(sys.prefix)
    done = run(project.folder, "make", "-o", ".venv/requirements.txt", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert done.returncode != 0
    assert done.stdout.startswith("make: DVC needs a git repository here")


def test_make_with_too_new_python_names_others(tmp_path: Path) -> None:
    python = tmp_path / "python3.14"
    python.write_text(
        f"#!{BASE_PYTHON}\nimport sys\nfrom collections import namedtuple\n"
        "sys.version_info = namedtuple('V', 'major minor micro releaselevel serial')(3, 14, 0, '', 0)\n"
        "exec(sys.argv[2])\n"
    )
    python.chmod(0o755)
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    done = run(tmp_path, "make", f"PYTHON={python}")
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert "make PYTHON=python3.12" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(("moved", "is_made_again"), [(True, True), (False, False)])
def test_make_in_a_moved_folder_makes_the_environment_again(tmp_path: Path, moved: bool, is_made_again: bool) -> None:
    (tmp_path / ".venv").mkdir()
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / ".venv/requirements.txt").write_text((ROOT / "requirements.txt").read_text())
    (tmp_path / ".venv/place").write_text("/somewhere/else" if moved else str(tmp_path))
    assert ("venv --clear" in run(tmp_path, "make", "-n", ".venv/requirements.txt").stdout) == is_made_again


def test_make_leaves_out_settings_that_break_environments() -> None:
    show = ["make", "--eval", "show:\n\t@env", "show"]
    assert "PIP_USER" not in run(ROOT, *show, PIP_USER="1").stdout
