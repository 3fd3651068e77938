"""All that survey finds in the images, before any network sees them."""

from stages.artifacts.images import Images
from stages.artifacts.survey import Survey
from stages.survey import clustering, ink, moments


def find(images: Images, clusters: list[int], seed: int) -> Survey:
    """Where each class has ink, the pixels' moments, and each class cut into so many clusters."""
    inked = ink.as_stored(ink.inked_by_class(images))
    found = clustering.find(images, clusters, seed)
    return Survey(*inked, *moments.find(images.x_train), found)
