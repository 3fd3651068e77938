"""How a stage speaks to people: one line for an error, plain lines for the log."""

import argparse
import io
import logging
import sys
from collections.abc import Callable

from looking_for.core.errors import UserError, reason


def run_stage(name: str, main: Callable[[], None]) -> None:
    """Run a stage's `main`; a UserError or a system error is one line on stderr, exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark
    logging.basicConfig(format="%(message)s", stream=sys.stdout)
    logging.getLogger("looking_for").setLevel(logging.INFO)
    try:
        main()
    except UserError as error:
        sys.exit(f"{name}: {error}")
    except (OSError, MemoryError) as error:
        sys.exit(f"{name}: system error: {reason(error)}; fix it and run `dvc repro`")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted; `dvc repro` takes up from here")


def parse_network(stage: str, purpose: str | None, where: str) -> str:
    """Read `--network` from the command line; `where` says which names are allowed."""
    parser = argparse.ArgumentParser(prog=f"python -m stages.{stage}", description=purpose)
    parser.add_argument("--network", required=True, help=where)
    return str(parser.parse_args().network)


def say(line: str) -> None:
    """Print one plain line at once, so that CI logs and progress bars keep their order."""
    print(line, flush=True)
