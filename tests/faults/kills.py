"""`kill -9` at any moment: of everything, of DVC alone, of a stage alone, and at each write of a stage."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from tests.faults.outcome import Case, Outcome
from tests.faults.workshop import INJECT, Base
from tests.projects import ENVIRONMENT, Project

Victim = Callable[[subprocess.Popen[bytes]], None]
MOMENTS = ("before", "during", "after")
WRITES = {"stages.train": 3, "stages.compose": 4, "stages.draw": 4, "stages.explore": 1, "stages.render": 3}


def cases(base: Base, seconds: float, tries: int, random: Random) -> Iterator[Case]:
    """So many of each kind of kill at random within the seconds that a run takes, and one at each write."""
    for name, victim in (("all of it", everyone), ("DVC alone", dvc), ("its stage alone", stage)):
        for _ in range(tries):
            after = round(random.uniform(0.2, seconds), 2)
            yield Case("kill", f"kill -9 of {name}", f"{after} s", partial(at_moment, base, victim, after))
    for module, number in WRITES.items():
        for write in range(1, number + 1):
            for moment in MOMENTS:
                which = f"{module} {write} {moment}"
                yield Case("kill", f"kill -9 {moment} a write", which, partial(at_write, base, which))


def started(project: Project, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["dvc", "repro"], cwd=project.folder, env=project.environment() | ENVIRONMENT | more,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip


def at_moment(base: Base, victim: Victim, moment: float, folder: Path) -> Outcome:
    """Kill so many seconds after the start; what is still there may end by itself beside the next run."""
    project = base.copy(folder, edited=True)
    running = started(project)
    time.sleep(moment)
    victim(running)
    running.wait()
    return base.judge(project, edited=True)


def at_write(base: Base, which: str, folder: Path) -> Outcome:
    """Kill a stage at one of its writes."""
    project = base.copy(folder, edited=True)
    path = f"{INJECT}{os.pathsep}{project.folder}"
    code = started(project, PYTHONPATH=path, KILL_AT=which).wait()
    if code == 0:
        return Outcome.WRONG  # the write was never reached: the table above is no longer true
    return base.judge(project, edited=True)


def everyone(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)


def dvc(running: subprocess.Popen[bytes]) -> None:
    running.kill()


def stage(running: subprocess.Popen[bytes]) -> None:
    """The first of its stages that is found from now on; none where all are done."""
    while running.poll() is None:
        join_words = subprocess.run(["ps", "-eo", "pid,sid,args"], capture_output=True, text=True, check=True)
        for row in join_words.stdout.splitlines()[1:]:
            pid, session, args = row.split(None, 2)
            if int(session) == running.pid and " -m stages." in args and "sh -c" not in args:
                os.kill(int(pid), signal.SIGKILL)
                return
        time.sleep(0.02)
