"""The pages of the site: the repository's Markdown, with all that it links to."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from looking_for.core.errors import UserError

LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^)\s]+)\)")
SHOWN_AS_CODE = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".js": "javascript",
                 ".csv": "text", ".json": "json", ".lock": "yaml", ".txt": "text", "": "text"}  # fmt: skip


def collect_pages(navigation: Sequence[Mapping[str, Any]]) -> dict[Path, str]:
    """Read every Markdown file that the navigation names, however deep; raises UserError where one is missing."""
    named = [path for path in _named(navigation) if path.suffix == ".md"]
    if missing := [str(path) for path in named if not path.exists()]:
        raise UserError(f"{', '.join(missing)} missing: `make` writes the report, `make study` those of the studies")
    return {path: path.read_text(encoding="utf-8") for path in named}


def _named(entries: Iterable[Any]) -> Iterator[Path]:
    for entry in entries:
        for target in entry.values():
            if isinstance(target, str):
                yield Path(target)
            else:
                yield from _named(target)


def gather_files(pages: Mapping[Path, str]) -> list[Path]:
    """List the files that the pages link to, those of a folder where that is linked to."""
    files: dict[Path, None] = {}
    for page, text in pages.items():
        for _, target in LINK.findall(text):
            path = resolve_link(page, target)
            if path and path not in pages:
                files |= dict.fromkeys(list_folder(path) if path.is_dir() else [path])
    return list(files)


def resolve_link(page: Path, target: str) -> Path | None:
    """Give the file or folder of the repository that a page's link leads to; None for addresses and headings."""
    name = target.partition("#")[0]
    if not name or "://" in name or name.startswith("mailto:"):
        return None
    path = Path(os.path.normpath(page.parent / name))
    if not path.exists():
        raise UserError(f"{page}: its link {target} leads nowhere")
    return path


def list_folder(folder: Path) -> list[Path]:
    """List a folder's own files that git has."""
    listed = subprocess.run(["git", "ls-files", "--", folder], check=True, capture_output=True, text=True).stdout
    return [path for name in listed.splitlines() if (path := Path(name)).parent == folder and path.is_file()]


def write_pages(pages: Mapping[Path, str], files: Sequence[Path], folder: Path) -> None:
    """Write the pages with their links changed to what the site has, and the files beside them."""
    folders: set[Path] = set()
    for page, text in pages.items():
        _write(folder / page, LINK.sub(partial(_relink, page, folders), _unfold(text)))
    for path in files:
        if path.suffix in SHOWN_AS_CODE:
            code = path.read_text(encoding="utf-8").replace("~~~~", "~~~ ~")
            _write(folder / f"{path}.md", f"# {path.name}\n\n~~~~{SHOWN_AS_CODE[path.suffix]}\n{code}\n~~~~\n")
        elif path.suffix == ".md":
            _write(folder / path, _without_links(path.read_text(encoding="utf-8")))
        else:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path)
    for listed in sorted(folders):
        _write(folder / listed / "index.md", describe_folder(listed))


def _relink(page: Path, folders: set[Path], link: re.Match[str]) -> str:
    """A link as the site needs it: files that are shown as code are pages, folders have an index."""
    words, target = link.groups()
    path = resolve_link(page, target)
    if path is None:
        return link[0]
    if path.is_dir():
        folders.add(path)
        return f"{words}({target.rstrip('/')}/index.md)"
    if path.suffix in SHOWN_AS_CODE:
        return f"{words}({target}.md)"
    return link[0]


def describe_folder(folder: Path) -> str:
    """Write the index of a folder: its pictures, and links to its other files."""
    lines = [f"# {folder.name}", ""]
    for path in list_folder(folder):
        name = path.name
        shown = f"![{path.stem}]({name})" if path.suffix == ".png" else f"- [{name}]({name}{_page_suffix(path)})"
        lines += [f"## {path.stem}", "", shown, ""] if path.suffix == ".png" else [shown]
    return "\n".join(lines) + "\n"


def _page_suffix(path: Path) -> str:
    return ".md" if path.suffix in SHOWN_AS_CODE else ""


def _unfold(text: str) -> str:
    """Let Markdown inside HTML be Markdown."""
    return text.replace("<details>", '<details markdown="1">')


def _without_links(text: str) -> str:
    """A page that is not in the navigation, whose links lead out of the site: their words alone."""
    return LINK.sub(lambda link: link[1].strip("![]") if "://" not in link[2] else link[0], text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
