"""For a program of your own: from a network and images to its pictures and how true they are.

No DVC, no params.yaml, no files: docs/your-own.md has an example that the tests run.
"""

from collections.abc import Sequence
from pathlib import Path

from looking_for.clusters import evidence
from looking_for.images.imageset import Images
from looking_for.networks import files as models
from looking_for.networks.base import Model
from looking_for.networks.dense import Network
from looking_for.networks.loading import files
from looking_for.surrogates.evaluate import Evaluation
from looking_for.surrogates.evaluate import evaluate as evaluated
from stages.params import Fit, ModelParams

__all__ = ["Evaluation", "Images", "Model", "Network", "evaluate", "load"]


def load(
    path: Path | str,
    shape: tuple[int, int],
    *,
    activation: str | None = None,
    scale: float | None = None,
    mean: float = 0.0,
    std: float = 1.0,
) -> Model:
    """A network made elsewhere, for images of that height and width: .safetensors, .npz, .keras or .h5.

    activation: of the hidden layers, where the file does not say it (relu); the network was trained on
    (scale · x − mean) / std of pixels x in [0, 1].

    Raises UserError where the file is neither a dense network nor one that is piecewise affine.
    """
    given = ModelParams(path=str(path), activation=activation, scale=scale, mean=mean, std=std)  # type: ignore[arg-type]
    return models.of(files.load(given, shape))


def evaluate(
    network: Network | Model,
    images: Images,
    *,
    clusters: Sequence[int] = (1, 3, 10),
    pictures: Sequence[int] = (3, 10),
    updates: int = 1_000,
    seed: int = 0,
) -> Evaluation:
    """A network's pictures, its ladder of rungs, and the metrics of DVC's tables.

    network: weights (inputs × units) and biases (units) by layer, on pixels in [0, 1], or what `load`
    gives; images: uint8 (n × height × width) with labels, to fit on and to measure on. clusters: how many a
    class, 1 first; pictures: how many fitted ones a class, each a number of clusters, fitted in so many
    updates.

    Raises UserError where the exact maps are not the network's.
    """
    survey = evidence.find(images, list(clusters), seed)
    fit = Fit(pictures=list(pictures), pull=0.3, updates=updates, seed=seed)
    return evaluated(network, images, survey, len(images.x_train), fit)
