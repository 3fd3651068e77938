"""The project's errors, and the one table from libraries' errors to them."""

import zipfile
import zlib
from tokenize import TokenError


class UserError(Exception):
    """Something a person can fix: what was wrong, where, what is allowed, what to do."""


class UnreachableError(Exception):
    """A source of data that did not give it: its reason, in a line."""


# What numpy, zipfile, gzip, json and the system raise for a file that is missing, damaged or another kind:
# damage may ask for a password, a way of packing that is not there, more memory than any machine has.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, OSError,
    RuntimeError, MemoryError, SyntaxError, TokenError,
)  # fmt: skip


def reason(error: BaseException) -> str:
    """The innermost cause in a line: what a person would call it, without the library's wrappings."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    words = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    text = last_line(str(words)) or type(error).__name__
    return text if len(text) <= 160 else text[:157] + "…"


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
