"""The door to the searches: which one runs, on how many threads, in whole milliseconds or finer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import crew, kernels, layout, restriction, sweep
from mangluoi.roads.crew import Progress
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import Snapped

__all__ = ["Scale", "Triplets", "nearest_pairs", "pairs", "ranked"]

# Finer than the last decimal that is kept; the binary fraction is exact for halves and quarters of a minute.
_TICKS_PER_MINUTE = 2.0**34

# Sources that a thread takes at a time: one row of the sweep.
_CHUNK = sweep.LANES

# What contraction costs per node of the graph, in nodes that a plain search could settle meanwhile. Measured; it
# decides only how soon the answer comes.
_CONTRACTION_COST = 20

Triplets = tuple[NDArray[np.int32], NDArray[np.int32], Floats]


class Scale:
    """Between minutes and the whole numbers that the kernels count in: milliseconds, or finer where those lose time."""

    def __init__(self, network: RoadNetwork, max_minutes: float) -> None:
        self.ms, self.arc_minutes = network.ms, network.minutes
        self.whole = self.ms is not None and max_minutes * layout.MS_PER_MINUTE < layout.FAR_MS
        if self.whole:
            self.per_minute = float(layout.MS_PER_MINUTE)
            self.kind: Any = np.int32
            self.far: Any = np.int32(layout.FAR_MS)
        else:
            # No way is longer than every node's slowest road; a heap entry holds the node and this many bits of cost.
            size = max(2, len(network.node_ids))
            longest = min(max_minutes, (size + 2) * float(network.minutes.max(initial=1.0)) + 1e5)
            bits = 61 - (size - 1).bit_length()
            self.per_minute = min(_TICKS_PER_MINUTE, math.floor(2.0**bits / max(longest, 1.0)))
            self.kind = np.int64
            self.far = np.int64(2**62)
        # A hair is added, for 0.1 + 0.2 minutes shall be within 0.3.
        last = max_minutes * self.per_minute + 1e-6 * self.per_minute / layout.MS_PER_MINUTE
        self.limit = self.kind(math.floor(min(last, float(self.far) / 2)))

    def weight(self, arcs: layout.Arcs) -> NDArray[Any]:
        """Return the arcs' minutes in the kernels' unit."""
        ticks = self.ms if self.whole and self.ms is not None else np.rint(self.arc_minutes * self.per_minute)
        return np.asarray(ticks[arcs.arc].astype(self.kind))

    def costs(self, minutes: Floats) -> NDArray[Any]:
        """Return minutes in the kernels' unit; inf becomes the mark of what is not reached."""
        ticks = np.rint(np.minimum(minutes * self.per_minute, float(self.far)))
        return np.ascontiguousarray(ticks.astype(self.kind))

    def minutes(self, costs: NDArray[Any]) -> Floats:
        """Return the kernels' unit in minutes."""
        return self.rounded(costs / self.per_minute)

    def rounded(self, minutes: Floats) -> Floats:
        """Return minutes to the last decimal kept; whole milliseconds are exact as they are (1,800,000 are 30)."""
        return minutes if self.whole else np.round(minutes, layout.DECIMALS)


class _Search:
    """What both searches need: the ends of the pairs in the order of their graph, nearest sources side by side."""

    def __init__(
        self,
        rank: NDArray[np.int32],
        target_rank: NDArray[np.int32],
        scale: Scale,
        near: Snapped,
        far: Snapped,
        *,
        forward: bool,
    ) -> None:
        self.seeds = ranked(rank, near.nodes)
        self.seed_costs = scale.costs(near.leaving if forward else near.arriving)
        self.target_nodes = ranked(target_rank, far.nodes)
        self.target_costs = scale.costs(far.arriving if forward else far.leaving)
        self.at_node, self.at_target = _by_node(self.target_nodes, int(target_rank.max(initial=-1)) + 1)
        # Sources near each other find their part of the graph still in the cache.
        self.order = np.argsort(self.seeds.max(axis=1, initial=-1), kind="stable").astype(np.int32)
        self.seeds, self.seed_costs = self.seeds[self.order], self.seed_costs[self.order]

    def joined(self, found: list[Any], settle: Callable[..., None]) -> tuple[Any, ...]:
        """Put the answers of all chunks together, each written once to where it stays."""
        total = sum(len(part[0]) for part in found)
        answer = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total)
        begin = 0
        for chunk, part in enumerate(found):
            here = slice(begin, begin + len(part[0]))
            settle(*part, self.order[chunk * _CHUNK : (chunk + 1) * _CHUNK], *(array[here] for array in answer))
            begin += len(part[0])
        return answer


def pairs(
    network: RoadNetwork,
    near: Snapped,
    far: Snapped,
    *,
    max_minutes: float,
    forward: bool,
    progress: Progress | None = None,
    budget: crew.Budget = crew.UNBOUNDED,
) -> Triplets:
    """Return every pair within the limit, over the roads: positions in `near`, in `far`, and minutes.

    Both searches are exact. The hierarchy is used where its order is at hand, or where so many sources are asked that
    making it pays; otherwise plain Dijkstra with a limit.

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
    budget
        The room for work arrays and pairs.

    Raises
    ------
    crew.TooManyPairsError
        As soon as more pairs are found than the budget has room for.
    """
    scale = Scale(network, max_minutes)
    sweeps = scale.whole and len(far) < sweep.MOST_TARGETS and _contracts(network, scale, near, forward=forward)
    if sweeps and network.metric is not None:
        return _swept(network, scale, near, far, forward=forward, progress=progress, budget=budget)
    return _searched(network, scale, near, far, forward=forward, progress=progress, budget=budget)


def _contracts(network: RoadNetwork, scale: Scale, near: Snapped, *, forward: bool) -> bool:
    """Say whether the hierarchy answers sooner, judging by how far a few searches get."""
    size = len(network.node_ids)
    if network.contracted or len(near) * size <= _CONTRACTION_COST * size:
        return network.contracted
    sample = near.take(np.linspace(0, len(near) - 1, 5).astype(np.int64))
    arcs = network.layout.out if forward else network.layout.into
    seeds = ranked(network.layout.rank, sample.nodes)
    costs = scale.costs(sample.leaving if forward else sample.arriving)
    dist, touched, heap = _work_arrays(network, scale)
    reached = 0
    weight = scale.weight(arcs)
    for seed, cost in zip(seeds, costs, strict=True):
        count = kernels.search(arcs.first, arcs.head, weight, seed, cost, scale.limit, scale.far, dist, touched, heap)
        dist[touched[:count]] = scale.far
        reached += count
    return len(near) * reached / len(sample) > _CONTRACTION_COST * size


def _work_arrays(network: RoadNetwork, scale: Scale) -> tuple[Any, ...]:
    size, room = len(network.node_ids), len(network.tail) + 8
    return np.full(size, scale.far), np.empty(size, np.int32), np.empty(room, np.int64)


def _searched(
    network: RoadNetwork,
    scale: Scale,
    near: Snapped,
    far: Snapped,
    *,
    forward: bool,
    progress: Progress | None,
    budget: crew.Budget,
) -> Triplets:
    arcs = network.layout.out if forward else network.layout.into
    ends = _Search(network.layout.rank, network.layout.rank, scale, near, far, forward=forward)

    weight = scale.weight(arcs)

    def run(begin: int, end: int, work: tuple[Any, ...]) -> Any:
        *arrays, room = work
        filled = kernels.sparse_pairs(
            arcs.first, arcs.head, weight, ends.seeds, ends.seed_costs, begin, end, ends.at_node, ends.at_target,
            ends.target_nodes, ends.target_costs, scale.limit, scale.far, *arrays, *room.free,
        )  # fmt: skip
        return room.took(filled)

    def work_arrays() -> tuple[Any, ...]:
        return *_work_arrays(network, scale), crew.Room(budget, np.int32, np.int32, scale.kind)

    per_thread = 8 * (len(network.tail) + 2 * len(network.node_ids))
    found = crew.in_threads(run, work_arrays, len(near), _CHUNK, progress, budget, per_thread)

    def settle(source: Any, target: Any, cost: Any, _sources: Any, rows: Any, columns: Any, minutes: Any) -> None:
        np.take(ends.order, source, out=rows)
        columns[:] = target
        minutes[:] = scale.minutes(cost)

    return ends.joined(found, settle)


def _swept(
    network: RoadNetwork,
    scale: Scale,
    near: Snapped,
    far: Snapped,
    *,
    forward: bool,
    progress: Progress | None,
    budget: crew.Budget,
) -> Triplets:
    order, metric = network.contraction, network.metric
    if metric is None:
        raise ValueError("the network has no metric on a hierarchy")
    up = metric.up_first, metric.up_head, metric.up_weight
    down = metric.down_first, metric.down_tail, metric.down_weight
    # Backwards, what leads down leads up.
    climbing, falling = (up, down) if forward else (down, up)
    targets = ranked(order.rank, far.nodes).reshape(-1)
    below = restriction.restrict(order, falling, targets)
    ends = _Search(order.rank, below.place[order.rank], scale, near, far, forward=forward)
    fixed: list[Any] = [order.parent, *climbing, *(getattr(below, f.name) for f in fields(below))]
    fixed += [ends.seeds, ends.seed_costs]

    def run(begin: int, end: int, work: tuple[Any, ...]) -> Any:
        *arrays, room = work
        given = [begin, end, ends.at_node, ends.at_target, ends.target_nodes, ends.target_costs, scale.limit, scale.far]
        return room.took(sweep.sweep_pairs(*fixed, *given, *arrays, *room.free))

    def work_arrays() -> tuple[Any, ...]:
        size = len(below.lowest)
        rows = np.empty((size, sweep.LANES), np.int32), np.zeros(size, np.uint8)
        return np.empty(len(order.rank), np.int32), *rows, crew.Room(budget, np.int64)

    per_thread = 4 * len(order.rank) + (4 * sweep.LANES + 1) * len(below.lowest)
    found = crew.in_threads(run, work_arrays, len(near), _CHUNK, progress, budget, per_thread)
    return ends.joined(found, sweep.settle)


def nearest_pairs(network: RoadNetwork, origins: Snapped, sites: Snapped, *, k: int, max_minutes: float) -> Triplets:
    """Return up to k sites for every origin over the roads, in one backward pass: positions and minutes.

    Of equally near sites the one that stands first counts. An origin between two nodes may list up to 2 k.
    """
    scale = Scale(network, max_minutes)
    wanted = min(k, max(1, len(sites)))
    metric = network.metric if scale.whole and network.contracted else None
    rank = network.layout.rank if metric is None else network.contraction.rank
    seeds, costs = ranked(rank, sites.nodes), scale.costs(sites.arriving)
    if metric is None:
        arcs = network.layout.into
        dist, site, count = kernels.nearest_sources(
            arcs.first, arcs.head, scale.weight(arcs), seeds, costs, wanted, scale.limit, scale.far
        )
    else:
        dist, site, count = sweep.sweep_nearest(
            metric.down_first, metric.down_tail, metric.down_weight, metric.up_first, metric.up_head, metric.up_weight,
            seeds, costs, wanted, scale.limit, scale.far,
        )  # fmt: skip
    node = ranked(rank, origins.nodes)
    leaving = scale.costs(origins.leaving)
    found = []
    for end in range(2):
        for i in range(wanted):
            here = np.flatnonzero((node[:, end] >= 0) & (leaving[:, end] < scale.far))
            here = here[count[node[here, end]] > i]
            total = dist[node[here, end], i] + leaving[here, end]
            within = total <= scale.limit
            found.append((here[within], site[node[here, end], i][within], total[within]))
    rows, columns, totals = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows.astype(np.int32), columns.astype(np.int32), scale.minutes(totals)


def ranked(rank: NDArray[np.int32], nodes: NDArray[Any]) -> NDArray[np.int32]:
    """Return nodes in the order of a graph; none stays -1."""
    if not len(rank):
        return np.full(nodes.shape, -1, dtype=np.int32)
    return np.where(nodes >= 0, rank[np.maximum(nodes, 0)], -1).astype(np.int32)


def _by_node(target_nodes: NDArray[np.int32], size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List the targets of each node."""
    target = np.repeat(np.arange(len(target_nodes), dtype=np.int32), 2)
    node = target_nodes.reshape(-1)
    target, node = target[node >= 0], node[node >= 0]
    first = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(node, minlength=size), out=first[1:])
    return first, target[np.argsort(node, kind="stable")]
