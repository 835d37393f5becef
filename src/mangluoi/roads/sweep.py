"""Many sources at once down a hierarchy: the pruned sweep, sixteen sources to a row."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from mangluoi.roads.kernels import grown

__all__ = ["LANES", "sweep_pairs"]

#: Sources in one row: sixteen int32 fill a cache line and a vector register.
LANES = 16

_jit = numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")


@_jit
def _climb(
    up_first: Any,
    up_head: Any,
    up_weight: Any,
    parent: Any,
    seeds: Any,
    costs: Any,
    limit: Any,
    far: Any,
    dist: Any,
    above: Any,
) -> None:
    """Carry the sources of one row up to everything above their seeds."""
    for lane in range(len(seeds)):
        for i in range(2):
            node = seeds[lane, i]
            while node >= 0 and not above[node]:
                above[node] = True
                for k in range(LANES):
                    dist[node, k] = far
                node = parent[node]
    for lane in range(len(seeds)):
        for i in range(2):
            node = seeds[lane, i]
            if node < 0 or costs[lane, i] > limit:
                continue
            dist[node, lane] = min(dist[node, lane], costs[lane, i])
            # The chain of parents holds all that is above; lower ranks come first.
            while node >= 0:
                near = dist[node, lane]
                if near <= limit:
                    for arc in range(up_first[node], up_first[node + 1]):
                        total = near + up_weight[arc]
                        if total < dist[up_head[arc], lane]:
                            dist[up_head[arc], lane] = total
                node = parent[node]


@_jit
def sweep_pairs(
    first: Any,
    upper: Any,
    parent: Any,
    lowest: Any,
    up_first: Any,
    up_head: Any,
    up_weight: Any,
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
    dist: Any,
    above: Any,
    valid: Any,
    source_of: Any,
    target_of: Any,
    cost_of: Any,
) -> Any:
    """Search from the sources begin…end (at most `LANES`) and list every target within the limit.

    Parameters
    ----------
    first, upper, parent, lowest
        Of the hierarchy.
    up_first … down_weight
        Of the metric; with both swapped, ways run from the targets to the sources.
    seeds, costs, at_node, at_target, target_nodes, target_costs, limit, far
        As in `kernels.sparse_pairs`, in ranks.
    dist, above, valid
        Work arrays of shapes (nodes, LANES), (nodes,) and (nodes,).
    source_of, target_of, cost_of
        As in `kernels.sparse_pairs`.

    Returns
    -------
    source_of, target_of, cost_of, count
        As in `kernels.sparse_pairs`.

    References
    ----------
    Delling, Goldberg, Nowatzyk and Werneck (2013), PHAST: hardware-accelerated shortest path trees, Journal of Parallel
    and Distributed Computing 73.
    """
    _climb(up_first, up_head, up_weight, parent, seeds[begin:end], costs[begin:end], limit, far, dist, above)
    room = len(source_of)
    count: Any = 0
    lanes = end - begin
    # A loop to a length known only when it runs is turned into vector instructions; one to a constant is not.
    width = dist.shape[1]
    reached = np.empty(1024, np.int32)
    reached_count = 0
    node = len(parent) - 1
    while node >= 0:
        row = dist[node]
        if not above[node]:
            for k in range(width):
                row[k] = far
        for arc in range(down_first[node], down_first[node + 1]):
            other_row = dist[down_tail[arc]]
            weight = down_weight[arc]
            for k in range(width):
                row[k] = min(row[k], np.int32(other_row[k] + weight))
        least = far
        for k in range(width):
            least = min(least, row[k])
        if least <= limit:
            if at_node[node + 1] > at_node[node]:
                if reached_count == len(reached):
                    reached = grown(reached, 2 * reached_count)
                reached[reached_count] = node
                reached_count += 1
                valid[node] = True
            node -= 1
            continue
        if not above[node]:
            # Ways into the subtree pass the node or what is above it: where all of that is too far, skip the subtree.
            for arc in range(first[node], first[node + 1]):
                other_row = dist[upper[arc]]
                for k in range(width):
                    least = min(least, other_row[k])
                if least <= limit:
                    break
            if least > limit:
                node = lowest[node]
        node -= 1
    for i in range(reached_count):
        node = reached[i]
        for place in range(at_node[node], at_node[node + 1]):
            target = at_target[place]
            main = target_nodes[target, 0]
            # A target on two reached nodes is written once, by its first node.
            if node != main and main >= 0 and valid[main]:
                continue
            own = target_costs[target, 0 if node == main else 1]
            other = target_nodes[target, 1] if node == main else np.int32(-1)
            if count + lanes > room:
                room = 2 * room + LANES
                source_of, target_of, cost_of = grown(source_of, room), grown(target_of, room), grown(cost_of, room)
            # Every lane is written; what is too far is overwritten by the next, which is quicker than a branch.
            if other >= 0 and valid[other]:
                for k in range(lanes):
                    total = min(dist[node, k] + own, dist[other, k] + target_costs[target, 1])
                    source_of[count] = begin + k
                    target_of[count] = target
                    cost_of[count] = total
                    count += np.int64(total <= limit)
            else:
                for k in range(lanes):
                    total = np.int64(dist[node, k]) + own
                    source_of[count] = begin + k
                    target_of[count] = target
                    cost_of[count] = total
                    count += np.int64(total <= limit)
    for i in range(reached_count):
        valid[reached[i]] = False
    for lane in range(lanes):
        for i in range(2):
            node = seeds[begin + lane, i]
            while node >= 0 and above[node]:
                above[node] = False
                node = parent[node]
    return source_of, target_of, cost_of, count


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
