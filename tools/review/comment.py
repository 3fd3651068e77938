"""The review as Markdown that fits a comment, and as a page that stands alone."""

import base64
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from looking_for.results.glossary import describe_rung
from tools.review.changes import Changes, Step, format_plain
from tools.review.pictures import Figure

MAX_COMMENT = 60_000
MAX_IMAGES = 1_800_000  # bytes of images inside the page, which then has 2 MB at most
OPEN_METRICS = 24


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
            image_source=lambda figure, version: image_source(figure, version, host),
        )

    too_many = bisect_left(range(len(changes.figures) + 1), MAX_COMMENT, key=lambda n: len(text(n)))
    return text(max(0, too_many - 1))[: MAX_COMMENT - 1]


def image_source(figure: Figure, version: str, host: Host | None) -> str | None:
    """Say where an image of the comment is."""
    if getattr(figure, version) is None:
        return None
    return f"images/{figure.slug}.{version}.png" if host is None else host.link(figure, version)


def write_page(changes: Changes) -> str:
    """Write the HTML page: the images that decide are inside it, others beside it in images/ where there is no room."""
    return _template("page.html.j2").render(
        changes=changes, inside=choose_inside(changes.figures), data_address=data_address
    )


def choose_inside(figures: Sequence[Figure]) -> set[str]:
    """Choose the figures that fit into the page, by name: charts and output pictures first, sheets of units never."""
    order = sorted((f for f in figures if not f.is_of_units), key=lambda f: not f.name.endswith("/output"))
    chosen, total = set(), 0
    for figure in order:
        size = sum(4 * len(png) // 3 for png in figure.small.values())
        if total + size <= MAX_IMAGES:
            chosen.add(figure.name)
            total += size
    return chosen


def data_address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def format_move(step: Step, measure: str) -> str:
    """A rung's measure before and after, as in 0.5134 → 0.6102; one number where it did not move."""
    old, new = (format_plain(None if rung is None else getattr(rung, measure).value) for rung in (step.old, step.new))
    return old if old == new else f"{old} → {new}"


def format_signed(change: float | None) -> str:
    """Write a change with its sign.

    Examples
    --------
    >>> format_signed(-0.02), format_signed(0.1234), format_signed(None)
    ('−0.0200', '+0.1234', '')
    """
    return "" if change is None else f"{change:+.4f}".replace("-", "−")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": format_plain, "moved": format_move, "signed": format_signed, "rung": describe_rung}
    return environment.get_template(name)
