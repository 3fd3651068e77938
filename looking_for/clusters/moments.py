"""First and second moments of the pixels: all that a least-squares fit needs to know of the images."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.parallel import spread

IMAGES_AT_ONCE = 2_000
PARTS_AT_ONCE = 16  # each is a matrix of inputs × inputs


def find(images: Array) -> tuple[Array, Array]:
    """Σx (inputs) and Σxᵀx (inputs × inputs) over images (n × h × w, 0…255), as pixels in [0, 1].

    The sums are of whole numbers below 2⁵³, so they are exact in float64 whatever their order.
    """
    rows = images.reshape(len(images), -1)
    inputs = rows.shape[1]
    sums, products = np.zeros(inputs), np.zeros((inputs, inputs))
    for first in range(0, len(rows), IMAGES_AT_ONCE * PARTS_AT_ONCE):
        some = rows[first : first + IMAGES_AT_ONCE * PARTS_AT_ONCE]
        parts = [some[n : n + IMAGES_AT_ONCE] for n in range(0, len(some), IMAGES_AT_ONCE)]
        for part in spread(_sums, parts):
            sums += part[0]
            products += part[1]
    return sums / 255, products / 255**2


def _sums(rows: Array) -> tuple[Array, Array]:
    x = rows.astype(np.float64)
    return x.sum(axis=0), x.T @ x
