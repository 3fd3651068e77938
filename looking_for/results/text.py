"""Numbers in words, by one rounding rule for console, figures and text: a half goes up."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MOST = 1e12


def decimal(value: float | None, digits: int = 2) -> str:
    """0.32889 as 0.33, 60000 as 60,000.00, 15 followed by 19 noughts as 1.5e20; a dash for nothing."""
    if value is None:
        return "–"
    if abs(value) >= MOST:
        return f"{value:.1e}".replace("+", "").replace("-", "−")
    rounded = Decimal(str(value)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,}".replace("-", "−")


def percent(share: float | None, digits: int = 1) -> str:
    """0.4885 as 48.9 %."""
    return "–" if share is None else f"{decimal(float(Decimal(str(share)) * 100), digits)} %"


def count(number: int, what: str, plural: str | None = None) -> str:
    """1 epoch, 20 epochs, 1 class, 2 classes."""
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """a; a and b; a, b and c."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
