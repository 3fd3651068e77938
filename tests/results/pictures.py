"""Networks of a picture or two, made by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np


def network_of(pictures: np.ndarray, never: np.ndarray) -> Any:
    """What the measures ask of a network: one layer's pictures (n_pictures, height, width) and a mask of pixels."""
    weights = pictures.reshape(len(pictures), -1).T
    layer = SimpleNamespace(weights=weights)
    composed = SimpleNamespace(layers=[layer], output=layer)
    return SimpleNamespace(pictures=SimpleNamespace(never_inked=never.ravel(), composed=composed))
