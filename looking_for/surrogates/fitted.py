"""A network's prototypes for each number per class, summarised by what they do on the training images."""

from collections.abc import Mapping

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_float32, as_pixels, sum_bytes_by_group
from looking_for.core.parallel import parallel_map
from looking_for.core.tables import N_DIGITS
from looking_for.surrogates.maps import ClusterMaps, FittedPrototypes, Prototypes
from looking_for.surrogates.measures import cosines
from looking_for.surrogates.prototypes import (
    BALANCED_ON,
    FitData,
    FitSettings,
    balance_prototypes,
    fit_prototypes,
    prototypes_from_maps,
    remove_shared_component,
    share_explained,
    train_validation_split,
)

IMAGES_AT_ONCE = 2_000


def fit_all_prototypes(
    data: FitData, clusters: Mapping[int, Clusters], maps: Mapping[int, ClusterMaps], settings: FitSettings
) -> dict[int, FittedPrototypes]:
    """Fit prototypes to the training images' logits, for each number per class.

    Parameters
    ----------
    data : FitData
        All training images.
    clusters, maps : mappings by clusters per class
        The maps are what the fits start from.

    Returns
    -------
    dict from the number per class to FittedPrototypes
    """
    most_first = sorted(settings.pictures, reverse=True)
    train, validation = train_validation_split(data, settings.seed)
    starts = {w: prototypes_from_maps(maps[w], clusters[w].classes) for w in most_first}

    def fit(w: int) -> Prototypes:
        start = balance_prototypes(starts[w], train.at(BALANCED_ON))
        return fit_prototypes(start, train, validation, settings)

    fits = dict(zip(most_first, parallel_map(fit, most_first), strict=True))
    return {w: summarise_prototypes(fits[w], starts[w], data.rows, validation) for w in settings.pictures}


def summarise_prototypes(
    prototypes: Prototypes, start: Prototypes, rows: Array, validation: FitData
) -> FittedPrototypes:
    """Say what each picture does on images (n_images, n_inputs; bytes); drop those that never count.

    A picture counts for an image if it is the strongest of its class, and answers it if it is of all.
    """
    counts, answers = assign_images(prototypes, rows)
    shares = np.bincount(answers, minlength=len(counts)) / len(rows)
    order = np.lexsort((-counts, -shares, prototypes.classes))
    kept = order[counts[order] > 0]
    pair = [remove_shared_component(p, counts) for p in (prototypes, start)]
    final = pair[0].select(kept).as_float32()
    return FittedPrototypes(
        final.weights,
        final.biases,
        final.classes,
        as_float32(shares[kept]),
        as_float32(mean_answered_images(answers, rows, len(counts))[kept]),
        as_float32(cosines(*(p.weights for p in pair))[kept]),
        round(share_explained(prototypes, validation), N_DIGITS),
    )


def assign_images(prototypes: Prototypes, rows: Array) -> tuple[Array, Array]:
    """Count for how many images each picture counts, and find which picture answers each image.

    Returns
    -------
    counts, answers : arrays, shape (n_pictures,) and (n_images,)
    """

    def portion(start: int) -> tuple[Array, Array]:
        scores = prototypes.scores(as_pixels(rows[start : start + IMAGES_AT_ONCE]))
        counts = np.bincount(prototypes.winners(scores).ravel(), minlength=scores.shape[1])
        return counts, scores.argmax(axis=1)

    parts = parallel_map(portion, range(0, len(rows), IMAGES_AT_ONCE))
    return np.sum([counts for counts, _ in parts], axis=0), np.concatenate([a for _, a in parts])


def mean_answered_images(answers: Array, rows: Array, n_pictures: int) -> Array:
    """Average the images that each picture answers (n_pictures, n_inputs), in [0, 1]; 0 where it has none."""
    counts = np.bincount(answers, minlength=n_pictures)
    return sum_bytes_by_group(answers, rows, n_pictures) / (255.0 * np.maximum(counts, 1))[:, None]
