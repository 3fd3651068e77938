"""A project in a folder of its own: params for scikit-learn's digits, and DVC's own commands run for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WRITTEN_BY_STAGES = ("reports/", "dvc.lock", "study/reports/", "study/dvc.lock",
                     "study/fashion-mnist/reports/", "study/fashion-mnist/dvc.lock")  # fmt: skip

# What a command of a project runs with: this Python and DVC, and the project's own code.
ENVIRONMENT: dict[str, Any] = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

_DIGITS: dict[str, Any] = {
    "data": {"dataset": "digits", "source": "auto", "path": "data/local"},
    "survey": {"clusters": [1, 3], "seed": 0},
    "train": {"batch_size": 32, "learning_rate": 0.001, "seed": 0, "snapshots": 6},
    "fit": {"pictures": [3], "pull": 0.3, "updates": 200, "seed": 0},
}
_NETWORKS = {
    "few": {"samples": 100, "hidden": [12, 8], "epochs": 3},
    "all": {"samples": 1437, "hidden": [12, 8], "epochs": 2},
    "flat": {"samples": 1437, "hidden": [], "epochs": 2},
}
_STUDY = {
    "shapes": {"small": [12, 8]}, "samples": [100], "seeds": [0, 1], "updates": 40,
    "variants": {"adam": {"samples": 100, "hidden": [6], "epochs": 10, "optimizer": "adam"},
                 "paying": {"samples": 100, "hidden": [12, 8], "epochs": 10, "keep_picture": 0.1},
                 "flat": {"samples": 100, "hidden": [], "epochs": 10}}, "variant_seeds": [0],
    "further": {}, "further_seeds": [],
}  # fmt: skip


def merge_params(**sections: Any) -> dict[str, Any]:
    """Give params for the digits; `networks` and lists are taken whole, of other sections the keys that are given."""
    others = {"challenge": ["all"], "models": {}, "networks": _NETWORKS}
    report = {"render": {"samples_per_class": 5, "clusters_shown": 3, "story": ["few", "all"]}}
    return _merge(_DIGITS | others | report, sections)


def _merge(params: dict[str, Any], sections: dict[str, Any]) -> dict[str, Any]:
    is_whole = {"networks", "challenge", "models"}
    return params | {k: v if k in is_whole else params[k] | v for k, v in sections.items()}


def write_yaml(params: dict[str, Any]) -> str:
    """Write params as people do, with a line per key of a section."""
    lines = []
    for name, section in params.items():
        if isinstance(section, dict) and section:
            lines += [f"{name}:", *(f"  {key}: {_flow(value)}" for key, value in section.items())]
        else:
            lines.append(f"{name}: {_flow(section)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(v)}' for key, v in value.items())}}}"
    return f"[{', '.join(map(_flow, value))}]" if isinstance(value, list) else str(value)


PARAMS = write_yaml(merge_params())
STUDY = write_yaml(_merge(_DIGITS, {"train": {"snapshots": 8}, "fit": {"updates": 100}}) | {"study": _STUDY})


class Project:
    """A git repository of this project on `digits`, with DVC's own commands run in it for real."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | ENVIRONMENT | variables
        done = subprocess.run(words, check=False, cwd=self.folder, env=environment, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def repro(self) -> list[str]:
        """Run `dvc repro`; give the stages that ran."""
        return stages_run(self.run("dvc", "repro").stdout)

    def environment(self) -> dict[str, str]:
        """Give variables with which this Python runs the project's own code."""
        return os.environ | ENVIRONMENT | {"PYTHONPATH": str(self.folder)}

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message)


def stages_run(output: str) -> list[str]:
    """Give the stages that `dvc repro` says it ran."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage '")]


def new_project(folder: Path, params: str = PARAMS, study: str = STUDY) -> Project:
    """Copy the project's files as they are in the working tree, without what stages wrote, with other params."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        is_output = name.startswith(WRITTEN_BY_STAGES) and not name.endswith(".gitkeep")
        if not is_output and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    (folder / "study/params.yaml").write_text(study, encoding="utf-8")
    project = Project(folder)
    project.run("git", "init", "-q", "-b", "main")
    project.run("git", "config", "user.name", "Tester")
    project.run("git", "config", "user.email", "tester@example.invalid")
    return project
