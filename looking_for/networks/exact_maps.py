"""Exact maps: around each image a ReLU network is affine, z = xA(x) + c(x), with no approximation.

A(x) = W₁D₁W₂D₂…W_L, Dₗ = diag φ′(zₗ), for ReLU diag[zₗ > 0], is the Jacobian of the logits (Balestriero &
Baraniuk 2018, arXiv 1805.06576; Srinivas & Fleuret 2019, arXiv 1905.00780). All maps share the factor W₁,
so what is averaged here is the rest of the product, the "tail" (units₁ × classes): an average costs one
product with W₁ at the end.
"""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, centred, single
from looking_for.core.errors import UserError
from looking_for.core.sums import sums_by
from looking_for.networks.dense import Network

CHECKED = 200
TOLERANCE = 1e-4


def pull_back(network: Network, slopes: Sequence[Array], direction: Array) -> Array:
    """A direction in logit space (classes, or one for each image) pulled back to layer 1 (n × units₁).

    That is D₁W₂D₂…W_L·direction; multiplied by W₁ᵀ it is A(x)·direction.
    """
    v = np.broadcast_to(direction, (len(slopes[0]), direction.shape[-1]))
    for weight, slope in zip(reversed(network.weights[1:]), reversed(slopes), strict=True):
        v = (v @ weight.T) * slope
    return v


def mean_maps(network: Network, slopes: Sequence[Array], cluster: Array, clusters: int) -> Array:
    """The mean of A(x) over each cluster's images, classes centred (clusters × inputs × classes).

    `cluster` holds the cluster of each image (n). Without hidden layers A(x) is W₁: its mean over classes
    is taken as such: many of the differences lie half way between two float32, where another order of
    products, of another processor, decides.
    """
    if not slopes:
        only = centred(network.weights[0])
        return np.broadcast_to(only, (clusters, *only.shape))
    return np.asarray(network.weights[0] @ _mean_tails(network, slopes, cluster, clusters))


def _mean_tails(network: Network, slopes: Sequence[Array], cluster: Array, clusters: int) -> Array:
    """The mean of D₁W₂D₂…W_L over each cluster's images, classes centred (clusters × units₁ × classes).

    With two hidden layers the sum of D₁W₂D₂ is (S₁ᵀS₂) ∘ W₂: one product for all classes at once. Otherwise
    each class is pulled back by itself.
    """
    sizes = np.bincount(cluster, minlength=clusters)[:, None, None]
    if len(slopes) == 2:
        sums = [_coactive(network, [s[cluster == g] for s in slopes]) for g in range(clusters)]
        return np.stack(sums) / sizes
    directions = centred(np.eye(network.weights[-1].shape[1]))
    sums = [sums_by(cluster, pull_back(network, slopes, k), clusters) for k in directions]
    return np.stack(sums, axis=2) / sizes


def _coactive(network: Network, slopes: Sequence[Array]) -> Array:
    """The sum of D₁W₂D₂W₃ over images, from the slopes of each two units together."""
    one, other = (single(s) if s.dtype == bool else s for s in slopes)  # whole numbers: exact in float32
    together = one.T @ other
    return (together * network.weights[1]) @ centred(network.weights[2])


def maps(network: Network, x: Array) -> tuple[Array, Array]:
    """A(x) (n × inputs × classes) and c(x) (n × classes) for rows of pixels (n × inputs).

    c is the biases' own way through the slopes, so that z = xA(x) + c(x) is a claim, not a definition: true
    where the activation has straight pieces. Of others A(x) is the Jacobian, and nothing is claimed.
    """
    slopes = network.slopes(network.preactivations(x))
    c = np.broadcast_to(network.biases[0], (len(x), len(network.biases[0])))
    for weight, bias, slope in zip(network.weights[1:], network.biases[1:], slopes, strict=True):
        c = (c * slope) @ weight + bias
    if not slopes:
        return np.broadcast_to(network.weights[0], (len(x), *network.weights[0].shape)), c
    directions = np.eye(network.weights[-1].shape[1])
    columns = [pull_back(network, slopes, k) @ network.weights[0].T for k in directions]
    return np.stack(columns, axis=2), c


def check_identity(network: Network, x: Array) -> None:
    """Refuse to go on unless xA(x) + c(x) are the float32 network's own logits (UserError).

    Smooth activations are no pieces of straight lines: there is no such identity to check.
    """
    if network.is_affine:
        refuse_unless_exact(x, *maps(network, x), network.of_type(np.float32).logits(single(x)))


def refuse_unless_exact(x: Array, a: Array, c: Array, logits: Array) -> None:
    """A UserError unless xA + c are the logits (n × classes) of rows of pixels (n × inputs)."""
    error = np.abs(np.einsum("ni,nik->nk", x, a) + c - logits).max()
    bound = TOLERANCE * max(1.0, float(np.abs(logits).max()))
    if not error <= bound:
        raise UserError(
            f"the exact maps do not give the network's logits: off by {error:.2g}, allowed {bound:.2g}; "
            "no pictures are written. The weights or the code of stages/compose are broken"
        )
