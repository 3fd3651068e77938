"""How a stage speaks to people: one line for an error, and quiet where nobody watches."""

import sys
from collections.abc import Callable

from looking_for.core.errors import UserError, reason


def run(stage: str, main: Callable[[], None]) -> None:
    """Run a stage's `main`; a `UserError` or the system's refusal is one line on stderr, exit code 1."""
    try:
        main()
    except UserError as problem:
        sys.exit(f"{stage}: {problem}")
    except (OSError, MemoryError) as problem:
        sys.exit(f"{stage}: the system refuses: {reason(problem)}; once it does not, `dvc repro` goes on")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: interrupted; `dvc repro` takes up from here")


def say(line: str) -> None:
    """Print one plain line at once, so that CI logs and progress bars keep their order."""
    print(line, flush=True)
