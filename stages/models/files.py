"""Which kind of model a network is, in its file or in memory."""

from pathlib import Path

from stages.artifacts.files import load_arrays
from stages.artifacts.layers import Layers
from stages.artifacts.network import Network
from stages.models.dense import Dense
from stages.models.model import Model


def load(path: Path) -> Model:
    """The model in a file of data/networks."""
    return of((Layers if "architecture" in load_arrays(path) else Network).load(path))


def of(network: Network | Layers) -> Model:
    """The model of a network; TensorFlow is imported only where its layers need it."""
    if isinstance(network, Network):
        return Dense(network)
    from stages.models.piecewise import PiecewiseAffine

    return PiecewiseAffine(network)
