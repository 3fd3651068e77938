"""Work spread over the cores so that the number of cores cannot change a single bit of it."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")


def spread(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`[function(item) for item in items]`, on all cores.

    Each call has one BLAS and OpenMP thread to itself: the order of every sum is then that of the
    items, whatever the machine. NumPy and scikit-learn let go of Python's lock where it counts.
    """
    libraries = ThreadpoolController()

    def alone(item: Item) -> Result:
        with libraries.limit(limits=1):
            return function(item)

    with libraries.limit(limits=1), ThreadPoolExecutor(cores()) as workers:
        return list(workers.map(alone, items))


def cores() -> int:
    """The processors that this process may use; not every system can say which."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
