"""Which kind of model a network is, in its file or in memory."""

from pathlib import Path

from looking_for.core.files import load_arrays
from looking_for.networks.base import Model
from looking_for.networks.dense import Network
from looking_for.networks.dense_model import Dense
from looking_for.networks.stored_layers import Layers


def load(path: Path) -> Model:
    """The model in a file of data/networks."""
    return of((Layers if "architecture" in load_arrays(path) else Network).load(path))


def of(network: Network | Layers) -> Model:
    """The model of a network; TensorFlow is imported only where its layers need it."""
    if isinstance(network, Network):
        return Dense(network)
    from looking_for.networks.piecewise import PiecewiseAffine

    return PiecewiseAffine(network)
