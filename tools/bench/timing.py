"""Times that can be compared: every contender in turn, round after round, and medians."""

import statistics
import time
from collections.abc import Callable, Mapping


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contender, round by round: a machine that slows down slows all of them.

    One more round goes before and is not counted: it compiles, imports and warms.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds + 1):
        for name, work in contenders.items():
            taken = seconds(work)
            if round_:
                times[name].append(taken)
        print(f"  round {round_} of {rounds}" + (" (warm-up)" if not round_ else ""), flush=True)
    return times


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(taken) for name, taken in times.items()}
