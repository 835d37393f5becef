"""The door to the searches: which kernel runs, on how many threads, in whole milliseconds or in minutes."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import kernels, layout
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import Snapped

__all__ = ["nearest_pairs", "pairs"]

#: Sums of minutes differ in their last bits by the order of adding; rounded so, 30 means 30.
DECIMALS = 9

# Finer than the last decimal that is kept; the binary fraction is exact for halves and quarters of a minute.
_TICKS_PER_MINUTE = 2.0**34

_CHUNK = 16

Triplets = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
Progress = Callable[[int, int], None]


class _Scale:
    """Between minutes and the whole numbers that the kernels count in: milliseconds, or finer where those lose time."""

    def __init__(self, network: RoadNetwork, arcs: layout.Arcs, max_minutes: float) -> None:
        self.weight: Any
        if arcs.ms is not None and max_minutes * layout.MS_PER_MINUTE < layout.FAR_MS:
            self.per_minute = float(layout.MS_PER_MINUTE)
            self.kind: Any = np.int32
            self.far: Any = np.int32(layout.FAR_MS)
            self.weight = arcs.ms
        else:
            # No way is longer than every node's slowest road; a heap entry holds the node and this many bits of cost.
            size = max(2, len(network.node_ids))
            longest = min(max_minutes, (size + 2) * float(arcs.minutes.max(initial=1.0)) + 1e5)
            bits = 61 - (size - 1).bit_length()
            self.per_minute = min(_TICKS_PER_MINUTE, math.floor(2.0**bits / max(longest, 1.0)))
            self.kind = np.int64
            self.far = np.int64(2**62)
            self.weight = np.rint(arcs.minutes * self.per_minute).astype(np.int64)
        # A hair is added, for 0.1 + 0.2 minutes shall be within 0.3.
        last = max_minutes * self.per_minute + 1e-6 * self.per_minute / layout.MS_PER_MINUTE
        self.limit = self.kind(math.floor(min(last, float(self.far) / 2)))

    def costs(self, minutes: Floats) -> NDArray[Any]:
        """Return minutes in the kernels' unit; inf becomes the mark of what is not reached."""
        ticks = np.rint(np.minimum(minutes * self.per_minute, float(self.far)))
        return np.ascontiguousarray(ticks.astype(self.kind))

    def minutes(self, costs: NDArray[Any]) -> Floats:
        """Return the kernels' unit in minutes."""
        return np.round(costs / self.per_minute, DECIMALS)


def threads() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _ranked(network: RoadNetwork, nodes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return nodes as the layout numbers them; none stays -1."""
    if not len(network.node_ids):
        return np.full(nodes.shape, -1, dtype=np.int32)
    return np.where(nodes >= 0, network.layout.rank[np.maximum(nodes, 0)], -1).astype(np.int32)


def pairs(
    network: RoadNetwork,
    near: Snapped,
    far: Snapped,
    *,
    max_minutes: float,
    forward: bool,
    progress: Progress | None = None,
) -> Triplets:
    """Return every pair within the limit, over the roads: positions in `near`, in `far`, and minutes.

    Parameters
    ----------
    network
        The road network.
    near, far
        The side that is searched from, best the smaller one, and the other side.
    max_minutes
        The limit, inclusive.
    forward
        Whether travel runs from `near` to `far`; otherwise the roads are searched backwards.
    progress
        Called with the number of sources done and of all.
    """
    arcs = network.layout.out if forward else network.layout.into
    scale = _Scale(network, arcs, max_minutes)
    seeds, seed_costs = _ranked(network, near.nodes), scale.costs(near.leaving if forward else near.arriving)
    target_nodes = _ranked(network, far.nodes)
    target_costs = scale.costs(far.arriving if forward else far.leaving)
    at_node, at_target = _by_node(target_nodes, len(network.node_ids))
    # Near sources one after another find their part of the graph still in the cache.
    order = np.argsort(seeds.max(axis=1, initial=-1), kind="stable").astype(np.int64)
    seeds, seed_costs = seeds[order], seed_costs[order]

    def run(begin: int, end: int, work: tuple[Any, ...]) -> Any:
        return kernels.sparse_pairs(
            arcs.first, arcs.head, scale.weight, seeds, seed_costs, begin, end, at_node, at_target, target_nodes,
            target_costs, scale.limit, scale.far, *work,
        )  # fmt: skip

    def work_arrays() -> tuple[Any, ...]:
        size, room = len(network.node_ids), len(arcs.head) + 8
        return np.full(size, scale.far), np.empty(size, np.int32), np.empty(room, np.int64)

    found = _in_threads(run, work_arrays, len(near), progress)
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    rows, columns, costs = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return order[rows].astype(np.int32), columns, scale.minutes(costs)


def _in_threads(
    run: Callable[[int, int, tuple[Any, ...]], Any],
    work_arrays: Callable[[], tuple[Any, ...]],
    count: int,
    progress: Progress | None,
) -> list[Any]:
    """Run chunks of sources on all processors, each with its own work arrays; Ctrl-C stops between chunks."""
    starts = list(range(0, count, _CHUNK))
    found: list[Any] = [None] * len(starts)
    waiting = iter(range(len(starts)))
    lock = threading.Lock()
    stop = threading.Event()
    done = 0

    def worker() -> None:
        nonlocal done
        work = work_arrays()
        while not stop.is_set():
            with lock:
                chunk = next(waiting, None)
            if chunk is None:
                return
            begin = starts[chunk]
            found[chunk] = run(begin, min(count, begin + _CHUNK), work)
            with lock:
                done += 1
                if progress is not None:
                    progress(min(count, done * _CHUNK), count)

    crew = min(threads(), len(starts))
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


def _by_node(target_nodes: NDArray[np.int32], size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List the targets of each node."""
    target = np.repeat(np.arange(len(target_nodes), dtype=np.int32), 2)
    node = target_nodes.reshape(-1)
    target, node = target[node >= 0], node[node >= 0]
    first = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(node, minlength=size), out=first[1:])
    return first, target[np.argsort(node, kind="stable")]


def nearest_pairs(network: RoadNetwork, origins: Snapped, sites: Snapped, *, k: int, max_minutes: float) -> Triplets:
    """Return up to k sites for every origin over the roads, in one backward pass: positions and minutes.

    Of equally near sites the one that stands first counts. An origin between two nodes may list up to 2 k.
    """
    arcs = network.layout.into
    scale = _Scale(network, arcs, max_minutes)
    dist, site, count = kernels.nearest_sources(
        arcs.first, arcs.head, scale.weight, _ranked(network, sites.nodes), scale.costs(sites.arriving),
        min(k, max(1, len(sites))), scale.limit, scale.far,
    )  # fmt: skip
    node = _ranked(network, origins.nodes)
    leaving = scale.costs(origins.leaving)
    rows, columns, costs = [], [], []
    for end in range(2):
        for rank in range(dist.shape[1]):
            here = np.flatnonzero((node[:, end] >= 0) & (leaving[:, end] < scale.far))
            here = here[count[node[here, end]] > rank]
            total = dist[node[here, end], rank] + leaving[here, end]
            within = total <= scale.limit
            rows.append(here[within])
            columns.append(site[node[here, end], rank][within])
            costs.append(total[within])
    return (
        np.concatenate(rows).astype(np.int32),
        np.concatenate(columns).astype(np.int32),
        scale.minutes(np.concatenate(costs)),
    )
