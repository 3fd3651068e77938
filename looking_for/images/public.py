"""A public data set from the first source that can be reached; whatever the source, the digests decide."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UnreachableError, UserError
from looking_for.images import idx, sources
from looking_for.images.catalog import DATASETS, DataSet
from looking_for.images.imageset import Images
from stages import _cli


def load(name: str, source: str, local: Path) -> Images:
    """A data set from one source, or for "auto" from the first that gives it whole.

    Raises UserError with each source's reason when none does.
    """
    ways = sources.SOURCES[name]
    if source == "local":
        ways = {"local": lambda: sources.from_local(local)}
    elif source != "auto":
        ways = {source: _known(name, source)}
    reasons = []
    for place, fetch in ways.items():
        _cli.say(f"{name} from {place} …")
        try:
            images = checked(fetch(), name)
        except UnreachableError as reason:
            _cli.say(f"  not from {place}: {reason}")
            reasons.append(f"{place}: {reason}")
        else:
            _cli.say(f"  whole, and the right digests, from {place}")
            return images
    raise UserError(f"{name} is unavailable ({'; '.join(reasons)}). {way_out(local)}")


def _known(name: str, source: str) -> sources.Source:
    if source not in sources.SOURCES[name]:
        known = ", ".join(sources.SOURCES[name])
        raise UserError(
            f"params.yaml: data.source = '{source}' has no {name}; allowed: auto, {known}, local"
        )
    return sources.SOURCES[name][source]


def way_out(local: Path) -> str:
    return (
        f"Put the four IDX files (plain or .gz) or the .npz into {local}/ and set data.source: local in "
        "params.yaml, or set data.dataset: digits, which needs no network"
    )


def checked(arrays: sources.Arrays, name: str) -> Images:
    """The images, once each array's IDX encoding has the canonical digest; else UnreachableError."""
    dataset = DATASETS[name]
    for key in dataset.digests:
        if digest(arrays[key]) != dataset.digests[key]:
            raise UnreachableError(
                f"its {key} is not {name}'s (SHA-256 of its IDX form is not {dataset.digests[key][:12]}…)"
            )
    return Images(**arrays, classes=np.array(dataset.classes))


def recognised(arrays: Mapping[str, Array]) -> DataSet | None:
    """The public data set that these four arrays are, if they are one: then its classes have names."""
    found = {key: digest(arrays[key]) for key in sources.IDX_NAMES}
    return next((dataset for dataset in DATASETS.values() if dataset.digests == found), None)


def digest(array: Array) -> str:
    return hashlib.sha256(idx.encode(array)).hexdigest()
