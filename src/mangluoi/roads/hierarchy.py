"""Customizable contraction hierarchy: an order of the nodes made once, any speeds put on it in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import dissection, layout
from mangluoi.roads.kernels import grown

__all__ = ["Hierarchy", "Metric", "build", "customize", "locate"]

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


@_jit
def locate(first: Any, upper: Any, rank: Any, tail: Any, head: Any) -> Any:
    """Return where each arc of a network stands among the arcs of a hierarchy: i upwards, -1 - i downwards.

    Says too whether the hierarchy knows them all; it lacks roads that were built after it.
    """
    slots = np.empty(len(tail), np.int32)
    for arc in range(len(tail)):
        start = rank[tail[arc]]
        end = rank[head[arc]]
        lower = min(start, end)
        higher = max(start, end)
        place = first[lower]
        while place < first[lower + 1] and upper[place] < higher:
            place += 1
        if place == first[lower + 1] or upper[place] != higher:
            return slots, False
        slots[arc] = place if start < end else -1 - place
    return slots, True


def customize(hierarchy: Hierarchy, slots: NDArray[np.int32], ms: NDArray[np.int32]) -> Metric:
    """Put weights on a hierarchy.

    Parameters
    ----------
    hierarchy
        Made by `build` for a graph with the same nodes and at least these arcs.
    slots
        Where the arcs stand, from `locate`.
    ms
        Their whole milliseconds.
    """
    first, upper = hierarchy.first, hierarchy.upper
    up, down = _weigh(first, upper, slots, ms)
    best_up, best_down = _perfect(first, upper, up, down)
    return Metric(*_kept(first, upper, up, best_up), *_kept(first, upper, down, best_down))


@_jit
def _kept(first: Any, upper: Any, weight: Any, best: Any) -> Any:
    """Return the arcs that are a shortest way themselves: the others are never needed."""
    far = np.int32(layout.FAR_MS)
    count = 0
    for arc in range(len(upper)):
        count += weight[arc] == best[arc] and weight[arc] < far
    some_first = np.zeros(len(first), np.int64)
    some_upper = np.empty(count, np.int32)
    some_weight = np.empty(count, np.int32)
    put = 0
    for node in range(len(first) - 1):
        for arc in range(first[node], first[node + 1]):
            if weight[arc] == best[arc] and weight[arc] < far:
                some_upper[put] = upper[arc]
                some_weight[put] = weight[arc]
                put += 1
        some_first[node + 1] = put
    return some_first, some_upper, some_weight


@_jit
def _weigh(first: Any, upper: Any, slots: Any, ms: Any) -> Any:
    """Give every arc the least weight of the graph's own arcs and of the ways over lower nodes."""
    far = np.int32(layout.FAR_MS)
    up = np.full(len(upper), far, np.int32)
    down = np.full(len(upper), far, np.int32)
    for arc in range(len(slots)):
        place = slots[arc]
        if place >= 0:
            up[place] = min(up[place], ms[arc])
        else:
            down[-1 - place] = min(down[-1 - place], ms[arc])
    for node in range(len(first) - 1):
        end = first[node + 1]
        for i in range(first[node], end - 1):
            up_i = up[i]
            down_i = down[i]
            place, side_by_side = _beside(first, upper, i, end)
            if side_by_side:
                count = end - i - 1
                over_up = up[place : place + count]
                over_down = down[place : place + count]
                own_up = up[i + 1 : end]
                own_down = down[i + 1 : end]
                for j in range(count):
                    over_up[j] = min(over_up[j], np.int32(down_i + own_up[j]))
                for j in range(count):
                    over_down[j] = min(over_down[j], np.int32(up_i + own_down[j]))
            else:
                for j in range(i + 1, end):
                    while upper[place] != upper[j]:
                        place += 1
                    up[place] = min(up[place], np.int32(down_i + up[j]))
                    down[place] = min(down[place], np.int32(up_i + down[j]))
    return up, down


@_jit
def _beside(first: Any, upper: Any, i: int, end: int) -> Any:
    """Find where the higher neighbours that follow arc i stand among those of its head: all that is above a node is
    above its lowest neighbour. Says too whether they stand there without gaps, as most do: then whole vectors are taken.
    """
    place = first[upper[i]]
    following = upper[i + 1]
    while upper[place] != following:
        place += 1
    last = place + end - i - 2
    return place, last < first[upper[i] + 1] and upper[last] == upper[end - 1]


@_jit
def _perfect(first: Any, upper: Any, up: Any, down: Any) -> Any:
    """Return the least weight that there is from end to end of every arc, over whatever other arcs."""
    best_up = up.copy()
    best_down = down.copy()
    for node in range(len(first) - 2, -1, -1):
        end = first[node + 1]
        for i in range(first[node], end - 1):
            place, side_by_side = _beside(first, upper, i, end)
            up_i = best_up[i]
            down_i = best_down[i]
            least_up = up_i
            least_down = down_i
            if side_by_side:
                count = end - i - 1
                over_up = best_up[place : place + count]
                over_down = best_down[place : place + count]
                own_up = best_up[i + 1 : end]
                own_down = best_down[i + 1 : end]
                for j in range(count):
                    least_up = min(least_up, np.int32(own_up[j] + over_down[j]))
                    least_down = min(least_down, np.int32(own_down[j] + over_up[j]))
                for j in range(count):
                    own_up[j] = min(own_up[j], np.int32(up_i + over_up[j]))
                    own_down[j] = min(own_down[j], np.int32(down_i + over_down[j]))
            else:
                for j in range(i + 1, end):
                    while upper[place] != upper[j]:
                        place += 1
                    least_up = min(least_up, np.int32(best_up[j] + best_down[place]))
                    least_down = min(least_down, np.int32(best_down[j] + best_up[place]))
                    best_up[j] = min(best_up[j], np.int32(up_i + best_up[place]))
                    best_down[j] = min(best_down[j], np.int32(down_i + best_down[place]))
            best_up[i] = least_up
            best_down[i] = least_down
    return best_up, best_down
