"""Customizable contraction hierarchy: an order of the nodes made once, any speeds put on it in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import dissection, layout

__all__ = ["Hierarchy", "Metric", "build", "customize"]

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


@dataclass(frozen=True, eq=False)
class Metric:
    """The weights of one network on a hierarchy; arcs that no shortest way needs are left out.

    Parameters
    ----------
    up_first, up_head, up_weight
        Arcs from each rank to higher ones.
    down_first, down_tail, down_weight
        Arcs into each rank from higher ones.
    """

    up_first: NDArray[np.int64]
    up_head: NDArray[np.int32]
    up_weight: NDArray[np.int32]
    down_first: NDArray[np.int64]
    down_tail: NDArray[np.int32]
    down_weight: NDArray[np.int32]


def build(
    x: NDArray[np.float64], y: NDArray[np.float64], tail: NDArray[np.int32], head: NDArray[np.int32]
) -> Hierarchy:
    """Order and contract a graph.

    References
    ----------
    Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies, ACM Journal of Experimental
    Algorithmics 21.
    """
    size = len(x)
    both = np.concatenate([tail, head]).astype(np.int64), np.concatenate([head, tail]).astype(np.int64)
    first, other = _neighbours(*both, size)
    order = dissection.contraction_order(first, other, x, y)
    rank = np.empty(size, dtype=np.int32)
    rank[order] = np.arange(size, dtype=np.int32)
    # Contract once to learn the tree, renumber along it so that every subtree is one range, and contract again.
    for turn in range(2):
        lower, higher = np.minimum(rank[tail], rank[head]), np.maximum(rank[tail], rank[head])
        up_first, up = _neighbours(lower.astype(np.int64), higher.astype(np.int64), size)
        up_first, up, parent = _contract(up_first, up)
        if turn == 0:
            rank = _postorder(parent)[rank]
    return Hierarchy(rank, up_first, up, parent, _lowest(parent))


def _neighbours(
    tail: NDArray[np.int64], head: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the distinct heads of each tail, sorted."""
    keys = np.unique(tail[tail != head] * size + head[tail != head])
    first = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys // max(1, size), minlength=size), out=first[1:])
    return first, (keys % max(1, size)).astype(np.int32)


@_jit
def _contract(first: Any, upper: Any) -> Any:
    """Add the arcs that contraction brings: what is above a node is above its parent as well."""
    size = len(first) - 1
    parent = np.full(size, -1, np.int32)
    child = np.full(size, -1, np.int32)
    sibling = np.full(size, -1, np.int32)
    seen = np.full(size, -1, np.int32)
    out_first = np.zeros(size + 1, np.int64)
    out = np.empty(4 * len(upper) + 1024, np.int32)
    count = 0
    for node in range(size):
        begin = count
        for arc in range(first[node], first[node + 1]):
            seen[upper[arc]] = node
            if count == len(out):
                out = _doubled(out)
            out[count] = upper[arc]
            count += 1
        lower = child[node]
        while lower >= 0:
            for arc in range(out_first[lower], out_first[lower + 1]):
                above = out[arc]
                if above != node and seen[above] != node:
                    seen[above] = node
                    if count == len(out):
                        out = _doubled(out)
                    out[count] = above
                    count += 1
            lower = sibling[lower]
        out_first[node + 1] = count
        if count > begin:
            out[begin:count].sort()
            parent[node] = out[begin]
            sibling[node] = child[out[begin]]
            child[out[begin]] = node
    return out_first, out[:count].copy(), parent


@_jit
def _doubled(array: Any) -> Any:
    longer = np.empty(2 * len(array), array.dtype)
    longer[: len(array)] = array
    return longer


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


@_jit
def _lowest(parent: Any) -> Any:
    lowest = np.arange(len(parent)).astype(np.int32)
    for node in range(len(parent)):
        above = parent[node]
        if above >= 0 and lowest[node] < lowest[above]:
            lowest[above] = lowest[node]
    return lowest


def customize(
    hierarchy: Hierarchy, tail: NDArray[np.int32], head: NDArray[np.int32], ms: NDArray[np.int32]
) -> Metric | None:
    """Put weights on a hierarchy; None where the graph has an arc that the hierarchy does not know.

    Parameters
    ----------
    hierarchy
        Made by `build` for a graph with the same nodes and at least these arcs.
    tail, head, ms
        The arcs and their whole milliseconds.
    """
    up, down, known = _weigh(hierarchy.first, hierarchy.upper, hierarchy.rank[tail], hierarchy.rank[head], ms)
    if not known:
        return None
    needed_up, needed_down = _perfect(hierarchy.first, hierarchy.upper, up, down)
    return Metric(
        *_kept(hierarchy.first, hierarchy.upper, up, needed_up),
        *_kept(hierarchy.first, hierarchy.upper, down, needed_down),
    )


def _kept(
    first: NDArray[np.int64], upper: NDArray[np.int32], weight: NDArray[np.int32], needed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    before = np.concatenate([[0], np.cumsum(needed)])
    return before[first], upper[needed], weight[needed]


@_jit
def _weigh(first: Any, upper: Any, tail: Any, head: Any, ms: Any) -> Any:
    """Give every arc the least weight of the graph's own arcs and of the ways over lower nodes."""
    far = np.int32(layout.FAR_MS)
    up = np.full(len(upper), far, np.int32)
    down = np.full(len(upper), far, np.int32)
    for arc in range(len(tail)):
        lower = min(tail[arc], head[arc])
        higher = max(tail[arc], head[arc])
        place = first[lower] + np.searchsorted(upper[first[lower] : first[lower + 1]], higher)
        if place == first[lower + 1] or upper[place] != higher:
            return up, down, False
        if tail[arc] < head[arc]:
            up[place] = min(up[place], ms[arc])
        else:
            down[place] = min(down[place], ms[arc])
    for node in range(len(first) - 1):
        end = first[node + 1]
        for i in range(first[node], end):
            place = first[upper[i]]
            up_i = up[i]
            down_i = down[i]
            for j in range(i + 1, end):
                # All that is above a node is above its lowest neighbour: the arc is there.
                while upper[place] != upper[j]:
                    place += 1
                there = down_i + up[j]
                back = down[j] + up_i
                if there < up[place]:
                    up[place] = there
                if back < down[place]:
                    down[place] = back
                place += 1
    return up, down, True


@_jit
def _perfect(first: Any, upper: Any, up: Any, down: Any) -> Any:
    """Say which arcs are a shortest way themselves: the others are never needed."""
    best_up = up.copy()
    best_down = down.copy()
    for node in range(len(first) - 2, -1, -1):
        end = first[node + 1]
        for i in range(first[node], end):
            place = first[upper[i]]
            for j in range(i + 1, end):
                while upper[place] != upper[j]:
                    place += 1
                best_up[j] = min(best_up[j], best_up[i] + best_up[place])
                best_down[j] = min(best_down[j], best_down[i] + best_down[place])
                best_up[i] = min(best_up[i], best_up[j] + best_down[place])
                best_down[i] = min(best_down[i], best_down[j] + best_up[place])
                place += 1
    far = np.int32(layout.FAR_MS)
    return (best_up == up) & (up < far), (best_down == down) & (down < far)
