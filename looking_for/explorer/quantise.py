"""Weights as whole numbers of few bits, with a scale for each unit: small enough for a page."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from looking_for.core.arrays import Array

SMALL, LARGE = 8, 16


@dataclass(frozen=True)
class Quantised:
    """values: (n_inputs, n_units), whole numbers; scales: (n_units,); values · scales are nearly the weights."""

    values: Array
    scales: Array
    bits: int

    @classmethod
    def from_weights(cls, weights: Array, bits: int) -> "Quantised":
        """Give each unit's largest weight the largest number."""
        largest = 2 ** (bits - 1) - 1
        scales = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny) / largest
        values = np.rint(weights / scales).astype(np.int8 if bits == SMALL else np.dtype("<i2"))
        return cls(values, scales.astype("<f4"), bits)

    @property
    def weights(self) -> Array:
        """What the page computes with."""
        return self.values * self.scales

    def pack(self, bias: Array) -> dict[str, Any]:
        """Write the layer as JSON takes it."""
        inputs, units = self.values.shape
        return {
            "values": pack(self.values),
            "scales": pack(self.scales),
            "bias": pack(bias.astype("<f4")),
            "bits": self.bits,
            "inputs": inputs,
            "units": units,
        }


def pack(array: Array) -> str:
    """Write an array's bytes, little-endian, row by row, in base64."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
