"""A network of the pipeline's own, from its file in data/networks."""

from pathlib import Path

from looking_for.core.npz import load_arrays
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import StoredLayers


def load_stored_network(path: Path) -> Network:
    """Read a network; raises UserError where the file is missing or broken."""
    if "architecture" in load_arrays(path):
        return build_network(StoredLayers.load(path))
    return DenseNetwork.load(path)


def build_network(layers: StoredLayers) -> Network:
    """Build a network of layers that are not all dense; TensorFlow is imported only here."""
    from looking_for.networks.piecewise import PiecewiseAffineNetwork

    return PiecewiseAffineNetwork(layers)
