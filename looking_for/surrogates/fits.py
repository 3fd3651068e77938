"""Least squares from sums: what fits the logits best follows from covariances over the training images."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from looking_for.clusters.survey import PixelSums
from looking_for.core.arrays import Array, round_to_grid
from looking_for.networks.dense_weights import AffineMap
from looking_for.networks.training_pass import LogitSums

RIDGE = 1e-3  # of the pixels' mean variance: 1e-6 to 1e-2 explain the same to 0.002, and 0 has no solution
MIN_VARIANCE = 1e-14  # what rounding leaves of a variance of 0, of pixels in [0, 1]


@dataclass(frozen=True)
class Covariances:
    """Means and covariances of pixels x and centred logits z over the training images.

    Parameters
    ----------
    x : array, shape (n_inputs,)
    z : array, shape (n_classes,)
    xx : array, shape (n_directions, n_directions)
        Of y = xB; y is x where there is no B.
    xz : array, shape (n_directions, n_classes)
    basis : array, shape (n_inputs, n_directions), or None
        B, as the survey has it.
    """

    x: Array
    z: Array
    xx: Array
    xz: Array
    basis: Array | None = None

    @classmethod
    def from_sums(cls, pixels: PixelSums, sums: LogitSums, basis: Array | None = None) -> "Covariances":
        """Compute them from a survey's sums of pixels, in its basis, and a network's sums of logits, of the same
        images."""
        x, z = pixels.x / sums.n_images, sums.logits / sums.n_images
        basis = None if basis is None else basis.astype(float)
        y, products = (x, sums.products) if basis is None else (x @ basis, basis.T @ sums.products)
        xx = pixels.products / sums.n_images - np.outer(y, y)
        return cls(x, z, xx, products / sums.n_images - np.outer(y, z), basis)

    def with_mean_bias(self, weights: Array) -> AffineMap:
        """Give pictures (n_inputs, n_classes) the bias that makes them right on average: z̄ − x̄W."""
        return AffineMap(weights, self.z - self.x @ weights)


def balance(weights: Array, covariances: Covariances) -> AffineMap:
    """Scale pictures (n_inputs, n_classes) by one gain and give each class a bias: least squares over both.

    The best gain is Σ cov(p_k, z_k) / Σ var(p_k) over classes k, where p = xW.
    """
    w = weights if covariances.basis is None else covariances.basis.T @ weights
    variance = float((w * (covariances.xx @ w)).sum())
    gain = float((w * covariances.xz).sum()) / variance if variance > 0 else 0.0
    return covariances.with_mean_bias(gain * weights)


def least_squares(covariances: Covariances) -> AffineMap:
    """Fit the best linear map and biases, lightly ridged: (XX + λI)⁻¹XZ; of large images within the basis."""
    n_inputs = len(covariances.x)
    variance = float(np.trace(covariances.xx)) / n_inputs
    if variance < MIN_VARIANCE:  # no pixel varies
        return covariances.with_mean_bias(np.zeros((n_inputs, len(covariances.z))))
    from scipy.linalg import solve  # late: what only reads results does not need it

    ridged = covariances.xx + RIDGE * variance * np.eye(len(covariances.xx))
    with threadpool_limits(1):  # the same last bits on any number of cores
        solution = solve(ridged, covariances.xz, assume_a="pos")
    weights = solution if covariances.basis is None else covariances.basis @ solution
    return covariances.with_mean_bias(round_to_grid(weights))
