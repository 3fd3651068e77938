"""Where each file is, from the project's folder: the contract between stages."""

from pathlib import Path

IMAGES = Path("data/images.npz")
SURVEY = Path("data/survey.npz")
CLAIMS = Path("data/survey.json")
REPORT = Path("reports/README.md")
DETAILS = Path("reports/details.md")
EXPLORER = Path("reports/explorer.html")
MODULE = Path("reports/looking-for.js")
FIGURES = Path("reports/figures")
OVERVIEW = FIGURES / "overview"
SUMMARY = Path("study/summary.json")


def network_file(name: str) -> Path:
    return Path("data/networks") / f"{name}.npz"


def snapshots_file(name: str) -> Path:
    return Path("data/snapshots") / f"{name}.npz"


def pictures_file(name: str) -> Path:
    return Path("data/pictures") / f"{name}.npz"


def history_file(name: str) -> Path:
    return Path("reports/history") / f"{name}.csv"


def metrics_file(name: str) -> Path:
    return Path("reports/metrics") / f"{name}.json"


def ladder_file(name: str) -> Path:
    return Path("reports/ladder") / f"{name}.csv"


def truth_file(name: str) -> Path:
    return Path("reports/truth") / f"{name}.csv"


def challenge_file(name: str) -> Path:
    return Path("reports/challenges") / f"{name}.csv"


def figure_dir(name: str) -> Path:
    """Give the folder of a network's own figures."""
    return FIGURES / name
