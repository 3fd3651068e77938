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
DTYPES = {UNSIGNED_BYTE: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def encode(array: Array) -> bytes:
    """Write a uint8 array as the bytes of an uncompressed IDX file."""
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def decode(data: bytes) -> Array:
    """Read the array in the bytes of an IDX file, plain or gzipped; MNIST's are uint8.

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
    if len(data) < 4 or data[:2] != bytes(2) or data[2] not in DTYPES:
        raise ValueError("not an IDX file")
    dtype = np.dtype(DTYPES[data[2]])
    dimensions = data[3]
    start = 4 + 4 * dimensions
    shape = np.frombuffer(data, ">u4", dimensions, offset=4) if len(data) >= start else np.array([0])
    if len(data) - start != np.prod(shape, dtype=np.int64) * dtype.itemsize:
        raise ValueError("an IDX file cut short")
    return np.frombuffer(data, dtype, offset=start).reshape(shape)
