"""Changes of images under which a surrogate is put to the test: what only imitates answers fails there.

Each takes images (n_images, height, width) or (n_images, height, width, 3) of bytes and a generator of random numbers,
and gives as many of the same shape.
"""

from collections.abc import Callable

import numpy as np

from looking_for.core.arrays import Array

ERASED_RADIUS = 3  # pixels from the place that is rubbed out, in each direction
FLIPPED_SHARE = 0.1  # of all pixels

Change = Callable[[Array, np.random.Generator], Array]


def erase_stroke(images: Array, rng: np.random.Generator) -> Array:
    """Rub out all ink within ERASED_RADIUS of a random inked pixel of each image; nothing of a blank one."""
    planes = images.reshape(*images.shape[:3], -1)
    n, height, width, _ = planes.shape
    inked = planes.any(axis=3).reshape(n, -1)
    chosen = np.where(inked, rng.random(inked.shape), -1.0).argmax(axis=1)
    row, column = np.divmod(chosen, width)
    near_row = np.abs(np.arange(height) - row[:, None]) <= ERASED_RADIUS
    near_column = np.abs(np.arange(width) - column[:, None]) <= ERASED_RADIUS
    erased = near_row[:, :, None] & near_column[:, None, :]
    return np.where(erased[..., None], np.uint8(0), planes).reshape(images.shape)


def shift_image(images: Array, rng: np.random.Generator) -> Array:
    """Move each image by one pixel up, down, left or right; what comes in is blank."""
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1), *[(0, 0)] * (images.ndim - 3)])
    height, width = images.shape[1:3]
    moved = np.empty_like(images)
    direction = rng.integers(0, 4, len(images))
    for number, (down, right) in enumerate([(0, 1), (2, 1), (1, 0), (1, 2)]):
        which = direction == number
        moved[which] = padded[which, down : down + height, right : right + width]
    return moved


def flip_pixels(images: Array, rng: np.random.Generator) -> Array:
    """Turn FLIPPED_SHARE of the pixels, each by itself, from ink to blank and from blank to ink."""
    flipped = rng.random(images.shape[:3]) < FLIPPED_SHARE
    flipped = flipped.reshape(flipped.shape + (1,) * (images.ndim - 3))
    return np.where(flipped, 255 - images, images)


def thicken_strokes(images: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001  # as the others
    """Give each pixel the most ink of the nine around it."""
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1), *[(0, 0)] * (images.ndim - 3)])
    height, width = images.shape[1:3]
    thick = images
    for down in range(3):
        for right in range(3):
            thick = np.maximum(thick, padded[:, down : down + height, right : right + width])
    return thick


CHANGES: dict[str, Change] = {
    "erased": erase_stroke,
    "shifted": shift_image,
    "flipped": flip_pixels,
    "thickened": thicken_strokes,
}
