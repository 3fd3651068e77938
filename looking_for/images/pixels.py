"""Grey pixels of 8 bits from what people have: pictures of every mode, arrays of every type, with colour or alpha."""

import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError, reason

MAX_PIXELS = 4_096**2  # of one picture; what is larger is refused before it is decoded
LUMA = np.array([19_595, 38_470, 7_471])  # of red, green and blue in grey, of 65,536: Pillow's mode L (ITU-R 601)
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises for damaged files: its plugins read headers with struct, indices and arithmetic of their own.
UNREADABLE_PICTURE = (
    OSError, ValueError, NotImplementedError, SyntaxError, TypeError, EOFError, IndexError, KeyError, AttributeError,
    OverflowError, ZeroDivisionError, MemoryError, struct.error, AssertionError,
)  # fmt: skip


def read_picture(file: Path, grayscale: bool, size: tuple[int, int] | None) -> Array:
    """Read a picture as grey, upright, on white where it is transparent.

    Parameters
    ----------
    grayscale : bool
        Whether colours are converted; else they are refused.
    size : (int, int), optional
        Height and width to resize to.

    Returns
    -------
    array, shape (height, width), uint8

    Raises
    ------
    UserError
        If it is no picture, too large, or in colour.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's of large pictures and odd metadata
            with Image.open(file) as opened:
                _check_size(file, *opened.size)
                picture = ImageOps.exif_transpose(opened)
                grey = _to_grey(file, picture, grayscale)
    except (Image.DecompressionBombError, *UNREADABLE_PICTURE) as error:
        if isinstance(error, Image.DecompressionBombError):
            raise UserError(f"{file} is too large: {reason(error).partition(',')[0]}; allowed are {MAX_PIXELS:,} "
                            "pixels") from error  # fmt: skip
        raise UserError(f"{file} is not an image, or damaged: {reason(error)}") from error
    return grey if size is None else resize(grey, size)


def _check_size(file: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(f"{file} is too large: {height}×{width} pixels; allowed are {MAX_PIXELS:,}")


def _to_grey(file: Path, picture: Image.Image, grayscale: bool) -> Array:
    if picture.mode == "F":
        return narrow(str(file), np.asarray(picture))
    if picture.mode in SIXTEEN_BITS:
        return _high_bytes(file, np.asarray(picture))
    is_grey = picture.mode in ("1", "L", "LA", "La")
    if not (is_grey or grayscale):
        raise UserError(f"{file} is {picture.mode}, not 8-bit grey; set data.grayscale: true to convert colours")
    if picture.has_transparency_data:
        return on_white(np.asarray(picture.convert("RGBA")))
    return np.asarray(picture.convert("L"))


def _high_bytes(file: Path, x: Array) -> Array:
    """The upper 8 of 16 bits, whatever the brightest pixel of this one picture."""
    if x.min(initial=0) < 0 or x.max(initial=0) >= 2**16:
        raise UserError(f"{file} has pixels from {x.min()} to {x.max()}; allowed are 16 bits, 0–65,535")
    return (x >> 8).astype(np.uint8)


def on_white(rgba: Array) -> Array:
    """Give the grey of pixels (…, 4) with an alpha channel, uint8, composed on white: (…), uint8."""
    alpha = rgba[..., 3].astype(np.int64)
    return np.asarray((luma(rgba[..., :3]) * alpha + 255 * (255 - alpha) + 127) // 255, np.uint8)


def luma(rgb: Array) -> Array:
    """Give the grey of pixels (…, 3), uint8, as Pillow's mode L has it: (…), int64."""
    return np.asarray((rgb.astype(np.int64) @ LUMA + 0x8000) >> 16)


def resize(grey: Array, size: tuple[int, int]) -> Array:
    """Resize an image (height, width), uint8, to another height and width, each pixel a mean of those it covers."""
    height, width = size
    return np.asarray(Image.fromarray(np.ascontiguousarray(grey)).resize((width, height), Image.Resampling.BILINEAR))


def narrow(where: str, x: Array) -> Array:
    """Bring grey pixels of any type to uint8: 16 bits by their high byte, fractions of 0…1 times 255.

    Raises
    ------
    UserError
        If their range is none of these; it says the range.
    """
    if x.dtype == np.uint8:
        return x
    if x.dtype == bool:
        return x.astype(np.uint8) * np.uint8(255)
    if x.dtype.kind not in "iuf" or not np.isfinite(x).all():
        raise UserError(f"{where} is {x.dtype}{'' if x.dtype.kind not in 'f' else ' and not all finite'}; pixels are "
                        "whole numbers 0–255, or fractions 0–1")  # fmt: skip
    low, high = (x.min(), x.max()) if x.size else (0, 0)
    if x.dtype.kind == "f" and low >= 0 and high <= 1:
        return np.rint(x * 255).astype(np.uint8)
    if x.dtype.kind in "iu" and low >= 0 and 255 < high < 2**16:
        return (x >> 8).astype(np.uint8)
    if x.dtype.kind in "iu" and low >= 0 and 1 < high <= 255 and x.dtype.itemsize > 2:
        return x.astype(np.uint8)
    raise UserError(f"{where} is {x.dtype} from {low:g} to {high:g}; pixels are uint8 0–255, 16 bits 0–65,535 or "
                    "fractions 0–1: convert them by np.rint(255 * x / x.max()).astype(np.uint8)")  # fmt: skip


def to_grey_images(where: str, x: Array, grayscale: bool) -> Array:
    """Bring an array of images to (n_images, height, width), uint8.

    Parameters
    ----------
    where : str
        The array's name, for messages.
    x : array
        With the axes images, height, width, and none or 1, 3 or 4 channels at the end, or one channel after the images.
    grayscale : bool
        Whether colours are converted; else they are refused.
    """
    if x.ndim == 4 and 1 in (x.shape[3], x.shape[1]):
        x = x[..., 0] if x.shape[3] == 1 else x[:, 0]
    if x.ndim == 4 and x.shape[3] in (3, 4):
        if not grayscale:
            raise UserError(f"{where} is in colour, {x.shape}; set data.grayscale: true to convert it")
        x = narrow(where, x)
        return on_white(x) if x.shape[3] == 4 else luma(x).astype(np.uint8)
    if x.ndim != 3:
        raise UserError(f"{where} has the shape {x.shape}; needed: images × height × width, or colours as a last "
                        "axis of 3 or 4")  # fmt: skip
    return narrow(where, x)
