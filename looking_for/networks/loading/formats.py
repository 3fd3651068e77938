"""The formats of networks that are read, recognised by content, and what to do with others."""

from pathlib import Path
from typing import Literal, NamedTuple
from zipfile import ZipFile

from looking_for.core.errors import UNREADABLE, UserError
from looking_for.core.foreign import HDF5, PICKLE, ZIP, describe_foreign, read_start

Kind = Literal["weights", "keras", "onnx"]
DENSE, LAYERS = "dense layers", "dense or any piecewise affine layers"


class Format(NamedTuple):
    """A format that is read.

    Parameters
    ----------
    suffixes : tuple of str
        That such files have.
    kind : "weights", "keras" or "onnx"
        Which reader reads it.
    holds, how_to_write : str
        What it may hold, and how to write it, as the documents say it.
    """

    suffixes: tuple[str, ...]
    kind: Kind
    holds: str
    how_to_write: str


FORMATS = (
    Format(
        (".pt", ".pth"),
        "weights",
        DENSE,
        'PyTorch\'s `torch.save(model.state_dict(), "mine.pt")`, since 1.6; a checkpoint that holds one',
    ),
    Format(
        (".safetensors",),
        "weights",
        DENSE,
        '`safetensors.torch.save_file(model.state_dict(), "mine.safetensors")`; BF16, F16, F32, F64',
    ),
    Format(
        (".npz",),
        "weights",
        DENSE,
        '`np.savez("mine.npz", W1=…, b1=…, W2=…, b2=…)`, or `DenseNetwork.from_sklearn(model).save(Path("mine.npz"))`',
    ),
    Format((".keras", ".h5", ".hdf5"), "keras", LAYERS, 'Keras\' `model.save("mine.keras")`'),
    Format(
        (".onnx",),
        "onnx",
        LAYERS,
        'PyTorch\'s `torch.onnx.export(model, (x,), "mine.onnx", dynamo=False)`; to read it, '
        "`.venv/bin/pip install onnx`",
    ),
)


def suffixes_of(*kinds: Kind) -> list[str]:
    """Give the suffixes of all files that are read by some of the kinds."""
    return [suffix for form in FORMATS if form.kind in kinds for suffix in form.suffixes]


SUFFIXES = suffixes_of("weights", "keras", "onnx")
ACCEPTED = ", ".join(SUFFIXES)
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


def recognise_format(path: Path) -> Kind:
    """Recognise by its content whether a file is "keras", "onnx" or "weights".

    Raises
    ------
    UserError
        If it is none of these; it says how to convert it.
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
    if path.suffix.lower() in SUFFIXES:
        raise UserError(f"{path} cannot be read as {path.suffix}: its first bytes are those of another form")
    raise UserError(f"{path}: networks are read from {ACCEPTED}")


def _is_keras_archive(path: Path) -> bool:
    try:
        with ZipFile(path) as file:
            return "config.json" in file.namelist()
    except UNREADABLE:
        return False
