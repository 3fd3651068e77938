"""The project's errors, and the one table from libraries' errors to them."""

import zipfile
import zlib
from tokenize import TokenError

MAX_REASON = 160  # characters of a library's own words


class UserError(Exception):
    """Something a person can fix: what was wrong, where, what is allowed, what to do."""


class UnreachableError(Exception):
    """A source of data that did not give it, with its reason in one line."""


# What numpy, zipfile, gzip, json and the system raise for a file that is missing, damaged or another kind.
# Damage may ask for a password, an unsupported compression method, more memory than any machine has.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, OSError,
    RuntimeError, MemoryError, SyntaxError, TokenError,
)  # fmt: skip


def reason(error: BaseException) -> str:
    """Say an error's innermost cause in one line, without the library's wrappings."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    message = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    text = last_line(str(message)) or type(error).__name__
    if "allow_pickle" in str(message):  # numpy's word for any file that it does not know, and a dangerous hint
        text = "it holds no arrays of numbers"
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 3] + "…"


def last_line(text: str) -> str:
    """Give the last line that is not blank, stripped; nothing of nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
