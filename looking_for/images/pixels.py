"""Pixels of 8 bits from pictures of every mode and arrays of every type: grey, in colour or with transparency."""

import logging
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError, reason
from looking_for.core.imageset import CHANNELS

logger = logging.getLogger(__name__)

MAX_PIXELS = 4_096**2  # of one picture; what is larger is refused before it is decoded
IMAGES_AT_ONCE = 500  # of an array, whose colours are worked on in more than 8 bits
LUMA = np.array([19_595, 38_470, 7_471], np.uint32)  # of red, green and blue, of 65,536: Pillow's mode L (ITU-R 601)
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises for damaged files: its plugins read headers with struct, indices and arithmetic of their own.
UNREADABLE_PICTURE = (
    OSError, ValueError, NotImplementedError, SyntaxError, TypeError, EOFError, IndexError, KeyError, AttributeError,
    OverflowError, ZeroDivisionError, MemoryError, struct.error, AssertionError,
)  # fmt: skip


def read_picture(file: Path, grayscale: bool, size: tuple[int, int] | None) -> Array:
    """Read a picture, upright, on white where it is transparent.

    Parameters
    ----------
    grayscale : bool
        Whether colours are converted to grey.
    size : (int, int), optional
        Height and width to resize to.

    Returns
    -------
    array, shape (height, width) or (height, width, 3), uint8
        In colour where any pixel is.

    Raises
    ------
    UserError
        If it is not a picture, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's of large pictures and odd metadata
            with Image.open(file) as opened:
                _check_size(file, *opened.size)
                picture = ImageOps.exif_transpose(opened)
                pixels = _pixels_of(file, picture, grayscale)
    except (Image.DecompressionBombError, *UNREADABLE_PICTURE) as error:
        if isinstance(error, Image.DecompressionBombError):
            raise UserError(f"{file} is too large: {reason(error).partition(',')[0]}; allowed are {MAX_PIXELS:,} "
                            "pixels") from error  # fmt: skip
        raise UserError(f"{file} is not an image, or damaged: {reason(error)}") from error
    return pixels if size is None else resize(pixels, size)


def _check_size(file: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(f"{file} is too large: {height}×{width} pixels; allowed are {MAX_PIXELS:,}")


def _pixels_of(file: Path, picture: Image.Image, grayscale: bool) -> Array:
    if picture.mode == "F":
        return narrow(str(file), np.asarray(picture))
    if picture.mode in SIXTEEN_BITS:
        return _high_bytes(file, np.asarray(picture))
    if picture.has_transparency_data:
        rgb = on_white(np.asarray(picture.convert("RGBA")))
        return luma(rgb) if grayscale else _grey_if_equal(rgb)
    if picture.mode == "LAB":
        picture = picture.convert("RGB")
    if grayscale or picture.mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    return _grey_if_equal(np.asarray(picture.convert("RGB")))


def _high_bytes(file: Path, x: Array) -> Array:
    """The upper 8 of 16 bits; how bright this one picture's brightest pixel is does not count."""
    if x.min(initial=0) < 0 or x.max(initial=0) >= 2**16:
        raise UserError(f"{file} has pixels from {x.min()} to {x.max()}; allowed are 16 bits, 0–65,535")
    return (x >> 8).astype(np.uint8)


def on_white(rgba: Array) -> Array:
    """Compose pixels (…, 4) with an alpha channel, uint8, on white: (…, 3), uint8."""
    alpha = rgba[..., CHANNELS:].astype(np.uint32)
    return np.asarray((rgba[..., :CHANNELS] * alpha + 255 * (255 - alpha) + 127) // 255, np.uint8)


def luma(rgb: Array) -> Array:
    """Give the grey of pixels (…, 3), uint8, as Pillow's mode L has it: (…), uint8."""
    return np.asarray((rgb.astype(np.uint32) @ LUMA + np.uint32(0x8000)) >> np.uint32(16), np.uint8)


def resize(image: Array, size: tuple[int, int]) -> Array:
    """Resize an image (height, width) or (height, width, 3), uint8, to another height and width, each pixel a mean of
    those it covers."""
    height, width = size
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize((width, height), Image.Resampling.BILINEAR))


def _grey_if_equal(rgb: Array) -> Array:
    """Pixels (…, 3) as they are, or (…) where red, green and blue are the same everywhere."""
    return rgb[..., 0] if (rgb == rgb[..., :1]).all() else rgb


def with_colours(grey: Array) -> Array:
    """Give grey pixels (…) three equal planes (…, 3)."""
    return np.repeat(grey[..., None], CHANNELS, axis=-1)


def unify_colours(where: str, parts: Sequence[Array]) -> list[Array]:
    """Make images of several parts all grey, or all in colour where any is.

    Parameters
    ----------
    parts : sequence of arrays, shape (n_images, height, width) or (n_images, height, width, 3)
    """
    in_colour = [x.ndim > CHANNELS for x in parts]
    reduced = [_grey_if_equal(x) if has_colours else x for x, has_colours in zip(parts, in_colour, strict=True)]
    if all(x.ndim == CHANNELS for x in reduced):
        if any(in_colour):
            logger.info("%s: red, green and blue are the same everywhere: read as grey", where)
        return reduced
    if not all(in_colour):
        logger.info("%s: some images are in colour, so all are read so; data.grayscale: true makes all grey", where)
    return [with_colours(x) if x.ndim == CHANNELS else x for x in parts]


def narrow(where: str, x: Array) -> Array:
    """Bring pixels of any type to uint8: 16 bits by their high byte, fractions of 0…1 times 255.

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
    from_zero = "x / x.max()" if low >= 0 else "(x - x.min()) / (x.max() - x.min())"
    raise UserError(f"{where} is {x.dtype} from {low:g} to {high:g}; pixels are uint8 0–255, 16 bits 0–65,535 or "
                    f"fractions 0–1: convert them by np.rint(255 * {from_zero}).astype(np.uint8)")  # fmt: skip


def to_images(where: str, x: Array, grayscale: bool, *, is_channels_last: bool = False) -> Array:
    """Bring an array of images to (n_images, height, width) or (n_images, height, width, 3), uint8.

    Parameters
    ----------
    where : str
        The array's name, for messages.
    x : array
        With the axes images, height, width, and none or 1, 3 or 4 channels at the end, or 1 or 3 after the images.
    grayscale : bool
        Whether colours are converted to grey.
    is_channels_last : bool
        Whether channels are known to be at the end.

    Raises
    ------
    UserError
        If the axes can be read in no way, or in two.
    """
    if x.ndim == 3:
        return narrow(where, x)
    x = x if is_channels_last else _channels_last(where, x)
    if x.shape[3] == 1:
        return narrow(where, x[..., 0])
    x = narrow(where, x)
    parts = [_colours(x[n : n + IMAGES_AT_ONCE], grayscale) for n in range(0, max(1, len(x)), IMAGES_AT_ONCE)]
    return np.concatenate(parts)


def _channels_last(where: str, x: Array) -> Array:
    """Put an array's channels last; a width or height of 1, 3 or 4 pixels may look like them."""
    is_last, is_first = x.ndim == 4 and x.shape[3] in (1, 3, 4), x.ndim == 4 and x.shape[1] in (1, 3)
    if is_last and is_first and x.shape[1] != x.shape[3] == 1:
        is_first = False  # grey images as low as that, with an axis of one channel
    if is_last and is_first and x.shape[1] != 1:
        raise UserError(f"{where} has the shape {x.shape}, which may be images × height × width × colours or images × "
                        "colours × height × width: save it with the colours last, and images wider than 4")  # fmt: skip
    if is_last:
        return x
    if not is_first:
        raise UserError(f"{where} has the shape {x.shape}; needed: images × height × width, and channels, if any, as a "
                        "last axis of 1, 3 or 4 or a second of 1 or 3")  # fmt: skip
    if x.shape[1] == CHANNELS:
        logger.info("%s: colours come before height and width, as PyTorch has them", where)
    return x.transpose(0, 2, 3, 1)


def _colours(x: Array, grayscale: bool) -> Array:
    """Colours (n_images, height, width, 3 or 4), uint8, on white, or the grey of them."""
    rgb = on_white(x) if x.shape[3] > CHANNELS else x
    return luma(rgb) if grayscale else np.ascontiguousarray(rgb)
