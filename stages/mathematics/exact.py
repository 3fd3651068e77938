"""Exact maps: around each image a ReLU network is affine, z = xA(x) + c(x), with no approximation.

A(x) = W₁D₁W₂D₂…W_L, Dₗ = diag[zₗ > 0], is the Jacobian of the logits (Balestriero & Baraniuk 2018,
arXiv 1805.06576; Srinivas & Fleuret 2019, arXiv 1905.00780). All maps share the factor W₁, so what is
averaged here is the rest of the product, the "tail" (units₁ × classes): averages of maps cost one
product with W₁ at the end.
"""

from collections.abc import Sequence

import numpy as np

from stages.arrays import Array, centred, single
from stages.artifacts.network import Network
from stages.errors import UserError
from stages.sums import sums_by

CHECKED = 200
TOLERANCE = 1e-4


def masks_of(preactivations: Sequence[Array]) -> list[Array]:
    """Which hidden units are on (n × units, bool), for z₁ … z_L."""
    return [z > 0 for z in preactivations[:-1]]


def pull_back(network: Network, masks: Sequence[Array], direction: Array) -> Array:
    """A direction in logit space (classes, or one for each image) pulled back to layer 1 (n × units₁).

    That is D₁W₂D₂…W_L·direction; multiplied by W₁ᵀ it is A(x)·direction.
    """
    v = np.broadcast_to(direction, (len(masks[0]), direction.shape[-1]))
    for weight, mask in zip(reversed(network.weights[1:]), reversed(masks), strict=True):
        v = (v @ weight.T) * mask
    return v


def mean_tails(network: Network, masks: Sequence[Array], cluster: Array, clusters: int) -> Array:
    """The mean of D₁W₂D₂…W_L over each cluster's images, classes centred (clusters × units₁ × classes).

    `cluster` holds the cluster of each image (n). With two hidden layers the sum of D₁W₂D₂ is
    (M₁ᵀM₂) ∘ W₂: one product for all classes at once. Otherwise each class is pulled back by itself.
    """
    sizes = np.bincount(cluster, minlength=clusters)[:, None, None]
    if len(masks) == 2:
        sums = [_coactive(network, [m[cluster == g] for m in masks]) for g in range(clusters)]
        return np.stack(sums) / sizes
    directions = centred(np.eye(network.weights[-1].shape[1]))
    if not masks:
        return np.broadcast_to(directions, (clusters, *directions.shape))
    sums = [sums_by(cluster, pull_back(network, masks, k), clusters) for k in directions]
    return np.stack(sums, axis=2) / sizes


def _coactive(network: Network, masks: Sequence[Array]) -> Array:
    """The sum of D₁W₂D₂W₃ over images, from how often each two units are on together."""
    both_on = single(masks[0]).T @ single(masks[1])  # whole numbers: exact in float32
    return (both_on * network.weights[1]) @ centred(network.weights[2])


def maps(network: Network, x: Array) -> tuple[Array, Array]:
    """A(x) (n × inputs × classes) and c(x) (n × classes) for rows of pixels (n × inputs).

    c is the biases' own way through the masks, so that z = xA(x) + c(x) is a claim, not a definition.
    """
    masks = masks_of(network.preactivations(x))
    c = np.broadcast_to(network.biases[0], (len(x), len(network.biases[0])))
    for weight, bias, mask in zip(network.weights[1:], network.biases[1:], masks, strict=True):
        c = (c * mask) @ weight + bias
    if not masks:
        return np.broadcast_to(network.weights[0], (len(x), *network.weights[0].shape)), c
    directions = np.eye(network.weights[-1].shape[1])
    columns = [pull_back(network, masks, k) @ network.weights[0].T for k in directions]
    return np.stack(columns, axis=2), c


def check_identity(network: Network, x: Array) -> None:
    """Refuse to go on unless xA(x) + c(x) are the float32 network's own logits (UserError)."""
    a, c = maps(network, x)
    stored = Network.of(network.weights, network.biases, np.float32)
    logits = stored.logits(single(x))
    error = np.abs(np.einsum("ni,nik->nk", x, a) + c - logits).max()
    bound = TOLERANCE * max(1.0, float(np.abs(logits).max()))
    if not error <= bound:
        raise UserError(
            f"the exact maps do not give the network's logits: off by {error:.2g}, allowed {bound:.2g}; "
            "no pictures are written. The weights or the code of stages/compose are broken"
        )
