"""Map a function over items on all cores, so that the number of cores cannot change a bit of the result."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`[function(item) for item in items]`, on all cores.

    Each call has one BLAS and OpenMP thread to itself: the order of every sum is then that of the
    items, whatever the machine. NumPy and scikit-learn release Python's lock where it counts.
    """
    libraries = ThreadpoolController()

    def on_one_thread(item: Item) -> Result:
        with libraries.limit(limits=1):
            return function(item)

    with libraries.limit(limits=1), ThreadPoolExecutor(n_cores()) as workers:
        return list(workers.map(on_one_thread, items))


def parallel_calls(jobs: Iterable[Callable[[], Result]]) -> list[Result]:
    """`[job() for job in jobs]`, on all cores: the longest first, so that short ones fill the gaps."""
    return parallel_map(lambda job: job(), jobs)


def n_cores() -> int:
    """Count the processors that this process may use; not every system can say which."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
