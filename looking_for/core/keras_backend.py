"""TensorFlow and Keras, imported once, quietly, and without what training never uses."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from looking_for.core.errors import UserError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no driver and instruction-set notes
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the same bytes with and without a GPU
os.environ["KERAS_BACKEND"] = "tensorflow"

# Keras imports these for features that are not used here, and takes their absence for granted.
UNUSED = ("sklearn", "matplotlib", "pandas", "IPython")


@contextmanager
def _lean_import() -> Iterator[None]:
    """Hide what is unused and disable gc while importing: a second and a half less for each training."""
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules |= dict.fromkeys(absent)  # type: ignore[arg-type]  # None: cannot be imported
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # nearly all that imports make is kept
        gc.enable()
        for name in absent:
            del sys.modules[name]


@contextmanager
def _native_stderr_closed() -> Iterator[None]:
    """Silence TensorFlow's C++ notes on drivers, which come before its log level counts (on oneDNN, before
    `absl::InitializeLog()`): four lines on every training. Errors are exceptions."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


try:
    with _lean_import(), _native_stderr_closed():
        import keras
        import tensorflow as tf
except ModuleNotFoundError as error:
    raise UserError(f"{error.name} is not installed: pip install 'looking-for[keras]'") from error

# A person's keras.json sets these for their own programs; the files here are the same whatever it says.
keras.config.set_floatx("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")
keras.config.set_dtype_policy("float32")

__all__ = ["keras", "tf"]
