"""Write build/review/comment.md and build/review/index.html: what changed since a base revision."""

import argparse
import shutil
from pathlib import Path

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from stages import _cli
from tools.review import changes as compare
from tools.review import comment

OUTPUT = Path("build/review")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.review", description=__doc__)
    parser.add_argument("base", help="the revision to compare the working tree with")
    parser.add_argument("--repository", help="address on a code host; the comment then links images there")
    parser.add_argument("--head", help="the commit that holds the figures after the change, on that host")
    arguments = parser.parse_args()
    if bool(arguments.repository) != bool(arguments.head):
        parser.error("--repository and --head go together")

    changes = compare.since(arguments.base)
    host = None
    if arguments.repository:
        host = comment.Host(arguments.repository, changes.base, arguments.head)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for figure in changes.figures:
        for version in ("before", "after", "difference"):
            if (png := getattr(figure, version)) is not None:
                with files.whole(OUTPUT / "images" / f"{figure.slug}.{version}.png") as temporary:
                    temporary.write_bytes(png)
    files.save_text(OUTPUT / "comment.md", comment.markdown(changes, host))
    files.save_text(OUTPUT / "index.html", comment.page(changes))
    _cli.say(f"{changes.headline}\nthe review: {OUTPUT}/comment.md, {OUTPUT}/index.html")


if __name__ == "__main__":
    _cli.run("review", main)
