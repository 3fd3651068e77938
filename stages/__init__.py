"""The pipeline's stages, a package each: fetch, survey, train, compose, challenge, render.

The modules beside this file are shared: what params may say (`params`), what passes
between stages (`artifacts`), the mathematics (`mathematics`) and how a stage speaks to people (`console`).
No stage imports from another stage's folder.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def _enter_project_environment() -> None:
    """Go on in the project's own `.venv` when `python` belongs to no environment at all.

    `.venv/bin/dvc repro` without activating the environment first runs the system's `python`:
    a DVC user expects that to work. Experiments in `.dvc/tmp` find the same `.venv` above them.
    """
    if sys.prefix == sys.base_prefix:
        for folder in Path(__file__).resolve().parents:
            python = folder / ".venv" / "bin" / "python"
            if python.exists():
                os.execv(python, [str(python), *sys.orig_argv[1:]])
    if not all(map(find_spec, ("numpy", "pydantic", "ruamel"))):
        sys.exit("stages: this Python lacks the project's packages. Run `make`, which builds .venv.")


_enter_project_environment()
