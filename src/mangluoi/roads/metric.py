"""Speeds put on a contraction hierarchy in a moment: the least weight of every arc, and which arcs are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.roads.hierarchy import Hierarchy
from mangluoi.roads.layout import FAR_MS

__all__ = ["Metric", "customize", "locate"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


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
    far = np.int32(FAR_MS)
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
    far = np.int32(FAR_MS)
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
    """Find where the higher neighbours that follow arc i stand among those of its head, and whether without gaps.

    They do stand there, for all that is above a node is above its lowest neighbour; most often without gaps, and then
    whole vectors are taken.
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
