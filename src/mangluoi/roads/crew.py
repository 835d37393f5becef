"""Threads that share the sources of a search, and the memory that they may take."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from mangluoi.errors import Complaint, InputError

__all__ = ["UNBOUNDED", "Budget", "Progress", "Room", "TooManyPairsError", "in_threads", "threads"]

Progress = Callable[[int, int], None]

# Pairs that a thread has room for before it asks for more.
_ROOM = 2_000_000

# What a pair takes from the search to the finished table, at the most at one time: ids as text and minutes, and the
# arrays that they are sorted from. Measured.
_BYTES_PER_PAIR = 160


def threads() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class TooManyPairsError(Exception):
    """More pairs are within reach than there is room for."""


class Budget:
    """Memory for a search, half of it for work arrays and half for pairs.

    Parameters
    ----------
    memory_mb
        MiB besides the network itself and its contraction order.
    """

    def __init__(self, memory_mb: float) -> None:
        self.memory_mb = memory_mb
        half = memory_mb * 2**20 / 2
        #: How many pairs there is room for.
        self.pairs = half / _BYTES_PER_PAIR
        self._work_bytes = half
        #: How many pairs a thread has room for at once.
        self.room = int(max(1024, min(_ROOM, self.pairs / threads())))

    def crew(self, per_thread: int) -> int:
        """Return how many threads there is room for.

        Raises
        ------
        InputError
            If there is room for none.
        """
        fit = min(threads(), self._work_bytes / max(1, per_thread))
        if fit < 1:
            details = {"low": math.ceil(per_thread * 2 / 2**20)}
            raise InputError([Complaint("below_range", column="memory_mb", value=self.memory_mb, details=details)])
        return int(fit)


UNBOUNDED = Budget(math.inf)


class Room:
    """Arrays that the answers of many chunks are written to, one after another."""

    def __init__(self, budget: Budget, *kinds: Any) -> None:
        self.size, self.kinds = budget.room, kinds
        self.free = [np.empty(self.size, kind) for kind in kinds]

    def took(self, filled: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what a kernel has filled, of this room or a larger one that it has made, and keep the rest free."""
        *arrays, count = filled
        self.free = [array[count:] for array in arrays]
        if len(self.free[0]) < self.size // 64:
            self.free = [np.empty(self.size, kind) for kind in self.kinds]
        return tuple(array[:count] for array in arrays)


def in_threads(
    run: Callable[[int, int, tuple[Any, ...]], Any],
    work_arrays: Callable[[], tuple[Any, ...]],
    count: int,
    step: int,
    progress: Progress | None,
    budget: Budget,
    per_thread: int,
) -> list[Any]:
    """Run chunks of sources on all processors, each with its own work arrays; Ctrl-C stops between chunks.

    Parameters
    ----------
    run
        From the first source of a chunk, the one after its last, and work arrays to arrays of pairs.
    work_arrays
        Makes the work arrays of a thread.
    count, step
        How many sources there are, and how many make a chunk.
    progress
        Called with the number of sources done and of all; what it raises stops the work.
    budget, per_thread
        The room, and what the work arrays of one thread take of it in bytes.

    Raises
    ------
    TooManyPairsError
        As soon as more pairs are found than there is room for.
    """
    starts = list(range(0, count, step))
    found: list[Any] = [None] * len(starts)
    waiting = iter(range(len(starts)))
    lock = threading.Lock()
    stop = threading.Event()
    done = pairs = 0

    def worker() -> None:
        nonlocal done, pairs
        work = work_arrays()
        while not stop.is_set():
            with lock:
                chunk = next(waiting, None)
            if chunk is None:
                return
            begin = starts[chunk]
            found[chunk] = run(begin, min(count, begin + step), work)
            with lock:
                done += 1
                pairs += len(found[chunk][0])
                if pairs > budget.pairs:
                    stop.set()
                    raise TooManyPairsError
                if progress is not None:
                    progress(min(count, done * step), count)

    crew = min(budget.crew(per_thread), len(starts))
    if crew <= 1:
        worker()
        return found
    with ThreadPoolExecutor(crew) as pool:
        try:
            for future in [pool.submit(worker) for _ in range(crew)]:
                future.result()
        finally:
            stop.set()
    return found
