"""Files that are not what they were, disks that take no more, two runs at once."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tqdm import tqdm

import tools.heal
from tests.faults.outcome import Case, Outcome, refusal
from tests.faults.workshop import INJECT, Base, cached, digests, stage
from tests.projects import ENVIRONMENT, Project

ARRAYS = {  # a file and a stage that reads it
    "data/images.npz": ["stages.train", "--network", "few"],
    "data/networks/few.npz": ["stages.compose", "--network", "few"],
    "data/snapshots/few.npz": ["stages.compose", "--network", "few"],
    "data/survey.npz": ["stages.compose", "--network", "few"],
    "data/pictures/few.npz": ["stages.draw", "--network", "few"],
}
TEXTS = ("reports/metrics/few.json", "reports/ladder/few.csv", "reports/truth/few.csv")
CACHED = ("data/images.npz", "data/networks/few.npz", "data/snapshots/few.npz", "data/pictures/few.npz")
CUTS = (0.05, 0.3, 0.5, 0.8, 0.97)  # the share of a file that a kill left
MAX_BYTES = (0, 1_000, 2_000, 20_000, 100_000, 200_000)  # that a stage may write to a file
FULL = {  # a disk at a folder, with room for so much
    "data/networks": "nr_inodes=1",
    "data/snapshots": "nr_inodes=1",
    "data/pictures": "size=100k",
    "reports": "nr_inodes=1",
    "reports/figures": "size=20k",
}
READ_ONLY = ("data", "data/networks", "reports")
IN_A_ROOM = ["unshare", "--mount", "--map-root-user"]  # of its own, where mounts are nobody else's


def cases(base: Base) -> Iterator[Case]:
    for way in (truncated, flipped, emptied, swapped):
        for file in CACHED:
            name = f"{way.__name__}, a file in DVC's cache"
            yield Case("fault", name, file, partial(in_cache, base, way, file))
        for file in (*ARRAYS, *TEXTS):
            name = f"{way.__name__}, a file in the working tree"
            yield Case("fault", name, file, partial(in_tree, base, way, file))
    for file, reader in ARRAYS.items():
        name = "truncated, a file that a stage is started on by hand"
        yield Case("fault", name, file, partial(read_by_hand, base, file, reader))
    for cut in tools.heal.RUNNING, tools.heal.LOCK:
        for share in CUTS:
            yield Case("fault", f"{cut.name} cut short, then `make`", f"{share}", partial(healed, base, cut, share))
    for most in MAX_BYTES:
        yield Case("fault", "no room for a file", f"{most} bytes", partial(without_room, base, most))
    if subprocess.run([*IN_A_ROOM, "true"], check=False, capture_output=True).returncode == 0:
        yield from in_rooms(base)
    else:
        tqdm.write("left out: full disks and read-only folders, as this system lets nobody mount any")
    for n in range(3):
        yield Case("fault", "two `dvc repro` at once", f"{n + 1}", partial(twice, base))


def in_rooms(base: Base) -> Iterator[Case]:
    for name, room in FULL.items():
        mount = f"mount -t tmpfs -o {room} none {name}"
        yield Case("fault", "a full disk", name, partial(mounted, base, mount))
    for name in READ_ONLY:
        mount = f"mount --bind {name} {name} && mount -o remount,ro,bind {name}"
        yield Case("fault", "a folder that may not be written to", name, partial(mounted, base, mount))


def truncated(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path, _: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4] = bytes(255 - b for b in content[middle : middle + 4])
    path.write_bytes(content)


def emptied(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def swapped(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


Way = Callable[[Path, Path], None]


def in_tree(base: Base, way: Way, file: str, folder: Path) -> Outcome:
    """`dvc repro` sees that an output is not its stage's, and makes or fetches it again."""
    project = base.copy(folder, edited=False)
    way(project.folder / file, project.folder / other_than(file))
    return base.judge(project, edited=False)


def healed(base: Base, file: Path, share: float, folder: Path) -> Outcome:
    """What DVC itself writes in place is put right by what `make` begins with."""
    project = base.copy(folder, edited=False)
    path = project.folder / file
    content = path.read_bytes() if path.stat().st_size else b'{"data/images.npz": {"write": {"pid": 77}}}'
    path.write_bytes(content[: int(share * len(content))])
    if stage(project, "tools.heal").returncode:
        return Outcome.WRONG
    return base.judge(project, edited=False)


def read_by_hand(base: Base, file: str, reader: list[str], folder: Path) -> Outcome:
    """A stage started by hand on a broken file says so and leaves all the others as they were."""
    project = base.copy(folder, edited=False)
    truncated(project.folder / file, Path())
    before = digests(project.folder)
    done = stage(project, *reader)
    return refusal(done) if digests(project.folder) == before and file in done.stderr else Outcome.WRONG


def in_cache(base: Base, way: Way, file: str, folder: Path) -> Outcome:
    """DVC trusts its cache. `make verify` finds the damage, and what it says brings everything back."""
    project = base.copy(folder, edited=False)
    path, other = (cached(project, name) for name in (file, other_than(file)))
    path.chmod(0o644)
    way(path, other)
    (project.folder / file).unlink()
    project.run("dvc", "checkout", "--force", file, check=False)
    result = verify(project)
    if result.returncode != 1 or str(path) not in result.stderr:
        return Outcome.WRONG
    path.unlink()
    project.run(*result.stderr[result.stderr.index("`dvc repro") + 1 :].split("`")[0].split(), check=False)
    return base.judge(project, edited=False) if verify(project).returncode == 0 else Outcome.WRONG


def other_than(file: str) -> str:
    """Another file of its kind."""
    kind = Path(file).suffix
    return next(name for name in (*ARRAYS, *TEXTS, "data/survey.json") if name != file and name.endswith(kind))


def verify(project: Project) -> subprocess.CompletedProcess[str]:
    return stage(project, "tools.verify")


def without_room(base: Base, most: int, folder: Path) -> Outcome:
    """No file of a stage may have more bytes than that."""
    return disturbed(base, ["dvc", "repro"], folder, MAX_BYTES=str(most))


def mounted(base: Base, mount: str, folder: Path) -> Outcome:
    """A folder is another disk."""
    return disturbed(base, [*IN_A_ROOM, "bash", "-c", f"{mount} && exec dvc repro"], folder)


def disturbed(base: Base, command: list[str], folder: Path, **more: str) -> Outcome:
    """What cannot be written is said; when it can be again, all comes out as it should."""
    project = base.copy(folder, edited=True)
    path = f"{INJECT}{os.pathsep}{project.folder}"
    done = project.run(*command, check=False, **(ENVIRONMENT | more), PYTHONPATH=path)
    if "Traceback" in done.stderr:
        return Outcome.TRACEBACK
    if done.returncode == 0:
        return Outcome.WRONG  # there was room enough: the tables above are no longer true
    return base.judge(project, edited=True)


def twice(base: Base, folder: Path) -> Outcome:
    """One of them may be told to wait; together they do what one would."""
    project = base.copy(folder, edited=True)
    both = [
        subprocess.Popen(["dvc", "repro"], cwd=project.folder, env=project.environment(), text=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(2)
    ]  # fmt: skip
    answers = [running.communicate()[1] for running in both]
    if any("Traceback" in words for words in answers) or all(running.returncode for running in both):
        return Outcome.WRONG
    return base.judge(project, edited=True)
