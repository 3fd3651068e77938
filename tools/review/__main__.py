"""Write build/review/comment.md and build/review/index.html: what changed since a base revision."""

import argparse
import shutil
from pathlib import Path

from looking_for.core.files import atomic_write, save_text
from stages import _cli
from tools.review import comment
from tools.review.changes import find_changes

OUTPUT = Path("build/review")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.review", description=__doc__)
    parser.add_argument("base", help="the revision to compare the working tree with")
    parser.add_argument("--repository", help="address on a code host; the comment then links images there")
    parser.add_argument("--head", help="the commit that holds the figures after the change, on that host")
    arguments = parser.parse_args()
    if bool(arguments.repository) != bool(arguments.head):
        parser.error("--repository and --head go together")

    changes = find_changes(arguments.base)
    host = None
    if arguments.repository:
        host = comment.Host(arguments.repository, changes.base, arguments.head)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for figure in changes.figures:
        for version in ("before", "after"):
            if (png := getattr(figure, version)) is not None:
                with atomic_write(OUTPUT / "images" / f"{figure.slug}.{version}.png") as temporary:
                    temporary.write_bytes(png)
    save_text(OUTPUT / "comment.md", comment.write_comment(changes, host))
    save_text(OUTPUT / "index.html", comment.write_page(changes))
    _cli.say(f"{changes.headline}\nthe review: {OUTPUT}/comment.md, {OUTPUT}/index.html")


if __name__ == "__main__":
    _cli.run_stage("review", main)
