"""Networks from people's files, whichever form they have; nothing in a file is ever run."""

from pathlib import Path

from looking_for.core.errors import UserError
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.loading import keras_file, weights
from looking_for.networks.stored import build_network


def load_network(
    path: Path | str,
    shape: tuple[int, int],
    *,
    activation: str | None = None,
    scale: float | None = None,
    mean: float = 0.0,
    std: float = 1.0,
) -> Network:
    """Read a network that was trained elsewhere.

    Parameters
    ----------
    path : Path or str
        .safetensors or .npz of dense layers; .keras or .h5 of layers that are piecewise affine.
    shape : (int, int)
        Height and width of the images, in pixels.
    activation : str, optional
        Of the hidden layers of .safetensors and .npz; default: relu. The other formats include it.
    scale, mean, std : float
        It was trained on (scale · x − mean) / std of pixels x in [0, 1]. Default: 1, 0, 1; of .keras and
        .h5 without a scale, 255 where the model begins by dividing by about that.

    Returns
    -------
    Network
        A DenseNetwork where the layers are a chain of dense ones.

    Raises
    ------
    UserError
        If the file is missing, damaged, of another form, or not piecewise affine; it names the layer.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from looking_for import load_network
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mine.npz", W1=np.ones((64, 10)), b1=np.zeros(10))
    ...     network = load_network(f"{folder}/mine.npz", (8, 8))
    >>> network.architecture.words
    'none'
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path} is missing, or not a file: params.yaml says that a model is there")
    if path.suffix in keras_file.FORMATS:
        if activation is not None:
            raise UserError(f"{path} says itself what its activations are: leave `activation` out")
        network = keras_file.load_keras(path, shape, scale=scale, mean=mean, std=std)
        return network if isinstance(network, DenseNetwork) else build_network(network)
    if path.suffix not in weights.FORMATS:
        allowed = ", ".join((*weights.FORMATS, *keras_file.FORMATS))
        raise UserError(f"{path}: models are read from {allowed}")
    n_inputs = shape[0] * shape[1]
    return weights.load_weights(path, n_inputs, activation=activation or "relu", scale=scale or 1.0, mean=mean, std=std)
