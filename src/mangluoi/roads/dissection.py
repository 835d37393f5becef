"""The order in which a hierarchy contracts nodes: nested dissection, by METIS where installed, else by geometry."""

from __future__ import annotations

import importlib.util
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["contraction_order"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)

# Cells of so few nodes are not cut further.
_LEAF = 8


def contraction_order(
    first: NDArray[np.int64], other: NDArray[np.int32], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Return nodes in the order of contraction, the separators of the whole last.

    Parameters
    ----------
    first, other
        The undirected neighbours of each node, without loops or doubles.
    x, y
        Where nodes lie, on a plane.

    Notes
    -----
    Any order gives the same travel times; a good one gives them sooner. METIS (Karypis and Kumar 1998) finds separators
    about half as large as straight cuts do; the package ``pymetis`` has no build for every platform, so it is optional.
    """
    if len(x) and importlib.util.find_spec("pymetis") is not None:
        import pymetis

        graph = pymetis.CSRAdjacency(adj_starts=first, adjacent=other)
        return np.asarray(pymetis.nested_dissection(graph)[0], dtype=np.int32)
    return np.asarray(_dissect(first, other, x, y, _LEAF), dtype=np.int32)


@_jit
def _dissect(first: Any, other: Any, x: Any, y: Any, leaf: int) -> Any:
    """Cut cells again and again by the best of four straight lines, each time putting the separator last."""
    size = len(x)
    nodes = np.arange(size).astype(np.int32)
    cell = np.zeros(size, np.int64)
    place = np.zeros(size, np.int32)
    side = np.zeros(size, np.int8)
    stack = [(0, size)]
    stamp = 0
    while len(stack) > 0:
        low, high = stack.pop()
        count = high - low
        if count <= leaf:
            continue
        stamp += 1
        inside = nodes[low:high].copy()
        for node in inside:
            cell[node] = stamp
        sorted_nodes, cut = _best_cut(first, other, x, y, inside, cell, stamp, place)
        for i in range(count):
            place[sorted_nodes[i]] = i
        left, right = 0, 0
        for i in range(count):
            node = sorted_nodes[i]
            side[node] = 0
            for arc in range(first[node], first[node + 1]):
                if cell[other[arc]] == stamp and (place[other[arc]] < cut) != (i < cut):
                    side[node] = 1 if i < cut else 2
            left += side[node] == 1
            right += side[node] == 2
        # Either side of the cut edges separates; the smaller one does.
        separator = 1 if left <= right else 2
        put = low
        middle = low
        for part in range(3):
            for i in range(count):
                node = sorted_nodes[i]
                mine = 2 if side[node] == separator else (0 if i < cut else 1)
                if mine == part:
                    nodes[put] = node
                    put += 1
            if part == 0:
                middle = put
            if part == 1:
                if middle > low and put - middle >= 0:
                    stack.append((low, middle))
                if put > middle:
                    stack.append((middle, put))
    return nodes


@_jit
def _best_cut(first: Any, other: Any, x: Any, y: Any, inside: Any, cell: Any, stamp: int, place: Any) -> Any:
    """Return the cell's nodes along the best direction, and how many lie left of the cut."""
    count = len(inside)
    best = np.inf
    best_nodes = inside
    best_cut = count // 2
    for direction in range(4):
        along = np.empty(count)
        for i in range(count):
            node = inside[i]
            if direction == 0:
                along[i] = x[node]
            elif direction == 1:
                along[i] = y[node]
            elif direction == 2:
                along[i] = x[node] + y[node]
            else:
                along[i] = x[node] - y[node]
        sorted_nodes = inside[np.argsort(along, kind="mergesort")]
        for i in range(count):
            place[sorted_nodes[i]] = i
        crossing = 0
        for i in range(int(count * 0.65)):
            node = sorted_nodes[i]
            for arc in range(first[node], first[node + 1]):
                if cell[other[arc]] == stamp:
                    crossing += 1 if place[other[arc]] > i else -1
            if i >= int(count * 0.35):
                # A cut in the middle is worth a few more edges.
                cost = crossing * (1.0 + abs(i - count // 2) / count)
                if cost < best:
                    best = cost
                    best_nodes = sorted_nodes
                    best_cut = i + 1
    return best_nodes, best_cut
