"""One HTML file from the page's template, its styles, its modules and its data: it needs nothing else."""

import base64
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

WEB = Path(__file__).parent / "web"
PURE = ("engine", "prepare", "model", "refusal", "hdf5", "keras", "weights", "chain", "address")  # they know no screen
MODULES = (*PURE, "data", "pictures", "board", "views", "main")


def build_page(data: dict[str, Any]) -> str:
    """Build the page. Modules import each other by name, through an import map to what is inside the file.

    All of `data` is escaped by the template: names of classes and networks are anyone's.
    """
    environment = Environment(
        loader=FileSystemLoader(WEB), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    modules = {name: data_address((WEB / f"{name}.js").read_bytes()) for name in MODULES}
    style = (WEB / "style.css").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(data=data, imports={"imports": modules}, style=style)


def build_module() -> str:
    """Build looking-for.js, what the page computes with as one module for other pages and programs: no imports."""
    parts = []
    for name in PURE:
        source = (WEB / f"{name}.js").read_text(encoding="utf-8")
        parts.append(re.sub(r"^import [^;]*;\n", "", source, flags=re.MULTILINE))
    return "\n".join(parts)


def data_address(module: bytes) -> str:
    """Write a module as an address that a browser imports without asking anyone."""
    return "data:text/javascript;base64," + base64.b64encode(module).decode()
