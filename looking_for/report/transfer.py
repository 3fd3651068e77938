"""One network's fitted pictures tested on another network: are they its own?"""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, pixels
from looking_for.results.run import Facts, Run
from looking_for.surrogates.measures import estimates


def agreement(networks: Sequence[Facts], number: int, run: Run) -> Array:
    """How often the fitted pictures of each network (rows) give the answer of each network (columns)."""
    x = pixels(run.images.x_test)
    said = [n.pictures.fitted[number].map(x) for n in networks]
    columns = [estimates(said, n.pictures.logits.astype(float), run.images.y_test)[:, 0] for n in networks]
    return np.stack(columns, axis=1)
