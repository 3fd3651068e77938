"""Exact maps: around each image a ReLU network is affine, z = xA(x) + c(x), with no approximation.

A(x) = W₁D₁W₂D₂…W_L, Dₗ = diag[zₗ > 0] (Balestriero & Baraniuk 2018, arXiv 1805.06576; Srinivas &
Fleuret 2019, arXiv 1905.00780). All maps share the factor W₁, so what is averaged here is the rest
of the product, the "tail" (units₁ × classes): averages of maps cost one product with W₁ at the end.
"""

from collections.abc import Sequence

import numpy as np

from stages.artifacts import Array, single
from stages.console import Problem
from stages.network import Network

CHECKED = 200
TOLERANCE = 1e-4


def masks_of(preactivations: Sequence[Array]) -> list[Array]:
    """Which hidden units are on (n × units, bool), for z₁ … z_L."""
    return [z > 0 for z in preactivations[:-1]]


def pull_back(network: Network, masks: Sequence[Array], seeds: Array) -> Array:
    """Directions in logit space, one an image (n × classes), pulled back to layer 1.

    Gives the columns D₁W₂D₂…W_L·seed for each image, as rows (n × units₁); multiplied by W₁ᵀ they
    are columns of A(x). Without hidden layers there is nothing to pull through.
    """
    v = seeds
    for weight, mask in zip(reversed(network.weights[1:]), reversed(masks), strict=True):
        v = (v @ weight.T) * mask
    return v


def tail_sum(network: Network, masks: Sequence[Array], n: int) -> Array:
    """The sum over n images of the tail D₁W₂D₂…W_L (units₁ × classes).

    With two hidden layers the sum of D₁W₂D₂ is (M₁ᵀM₂) ∘ W₂: one product for all classes at once.
    """
    if len(masks) == 2:
        both_on = masks[0].T.astype(np.float32) @ masks[1].astype(np.float32)  # whole numbers: exact
        return (both_on * network.weights[1]) @ network.weights[2]
    classes = np.eye(network.weights[-1].shape[1])
    seeds = (np.broadcast_to(k, (n, len(k))) for k in classes)
    return np.stack([pull_back(network, masks, seed).sum(axis=0) for seed in seeds], axis=1)


def maps(network: Network, x: Array) -> tuple[Array, Array]:
    """A(x) (n × inputs × classes) and c(x) (n × classes) for rows of pixels (n × inputs).

    c is the biases' own way through the masks, so that z = xA(x) + c(x) is a claim, not a definition.
    """
    masks = masks_of(network.preactivations(x))
    seeds = (np.broadcast_to(k, (len(x), len(k))) for k in np.eye(network.weights[-1].shape[1]))
    columns = [pull_back(network, masks, seed) @ network.weights[0].T for seed in seeds]
    c = np.broadcast_to(network.biases[0], (len(x), len(network.biases[0])))
    for weight, bias, mask in zip(network.weights[1:], network.biases[1:], masks, strict=True):
        c = (c * mask) @ weight + bias
    return np.stack(columns, axis=2), c


def check_identity(network: Network, x: Array) -> None:
    """Refuse to go on unless xA(x) + c(x) are the float32 network's own logits (Problem)."""
    a, c = maps(network, x)
    stored = Network.of(network.weights, network.biases, np.float32)
    logits = stored.logits(single(x))
    error = np.abs(np.einsum("ni,nik->nk", x, a) + c - logits).max()
    bound = TOLERANCE * max(1.0, float(np.abs(logits).max()))
    if not error <= bound:
        raise Problem(
            f"the exact maps do not give the network's logits: off by {error:.2g}, allowed {bound:.2g}; "
            "no pictures are written. The weights or the code of stages/compose are broken"
        )
