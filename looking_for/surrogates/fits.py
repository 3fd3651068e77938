"""Least squares from sums: what fits the logits best follows from moments of the training images."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve
from threadpoolctl import threadpool_limits

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, on_grid
from looking_for.surrogates.maps import AffineMap

RIDGE = 1e-3  # of the pixels' mean variance: 1e-6 to 1e-2 explain the same to 0.002, and 0 has no solution
ROUNDING = 1e-14  # what is left of a variance of 0, of pixels in [0, 1]


@dataclass(frozen=True)
class LogitSums:
    """Over n training images: Σz (classes) and Σxᵀz (inputs × classes), z the centred logits."""

    n: int
    logits: Array
    products: Array

    @classmethod
    def of(cls, x: Array, logits: Array) -> "LogitSums":
        return cls(len(x), logits.sum(axis=0, dtype=float), (x.T @ logits).astype(float))

    def among(self, inked: Array) -> "LogitSums":
        """These sums, of some pixels alone (inputs, bool), where all other pixels are blank."""
        products = np.zeros((len(inked), self.products.shape[1]))
        products[inked] = self.products
        return replace(self, products=products)

    @classmethod
    def total(cls, parts: Iterable["LogitSums"]) -> "LogitSums":
        parts = list(parts)
        return cls(
            sum(p.n for p in parts),
            np.sum([p.logits for p in parts], axis=0),
            np.sum([p.products for p in parts], axis=0),
        )


@dataclass(frozen=True)
class Moments:
    """Means and covariances of pixels x and centred logits z over the training images.

    x: inputs; z: classes; xx: inputs × inputs; xz: inputs × classes.
    """

    x: Array
    z: Array
    xx: Array
    xz: Array

    @classmethod
    def of(cls, survey: Survey, sums: LogitSums) -> "Moments":
        x, z = survey.pixel_sums / sums.n, sums.logits / sums.n
        xx = survey.pixel_products / sums.n - np.outer(x, x)
        return cls(x, z, xx, sums.products / sums.n - np.outer(x, z))

    def right_on_average(self, weights: Array) -> AffineMap:
        """These pictures (inputs × classes) with the bias that makes them right on average: z̄ − x̄W."""
        return AffineMap(weights, self.z - self.x @ weights)


def balanced(weights: Array, moments: Moments) -> AffineMap:
    """The pictures (inputs × classes) after one gain, with one bias a class: least squares over both.

    The best gain is Σ cov(p_k, z_k) / Σ var(p_k) over classes k, where p = xW.
    """
    variance = float((weights * (moments.xx @ weights)).sum())
    gain = float((weights * moments.xz).sum()) / variance if variance > 0 else 0.0
    return moments.right_on_average(gain * weights)


def least_squares(moments: Moments) -> AffineMap:
    """The best linear map and biases, lightly ridged: (XX + λI)⁻¹XZ."""
    variance = float(np.trace(moments.xx)) / len(moments.xx)
    if variance < ROUNDING:  # no pixel varies
        return moments.right_on_average(np.zeros_like(moments.xz))
    ridged = moments.xx + RIDGE * variance * np.eye(len(moments.xx))
    with threadpool_limits(1):  # the same last bits on any number of cores
        return moments.right_on_average(on_grid(solve(ridged, moments.xz, assume_a="pos")))
