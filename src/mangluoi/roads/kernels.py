"""Compiled shortest-path searches over arrays: plain Dijkstra with a limit, reusing its work arrays.

Weights are whole numbers: milliseconds (int32), or finer ticks (int64); each kernel is compiled for the kind that it is
given. An entry of the heap packs the cost above the node, so that one comparison of whole numbers orders both. All
kernels release the interpreter's lock, so that threads run them side by side.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

__all__ = ["grown", "nearest_sources", "path_tree", "search", "sparse_pairs", "transpose"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)
_inline = numba.njit(inline="always", boundscheck=False)


@_inline
def _push(heap: Any, size: int, entry: Any) -> int:
    """Add an entry to the four-way heap and return its new size."""
    i = size
    while i > 0:
        above = (i - 1) >> 2
        if heap[above] <= entry:
            break
        heap[i] = heap[above]
        i = above
    heap[i] = entry
    return size + 1


@_inline
def _pop(heap: Any, size: int) -> int:
    """Remove the top of the heap, which the caller has read, and return the new size."""
    size -= 1
    entry = heap[size]
    i = 0
    while True:
        child = (i << 2) + 1
        if child >= size:
            break
        best = child
        least = heap[child]
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < least:
                least = heap[other]
                best = other
        if least >= entry:
            break
        heap[i] = least
        i = best
    heap[i] = entry
    return size


@_jit
def search(
    first: Any, head: Any, weight: Any, seeds: Any, costs: Any, limit: Any, far: Any, dist: Any, touched: Any, heap: Any
) -> int:
    """Run Dijkstra from seeds with starting costs; `dist` must hold `far` everywhere.

    Returns
    -------
    int
        How many nodes were reached; `touched` names them, and the caller sets their `dist` back to `far`.
    """
    bits, mask = _packing(len(dist))
    reached = 0
    size = 0
    for i in range(len(seeds)):
        seed = seeds[i]
        if seed >= 0 and costs[i] <= limit and costs[i] < dist[seed]:
            if dist[seed] == far:
                touched[reached] = seed
                reached += 1
            dist[seed] = costs[i]
            size = _push(heap, size, (np.int64(costs[i]) << bits) | np.int64(seed))
    while size > 0:
        entry = heap[0]
        size = _pop(heap, size)
        node = entry & mask
        near = entry >> bits
        # An entry that a shorter way has overtaken.
        if near > dist[node]:
            continue
        for arc in range(first[node], first[node + 1]):
            other = head[arc]
            total = near + weight[arc]
            if total <= limit and total < dist[other]:
                if dist[other] == far:
                    touched[reached] = other
                    reached += 1
                dist[other] = total
                size = _push(heap, size, (total << bits) | np.int64(other))
    return reached


@_inline
def _packing(size: int) -> Any:
    """Return how many bits the node takes in a heap entry, below the cost, and their mask."""
    bits = 1
    while (1 << bits) < size:
        bits += 1
    return np.int64(bits), np.int64((1 << bits) - 1)


@_jit
def grown(array: Any, size: int) -> Any:
    """Return a longer array with the same beginning."""
    longer = np.empty(size, array.dtype)
    longer[: len(array)] = array
    return longer


@_jit
def sparse_pairs(
    first: Any,
    head: Any,
    weight: Any,
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
    touched: Any,
    heap: Any,
    source_of: Any,
    target_of: Any,
    cost_of: Any,
) -> Any:
    """Search from the sources begin…end and list every target within the limit.

    Parameters
    ----------
    first, head, weight
        The graph, arcs by tail.
    seeds, costs
        Shape (sources, 2): the nodes that a source starts from (-1 for none) and the costs of getting there.
    at_node, at_target
        The targets that hang on each node, as one list and where each node's part begins.
    target_nodes, target_costs
        Shape (targets, 2): the nodes that a target hangs on (-1 for none) and the costs from there.
    limit, far
        The farthest pair, and the mark of what is not reached.
    dist, touched, heap
        Work arrays, reused from call to call.
    source_of, target_of, cost_of
        Room for the answer, reused from call to call.

    Returns
    -------
    source_of, target_of, cost_of, count
        The answer in the room given, or in larger ones, and how much of it is filled.
    """
    room = len(source_of)
    count = 0
    for source in range(begin, end):
        reached = search(first, head, weight, seeds[source], costs[source], limit, far, dist, touched, heap)
        for i in range(reached):
            node = touched[i]
            for place in range(at_node[node], at_node[node + 1]):
                target = at_target[place]
                main = target_nodes[target, 0]
                # A target on two reached nodes is written once, by its first node.
                if node != main and main >= 0 and dist[main] != far:
                    continue
                total = dist[node] + target_costs[target, 0 if node == main else 1]
                other = target_nodes[target, 1]
                if node == main and other >= 0 and dist[other] != far:
                    total = min(total, dist[other] + target_costs[target, 1])
                if total <= limit:
                    if count == room:
                        room *= 2
                        source_of = grown(source_of, room)
                        target_of = grown(target_of, room)
                        cost_of = grown(cost_of, room)
                    source_of[count] = source
                    target_of[count] = target
                    cost_of[count] = total
                    count += 1
        for i in range(reached):
            dist[touched[i]] = far
    return source_of, target_of, cost_of, count


@_jit
def nearest_sources(
    first: Any, head: Any, weight: Any, seeds: Any, costs: Any, wanted: int, limit: Any, far: Any
) -> Any:
    """Return the `wanted` nearest sources of every node, in one pass over the graph.

    Every node is settled by up to `wanted` different sources, in the order of cost and then of source.

    Returns
    -------
    dist, source, count
        Shapes (nodes, wanted), (nodes, wanted) and (nodes,).
    """
    size_of_graph = len(first) - 1
    dist = np.full((size_of_graph, wanted), far, weight.dtype)
    source = np.full((size_of_graph, wanted), -1, np.int32)
    count = np.zeros(size_of_graph, np.int32)
    room = max(1024, 2 * size_of_graph)
    keys = np.empty(room, weight.dtype)
    entries = np.empty(room, np.int64)
    size = 0
    for i in range(len(seeds)):
        for j in range(seeds.shape[1]):
            if seeds[i, j] >= 0 and costs[i, j] <= limit:
                if size == room:
                    room *= 2
                    keys, entries = grown(keys, room), grown(entries, room)
                size = _push_ordered(keys, entries, size, costs[i, j], (np.int64(i) << 32) | seeds[i, j])
    while size > 0:
        key = keys[0]
        entry = entries[0]
        size = _pop_ordered(keys, entries, size)
        node = entry & 0xFFFFFFFF
        label = np.int32(entry >> 32)
        if _settled(source, count, node, label, wanted):
            continue
        dist[node, count[node]] = key
        source[node, count[node]] = label
        count[node] += 1
        for arc in range(first[node], first[node + 1]):
            other = head[arc]
            total = key + weight[arc]
            if total <= limit and not _settled(source, count, other, label, wanted):
                if size == room:
                    room *= 2
                    keys, entries = grown(keys, room), grown(entries, room)
                size = _push_ordered(keys, entries, size, total, (np.int64(label) << 32) | other)
    return dist, source, count


@_inline
def _settled(source: Any, count: Any, node: Any, label: Any, wanted: int) -> bool:
    """Say whether a node needs nothing from a source: it has it already, or enough others."""
    known = count[node] >= wanted
    for i in range(count[node]):
        known = known or source[node, i] == label
    return bool(known)


@_inline
def _before(key: Any, entry: Any, other_key: Any, other_entry: Any) -> bool:
    return bool(key < other_key or (key == other_key and entry < other_entry))


@_inline
def _push_ordered(keys: Any, entries: Any, size: int, key: Any, entry: Any) -> int:
    """Add to a heap that orders equal keys by entry, so that ties go to the first source."""
    i = size
    while i > 0:
        above = (i - 1) >> 2
        if not _before(key, entry, keys[above], entries[above]):
            break
        keys[i] = keys[above]
        entries[i] = entries[above]
        i = above
    keys[i] = key
    entries[i] = entry
    return size + 1


@_inline
def _pop_ordered(keys: Any, entries: Any, size: int) -> int:
    size -= 1
    key = keys[size]
    entry = entries[size]
    i = 0
    while True:
        child = (i << 2) + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if _before(keys[other], entries[other], keys[best], entries[best]):
                best = other
        if not _before(keys[best], entries[best], key, entry):
            break
        keys[i] = keys[best]
        entries[i] = entries[best]
        i = best
    keys[i] = key
    entries[i] = entry
    return size


@_jit
def path_tree(first: Any, head: Any, weight: Any, seeds: Any, costs: Any, limit: Any, far: Any) -> Any:
    """Run Dijkstra and keep the arc by which each node is reached (-1 at a seed or where it is not reached)."""
    bits, mask = _packing(len(first) - 1)
    dist = np.full(len(first) - 1, far, weight.dtype)
    by_arc = np.full(len(first) - 1, -1, np.int64)
    heap = np.empty(len(head) + len(seeds) + 1, np.int64)
    size = 0
    for i in range(len(seeds)):
        if seeds[i] >= 0 and costs[i] <= limit and costs[i] < dist[seeds[i]]:
            dist[seeds[i]] = costs[i]
            size = _push(heap, size, (np.int64(costs[i]) << bits) | np.int64(seeds[i]))
    while size > 0:
        entry = heap[0]
        size = _pop(heap, size)
        node = entry & mask
        near = entry >> bits
        if near > dist[node]:
            continue
        for arc in range(first[node], first[node + 1]):
            total = near + weight[arc]
            if total <= limit and total < dist[head[arc]]:
                dist[head[arc]] = total
                by_arc[head[arc]] = arc
                size = _push(heap, size, (total << bits) | np.int64(head[arc]))
    return dist, by_arc


@_jit
def transpose(rows: Any, columns: Any, values: Any, column_count: int) -> Any:
    """Return triplets sorted by column, those of one column in the order they stood in."""
    start = np.zeros(column_count + 1, np.int64)
    for i in range(len(columns)):
        start[columns[i] + 1] += 1
    for i in range(column_count):
        start[i + 1] += start[i]
    sorted_rows = np.empty_like(rows)
    sorted_columns = np.empty_like(columns)
    sorted_values = np.empty_like(values)
    for i in range(len(columns)):
        place = start[columns[i]]
        start[columns[i]] += 1
        sorted_rows[place] = rows[i]
        sorted_columns[place] = columns[i]
        sorted_values[place] = values[i]
    return sorted_rows, sorted_columns, sorted_values
