"""What a network is besides its picture: does the rest decide, and whose picture is it?"""

from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.networks.base import Network
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.changes import CHANGES
from looking_for.surrogates.measures import cosines
from looking_for.surrogates.robustness import N_CHANGED_IMAGES, choose_images
from looking_for.surrogates.similarity import top_two

N_MAPPED_IMAGES = 500  # test images whose exact maps are compared with the picture


class Rest(NamedTuple):
    """A network less its picture, z − gp, with the gain g that leaves least: p may have another volume.

    Parameters
    ----------
    picture_accuracy, rest_accuracy : float
        Shares of test images that p alone gets right, and z − gp alone.
    overruled : float
        The share of the network's answers that are not p's.
    overruled_right : float or None
        How many of those are right; None where there are none.
    gain : float
        The g.
    """

    picture_accuracy: float
    rest_accuracy: float
    overruled: float
    overruled_right: float | None
    gain: float


def measure_rest(logits: Array, scores: Array, labels: Array) -> Rest:
    """Measure what a network's picture and the rest of it decide.

    Parameters
    ----------
    logits, scores : arrays, shape (n_images, n_classes)
        z of the network, and p of its composed picture.
    labels : array, shape (n_images,)

    Examples
    --------
    >>> z, p = np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    >>> measure_rest(z, p, np.array([0, 1]))
    Rest(picture_accuracy=0.5, rest_accuracy=1.0, overruled=0.5, overruled_right=1.0, gain=1.0)
    """
    answers, by_picture = logits.argmax(axis=1), scores.argmax(axis=1)
    is_overruled = answers != by_picture
    right = float((answers == labels)[is_overruled].mean()) if is_overruled.any() else None
    z, p = centred(logits), centred(scores)
    gain = fit_gain(z, p)
    rest = (z - gain * p).argmax(axis=1)
    alone, rest_alone, overruled = (float(some.mean()) for some in (by_picture == labels, rest == labels, is_overruled))
    return Rest(alone, rest_alone, overruled, right, gain)


def fit_gain(z: Array, p: Array) -> float:
    """Give the g with the least Σ(z − gp)²: Σzp / Σp², for arrays of one shape."""
    return float((z * p).sum() / np.maximum(np.square(p).sum(), np.finfo(float).tiny))


def compare_pictures(one: AffineMap, other: AffineMap, inked: Array) -> float:
    """Give the mean cosine of two networks' composed pictures of each class, over the pixels of a mask (n_inputs,)."""
    a, b = (centred(m.weights.astype(float))[inked] for m in (one, other))
    return float(cosines(a, b).mean())


def compare_with_maps(network: Network, picture: AffineMap, images: Array) -> float:
    """Give how like a network's picture its exact maps are: the mean cosine, over some images, of the answer's column
    less the runner-up's in both."""
    x = as_pixels(images[choose_images(len(images), N_MAPPED_IMAGES)])
    answers, runners_up = top_two(network.logits(x))
    exact = network.margins(x, answers, runners_up)
    composed = picture.weights[:, answers].astype(float) - picture.weights[:, runners_up]
    return float(cosines(composed, exact.T).mean())


def explain_changes_by(network: Network, picture: AffineMap, images: Array) -> float:
    """Give the share of how a network's logits change that a picture, its own or another's, explains: the mean over
    CHANGES.

    The picture has one gain, by least squares on the unchanged images: another network's has another volume.
    """
    chosen = images[choose_images(len(images), N_CHANGED_IMAGES)]
    changed = [change(chosen, np.random.default_rng([0, n])) for n, change in enumerate(CHANGES.values())]
    pixels = [as_pixels(some) for some in (chosen, *changed)]
    (z, *z_after), (p, *p_after) = ([centred(f(x)) for x in pixels] for f in (network.logits, picture))
    gain = fit_gain(z, p)
    shares = []
    for z_changed, p_changed in zip(z_after, p_after, strict=True):
        moved = np.square(z_changed - z).sum()
        missed = np.square((z_changed - z) - gain * (p_changed - p)).sum()
        shares += [1 - missed / moved] if moved else []
    return float(np.mean(shares)) if shares else 0.0
