"""Arrays are written to bytes that neither Python's version nor the system decides."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from looking_for.core.arrays import Array
from looking_for.core.npz import load_arrays, save_arrays

CASES: dict[str, Mapping[str, Array]] = {
    "none": {},
    "one": {"W1": np.arange(12, dtype="float32").reshape(3, 4)},
    "several kinds": {"x": np.zeros((2, 3, 3), "uint8"), "n": np.array(3), "classes": np.array(["a", "bc"])},
    "by columns": {"maps": np.asfortranarray(np.ones((4, 5)))},
}
VERSION, FIRST_DAY, ON_UNIX, ONE_FOR_THE_OWNER = 20, 33, 3 << 8, 0o600 << 16  # 33: 1 January 1980


def archive_by_hand(arrays: Mapping[str, Array]) -> bytes:
    """Lay out an uncompressed zip archive (PKWARE's APPNOTE 6.3, 4.3.6): members, then their list, then its end."""
    members, listed = b"", b""
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        content, title = file.getvalue(), f"{name}.npy".encode()
        known = struct.pack("<HHHHIII", 0, 0, 0, FIRST_DAY, zlib.crc32(content), len(content), len(content))
        listed += b"PK\x01\x02" + struct.pack("<HH", VERSION | ON_UNIX, VERSION) + known
        listed += struct.pack("<HHHHHII", len(title), 0, 0, 0, 0, ONE_FOR_THE_OWNER, len(members)) + title
        members += b"PK\x03\x04" + struct.pack("<H", VERSION) + known + struct.pack("<HH", len(title), 0)
        members += title + content
    end = struct.pack("<HHHHIIH", 0, 0, len(arrays), len(arrays), len(listed), len(members), 0)
    return members + listed + b"PK\x05\x06" + end


@pytest.mark.parametrize("case", CASES)
def test_save_arrays_writes_the_archive_that_the_format_prescribes(case: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    save_arrays(path, CASES[case])
    assert path.read_bytes() == archive_by_hand(CASES[case])
    with np.load(path) as arrays:
        assert list(arrays) == list(CASES[case])
    for name, array in load_arrays(path).items():
        np.testing.assert_array_equal(array, CASES[case][name])
