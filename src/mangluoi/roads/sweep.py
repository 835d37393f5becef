"""Many sources at once down a hierarchy: the pruned sweep, sixteen sources to a row."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from mangluoi.roads.kernels import grown
from mangluoi.roads.layout import MS_PER_MINUTE

__all__ = ["LANES", "MOST_TARGETS", "settle", "sweep_nearest", "sweep_pairs"]

#: Sources in one row: sixteen int32 fill a cache line and a vector register.
LANES = 16

# An entry of the answer holds milliseconds above 32 bits, then the lane, then the target.
_TARGET_BITS = 28
#: How many targets an entry has room for.
MOST_TARGETS = 1 << _TARGET_BITS
_MS = float(MS_PER_MINUTE)

_jit = numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")

# What is known of a row: nothing; that it stands above a source; what a climb has left there; or all of it, and some of
# it is within the limit. Only rows of the last two kinds hold anything.
_EMPTY, _ABOVE, _CLIMBED, _LIVE = 0, 1, 2, 3


@_jit
def _climb(
    up_first: Any,
    up_head: Any,
    up_weight: Any,
    parent: Any,
    place: Any,
    seeds: Any,
    costs: Any,
    limit: Any,
    far: Any,
    line: Any,
    dist: Any,
    state: Any,
) -> None:
    """Carry the sources of one row up to everything above their seeds, one by one, and note what is in the part."""
    width = dist.shape[1]
    for lane in range(len(seeds)):
        # The chain of parents holds all that is above a seed; lower ranks come first.
        for i in range(2):
            node = seeds[lane, i]
            while node >= 0:
                line[node] = far
                node = parent[node]
        for i in range(2):
            if seeds[lane, i] >= 0:
                line[seeds[lane, i]] = min(line[seeds[lane, i]], costs[lane, i])
        for i in range(2):
            node = seeds[lane, i]
            while node >= 0:
                near = line[node]
                if near <= limit:
                    for arc in range(up_first[node], up_first[node + 1]):
                        total = near + up_weight[arc]
                        if total < line[up_head[arc]]:
                            line[up_head[arc]] = total
                node = parent[node]
        for i in range(2):
            node = seeds[lane, i]
            while node >= 0:
                at = place[node]
                if at >= 0:
                    if line[node] > limit:
                        state[at] = max(state[at], np.uint8(_ABOVE))
                    else:
                        if state[at] != _CLIMBED:
                            state[at] = _CLIMBED
                            row = dist[at]
                            for k in range(width):
                                row[k] = far
                        dist[at, lane] = line[node]
                node = parent[node]


@_jit
def _listed(
    reached: Any,
    dist: Any,
    state: Any,
    lanes: int,
    at_node: Any,
    at_target: Any,
    target_nodes: Any,
    target_costs: Any,
    limit: Any,
    entries: Any,
) -> Any:
    """List the targets within the limit on the rows that were reached."""
    count: Any = 0
    room = len(entries)
    for node in reached:
        for at in range(at_node[node], at_node[node + 1]):
            target = at_target[at]
            main = target_nodes[target, 0]
            # A target on two reached nodes is written once, by its first node.
            if node != main and main >= 0 and state[main] == _LIVE:
                continue
            own = target_costs[target, 0 if node == main else 1]
            other = target_nodes[target, 1] if node == main else np.int32(-1)
            if count + lanes > room:
                room = 2 * room + LANES
                entries = grown(entries, room)
            # Every lane is written; what is too far is overwritten by the next, which is quicker than a branch.
            if other >= 0 and state[other] == _LIVE:
                further = target_costs[target, 1]
                for k in range(lanes):
                    total = min(np.int64(dist[node, k]) + own, np.int64(dist[other, k]) + further)
                    entries[count] = (total << 32) | (k << _TARGET_BITS) | target
                    count += np.int64(total <= limit)
            else:
                for k in range(lanes):
                    total = np.int64(dist[node, k]) + own
                    entries[count] = (total << 32) | (k << _TARGET_BITS) | target
                    count += np.int64(total <= limit)
    return entries, count


@_jit
def settle(entries: Any, sources: Any, rows: Any, columns: Any, minutes: Any) -> None:
    """Write entries of `sweep_pairs` apart: the source of the lane, the target, and minutes."""
    for i in range(len(entries)):
        rows[i] = sources[(entries[i] >> _TARGET_BITS) & (LANES - 1)]
        columns[i] = entries[i] & (MOST_TARGETS - 1)
        minutes[i] = (entries[i] >> 32) / _MS


@_jit
def sweep_pairs(
    parent: Any,
    up_first: Any,
    up_head: Any,
    up_weight: Any,
    place: Any,
    first: Any,
    upper: Any,
    lowest: Any,
    down_first: Any,
    down_tail: Any,
    down_weight: Any,
    seeds: Any,
    costs: Any,
    begin: int,
    end: int,
    at_node: Any,
    at_target: Any,
    target_nodes: Any,
    target_costs: Any,
    limit: Any,
    far: Any,
    line: Any,
    dist: Any,
    state: Any,
    entries: Any,
) -> Any:
    """Search from the sources begin…end (at most `LANES`) and list every target within the limit.

    Parameters
    ----------
    parent
        Of the hierarchy.
    up_first, up_head, up_weight
        The arcs upwards of the metric; with its arcs downwards, and `Below` made of those upwards, ways run from the
        targets to the sources.
    place … down_weight
        Of `Below`.
    seeds, costs
        As in `kernels.sparse_pairs`, in ranks.
    at_node, at_target, target_nodes, target_costs, limit, far
        As in `kernels.sparse_pairs`, in places of the part.
    line, dist, state
        Work arrays of shapes (nodes,), (places, LANES) and (places,), the last one of zeros.
    entries
        Room for the answer, reused from call to call.

    Returns
    -------
    entries, count
        The answer in the room given, or in a larger one, and how much of it is filled: cost above lane above target,
        see `settle`.

    References
    ----------
    Delling, Goldberg, Nowatzyk and Werneck (2013), PHAST: hardware-accelerated shortest path trees, Journal of Parallel
    and Distributed Computing 73.
    """
    _climb(
        up_first, up_head, up_weight, parent, place, seeds[begin:end], costs[begin:end], limit, far, line, dist, state
    )
    lanes = end - begin
    # A loop to a length known only when it runs is turned into vector instructions; one to a constant is not.
    width = dist.shape[1]
    reached = np.empty(1024, np.int32)
    count = 0
    node = len(state) - 1
    while node >= 0:
        row = dist[node]
        known = state[node] == _CLIMBED
        for arc in range(down_first[node], down_first[node + 1]):
            tail = down_tail[arc]
            weight = down_weight[arc]
            # A lane that is not reached holds `far` and a little more; twice the limit more is no overflow.
            if state[tail] != _LIVE or weight > limit:
                continue
            other = dist[tail]
            if known:
                for k in range(width):
                    row[k] = min(row[k], np.int32(other[k] + weight))
            else:
                known = True
                for k in range(width):
                    row[k] = np.int32(other[k] + weight)
        least = far
        if known:
            for k in range(width):
                least = min(least, row[k])
        if least <= limit:
            state[node] = _LIVE
            if count == len(reached):
                reached = grown(reached, 2 * count)
            reached[count] = node
            count += 1
        elif state[node] == _ABOVE:
            state[node] = _EMPTY
        else:
            # Ways into the subtree pass the node or what is above it: where all of that is too far, skip the subtree.
            skips = True
            for arc in range(first[node], first[node + 1]):
                if state[upper[arc]] == _LIVE:
                    skips = False
                    break
            if skips:
                node = lowest[node]
        node -= 1
    found = _listed(reached[:count], dist, state, lanes, at_node, at_target, target_nodes, target_costs, limit, entries)
    for i in range(count):
        state[reached[i]] = _EMPTY
    return found


@_jit
def _insert(best: Any, node: Any, entry: Any, label_mask: Any) -> None:
    """Put an entry (cost above, source below) among the sorted best of a node, each source once."""
    wanted = best.shape[1]
    if entry >= best[node, wanted - 1]:
        return
    label = entry & label_mask
    i = 0
    while best[node, i] < entry:
        if best[node, i] & label_mask == label:
            return
        i += 1
    # What stood here moves down, as far as the same source's longer way, which falls out.
    moving = entry
    while i < wanted:
        moved = best[node, i]
        best[node, i] = moving
        if moved & label_mask == label:
            return
        moving = moved
        i += 1


@_jit
def sweep_nearest(
    up_first: Any,
    up_head: Any,
    up_weight: Any,
    down_first: Any,
    down_tail: Any,
    down_weight: Any,
    seeds: Any,
    costs: Any,
    wanted: int,
    limit: Any,
    far: Any,
) -> Any:
    """Return the `wanted` nearest sources of every rank: up once, down once.

    Of equally near sources the one that stands first counts.

    Returns
    -------
    dist, source, count
        Shapes (nodes, wanted), (nodes, wanted) and (nodes,).
    """
    size = len(up_first) - 1
    bits = np.int64(1)
    while (1 << bits) <= len(seeds):
        bits += 1
    mask = np.int64((1 << bits) - 1)
    # No source has the number of the mark itself, nor is any as far.
    nothing = (np.int64(far) << bits) | mask
    best = np.full((size, wanted), nothing, np.int64)
    for i in range(len(seeds)):
        for j in range(seeds.shape[1]):
            if seeds[i, j] >= 0 and costs[i, j] <= limit:
                _insert(best, seeds[i, j], (np.int64(costs[i, j]) << bits) | i, mask)
    for node in range(size):
        for i in range(wanted):
            if best[node, i] == nothing:
                break
            for arc in range(up_first[node], up_first[node + 1]):
                _insert(best, up_head[arc], best[node, i] + (np.int64(up_weight[arc]) << bits), mask)
    for node in range(size - 1, -1, -1):
        for arc in range(down_first[node], down_first[node + 1]):
            for i in range(wanted):
                entry = best[down_tail[arc], i]
                if entry == nothing:
                    break
                _insert(best, node, entry + (np.int64(down_weight[arc]) << bits), mask)
    dist = np.full((size, wanted), far, np.int32)
    source = np.full((size, wanted), -1, np.int32)
    count = np.zeros(size, np.int32)
    for node in range(size):
        for i in range(wanted):
            if best[node, i] == nothing or (best[node, i] >> bits) > limit:
                break
            dist[node, i] = best[node, i] >> bits
            source[node, i] = best[node, i] & mask
            count[node] += 1
    return dist, source, count
