"""What each stage takes, in time and memory, of more images, larger ones, more classes and more networks.

Every stage runs as a command on data made from MNIST, once: how time grows is compared with a straight line, and
what a process needs to start is in both ends of it.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from looking_for.core import paths
from looking_for.core.arrays import Array
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import save_record
from tools.bench.many_networks import copy_few
from tools.bench.shell import replace as replace_text

LARGE = 700_000
N_SMALLER = 15_000  # images that are drawn larger
NETWORK = "few"
OF_NETWORK = ("train", "compose", "challenge", "draw")
STAGES = ("survey", *OF_NETWORK, "explore", "render")

Measured = dict[str, dict[str, float]]  # stage → seconds and bytes


def measure_sizes(project: Path, images: ImageSet) -> dict[str, Measured]:
    """Measure each stage on each size of data, in a copy of the project whose only network is NETWORK."""
    replace_text(project / "params.yaml", "\n- all", f"\n- {NETWORK}")
    results = {}
    for name, make in SIZES.items():
        print(f"  every stage on {name} …", flush=True)
        save_record(project / paths.IMAGES, make(images))
        results[name] = {stage: measure_stage(project, stage) for stage in STAGES}
    save_record(project / paths.IMAGES, images)
    for stage in STAGES:
        measure_stage(project, stage)
    for name, numbers in (("8 networks", range(1, 8)), ("16 networks", range(8, 16))):
        print(f"  what compares, of {name} …", flush=True)
        copy_few(project, [f"copy-{n}" for n in numbers])
        results[name] = {stage: measure_stage(project, stage) for stage in ("explore", "render")}
    return results


def measure_stage(project: Path, stage: str) -> dict[str, float]:
    """Run one stage's command; gives its seconds and the most bytes that it took."""
    command = [sys.executable, "-m", f"stages.{stage}", *(("--network", NETWORK) if stage in OF_NETWORK else ())]
    launcher = Path(__file__).with_name("measured.py")
    printed = subprocess.run(
        [sys.executable, "-S", str(launcher), *command], cwd=project, check=True, capture_output=True, text=True
    ).stdout
    measured: dict[str, float] = json.loads(printed)
    return measured


def take(n: int) -> Callable[[ImageSet], ImageSet]:
    """Take the first so many training images, or repeat all, shifted, until there are so many."""

    def make(images: ImageSet) -> ImageSet:
        repeats = range(-(-n // len(images.x_train)))
        x = np.concatenate([np.roll(images.x_train, (k // 4, k % 4), (1, 2)) for k in repeats])[:n]
        return replace(images, x_train=x, y_train=np.tile(images.y_train, len(repeats))[:n])

    return make


def enlarge(images: ImageSet) -> ImageSet:
    """Draw each pixel as four."""

    def doubled(x: Array) -> Array:
        return x.repeat(2, axis=1).repeat(2, axis=2)

    some = take(N_SMALLER)(images)
    return replace(some, x_train=doubled(some.x_train), x_test=doubled(some.x_test))


def split_classes(images: ImageSet) -> ImageSet:
    """Cut each class into ten, by the images' order."""

    def labels(y: Array) -> Array:
        return (y * 10 + np.arange(len(y)) % 10).astype(np.uint8)

    names = np.array([f"{name}-{k}" for name in images.classes for k in range(10)])
    return replace(images, y_train=labels(images.y_train), y_test=labels(images.y_test), classes=names)


SIZES: dict[str, Callable[[ImageSet], ImageSet]] = {
    "30,000 images": take(30_000),
    "60,000 images": take(60_000),
    "700,000 images": take(LARGE),
    "28×28 pixels": take(N_SMALLER),
    "56×56 pixels": enlarge,
    "100 classes": split_classes,
}
# How the ends of each line are named in the results, and how far they are apart.
GROWTHS = {
    "images ×2": ("30,000 images", "60,000 images", 2),
    "images ×11.7": ("60,000 images", "700,000 images", LARGE / 60_000),
    "pixels ×4": ("28×28 pixels", "56×56 pixels", 4),
    "classes ×10": ("60,000 images", "100 classes", 10),
    "networks ×2": ("8 networks", "16 networks", 2),
}


def growth_over_line(results: dict[str, Measured]) -> dict[str, dict[str, float]]:
    """Give, by growth and stage, how many times longer it takes, divided by how many times larger the data are."""
    return {
        growth: {
            stage: round(results[large][stage]["seconds"] / results[small][stage]["seconds"] / times, 3)
            for stage in results[large]
        }
        for growth, (small, large, times) in GROWTHS.items()
    }
