"""The part of a hierarchy that matters to some targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.roads.hierarchy import Hierarchy

__all__ = ["Below", "restrict"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@dataclass(frozen=True, eq=False)
class Below:
    """The part of a hierarchy that ways down to the targets pass, renumbered without gaps in the same order.

    Parameters
    ----------
    place
        Where each rank of the hierarchy stands in the part, -1 for what leads to no target; shape (nodes,).
    first, upper
        The higher neighbours of each place within the part.
    lowest
        The lowest place below each place in the tree of parents: its subtree is lowest[i]…i.
    down_first, down_tail, down_weight
        The arcs into each place from higher ones.
    """

    place: NDArray[np.int32]
    first: NDArray[np.int64]
    upper: NDArray[np.int32]
    lowest: NDArray[np.int32]
    down_first: NDArray[np.int64]
    down_tail: NDArray[np.int32]
    down_weight: NDArray[np.int32]


def restrict(hierarchy: Hierarchy, down: tuple[NDArray[Any], ...], targets: NDArray[np.int32]) -> Below:
    """Find the part of a hierarchy that ways down to targets pass.

    Parameters
    ----------
    hierarchy
        The order.
    down
        The arcs downwards of a metric: where each rank's begin, their tails and their weights.
    targets
        Ranks, -1 for none.

    References
    ----------
    Delling, Goldberg and Werneck (2011), Faster batched shortest paths in road networks, ATMOS.
    """
    arrays: list[Any] = [hierarchy.first, hierarchy.upper, hierarchy.lowest, *down, targets]
    return Below(*_restricted(*arrays))


@_jit
def _restricted(
    first: Any, upper: Any, lowest: Any, down_first: Any, down_tail: Any, down_weight: Any, targets: Any
) -> Any:
    size = len(first) - 1
    place = np.full(size, -1, np.int32)
    for target in targets:
        if target >= 0:
            place[target] = 0
    kept = 0
    arcs = 0
    # What a target is reached from is higher, so one pass upwards finds all of it.
    for node in range(size):
        if place[node] >= 0:
            for arc in range(down_first[node], down_first[node + 1]):
                place[down_tail[arc]] = 0
            kept += 1
            arcs += down_first[node + 1] - down_first[node]
    before = np.empty(size + 1, np.int32)
    count = 0
    for node in range(size):
        before[node] = count
        if place[node] >= 0:
            place[node] = count
            count += 1
    some_first = np.empty(kept + 1, np.int64)
    some_lowest = np.empty(kept, np.int32)
    some_down_first = np.empty(kept + 1, np.int64)
    some_tail = np.empty(arcs, np.int32)
    some_weight = np.empty(arcs, np.int32)
    neighbours = 0
    arcs = 0
    for node in range(size):
        at = place[node]
        if at >= 0:
            some_first[at] = neighbours
            some_down_first[at] = arcs
            some_lowest[at] = before[lowest[node]]
            for arc in range(first[node], first[node + 1]):
                neighbours += place[upper[arc]] >= 0
            for arc in range(down_first[node], down_first[node + 1]):
                some_tail[arcs] = place[down_tail[arc]]
                some_weight[arcs] = down_weight[arc]
                arcs += 1
    some_first[kept] = neighbours
    some_down_first[kept] = arcs
    some_upper = np.empty(neighbours, np.int32)
    neighbours = 0
    for node in range(size):
        if place[node] >= 0:
            for arc in range(first[node], first[node + 1]):
                if place[upper[arc]] >= 0:
                    some_upper[neighbours] = place[upper[arc]]
                    neighbours += 1
    return place, some_first, some_upper, some_lowest, some_down_first, some_tail, some_weight
