"""This machine's memory."""

import psutil

GIGABYTE = 1e9


def available_bytes() -> int:
    """Give the memory of this machine."""
    return int(psutil.virtual_memory().total)
