"""What a benchmark was run on, said beside its numbers."""

import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from looking_for.core.parallel import n_cores

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "matplotlib", "dvc", "torch")


def describe_machine() -> dict[str, Any]:
    """The processor, its cores, Python and the packages that do the work."""
    return {
        "processor": processor(),
        "cores": n_cores(),
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in PACKAGES},
    }


def processor() -> str:
    """Name the processor, where the system says it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def package_version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
