"""The review as Markdown that fits a comment, and as a page that stands alone."""

import base64
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tools.review.changes import Changes, Step, format_plain
from tools.review.pictures import Figure

MAX_COMMENT = 60_000
OPEN_METRICS, OPEN_FIGURES = 24, 4


@dataclass(frozen=True)
class Host:
    """A code host's address of the repository, and the commits before and after."""

    repository: str
    before: str
    after: str

    def link(self, figure: Figure, version: str) -> str:
        commit = self.before if version == "before" else self.after
        return f"{self.repository.rstrip('/')}/blob/{commit}/{figure.path}?raw=true"


def write_comment(changes: Changes, host: Host | None) -> str:
    """Write the comment; figures beyond what fits are named and not shown."""

    def text(shown: int) -> str:
        return _template("comment.md.j2").render(
            changes=changes,
            shown=changes.figures[:shown],
            hidden=changes.figures[shown:],
            open_metrics=OPEN_METRICS,
            open_figures=OPEN_FIGURES,
            image_source=lambda figure, version: image_source(figure, version, host),
        )

    too_many = bisect_left(range(len(changes.figures) + 1), MAX_COMMENT, key=lambda n: len(text(n)))
    return text(max(0, too_many - 1))[: MAX_COMMENT - 1]


def image_source(figure: Figure, version: str, host: Host | None) -> str | None:
    """Say where an image of the comment is; a host has no picture of the difference."""
    if getattr(figure, version) is None:
        return None
    if host is None:
        return f"images/{figure.slug}.{version}.png"
    return None if version == "difference" else host.link(figure, version)


def write_page(changes: Changes) -> str:
    """Write the HTML page, its images inside it."""
    return _template("page.html.j2").render(changes=changes, data_address=data_address)


def data_address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def format_move(step: Step, measure: str) -> str:
    """A rung's measure before and after, as in 0.5134 → 0.6102; one number where it did not move."""
    old, new = (format_plain(None if rung is None else getattr(rung, measure).value) for rung in (step.old, step.new))
    return old if old == new else f"{old} → {new}"


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": format_plain, "moved": format_move}
    return environment.get_template(name)
