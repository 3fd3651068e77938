"""Networks from people's files, whichever form they have; nothing in a file is ever run."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

from looking_for.core.errors import UNREADABLE, UserError
from looking_for.core.foreign import HDF5, PICKLE, ZIP, describe_foreign, read_start
from looking_for.core.imageset import Shape
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.loading import arrays, chain, keras_file, weights
from looking_for.networks.preprocessing import Numbers, Preprocessing
from looking_for.networks.stored import build_network

ACCEPTED = ", ".join((*arrays.FORMATS, *keras_file.FORMATS, ".onnx"))
LAYERED = {"keras": keras_file.load_keras, "onnx": keras_file.load_onnx}
OF_FOLDERS = " (of a SavedModel: load it in Keras and save it as .keras)"
CONVERSIONS = {
    ".pt": "no zip archive: what PyTorch wrote before 1.6 is to be loaded there and saved again",
    ".pth": "no zip archive: what PyTorch wrote before 1.6 is to be loaded there and saved again",
    ".ckpt": "a checkpoint: of PyTorch Lightning save model.state_dict() as .pt, of TensorFlow model.save as .keras",
    ".joblib": "a Python pickle, which is never opened: DenseNetwork.from_sklearn(model).save('mine.npz') writes one",
    ".pkl": "a Python pickle, which is never opened: DenseNetwork.from_sklearn(model).save('mine.npz') writes one",
    ".tflite": "a TensorFlow Lite model: save the model that it was converted from",
    ".mat": "MATLAB's: save its weights by np.savez",
    ".json": "a description without weights: save the whole model as .keras",
}


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
        Preprocessing(mean=mean, std=std).check_shape(shape)
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


def recognise_format(path: Path) -> str:
    """Tell by its content whether a file is "keras", "onnx" or "weights".

    Raises
    ------
    UserError
        If it is neither; it says how to convert it.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder{OF_FOLDERS}; networks are read from {ACCEPTED}")
    start = read_start(path)
    if start.startswith(HDF5) or (start.startswith(ZIP) and _is_keras_archive(path)):
        return "keras"
    if path.suffix.lower() == ".onnx" and not describe_foreign(path):
        return "onnx"
    if start.startswith(ZIP) or path.suffix.lower() == ".safetensors":
        return "weights"
    what = describe_foreign(path, PICKLE) or CONVERSIONS.get(path.suffix.lower()) or describe_foreign(path)
    if what:
        raise UserError(f"{path} is {what}; networks are read from {ACCEPTED}")
    if path.suffix.lower() in (*arrays.FORMATS, *keras_file.FORMATS):
        raise UserError(f"{path} cannot be read as {path.suffix}: its first bytes are those of another form")
    raise UserError(f"{path}: networks are read from {ACCEPTED}")


def _is_keras_archive(path: Path) -> bool:
    try:
        with ZipFile(path) as file:
            return "config.json" in file.namelist()
    except UNREADABLE:
        return False
