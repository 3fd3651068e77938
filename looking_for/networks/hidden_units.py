"""What the hidden units do, and how true their composed pictures are."""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, centred, single
from looking_for.networks.dense import Network
from looking_for.networks.training_pass import Probe
from looking_for.surrogates.maps import AffineMap
from looking_for.surrogates.results import Units


def find(network: Network, composed: Sequence[AffineMap], probe: Probe, x: Array) -> list[Units]:
    """Each hidden layer's units; `explained` is measured on rows of pixels (n × inputs)."""
    preactivations = network.preactivations(x)[:-1]
    explained = [
        squared_correlations(picture(x), z) for picture, z in zip(composed, preactivations, strict=False)
    ]
    layers = zip(influence(network, probe), probe.on, explained, strict=True)
    return [Units(single(moves), single(on / probe.sums.n), single(r2)) for moves, on, r2 in layers]


def influence(network: Network, probe: Probe) -> list[Array]:
    """How much each hidden unit moves the logits, by layer: its mean activation × length of its way out.

    The way out goes through the later layers' weights, each later unit counting by its mean slope, of
    ReLU how often it is on, and ends at the logits with classes centred.
    """
    way_out = centred(network.weights[-1])
    found: list[Array] = []
    for layer in reversed(range(len(probe.on))):
        found.insert(0, probe.activation[layer] / probe.sums.n * np.linalg.norm(way_out, axis=1))
        if layer:
            way_out = network.weights[layer] @ ((probe.slope[layer] / probe.sums.n)[:, None] * way_out)
    return found


def squared_correlations(p: Array, z: Array) -> Array:
    """r² of each column of p with that of z (n × units): what a gain and a bias would explain of z.

    1 where z never varies and leaves no question.
    """
    p, z = p - p.mean(axis=0), z - z.mean(axis=0)
    together, shown, asked = (p * z).sum(axis=0), np.square(p).sum(axis=0), np.square(z).sum(axis=0)
    return np.where(asked > 0, np.square(together) / np.maximum(shown * asked, np.finfo(float).tiny), 1.0)
