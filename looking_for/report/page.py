"""Sections as Markdown, by a template that knows nothing of what they say."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from looking_for.report.blocks import Section


def markdown(title: str, sections: Sequence[Section]) -> str:
    """A page with a title; a section without one has no heading."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.md.j2").render(title=title, sections=sections)
