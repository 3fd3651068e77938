"""Imported by every Python of a disturbed run: kills it at one of its writes, cuts its network, fills its disk.

KILL_AT is "stages.train 2 after": at the second file that this module's process makes whole, before it is
written at all, during (half of it is there), or after it has its name.
"""

import itertools
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

_replace = Path.replace
_write = itertools.count(1)


def _killing(self: Path, target: Path) -> Path:
    module, number, moment = os.environ["KILL_AT"].split()
    if next(_write) != int(number) or module not in sys.orig_argv:
        return _replace(self, target)
    if moment == "before":
        self.unlink()
    elif moment == "during":
        os.truncate(self, self.stat().st_size // 2)
    else:
        _replace(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _cut(*_: Any, **__: Any) -> NoReturn:
    raise OSError("the network is cut")


if "NO_NETWORK" in os.environ:
    socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = _cut  # type: ignore[method-assign, assignment]
if "MAX_BYTES" in os.environ and any(word.startswith("stages.") for word in sys.orig_argv):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["MAX_BYTES"]),) * 2)
if "KILL_AT" in os.environ:
    Path.replace = _killing  # type: ignore[method-assign, assignment]
