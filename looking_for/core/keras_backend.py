"""TensorFlow and Keras, imported once and quietly."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no driver and instruction-set notes
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the same bytes with and without a GPU
os.environ["KERAS_BACKEND"] = "tensorflow"


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


with _native_stderr_closed():
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]
