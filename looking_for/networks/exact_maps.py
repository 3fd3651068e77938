"""Pictures of dense networks: composed, as the article makes them, and exact, around one image.

Around each image a ReLU network is affine, z = xA(x) + c(x), with no approximation. A(x) = W₁D₁W₂D₂…W_L,
Dₗ = diag φ′(zₗ), for ReLU diag[zₗ > 0], is the Jacobian of the logits (Balestriero & Baraniuk 2018,
arXiv 1805.06576; Srinivas & Fleuret 2019, arXiv 1905.00780). All maps share the factor W₁, so what is
averaged here is the rest of the product, the "tail" (n_units_1, n_classes): an average costs one product
with W₁ at the end.
"""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, as_float32, centred, sum_by_group
from looking_for.core.errors import UserError
from looking_for.networks.dense_weights import AffineMap, DenseWeights

N_CHECKED_IMAGES = 200
EXACTNESS_TOLERANCE = 1e-4  # of the largest logit, or of 1: float32 gives about 1e-5


def compose(network: DenseWeights) -> list[AffineMap]:
    """Multiply the weight matrices together, as if there were no activations: the article's pictures.

    Returns
    -------
    list of AffineMap, one per layer, the output last
        Tₗ = W₁W₂…Wₗ and the effective bias βₗ = βₗ₋₁Wₗ + bₗ. Column k of Tₗ, reshaped, is the picture of
        unit k; the bias is a number beside it.
    """
    layers = [AffineMap(network.weights[0], network.biases[0])]
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        layers.append(AffineMap(layers[-1].weights @ weight, layers[-1].bias @ weight + bias))
    return layers


def vjp(network: DenseWeights, slopes: Sequence[Array], direction: Array) -> Array:
    """Vector–Jacobian product: pull a direction in logit space back to layer 1, for each image.

    Parameters
    ----------
    slopes : sequence of arrays, one per hidden layer, shape (n_images, n_units)
        Derivative of the activation at each image; 0 or 1 for ReLU.
    direction : array, shape (n_classes,) or (n_images, n_classes)

    Returns
    -------
    array, shape (n_images, n_units_1)
        D₁W₂D₂…W_L·direction; its product with W₁ᵀ is A(x)·direction.
    """
    v = np.broadcast_to(direction, (len(slopes[0]), direction.shape[-1]))
    for weight, slope in zip(reversed(network.weights[1:]), reversed(slopes), strict=True):
        v = (v @ weight.T) * slope
    return v


def mean_exact_maps(network: DenseWeights, slopes: Sequence[Array], cluster: Array, n_clusters: int) -> Array:
    """Average A(x) over each cluster's images.

    Without hidden layers A(x) is W₁, which is centred across classes directly, since many of the differences
    are half way between two float32, where another order of products, of another processor, decides.

    Parameters
    ----------
    slopes : sequence of arrays, one per hidden layer, shape (n_images, n_units)
    cluster : array, shape (n_images,)

    Returns
    -------
    array, shape (n_clusters, n_inputs, n_classes), centred across classes
    """
    if not slopes:
        only = centred(network.weights[0])
        return np.broadcast_to(only, (n_clusters, *only.shape))
    return np.asarray(network.weights[0] @ _mean_tails(network, slopes, cluster, n_clusters))


def _mean_tails(network: DenseWeights, slopes: Sequence[Array], cluster: Array, n_clusters: int) -> Array:
    """Average D₁W₂D₂…W_L over each cluster's images, centred: (n_clusters, n_units_1, n_classes).

    With two hidden layers the sum of D₁W₂D₂ is (S₁ᵀS₂) ∘ W₂: one product for all classes at once. Otherwise
    each class is pulled back by itself.
    """
    sizes = np.bincount(cluster, minlength=n_clusters)[:, None, None]
    if len(slopes) == 2:
        sums = [_sum_coactive(network, [s[cluster == g] for s in slopes]) for g in range(n_clusters)]
        return np.stack(sums) / sizes
    directions = centred(np.eye(network.weights[-1].shape[1]))
    sums = [sum_by_group(cluster, vjp(network, slopes, k), n_clusters) for k in directions]
    return np.stack(sums, axis=2) / sizes


def _sum_coactive(network: DenseWeights, slopes: Sequence[Array]) -> Array:
    """Sum D₁W₂D₂W₃ over images, from the slopes of each two units together."""
    one, two = (as_float32(s) if s.dtype == bool else s for s in slopes)  # whole numbers: exact in float32
    together = one.T @ two
    return (together * network.weights[1]) @ centred(network.weights[2])


def exact_maps(network: DenseWeights, x: Array) -> tuple[Array, Array]:
    """Find the affine map that the network is around each image.

    Parameters
    ----------
    x : array, shape (n_images, n_inputs), float64 in [0, 1]

    Returns
    -------
    a : array, shape (n_images, n_inputs, n_classes)
    c : array, shape (n_images, n_classes)
        The biases' own way through the slopes, so that z = xA(x) + c(x) is a claim, not a definition: true
        where the activation has straight pieces. Of others A(x) is the Jacobian, and nothing is claimed.
    """
    slopes = network.slopes(network.preactivations(x))
    c = np.broadcast_to(network.biases[0], (len(x), len(network.biases[0])))
    for weight, bias, slope in zip(network.weights[1:], network.biases[1:], slopes, strict=True):
        c = (c * slope) @ weight + bias
    if not slopes:
        return np.broadcast_to(network.weights[0], (len(x), *network.weights[0].shape)), c
    directions = np.eye(network.weights[-1].shape[1])
    columns = [vjp(network, slopes, k) @ network.weights[0].T for k in directions]
    return np.stack(columns, axis=2), c


def check_exactness(x: Array, a: Array, c: Array, logits: Array) -> None:
    """Compare xA + c with the logits (n_images, n_classes) of rows of pixels (n_images, n_inputs).

    Raises
    ------
    UserError
        If they differ by more than EXACTNESS_TOLERANCE.
    """
    errors = exactness_errors(x, a, c, logits)
    reject_inexact(errors, int(np.count_nonzero(~(errors <= exactness_bound(logits)))), 0, logits)


def exactness_errors(x: Array, a: Array, c: Array, logits: Array) -> Array:
    """Give the largest difference of xA + c from each image's logits (n_images,); arguments as of `check_exactness`."""
    return np.asarray(np.abs(np.einsum("ni,nik->nk", x, a) + c - logits).max(axis=1))


def exactness_bound(logits: Array) -> float:
    """Give how far exact maps may be off for these logits (n_images, n_classes)."""
    return EXACTNESS_TOLERANCE * max(1.0, float(np.abs(logits).max()))


def reject_inexact(errors: Array, n_failing: int, n_allowed: int, logits: Array) -> None:
    """Raise UserError where so many of the images (n_images,) fail that the maps are wrong, not the images odd."""
    if n_failing > n_allowed:
        raise UserError(
            f"the exact maps do not give the network's logits on {n_failing} of {len(errors)} images: off by "
            f"{np.max(errors):.2g}, allowed {exactness_bound(logits):.2g}; no pictures are written. "
            "The weights or the code of looking_for/networks are broken"
        )
