"""What a file is by its first bytes, where it is not what it was given as."""

from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError

N_BYTES = 512  # enough for each of the signatures
HDF5, ZIP, GZIP, NPY, PICKLE = b"\x89HDF\r\n\x1a\n", b"PK", b"\x1f\x8b", b"\x93NUMPY", b"\x80"
SIGNATURES = {
    b"version https://git-lfs": "a Git LFS pointer, not the file: fetch it with `git lfs pull`",
    HDF5: "an HDF5 file",
    ZIP: "a zip archive",
    GZIP: "a gzip file: unpack it",
    NPY: "a single .npy array: save the arrays together by np.savez",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    PICKLE: "a Python pickle, which is never opened: save the arrays by np.savez",
}


def read_start(path: Path) -> bytes:
    """Read a file's first bytes; an OSError of the system stays one."""
    with path.open("rb") as file:
        return file.read(N_BYTES)


def describe_foreign(path: Path, *expected: bytes) -> str:
    """Say what a file is, as "a web page, …"; empty where its first bytes tell nothing, or are those `expected`."""
    start = read_start(path)
    if start.startswith(expected):
        return ""
    if not start:
        return "an empty file"
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "a web page, not the file: download the file itself"
    if start[4:8] == b"TFL3":
        return "a TensorFlow Lite model: convert the model that it was made from"
    return next((words for signature, words in SIGNATURES.items() if start.startswith(signature)), "")


def read_member(path: Path, file: NpzFile, name: str, cure: str) -> Array:
    """Read an array of an open .npz; raises UserError, with the cure, where it is one of Python objects."""
    try:
        return np.asarray(file[name])
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise UserError(f"{path}: {name} holds Python objects, which are never opened; {cure}") from error
