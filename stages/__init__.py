"""The pipeline's stages, one room each: fetch, survey, train, compose, render.

The modules beside this file are the ground floor: what params may say (`params`), what passes
between stages (`artifacts`, `network`) and how a stage speaks to people (`console`).
No stage imports from another stage's folder.
"""

import importlib.util
import os
import sys
from pathlib import Path


def _enter_project_environment() -> None:
    """Go on in the project's own `.venv` when `python` is one that lacks the packages.

    `.venv/bin/dvc repro` without activating the environment first runs the system's `python`:
    a DVC user expects that to work. Experiments in `.dvc/tmp` find the same `.venv` above them.
    """
    if importlib.util.find_spec("numpy") and importlib.util.find_spec("pydantic"):
        return
    for folder in Path(__file__).resolve().parents:
        python = folder / ".venv" / "bin" / "python"
        if python.exists() and folder / ".venv" != Path(sys.prefix):
            os.execv(python, [str(python), *sys.orig_argv[1:]])
    sys.exit("stages: this Python lacks the project's packages. Run `make`, which builds .venv.")


_enter_project_environment()
