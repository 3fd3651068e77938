"""Files written whole or not at all, and read with errors for people."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from looking_for.core.errors import UNREADABLE, UserError, reason


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it there only when the block succeeds.

    Raises
    ------
    UserError
        If the file cannot be written: a full disk, a read-only folder.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {reason(error)}; what was there is as it was. Make room, or make "
            "the folder writable, then `dvc repro`"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def translate_errors(path: Path, remedy: str = "`dvc repro` makes it again") -> Iterator[None]:
    """Turn what goes wrong in the block, with a file that a stage wrote, into a UserError."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; `dvc repro` makes it") from error
    except UNREADABLE as error:
        raise UserError(f"{path} is broken; {remedy}") from error


def save_text(path: Path, text: str) -> None:
    """Write text as UTF-8."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def save_json(path: Path, numbers: Mapping[str, Any]) -> None:
    """Write metrics as JSON in the order given; they come rounded to what is stable."""
    save_text(path, json.dumps(numbers, indent=2) + "\n")


def load_json(path: Path) -> dict[str, Any]:
    """Read a JSON object that a stage wrote."""
    with translate_errors(path):
        return dict(json.loads(path.read_text(encoding="utf-8")))
