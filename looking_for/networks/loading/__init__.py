"""Networks from people's files, whichever form they have; nothing in a file is ever run."""

from collections.abc import Sequence
from pathlib import Path

from looking_for.core.errors import UserError
from looking_for.core.imageset import Shape
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.loading import chain, keras_file, weights
from looking_for.networks.loading.formats import recognise_format
from looking_for.networks.preprocessing import Numbers
from looking_for.networks.stored import build_network

LAYERED = {"keras": keras_file.load_keras, "onnx": keras_file.load_onnx}


def load_network(
    path: Path | str,
    shape: Shape,
    *,
    n_classes: int | None = None,
    activation: str | None = None,
    slope: float | None = None,
    scale: float | None = None,
    mean: Numbers = 0.0,
    std: Numbers = 1.0,
    layers: Sequence[str] = (),
    orientation: str | None = None,
    channels: str | None = None,
    epsilon: float | None = None,
    normalisation: str | None = None,
) -> Network:
    """Read a network that was trained elsewhere.

    Parameters
    ----------
    path : Path or str
        .safetensors, .npz, .pt or .pth of dense layers; .keras, .h5, .hdf5 or .onnx of layers that are
        piecewise affine.
    shape : (int, int) or (int, int, 3)
        Height and width of the images, in pixels; the 3 of images in colour.
    n_classes : int, optional
        Of the images; it helps to find the order of layers.
    activation : str, optional
        Of the hidden layers of a dense network's weights; default: relu. Keras' formats include it.
    slope : float, optional
        Of leaky_relu below 0; default: 0.01 in PyTorch's files, where an .npz must say it.
    scale, mean, std : float
        It was trained on (scale · x − mean) / std of pixels x in [0, 1]. Default: 1, 0, 1; of Keras' formats
        without a scale, 255 where the model begins by dividing by about that. Mean and std may have a number per
        colour.
    layers, orientation, channels, epsilon, normalisation
        What a file of weights may leave open, as in `looking_for.networks.loading.weights.load_weights`.

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
    path = Path(path).expanduser()
    if not path.exists():
        raise UserError(f"{path} is missing: a network's file is needed there")
    weights_only = {"activation": activation, "slope": slope, "orientation": orientation, "epsilon": epsilon,
                    "normalisation": normalisation, "layers": layers or None, "channels": channels}  # fmt: skip
    form = recognise_format(path)
    if form in LAYERED:
        if unused := [key for key, value in weights_only.items() if value is not None]:
            raise UserError(f"{path} says itself what its layers are: leave `{unused[0]}` out")
        layered = LAYERED[form](path, shape, scale=scale, mean=mean, std=std)
        network = layered if isinstance(layered, DenseNetwork) else build_network(layered)
        if n_classes not in (None, network.n_classes):
            raise chain.other_outputs(path, network.n_classes, n_classes)
        return network
    return weights.load_weights(
        path,
        shape,
        n_classes=n_classes,
        activation=activation,
        slope=slope,
        scale=scale or 1.0,
        mean=mean,
        std=std,
        layers=layers,
        orientation=orientation,
        channels=channels,
        epsilon=epsilon,
        normalisation=normalisation,
    )
