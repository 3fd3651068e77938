"""TensorFlow and Keras, imported once, quietly, and without what training never uses."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no driver and instruction-set notes
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the same bytes with and without a GPU
os.environ["KERAS_BACKEND"] = "tensorflow"

# Keras imports these for features that are not used here, and takes their absence for granted. Without them
# the import takes 0.69 of its time (`make bench`: start_over_unused_modules_imported).
UNUSED = ("sklearn", "matplotlib", "pandas", "IPython")


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    absent = [name for name in names if name not in sys.modules]
    sys.modules |= dict.fromkeys(absent)  # type: ignore[arg-type]  # None: cannot be imported
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def _native_stderr_closed() -> Iterator[None]:
    """TensorFlow's C++ notes on drivers come before its log level counts; errors are exceptions.

    It saves no time but four lines on every training (on oneDNN, before `absl::InitializeLog()`).
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Nearly all that imports make is kept: without looking for garbage the import takes 0.70 of its time.

    (`make bench`: start_over_garbage_collected.)
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


with _without(UNUSED), _native_stderr_closed(), _nothing_thrown_away():
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]
