"""A change as data: params, numbers with their direction, networks, figures; what stayed is absent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from looking_for.core import paths
from looking_for.core.tables import parse_rows
from looking_for.core.text import format_count, format_decimal
from looking_for.results.glossary import METRIC_NAMES, METRICS, describe_rung
from looking_for.results.seed_spread import Spread, load_summary, seed_spread
from looking_for.surrogates.ladder import Ladder, Rung
from looking_for.surrogates.measures import MEASURES
from stages.params.settings import comparable_settings, load_params
from stages.params.whole import Params
from tools.review import repository
from tools.review.pictures import Figure

ROUNDING = 0.5e-4  # metrics are rounded to four digits
HEADLINE_METRICS = ("agreement", "accuracy")
MAX_CARDS, MAX_MOVES = 4, 6
WITHIN_NOISE = "within seed noise"
MAX_NAMED = 5  # stages in a warning


@dataclass(frozen=True)
class Metric:
    """One number of one network, before and after."""

    network: str
    name: str
    old: float | None
    new: float | None
    spread: Spread | None = None  # over seeds, of the network's recipe now, or else before

    @property
    def change(self) -> float | None:
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def words(self) -> str:
        """The number's name for people."""
        return METRIC_NAMES[self.name]

    @property
    def times_noise(self) -> float | None:
        """How far it moved, in what another seed would move it by; None where the study does not know."""
        if not self.change or not self.spread or not self.spread.noise:
            return None
        return abs(self.change) / self.spread.noise

    @property
    def noise_words(self) -> str:
        """How far beyond seed noise, and from how many seeds that is known."""
        if self.times_noise is None or not self.spread:
            return "not in the study"
        noise, trainings = format_decimal(self.spread.noise, 3), format_count(self.spread.seeds, "training run")
        return f"{format_decimal(round(self.times_noise, 4), 1)}× seed noise of ±{noise} ({trainings})"

    @property
    def places(self) -> dict[str, float]:
        """Where the band of seed noise begins and ends, and where the number was and is, in percent of a scale."""
        noise = self.spread.noise if self.spread else 0.0
        reach = 1.3 * max(noise, abs(self.change or 0.0), 1e-9)

        def place(value: float) -> float:
            return round(50 + 50 * (value - (self.old or 0.0)) / reach, 1)

        old = self.old or 0.0
        return {"low": place(old - noise), "high": place(old + noise), "old": 50.0, "new": place(self.new or 0.0)}

    @property
    def verdict(self) -> str:
        """better, worse, within what another seed would do, or nothing where there is nothing to judge."""
        if not self.change:
            return ""
        if self.spread and abs(self.change) <= self.spread.noise:
            return WITHIN_NOISE
        better = METRICS[self.name].better
        return "better" if (self.change > 0) == (better == "higher") else "worse"


@dataclass(frozen=True)
class Step:
    """A rung of one network's ladder that moved; None where it has no such rung."""

    network: str
    name: str
    old: Rung | None
    new: Rung | None


@dataclass(frozen=True)
class Move:
    """A number of a network or of its ladder that moved, largest first in `Changes.moves`."""

    network: str
    words: str
    old: float
    new: float
    noise: str

    @property
    def change(self) -> float:
        return self.new - self.old


@dataclass(frozen=True)
class Changes:
    """All that a change did since `base`, a commit; `same` names the networks of which no number moved, `code` the
    files of code that differ."""

    base: str
    base_has_report: bool
    stale: list[str]
    params: dict[str, tuple[Any, Any]]
    added: list[str]
    removed: list[str]
    metrics: list[Metric]
    steps: list[Step]
    figures: list[Figure]
    same: Sequence[str] = ()
    code: Sequence[str] = ()

    @property
    def cards(self) -> list[Metric]:
        """The numbers that decide: accuracy and agreement of the networks that moved, the furthest first."""
        deciding = [m for m in self.metrics if m.name in HEADLINE_METRICS and m.change]
        return sorted(deciding, key=lambda m: (-(m.times_noise or 0.0), -abs(m.change or 0.0)))[:MAX_CARDS]

    @property
    def moves(self) -> list[Move]:
        """The largest moves of shares, of metrics and of what ladders have besides: some rungs are metrics, too."""
        moves = [
            Move(m.network, m.words, m.old, m.new, m.noise_words)
            for m in self.metrics
            if m.name != "loss" and m.old is not None and m.new is not None
        ]
        known = {(move.network, round(move.old, 4), round(move.new, 4)) for move in moves}
        for step in self.steps:
            for measure in MEASURES:
                old, new = (None if rung is None else getattr(rung, measure).value for rung in (step.old, step.new))
                if old is None or new is None or max(abs(old), abs(new)) > 1:
                    continue
                if (step.network, round(old, 4), round(new, 4)) not in known:
                    words = f"{describe_rung(step.name)}: {measure.replace('_', ' ')}"
                    moves.append(Move(step.network, words, old, new, ""))
        return sorted(moves, key=lambda move: -abs(move.change))[:MAX_MOVES]

    @property
    def tally(self) -> list[str]:
        """What else moved and what did not, in words."""
        lines = [f"{format_count(len(self.same), 'network')}: not one number moved"] if self.same else []
        for name in dict.fromkeys(m.network for m in self.metrics):
            verdicts = [m.verdict for m in self.metrics if m.network == name]
            counts = {word: verdicts.count(word) for word in ("better", "worse", WITHIN_NOISE)}
            words = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
            alone = "gone" if name in self.removed else "new"
            lines.append(f"{format_count(len(verdicts), 'number')} of {name}: {words or alone}")
        lines.append(f"code: {format_count(len(self.code), 'file')} changed" if self.code else "code unchanged")
        return lines

    @property
    def pictures(self) -> list[Figure]:
        """The output pictures of the networks that moved, before and after."""
        return [figure for figure in self.figures if figure.name.endswith("/output")]

    @property
    def other_figures(self) -> list[Figure]:
        return [figure for figure in self.figures if figure not in self.pictures]

    @property
    def headline(self) -> str:
        """What the change did, in a line; first of all whether its numbers are its own."""
        return f"{self.warning} {self.summary}".strip()

    @property
    def warning(self) -> str:
        """That stages were not reproduced after an edit, so that numbers and pictures are of before it."""
        if not self.stale:
            return ""
        named = ", ".join(f"`{name}`" for name in self.stale[:MAX_NAMED])
        rest = f" and {len(self.stale) - MAX_NAMED} more" if len(self.stale) > MAX_NAMED else ""
        return f"Not reproduced: {named}{rest} would run again. Run `dvc repro`; what follows is of before."

    @property
    def seeds(self) -> str:
        """What "within seed noise" is, where the study knows a moved number's recipe."""
        if not any(metric.spread for metric in self.metrics):
            return ""
        return (
            "*Within seed noise*: no further than two training runs of one recipe with other seeds lie apart "
            "in 95 % of cases, by the study's spread of the recipe as it is now, or else was. Better and "
            "worse are beyond it; of recipes that the study has not, nothing is known."
        )

    @property
    def summary(self) -> str:
        """What the change did, in a line."""
        if not (self.params or self.metrics or self.figures):
            return "Nothing changed: the same params, numbers and pictures."
        words = []
        if not self.base_has_report:
            words.append("the base has no report yet, so all is new")
        words += [
            f"`{key}` {format_plain(old)} → {format_plain(new)}" for key, (old, new) in list(self.params.items())[:2]
        ]
        if len(self.params) > 2:
            words.append(format_count(len(self.params) - 2, "more param"))
        words += [f"network `{name}` added" for name in self.added]
        words += [f"network `{name}` removed" for name in self.removed]
        if self.base_has_report:
            words += [
                f"{m.name} of `{m.network}` {format_plain(m.old)} → {format_plain(m.new)} ({m.verdict})"
                for m in self.metrics
                if m.name in HEADLINE_METRICS and m.verdict
            ][:4]
        counts = {word: sum(f.status == word for f in self.figures) for word in ("changed", "added", "removed")}
        words += [f"{n} figure{'s' if n > 1 else ''} {word}" for word, n in counts.items() if n]
        line = "; ".join(words)
        return line[0].upper() + line[1:] + "."


def find_changes(revision: str) -> Changes:
    """Compare the working tree with a revision."""
    base = repository.commit_of(revision)
    params, earlier, summary = load_params(), repository.params_at(base), load_summary()
    before, now = repository.networks_at(base), {*params.networks, *params.models}
    spreads = {name: _spread_of(name, params, summary) or _spread_of(name, earlier, summary) for name in now}
    metrics = [with_spread(metric, spreads) for metric in moved_metrics(repository.metrics_changed(base))]
    return Changes(
        base=base,
        base_has_report=repository.has_report(base),
        stale=repository.stale_stages(),
        params=repository.params_changed(base),
        added=sorted(now - before) if before else [],
        removed=sorted(before - now),
        metrics=metrics,
        steps=[step for name in sorted(now) for step in moved_rungs(name, *_ladders(base, name))],
        figures=[Figure(path, repository.file_at(base, path), _now(path)) for path in repository.figures_changed(base)],
        same=sorted((now & before) - {metric.network for metric in metrics}),
        code=repository.code_changed(base),
    )


def _spread_of(name: str, params: Params | None, summary: Mapping[str, Any]) -> Mapping[str, Spread]:
    if params is None or name not in params.networks:
        return {}
    return seed_spread(params.networks[name].recipe(), comparable_settings(params), summary)


def with_spread(metric: Metric, spreads: Mapping[str, Mapping[str, Spread]]) -> Metric:
    """Put a moved number beside what another seed would move it by, where the study knows."""
    return replace(metric, spread=spreads.get(metric.network, {}).get(metric.name))


def moved_metrics(changed: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> list[Metric]:
    """Find the numbers that moved by more than rounding, the most telling first in each network."""
    metrics = [
        Metric(Path(file).stem, name, old, new)
        for file, values in changed.items()
        for name, (old, new) in values.items()
        if name in METRICS and has_moved(old, new)
    ]
    order = list(METRICS)
    return sorted(metrics, key=lambda metric: (metric.network, order.index(metric.name)))


def moved_rungs(network: str, before: Ladder, after: Ladder) -> list[Step]:
    """Find the rungs of a network that moved by more than rounding, in the ladder's order."""
    names = dict.fromkeys([rung.name for rung in (*after, *before)])
    steps = [Step(network, name, before.get(name), after.get(name)) for name in names]
    return [step for step in steps if _has_moved(step)]


def _has_moved(step: Step) -> bool:
    if step.old is None or step.new is None:
        return True
    pairs = ((getattr(step.old, m).value, getattr(step.new, m).value) for m in MEASURES)
    return any(has_moved(old, new) for old, new in pairs)


def _ladders(base: str, network: str) -> tuple[Ladder, Ladder]:
    path = paths.ladder_file(network)
    texts = (bytes_ or b"" for bytes_ in (repository.file_at(base, path), _now(str(path))))
    before, after = (Ladder(list(parse_rows(text.decode(), Rung))) for text in texts)
    return before, after


def has_moved(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) > ROUNDING


def format_plain(value: Any) -> str:
    """Write a value as people do: 60,000; 0.4880; none."""
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}".replace("-", "−")


def _now(path: str) -> bytes | None:
    return Path(path).read_bytes() if Path(path).exists() else None
