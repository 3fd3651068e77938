"""The IDX format of the MNIST files: a magic number, big-endian sizes, then the bytes."""

import gzip
import zlib

import numpy as np

from looking_for.core.arrays import Array

# File names by Keras' names of the arrays that they hold.
NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
UNSIGNED_BYTE = 0x08


def encode(array: Array) -> bytes:
    """Write a uint8 array as the bytes of an uncompressed IDX file."""
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def decode(data: bytes) -> Array:
    """Read the uint8 array in the bytes of an IDX file, plain or gzipped.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"broken gzip: {error}") from error
    if len(data) < 4 or data[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise ValueError("not an IDX file of bytes")
    dimensions = data[3]
    start = 4 + 4 * dimensions
    shape = np.frombuffer(data, ">u4", dimensions, offset=4) if len(data) >= start else np.array([0])
    if len(data) - start != np.prod(shape, dtype=np.int64):
        raise ValueError("an IDX file cut short")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
