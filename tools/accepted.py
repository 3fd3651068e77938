"""Write the tables of docs/your-own.md that say what comes in, from what the code accepts."""

from collections.abc import Sequence
from pathlib import Path

from looking_for.images import custom
from looking_for.networks.loading import formats
from tools.marks import replace_between

PAGE = Path("docs/your-own.md")


def main() -> None:
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(text: str) -> str:
    """Put each table between its two comments."""
    for name, table in tables().items():
        text = replace_between(text, f"<!-- table: {name} -->\n", "<!-- end of table -->", table)
    return text


def tables() -> dict[str, str]:
    """Give the tables by name."""
    networks = [(", ".join(f"`{s}`" for s in form.suffixes), form.holds, form.how_to_write) for form in formats.FORMATS]
    return {
        "images": _table(("a path is", "read are"), [(form.name, form.holds) for form in custom.FORMS]),
        "networks": _table(("file", "of", "how to write it"), networks),
    }


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |\n" for cells in (head, *rows)]
    return "".join([lines[0], f"|{'---|' * len(head)}\n", *lines[1:]])


if __name__ == "__main__":
    main()
