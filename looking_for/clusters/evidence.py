"""All that survey finds in the images, before any network sees them."""

from looking_for.clusters import ink, kmeans, moments
from looking_for.clusters.survey import Survey
from looking_for.images.imageset import Images


def find(images: Images, clusters: list[int], seed: int) -> Survey:
    """Where each class has ink, the pixels' moments, and each class cut into so many clusters."""
    inked = ink.as_stored(ink.inked_by_class(images))
    found = kmeans.find(images, clusters, seed)
    return Survey(*inked, *moments.find(images.x_train), found)
