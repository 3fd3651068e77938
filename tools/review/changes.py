"""A change as data: params, numbers with their direction, networks, figures; what stayed is absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.glossary import NUMBERS
from tools.review import repository
from tools.review.pictures import Figure, compare

NOISE = 0.5e-4  # metrics are rounded to four digits
HEADLINES = ("agreement", "accuracy")


@dataclass(frozen=True)
class Metric:
    """One number of one network, before and after."""

    network: str
    name: str
    old: float | None
    new: float | None

    @property
    def change(self) -> float | None:
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def verdict(self) -> str:
        """better, worse, or nothing where the number has no direction."""
        better = NUMBERS[self.name.split(".")[0]].better
        if better == "–" or not self.change:
            return ""
        return "better" if (self.change > 0) == (better == "higher") else "worse"


@dataclass(frozen=True)
class Changes:
    """All that a change did since `base`, a commit."""

    base: str
    base_has_report: bool
    params: dict[str, tuple[Any, Any]]
    added: list[str]
    removed: list[str]
    metrics: list[Metric]
    figures: list[Figure]

    @property
    def headline(self) -> str:
        """What the change did, in a line."""
        if not (self.params or self.metrics or self.figures):
            return "Nothing changed: the same params, numbers and pictures."
        words = []
        if not self.base_has_report:
            words.append("the base has no report yet, so all is new")
        words += [
            f"`{key}` {plain(old)} → {plain(new)}" for key, (old, new) in list(self.params.items())[:2]
        ]
        if len(self.params) > 2:
            words.append(f"{len(self.params) - 2} more params")
        words += [f"network `{name}` added" for name in self.added]
        words += [f"network `{name}` removed" for name in self.removed]
        if self.base_has_report:
            words += [
                f"{m.name} of `{m.network}` {plain(m.old)} → {plain(m.new)} ({m.verdict})"
                for m in self.metrics
                if m.name in HEADLINES and m.verdict
            ][:4]
        counts = {
            word: sum(f.status == word for f in self.figures) for word in ("changed", "added", "removed")
        }
        words += [f"{n} figure{'s' if n > 1 else ''} {word}" for word, n in counts.items() if n]
        line = "; ".join(words)
        return line[0].upper() + line[1:] + "."


def since(revision: str) -> Changes:
    """Compare the working tree with a revision."""
    base = repository.commit_of(revision)
    before, now = repository.networks_at(base), set(_networks_now())
    return Changes(
        base=base,
        base_has_report=repository.has_report(base),
        params=repository.params_changed(base),
        added=sorted(now - before) if before else [],
        removed=sorted(before - now),
        metrics=moved(repository.metrics_changed(base)),
        figures=[
            compare(path, repository.file_at(base, path), _now(path))
            for path in repository.figures_changed(base)
        ],
    )


def moved(files: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> list[Metric]:
    """The numbers that moved by more than rounding, the most telling first in each network."""
    found = [
        Metric(Path(file).stem, name, old, new)
        for file, metrics in files.items()
        for name, (old, new) in metrics.items()
        if is_number(old) and is_number(new) and is_move(old, new)
    ]
    order = list(NUMBERS)

    def place(metric: Metric) -> tuple[str, int, int, str]:
        name, _, part = metric.name.partition(".")
        return metric.network, order.index(name), len(part), part  # "3" before "10"

    return sorted(found, key=place)


def is_number(value: Any) -> bool:
    return value is None or isinstance(value, int | float)


def is_move(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) > NOISE


def plain(value: Any) -> str:
    """A value as people write it: 60,000; 0.4883; none."""
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")


def _networks_now() -> list[str]:
    from stages import params

    return list(params.load().networks)


def _now(path: str) -> bytes | None:
    return Path(path).read_bytes() if Path(path).exists() else None
