"""The door to the searches: which kernel runs, on how many threads, in whole milliseconds or in minutes."""

from __future__ import annotations

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

_CHUNK = 16

Triplets = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
Progress = Callable[[int, int], None]


class _Scale:
    """Between minutes and the unit that the kernels count in."""

    def __init__(self, arcs: layout.Arcs, max_minutes: float) -> None:
        self.whole = arcs.ms is not None and max_minutes * layout.MS_PER_MINUTE < layout.FAR_MS
        self.weight: Any = arcs.ms if self.whole else arcs.minutes
        self.far: Any = np.int32(layout.FAR_MS) if self.whole else np.float64(np.inf)
        if self.whole:
            self.limit: Any = np.int32(np.floor(max_minutes * layout.MS_PER_MINUTE + 1e-6))
        else:
            self.limit = np.float64(max_minutes + 10.0**-DECIMALS)

    def costs(self, minutes: Floats) -> NDArray[Any]:
        """Return minutes in the kernels' unit; inf becomes the mark of what is not reached."""
        if not self.whole:
            return np.ascontiguousarray(minutes)
        ms = np.minimum(np.rint(minutes * layout.MS_PER_MINUTE), layout.FAR_MS)
        return np.ascontiguousarray(ms.astype(np.int32))

    def minutes(self, costs: NDArray[Any]) -> Floats:
        """Return the kernels' unit in minutes."""
        return np.round(costs / layout.MS_PER_MINUTE if self.whole else costs, DECIMALS)


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
    scale = _Scale(arcs, max_minutes)
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
        return (
            np.full(size, scale.far), np.empty(size, np.int32), np.empty(room, scale.weight.dtype),
            np.empty(room, np.int32),
        )  # fmt: skip

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
    """Run chunks of sources on all processors; each thread keeps its own work arrays, and Ctrl-C stops between chunks."""
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
    scale = _Scale(arcs, max_minutes)
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
