"""What `python` is in a worker's clone: hands its command to the worker's warm Python. See warm.py.

Run by its path with Python's smallest start (-IS), so it imports no package.
"""

import json
import os
import socket
import sys
from pathlib import Path


def main() -> int:
    """Send the streams, then command, folder, environment and cores; gives the exit code that comes."""
    address, *command = sys.argv[1:]
    asked = {
        "command": command,
        "folder": str(Path.cwd()),
        "environment": dict(os.environ),
        "cores": sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [],
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [b"\n"], [0, 1, 2])
        server.sendall(json.dumps(asked).encode())
        server.shutdown(socket.SHUT_WR)
        answer = server.recv(8)
    return int(answer) if answer else 1  # nothing: it was killed


if __name__ == "__main__":
    sys.exit(main())
