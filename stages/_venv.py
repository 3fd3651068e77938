"""Go on in the project's own `.venv`, or say what is missing.

`.venv/bin/dvc repro` without activating the environment runs the system's `python`: a DVC user expects that
to work. Experiments in `.dvc/tmp` find the same `.venv` above them.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def enter_environment() -> None:
    """Restart in `.venv` where this `python` is the system's; exit in one line where packages are missing."""
    if sys.prefix == sys.base_prefix:
        for folder in Path(__file__).resolve().parents:
            python = folder / ".venv" / "bin" / "python"
            if python.exists() and sys.executable != str(python):  # with -S it would enter it for ever
                os.execv(python, [str(python), *sys.orig_argv[1:]])
    if not all(map(find_spec, ("numpy", "pydantic", "ruamel"))):
        sys.exit("stages: this Python lacks the project's packages. Run `make`, which builds .venv.")
