"""The order in which a hierarchy contracts nodes: nested dissection, by METIS where installed, else by geometry."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["contraction_order"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)

# Cells of so few nodes are not cut further; directions in which a cell is shorter than this share are not tried.
_LEAF = 16
_SHORT = 0.7


def contraction_order(
    first: NDArray[np.int64],
    other: NDArray[np.int32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    quick: bool = False,
) -> NDArray[np.int32]:
    """Return nodes in the order of contraction, the separators of the whole last.

    Parameters
    ----------
    first, other
        The undirected neighbours of each node, without loops or doubles.
    x, y
        Where nodes lie, on a plane.
    quick
        Take straight cuts in two directions only, which need a quarter of the time.

    Notes
    -----
    Any order gives the same travel times; a good one gives them sooner. METIS (Karypis and Kumar 1998) finds separators
    about half as large as straight cuts do; the package ``pymetis`` has no build for every platform, so it is optional.
    Dead ends and nodes along a road come first in any good order; only the rest is dissected.
    """
    peeled, core, core_first, core_other = _peel(first, other)
    if len(core) and not quick and importlib.util.find_spec("pymetis") is not None:
        import pymetis

        graph = pymetis.CSRAdjacency(adj_starts=core_first, adjacent=core_other)
        order = np.asarray(pymetis.nested_dissection(graph)[0], dtype=np.int32)
    else:
        x, y = x[core], y[core]
        lines = np.array([x, y] if quick else [x, y, (x + y) / math.sqrt(2), (x - y) / math.sqrt(2)])
        sorted_nodes = np.array([np.argsort(line, kind="stable").astype(np.int32) for line in lines])
        order = np.asarray(_dissect(core_first, core_other, lines, sorted_nodes, _LEAF), dtype=np.int32)
    return np.concatenate([peeled, core[order]])


@_jit
def _peel(first: Any, other: Any) -> Any:
    """Contract dead ends and nodes along a road, as long as there are any; return them, and the graph that is left.

    A node with two neighbours makes way for an arc between them, which takes its place in both their lists.
    """
    size = len(first) - 1
    near = other.copy()
    degree = np.empty(size, np.int32)
    stack = np.empty(size, np.int32)
    peeled = np.empty(size, np.int32)
    gone = np.zeros(size, np.bool_)
    depth = 0
    count = 0
    for node in range(size - 1, -1, -1):
        degree[node] = first[node + 1] - first[node]
        if degree[node] <= 2:
            stack[depth] = node
            depth += 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if gone[node]:
            continue
        gone[node] = True
        peeled[count] = node
        count += 1
        for turn in range(degree[node]):
            above = near[first[node] + turn]
            beyond = near[first[node] + 1 - turn] if degree[node] == 2 else node
            place = -1
            known = beyond == node
            for arc in range(first[above], first[above] + degree[above]):
                if near[arc] == node:
                    place = arc
                known = known or near[arc] == beyond
            if known:
                degree[above] -= 1
                near[place] = near[first[above] + degree[above]]
                if degree[above] == 2:
                    stack[depth] = above
                    depth += 1
            else:
                near[place] = beyond
    core = np.flatnonzero(~gone).astype(np.int32)
    number = np.empty(size, np.int32)
    for i in range(len(core)):
        number[core[i]] = i
    core_first = np.zeros(len(core) + 1, np.int64)
    for i in range(len(core)):
        core_first[i + 1] = core_first[i] + degree[core[i]]
    core_other = np.empty(core_first[-1], np.int32)
    for i in range(len(core)):
        for k in range(degree[core[i]]):
            core_other[core_first[i] + k] = number[near[first[core[i]] + k]]
    return peeled[:count].copy(), core, core_first, core_other


@_jit
def _dissect(first: Any, other: Any, lines: Any, sorted_nodes: Any, leaf: int) -> Any:
    """Cut cells again and again by the best of some straight lines, each time putting the separator last.

    Every row of `sorted_nodes` holds all nodes sorted along one direction; a cell is the same range of every row, and
    stays sorted when it is cut. `place` tells where in its own cell's range a node stands, so that a neighbour is in
    the cell at hand where its place is in the range.
    """
    size = sorted_nodes.shape[1]
    place = np.empty(size, np.int32)
    _number(sorted_nodes[0], place, 0, size)
    part = np.empty(size, np.int8)
    spare = np.empty(size, np.int32)
    put = np.empty(4, np.int64)
    stack = [(0, size)]
    while len(stack) > 0:
        low, high = stack.pop()
        if high - low <= leaf:
            continue
        along, cut = _best_cut(first, other, lines, sorted_nodes, low, high, place)
        # Either side of the cut edges separates; the smaller one does. Parts: left, right, and their edges.
        _number(sorted_nodes[along], place, low, high)
        edge_left, edge_right = 0, 0
        for i in range(low, high):
            node = sorted_nodes[along, i]
            part[node] = i >= cut
            for arc in range(first[node], first[node + 1]):
                there = place[other[arc]]
                if low <= there < high and (there >= cut) != (i >= cut):
                    part[node] = 2 + (i >= cut)
            edge_left += part[node] == 2
            edge_right += part[node] == 3
        kept = 3 if edge_left <= edge_right else 2
        left, right = cut - (edge_left if kept == 3 else 0), edge_right if kept == 2 else 0
        middle = left + (high - cut) - right
        for direction in range(len(sorted_nodes)):
            put[0], put[1], put[5 - kept] = low, left, middle
            put[kept] = -1
            row = sorted_nodes[direction]
            spare[low:high] = row[low:high]
            for i in range(low, high):
                node = spare[i]
                to = part[node] - 2 if part[node] == kept else part[node]
                row[put[to]] = node
                put[to] += 1
        _number(sorted_nodes[0], place, low, high)
        stack.append((low, left))
        stack.append((left, middle))
    return sorted_nodes[0]


@_jit
def _number(row: Any, place: Any, low: int, high: int) -> None:
    for i in range(low, high):
        place[row[i]] = i


@_jit
def _best_cut(first: Any, other: Any, lines: Any, sorted_nodes: Any, low: int, high: int, place: Any) -> Any:
    """Return the direction and the place of the cut that parts the fewest neighbours, somewhere in the middle."""
    count = high - low
    best = np.inf
    best_direction, best_cut = 0, low + count // 2
    longest = 0.0
    for direction in range(len(sorted_nodes)):
        row = sorted_nodes[direction]
        longest = max(longest, lines[direction, row[high - 1]] - lines[direction, row[low]])
    for direction in range(len(sorted_nodes)):
        row = sorted_nodes[direction]
        # A cell is hardly ever cut best along its length.
        if lines[direction, row[high - 1]] - lines[direction, row[low]] < _SHORT * longest:
            continue
        _number(row, place, low, high)
        crossing = 0
        for i in range(low, low + int(count * 0.65)):
            node = row[i]
            for arc in range(first[node], first[node + 1]):
                there = place[other[arc]]
                if low <= there < high:
                    crossing += 1 if there > i else -1
            if i >= low + int(count * 0.35):
                # A cut in the middle is worth a few more edges.
                cost = crossing * (1.0 + abs(i - low - count // 2) / count)
                if cost < best:
                    best = cost
                    best_direction, best_cut = direction, i + 1
    return best_direction, best_cut
