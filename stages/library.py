"""For a program of your own: from a network and images to its pictures and how true they are.

No DVC, no params.yaml, no files: docs/your-own.md has an example that the tests run.
"""

from collections.abc import Sequence

from stages.artifacts.images import Images
from stages.artifacts.network import Network
from stages.compose.evaluation import Evaluation
from stages.compose.evaluation import evaluate as evaluated
from stages.params import Fit
from stages.survey import evidence
from stages.weights import load

__all__ = ["Evaluation", "Images", "Network", "evaluate", "load"]


def evaluate(
    network: Network,
    images: Images,
    *,
    clusters: Sequence[int] = (1, 3, 10),
    pictures: Sequence[int] = (3, 10),
    updates: int = 1_000,
    seed: int = 0,
) -> Evaluation:
    """A network's pictures, its ladder of rungs, and the metrics of DVC's tables.

    network: weights (inputs × units) and biases (units) by layer, on pixels in [0, 1]; images: uint8
    (n × height × width) with labels, to fit on and to measure on. clusters: how many a class, 1 first;
    pictures: how many fitted ones a class, each a number of clusters, fitted in so many updates.

    Raises UserError where the exact maps are not the network's.
    """
    survey = evidence.find(images, list(clusters), seed)
    fit = Fit(pictures=list(pictures), pull=0.3, updates=updates, seed=seed)
    return evaluated(network, images, survey, len(images.x_train), fit)
