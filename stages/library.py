"""The library's names until 2.0, for programs that were written for 1.2: use `looking_for`."""

import warnings

from looking_for import DenseNetwork as Network
from looking_for import Evaluation, evaluate
from looking_for import ImageSet as Images
from looking_for import load_network as load

__all__ = ["Evaluation", "Images", "Network", "evaluate", "load"]

warnings.warn("stages.library becomes looking_for; this name goes in 2.0", DeprecationWarning, stacklevel=2)
