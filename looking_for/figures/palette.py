"""Two views of a picture of weights, as levels of one fixed palette: signed, and the article's.

Every contact sheet uses the same 256 colours, so that figures are small and a figure of unchanged
weights comes out byte-identical: a diverging scale, a grey scale, a few strong colours for words and
marks, and one for the pixels that no training image inks, which keep their first, random weights.
"""

import matplotlib
import numpy as np

from looking_for.core.arrays import Array

SIGNED_LEVELS, GREY_LEVELS = 127, 104  # 127 is odd: white is exactly at zero
BLACK, WHITE = SIGNED_LEVELS, SIGNED_LEVELS + GREY_LEVELS - 1
QUIET, FAINT = BLACK + 41, BLACK + 88  # greys for words and for marks that step back

# Okabe and Ito's colours, which most eyes tell apart; yellow and light blue are darker here, since they stand on white.
# Each has N_SHADES levels, from nearly white to full, so that letters have smooth edges.
ACCENTS = ("#0072b2", "#a86b00", "#d55e00", "#00795a", "#b3528f", "#3f7f9f")
N_SHADES = 4
BLUE, OCHRE, ORANGE, GREEN, PINK, STEEL = range(WHITE + N_SHADES, WHITE + N_SHADES * len(ACCENTS) + 1, N_SHADES)
NEVER_INKED = 255
SHARE_WITHIN = 0.995


def build_palette() -> Array:
    """The colours of all levels (256 × 3, uint8): red speaks for, blue against, sand never inked."""
    signed_levels = matplotlib.colormaps["RdBu_r"](np.linspace(0, 1, SIGNED_LEVELS))[:, :3]
    signed_levels[SIGNED_LEVELS // 2] = 1
    grey_levels = np.repeat(np.linspace(0, 1, GREY_LEVELS)[:, None], 3, axis=1)
    full = matplotlib.colors.to_rgba_array(ACCENTS)[:, None, :3]
    shade = np.arange(1, N_SHADES + 1)[:, None] / N_SHADES
    accents = (1 - shade * (1 - full)).reshape(-1, 3)
    sand = np.array([[0.93, 0.90, 0.83]])
    return np.rint(255 * np.concatenate([signed_levels, grey_levels, accents, sand])).astype(np.uint8)


def half_range(weights: Array, never_inked: Array) -> float:
    """The weight that gets full colour: 99.5 % of the inked pixels' weights lie within ± it.

    weights: inputs × units; never_inked: inputs, bool.
    """
    inked = np.abs(weights[~never_inked])
    return float(np.quantile(inked, SHARE_WITHIN)) if inked.size and inked.any() else 1.0


def signed_levels(weights: Array, never_inked: Array, half: float) -> Array:
    """Levels (units × inputs) on the diverging scale, from −half to half."""
    scaled = np.clip(weights.T / half, -1, 1)
    levels = np.rint((scaled + 1) / 2 * (SIGNED_LEVELS - 1)).astype(np.uint8)
    return _mark(levels, never_inked)


def levels_on_own_scale(weights: Array, never_inked: Array) -> Array:
    """Levels (units × inputs) on the diverging scale that these pictures fill."""
    return signed_levels(weights, never_inked, half_range(weights, never_inked))


def article_levels(weights: Array, never_inked: Array) -> Array:
    """Levels (units × inputs) of the article's view: each unit's own least weight black, most white.

    The article turns each unit's weights into whole numbers from 0 to 255; so does this.
    """
    low, high = weights.min(axis=0), weights.max(axis=0)
    scaled = (weights - low) / np.where(high > low, high - low, 1)
    return _mark(grey_levels((scaled.T * 255).astype(np.uint8)), never_inked)


def grey_levels(values: Array) -> Array:
    """Levels for whole numbers 0…255, black to white."""
    return (BLACK + values.astype(int) * (GREY_LEVELS - 1) // 255).astype(np.uint8)


def ink_levels(values: Array) -> Array:
    """Levels for 0…1 as ink on paper: 0 white, 1 black."""
    return grey_levels(np.rint(255 * (1 - np.clip(values, 0, 1))).astype(np.uint8))


def _mark(levels: Array, never_inked: Array) -> Array:
    return np.where(never_inked, np.uint8(NEVER_INKED), levels)
