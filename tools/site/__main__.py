"""Build the site: `make site`.

Every page is a Markdown file of the repository; what it links to comes along. MkDocs makes pages of them that open from
disk and ask no other host for anything.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from looking_for.core import paths
from looking_for.core.errors import UserError, last_line
from stages import _cli
from tools.site.pages import collect_pages, gather_files, write_pages

SOURCE, SITE = Path("build/site-source"), Path("build/site")
HERE = Path(__file__).parent
DATED = ("sitemap.xml", "sitemap.xml.gz")  # what MkDocs writes with the day of the build

NAVIGATION: list[dict[str, Any]] = [
    {"Home": "README.md"},
    {"The story": "reports/README.md"},
    {"Draw a digit": "reports/explorer.html"},
    {"All numbers": "reports/details.md"},
    {"The study": [{"Digits": "study/reports/README.md"}, {"Clothes": "study/fashion-mnist/reports/README.md"}]},
    {
        "Use it": [
            {"The pipeline": "docs/pipeline.md"},
            {"Bring your own": "docs/your-own.md"},
            {"Changing and showing": "docs/changing-and-showing.md"},
            {"The explorer": "docs/explorer.md"},
            {"Many networks": "docs/study.md"},
        ]
    },
    {"Understand it": [{"The mathematics": "docs/mathematics.md"}, {"Related work": "docs/related-work.md"}]},
    {
        "How it is made": [
            {"The architecture": "docs/architecture.md"},
            {"Reliability": "docs/reliability.md"},
            {"Speed": "docs/speed.md"},
            {"Scale": "docs/scale.md"},
            {"Contributing": "CONTRIBUTING.md"},
            {"Changes": "CHANGELOG.md"},
        ]
    },
]


def main() -> None:
    if find_spec("mkdocs") is None:
        raise UserError("MkDocs is not installed here: `make site` adds it to .venv")
    if not paths.EXPLORER.exists():
        raise UserError(f"{paths.EXPLORER} is missing: `make` first")
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    pages = collect_pages(NAVIGATION)
    write_pages(pages, gather_files(pages), SOURCE / "pages")
    shutil.copy(paths.EXPLORER, SOURCE / "pages" / paths.EXPLORER)
    shutil.copy(HERE / "site.css", SOURCE / "pages/site.css")
    build()
    _cli.say(f"the site: {SITE / 'index.html'}")


def build() -> None:
    """Run MkDocs, which refuses links that lead nowhere."""
    config = YAML(typ="safe").load(HERE / "mkdocs.yml") | {
        "docs_dir": str((SOURCE / "pages").resolve()),
        "site_dir": str(SITE.resolve()),
        "nav": NAVIGATION,
    }
    with (SOURCE / "mkdocs.yml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(config, file)
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--config-file",
        str(SOURCE / "mkdocs.yml"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"MkDocs failed: {last_line(done.stderr) or last_line(done.stdout)}")
    for name in DATED:
        (SITE / name).unlink(missing_ok=True)


if __name__ == "__main__":
    _cli.run_stage("site", main)
