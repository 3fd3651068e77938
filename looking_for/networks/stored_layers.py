"""A network of layers that are not all dense, as plain arrays: what a model is built from again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.core import layout
from looking_for.core.arrays import Array, single
from looking_for.core.files import load_arrays, save_arrays


@dataclass(frozen=True)
class Layers:
    """architecture: Keras' own description of the layers, JSON; weights: in Keras' order, float32; what
    the first layer sees is (scale · x − mean) / std of x in [0, 1]."""

    architecture: str
    weights: Sequence[Array]
    scale: float
    mean: float
    std: float

    def save(self, path: Path) -> None:
        arrays = {f"array_{n:04}": single(array) for n, array in enumerate(self.weights)}
        settings = {"pixels": np.array([self.scale, self.mean, self.std])}
        save_arrays(path, {"architecture": np.array(self.architecture)} | settings | arrays)

    @classmethod
    def load(cls, path: Path) -> "Layers":
        a = load_arrays(path)
        if "pixels" not in a or a["pixels"].shape != (3,):
            layout.refuse(path, "it does not say what its first layer sees (pixels: scale, mean, std)")
        weights = [a[name] for name in sorted(a) if name.startswith("array_")]
        if not all(np.isfinite(array).all() for array in [a["pixels"], *weights]):
            layout.refuse(path, "it has numbers that are not finite")
        return cls(str(a["architecture"]), weights, *a["pixels"].tolist())
