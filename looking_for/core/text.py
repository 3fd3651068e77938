"""Numbers in words, by one rounding rule for console, figures and text: a half goes up."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from looking_for.core.tables import N_DIGITS, Interval

MAX_PLAIN = 1e12  # larger numbers are written with an exponent
DASH = "–"  # for nothing


def format_decimal(value: float | None, digits: int = 2) -> str:
    """Write a number with so many decimals, a dash for nothing.

    Examples
    --------
    >>> format_decimal(0.32889), format_decimal(60000), format_decimal(1.5e20), format_decimal(None)
    ('0.33', '60,000.00', '1.5e20', '–')
    """
    if value is None:
        return DASH
    if abs(value) >= MAX_PLAIN:
        return f"{value:.1e}".replace("+", "").replace("-", "−")
    rounded = Decimal(str(value)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,}".replace("-", "−")


def format_percent(share: float | None, digits: int = 1) -> str:
    """Write a share as percent.

    Examples
    --------
    >>> format_percent(0.4885)
    '48.9 %'
    """
    return DASH if share is None else f"{format_decimal(float(Decimal(str(share)) * 100), digits)} %"


def count_per_hundred(share: float) -> int:
    """Give a share as so many of a hundred; 100 is all of them, and nothing less.

    Examples
    --------
    >>> count_per_hundred(0.4615), count_per_hundred(0.998), count_per_hundred(1.0)
    (46, 99, 100)
    """
    return 100 if share >= 1 else min(99, int(Decimal(str(100 * share)).quantize(Decimal(1), ROUND_HALF_UP)))


def format_count(number: int, what: str, plural: str | None = None) -> str:
    """Write a number of things.

    Examples
    --------
    >>> format_count(1, "epoch"), format_count(2000, "class", "classes")
    ('1 epoch', '2,000 classes')
    """
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Write a list as a reader says it.

    Examples
    --------
    >>> join_words(["a"]), join_words(["a", "b", "c"], "or")
    ('a', 'a, b or c')
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def format_interval(interval: Interval, digits: int = 1) -> str:
    """Write a share with its interval.

    Examples
    --------
    >>> format_interval(Interval(0.932, 0.927, 0.937))
    '93.2 % (92.7–93.7)'
    """
    if interval.value is None or interval.low is None or interval.high is None:
        return DASH
    low, high = (format_percent(v, digits).removesuffix(" %") for v in (interval.low, interval.high))
    return f"{format_percent(interval.value, digits)} ({low}–{high})"


def format_explained(interval: Interval) -> str:
    """Write the share explained with its interval.

    Examples
    --------
    >>> format_explained(Interval(0.76, 0.756, 0.764))
    '0.760 (0.756–0.764)'
    """
    value, low, high = (format_decimal(v, 3) for v in interval)
    return f"{value} ({low}–{high})"


def format_share_range(shares: Sequence[float]) -> str:
    """Write the median of shares over seeds, and the range.

    Examples
    --------
    >>> format_share_range([0.452, 0.52, 0.489])
    '48.9 % (45.2–52.0)'
    """
    if not shares:
        return DASH
    low, high = (format_percent(round(v, N_DIGITS)).removesuffix(" %") for v in (min(shares), max(shares)))
    return f"{format_percent(round(float(np.median(shares)), N_DIGITS))} ({low}–{high})"


def format_number_range(numbers: Sequence[float]) -> str:
    """Write the median of numbers over seeds, and the range, as in 0.51 (0.45–0.52)."""
    if not numbers:
        return DASH
    low, high = (format_decimal(round(v, N_DIGITS)) for v in (min(numbers), max(numbers)))
    between = " to " if min(numbers) < 0 else "–"
    return f"{format_decimal(round(float(np.median(numbers)), N_DIGITS))} ({low}{between}{high})"


def format_count_range(counts: Sequence[int]) -> str:
    """Write the median of counts and the range: 40 (40–80), or 40 where all are."""
    middle = f"{int(np.median(counts)):,}"
    return middle if min(counts) == max(counts) else f"{middle} ({min(counts):,}–{max(counts):,})"
