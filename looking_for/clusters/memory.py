"""How much memory images take, asked before any is taken."""

from collections.abc import Sequence

from looking_for.core import memory
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet

IMAGES_IN_FLIGHT = 4_000  # rows of pixels in float64 that the workers hold together


def check_image_memory(images: ImageSet, n_clusters: Sequence[int]) -> None:
    """Raise a UserError where the maps of images of this size do not fit into this machine; it names one that does."""
    height, width = images.shape[:2]
    needed, available = estimate_bytes(images, n_clusters), memory.available_bytes()
    if needed > available:
        factor = (available / needed) ** 0.5
        size = [max(1, int(side * factor)) for side in (height, width)]
        needs, has = (f"{n / memory.GIGABYTE:.1f}" for n in (needed, available))
        raise UserError(
            f"images of {images.size_words}, {len(images.classes)} classes and survey.clusters = "
            f"{list(n_clusters)} need about {needs} GB to compose, and here are {has}: set data.size: {size} or "
            "take fewer clusters"
        )


def estimate_bytes(images: ImageSet, n_clusters: Sequence[int]) -> int:
    """Count a map per cluster and class, in float64 and as stored, the images, and the rows that are worked on."""
    n_inputs, n_classes = images.x_train[0].size, len(images.classes)
    n_maps = sum(n_clusters) * n_classes
    n_rows = min(IMAGES_IN_FLIGHT, len(images.x_train)) + 2 * len(images.x_test)
    return n_inputs * (12 * n_maps * n_classes + len(images.x_train) + len(images.x_test) + 8 * n_rows)
