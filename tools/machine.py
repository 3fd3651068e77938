"""What a benchmark was run on, said beside its numbers."""

import platform
from importlib import metadata
from typing import Any

from looking_for.core.parallel import cores
from tools.same import processor

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "matplotlib", "dvc", "torch")


def facts() -> dict[str, Any]:
    """The processor, its cores, Python and the packages that do the work."""
    return {
        "processor": processor(),
        "cores": cores(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
