"""A network's fewest pictures: fitted for each number a class, then told by what they do on the images."""

from collections.abc import Mapping

import numpy as np

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array, pixels, single
from looking_for.core.parallel import spread
from looking_for.core.sums import sums_of_bytes
from looking_for.surrogates.maps import ClusterMaps, Fitted, MaxAffine
from looking_for.surrogates.measures import cosines
from looking_for.surrogates.prototypes import (
    BALANCED_ON,
    Images,
    apart,
    balanced,
    explained,
    fit,
    from_exact_maps,
    in_gauge,
)
from stages.params import Fit

IMAGES_AT_ONCE = 2_000


def find(
    images: Images, clusters: Mapping[int, Clusters], maps: Mapping[int, ClusterMaps], settings: Fit
) -> dict[int, Fitted]:
    """For each number of pictures a class, those fitted to the training images' logits."""
    most_first = sorted(settings.pictures, reverse=True)
    learned, judging = apart(images, settings.seed)
    starts = {w: from_exact_maps(maps[w], clusters[w].classes) for w in most_first}

    def fitted(w: int) -> MaxAffine:
        return fit(balanced(starts[w], learned.at(BALANCED_ON)), learned, judging, settings)

    fits = dict(zip(most_first, spread(fitted, most_first), strict=True))
    return {w: tell(fits[w], starts[w], images.rows, judging) for w in settings.pictures}


def tell(found: MaxAffine, start: MaxAffine, rows: Array, judging: Images) -> Fitted:
    """What each picture does on images (n × inputs, bytes); those that never count are dropped.

    A picture counts for an image if it is the strongest of its class, and answers it if it is of all.
    """
    counts, answers = uses(found, rows)
    shares = np.bincount(answers, minlength=len(counts)) / len(rows)
    order = np.lexsort((-counts, -shares, found.classes))
    kept = order[counts[order] > 0]
    pair = [in_gauge(pictures, counts) for pictures in (found, start)]
    return Fitted(
        pair[0].only(kept).stored(),
        single(shares[kept]),
        single(mean_answered(answers, rows, len(counts))[kept]),
        single(cosines(*(p.weights for p in pair))[kept]),
        round(explained(found, judging), 4),
    )


def uses(found: MaxAffine, rows: Array) -> tuple[Array, Array]:
    """For how many images each picture counts (pictures), and which picture answers each image (n)."""

    def portion(start: int) -> tuple[Array, Array]:
        said = found.pictures(pixels(rows[start : start + IMAGES_AT_ONCE]))
        counts = np.bincount(found.strongest(said).ravel(), minlength=said.shape[1])
        return counts, said.argmax(axis=1)

    parts = spread(portion, range(0, len(rows), IMAGES_AT_ONCE))
    return np.sum([counts for counts, _ in parts], axis=0), np.concatenate([a for _, a in parts])


def mean_answered(answers: Array, rows: Array, pictures: int) -> Array:
    """The mean of the images that each picture answers (pictures × inputs, 0…1); else 0."""
    counts = np.bincount(answers, minlength=pictures)
    return sums_of_bytes(answers, rows, pictures) / (255.0 * np.maximum(counts, 1))[:, None]
