"""A Python that has imported TensorFlow and DVC once and runs each command as a copy of itself (fork).

A worker runs `python -m dvc repro`, and DVC a stage by `python -m stages.train …`. In a worker's clone that
`python` is client.py, which hands command, folder, environment, cores and streams to the server here. A
command still has a process of its own that ends with it, and imports the code of its own folder: the server
keeps libraries alone.
"""

import contextlib
import gc
import json
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NoReturn

OUR_OWN = ("stages", "tools")
# What takes longest to import comes with these. Not stages.train: it makes tensors, which starts
# TensorFlow's threads, and a copy would wait for them forever. The last three are DVC's own, imported late.
LIBRARIES = (
    "stages.backend",
    "stages.compose.evaluation",
    "dvc.cli.parser",
    "dvc.repo.datasets",
    "dvc.repo.index",
    "dvc.repo.open_repo",
    "dvc.repo.plots",
    "dvc.rwlock",
    "networkx",
    "pyparsing",
    "scmrepo.git",
)
CLIENT = Path(__file__).with_name("client.py")
SOCKET = "socket"
PYTHON = """\
#!/bin/sh
[ "$1" = -m ] || exec "{0}" "$@"
exec "{0}" -IS "{1}" "{2}" "$@"
"""


def start(root: Path, environment: dict[str, str], *more: str) -> Path:
    """Start a server on a project's libraries, and those of more modules; its folder's `python` asks it.

    The folder lies in the system's own for such files, as a socket's path must be short. The server ends
    with the process that called this, and takes the folder along.
    """
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    python = folder / "python"
    python.write_text(PYTHON.format(sys.executable, CLIENT, folder / SOCKET))
    python.chmod(0o700)
    command = [sys.executable, "-m", "tools.parallel.warm", str(folder), *more]
    server = subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.DEVNULL)
    while not (folder / SOCKET).exists() and server.poll() is None:
        time.sleep(0.05)
    return folder


def serve(folder: Path) -> None:
    """Answer commands until the process that started this one is gone."""
    parent = os.getppid()
    before = (str(Path.cwd()), *places(os.environ))
    libraries = [path for path in sys.path if path not in before]
    sys.executable = str(folder / "python")  # what a command starts is as quick
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / SOCKET))
        listening.listen()
        listening.settimeout(1)
        while os.getppid() == parent:
            with contextlib.suppress(TimeoutError):
                asking, _ = listening.accept()
                if os.fork() == 0:
                    answer(asking, libraries)
                asking.close()
    shutil.rmtree(folder)


def answer(asking: socket.socket, libraries: list[str]) -> NoReturn:
    """In the copy: be the process that was asked for, then say its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asking.setblocking(True)
    _, streams, *_ = socket.recv_fds(asking, 1, 3)
    asked = json.loads(b"".join(iter(lambda: asking.recv(65_536), b"")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    if asked["cores"]:
        os.sched_setaffinity(0, asked["cores"])
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.path[:] = [asked["folder"], *places(os.environ), *libraries]
    code = run(asked["command"])
    asking.sendall(str(code).encode())
    os._exit(code)


def places(environment: Mapping[str, str]) -> list[str]:
    """Where Python looks for modules before its own libraries, besides the working folder."""
    return list(filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)))


def forget_our_own() -> None:
    """The next import of them is from the folder of a command."""
    for name in list(sys.modules):
        if name.partition(".")[0] in OUR_OWN:
            del sys.modules[name]


def run(command: list[str]) -> int:
    """`python -m …` in this process; gives what would be its exit code."""
    sys.argv = command[1:]  # without -m
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    given, *more = sys.argv[1:]
    for module in (*LIBRARIES, *more):
        import_module(module)
    forget_our_own()
    gc.freeze()  # no copy looks for garbage in what all share
    serve(Path(given))
