"""Customizable contraction hierarchy: an order of the nodes and its arcs, made once for any speeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import dissection
from mangluoi.roads.kernels import grown

__all__ = ["Hierarchy", "build"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The order and the arcs of a contraction, without any weight.

    Parameters
    ----------
    rank
        The rank of each node of the network; shape (nodes,).
    first, upper
        The higher neighbours of each rank after contraction, sorted.
    parent
        The lowest higher neighbour, -1 at a root.
    lowest
        The lowest rank below each rank in the tree of parents: the subtree of r is lowest[r]…r.
    """

    rank: NDArray[np.int32]
    first: NDArray[np.int64]
    upper: NDArray[np.int32]
    parent: NDArray[np.int32]
    lowest: NDArray[np.int32]


def build(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    *,
    quick: bool = False,
) -> Hierarchy:
    """Order and contract a graph; `quick` takes an order that is made sooner and serves a little worse.

    References
    ----------
    Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies, ACM Journal of Experimental
    Algorithmics 21.
    """
    first, other = _neighbours(tail, head, len(x))
    order = dissection.contraction_order(first, other, x, y, quick=quick)
    first, upper, parent = _contract(first, other, order)
    return _renumbered(first, upper, parent, order)


@_jit
def _neighbours(tail: Any, head: Any, size: int) -> Any:
    """Return the distinct neighbours of each node in either direction, sorted."""
    first = np.zeros(size + 1, np.int64)
    for arc in range(len(tail)):
        if tail[arc] != head[arc]:
            first[tail[arc]] += 1
            first[head[arc]] += 1
    total = 0
    for node in range(size + 1):
        count = first[node]
        first[node] = total
        total += count
    other = np.empty(total, np.int32)
    for arc in range(len(tail)):
        if tail[arc] != head[arc]:
            other[first[tail[arc]]] = head[arc]
            first[tail[arc]] += 1
            other[first[head[arc]]] = tail[arc]
            first[head[arc]] += 1
    # Filling has moved every start to the next one's place. Doubles are left out from front to back.
    begin = 0
    put = 0
    for node in range(size):
        end = first[node]
        _sort(other, begin, end)
        first[node] = put
        for i in range(begin, end):
            if i == begin or other[i] != other[i - 1]:
                other[put] = other[i]
                put += 1
        begin = end
    first[size] = put
    return first, other[:put].copy()


@_jit
def _sort(values: Any, begin: int, end: int) -> None:
    """Sort a range, most often a very short one."""
    if end - begin > 32:
        values[begin:end].sort()
        return
    for i in range(begin + 1, end):
        value = values[i]
        j = i
        while j > begin and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


@_jit
def _contract(near_first: Any, near: Any, order: Any) -> Any:
    """Return the higher neighbours of each rank after contraction: what is above a node is above its parent as well."""
    size = len(order)
    rank = np.empty(size, np.int32)
    for node in range(size):
        rank[order[node]] = node
    parent = np.full(size, -1, np.int32)
    child = np.full(size, -1, np.int32)
    sibling = np.full(size, -1, np.int32)
    seen = np.full(size, -1, np.int32)
    out_first = np.zeros(size + 1, np.int64)
    out = np.empty(2 * len(near) + 1024, np.int32)
    count = 0
    for node in range(size):
        begin = count
        most = near_first[order[node] + 1] - near_first[order[node]]
        lower = child[node]
        while lower >= 0:
            most += out_first[lower + 1] - out_first[lower]
            lower = sibling[lower]
        while count + most > len(out):
            out = grown(out, 2 * len(out))
        for arc in range(near_first[order[node]], near_first[order[node] + 1]):
            above = rank[near[arc]]
            if above > node:
                seen[above] = node
                out[count] = above
                count += 1
        lower = child[node]
        while lower >= 0:
            for arc in range(out_first[lower], out_first[lower + 1]):
                above = out[arc]
                if above != node and seen[above] != node:
                    seen[above] = node
                    out[count] = above
                    count += 1
            lower = sibling[lower]
        out_first[node + 1] = count
        if count > begin:
            _sort(out, begin, count)
            parent[node] = out[begin]
            sibling[node] = child[out[begin]]
            child[out[begin]] = node
    return out_first, out[:count].copy(), parent


def _renumbered(
    first: NDArray[np.int64], upper: NDArray[np.int32], parent: NDArray[np.int32], order: NDArray[np.int32]
) -> Hierarchy:
    """Renumber the ranks along the tree of parents, so that every subtree is one range."""
    rank, *rest = _along_tree(first, upper, parent, order, _postorder(parent))
    return Hierarchy(rank, *rest)


@_jit
def _along_tree(first: Any, upper: Any, parent: Any, order: Any, new: Any) -> Any:
    size = len(parent)
    rank = np.empty(size, np.int32)
    old = np.empty(size, np.int32)
    for node in range(size):
        rank[order[node]] = new[node]
        old[new[node]] = node
    new_first = np.zeros(size + 1, np.int64)
    new_upper = np.empty(len(upper), np.int32)
    new_parent = np.full(size, -1, np.int32)
    lowest = np.arange(size).astype(np.int32)
    put = 0
    for node in range(size):
        # All that is above a node is a chain of the tree: its order stays.
        for arc in range(first[old[node]], first[old[node] + 1]):
            new_upper[put] = new[upper[arc]]
            put += 1
        new_first[node + 1] = put
        above = parent[old[node]]
        if above >= 0:
            new_parent[node] = new[above]
            lowest[new[above]] = min(lowest[new[above]], lowest[node])
    return rank, new_first, new_upper, new_parent, lowest


@_jit
def _postorder(parent: Any) -> Any:
    """Return new ranks in which every subtree is one range that ends with its root."""
    size = len(parent)
    child = np.full(size, -1, np.int32)
    sibling = np.full(size, -1, np.int32)
    stack = np.empty(size, np.int32)
    depth = 0
    for node in range(size):
        if parent[node] >= 0:
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
        else:
            stack[depth] = node
            depth += 1
    rank = np.empty(size, np.int32)
    left = size
    while depth > 0:
        depth -= 1
        node = stack[depth]
        left -= 1
        rank[node] = left
        below = child[node]
        while below >= 0:
            stack[depth] = below
            depth += 1
            below = sibling[below]
    return rank
