"""Pages by templates: the environment that all of them share, with numbers in words as filters."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from looking_for.core import text
from looking_for.core.text import DASH
from looking_for.results.glossary import describe_ablation, describe_rung
from looking_for.results.places import name_part

SPOKEN = dict(enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1))


def render_page(template: str, **values: Any) -> str:
    """Fill in a template; raises where it asks for a value that it was not given. No line breaks before a %, and one
    empty line at most stands between paragraphs."""
    page = build_environment().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", page))


@cache
def build_environment() -> Environment:
    """Build what all templates share: their folder, and numbers in words as filters."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "decimal": text.format_decimal,
        "percent": text.format_percent,
        "points": lambda share: text.format_decimal(100 * (share or 0), 1),
        "interval": text.format_interval,
        "explained": text.format_explained,
        "share_range": text.format_share_range,
        "number_range": text.format_number_range,
        "count_range": text.format_count_range,
        "thousands": "{:,}".format,
        "per_hundred": lambda share: DASH if share is None else text.count_per_hundred(float(share)),
        "number_of": text.format_count,
        "listed": lambda words, last="and": text.join_words(list(words), last),
        "code": lambda name: f"`{name}`",
        "literal": escape_markdown,
        "rung": describe_rung,
        "ablation": describe_ablation,
        "place": name_part,
        "spoken": lambda number: SPOKEN.get(number, str(number)),
        "one_or_many": lambda things, one, many: one if len(things) == 1 else many,
        "each": lambda items, macro: [str(macro(item)) for item in items],
        "each_with": lambda items, macro, value: [str(macro(item, value)) for item in items],
        "each_by": say_each_by,
        "sentence_case": lambda words: words[:1].upper() + words[1:],
    }
    return environment


def say_each_by(items: Iterable[Any], attribute: str, macros: Any, prefix: str) -> list[str]:
    """Say each item by the macro whose name is a prefix and one of the item's attributes."""
    return [str(getattr(macros, prefix + getattr(item, attribute))(item)) for item in items]


def escape_markdown(words: str) -> str:
    """Write anyone's words, such as a class's name, as Markdown that shows them as they are.

    Examples
    --------
    >>> escape_markdown("T-shirt_[1]")
    'T-shirt\\\\_\\\\[1\\\\]'
    """
    return re.sub(r"([\\`*_\[\]<>|&!$~])", r"\\\1", words)
