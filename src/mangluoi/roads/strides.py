"""Least-cost walking over cells: Dijkstra's search with 8 or 16 neighbours, uphill slower than downhill."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError

__all__ = ["BACKWARD", "BOTH_WAYS", "FORWARD", "moves", "spread"]

#: Which way the walker goes: from the seeds, to the seeds, or half of there and back.
FORWARD, BACKWARD, BOTH_WAYS = 0, 1, 2

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


def moves(neighbours: int) -> NDArray[np.int64]:
    """Return the steps to neighbouring cells as rows and columns; with 16, a knight's moves as well.

    Raises
    ------
    InputError
        If the number is neither 8 nor 16.
    """
    if neighbours not in (8, 16):
        raise InputError([Complaint("not_in_list", column="neighbours", value=neighbours, details={"nearest": "16"})])
    near = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    far = [(i, j) for i in (-2, -1, 1, 2) for j in (-2, -1, 1, 2) if abs(i) != abs(j)]
    return np.array(near + (far if neighbours == 16 else []), dtype=np.int64)


@_jit
def _tobler(grade: float) -> float:
    """Return how much longer a step takes than on level ground (Tobler 1993)."""
    return float(np.exp(3.5 * (abs(grade + 0.05) - 0.05)))


@_jit
def _step(min_per_m: Any, height: Any, cell_m: float, a: int, b: int, i: int, j: int, way: int) -> float:
    """Return the minutes of a step from cell a to cell b, i rows and j columns away; inf where it is barred."""
    columns = min_per_m.shape[1]
    pace_a, pace_b = min_per_m[a // columns, a % columns], min_per_m[b // columns, b % columns]
    pace = 0.5 * (pace_a + pace_b)
    if not np.isfinite(pace):
        return np.inf
    # A step between two cells that touch at a corner, or over the edge of others, needs what lies between to be open:
    # a river one cell wide is not jumped.
    row, column = a // columns, a % columns
    if abs(i) == 1 and abs(j) == 1:
        if not (np.isfinite(min_per_m[row + i, column]) or np.isfinite(min_per_m[row, column + j])):
            return np.inf
    elif abs(i) == 2:
        if not (np.isfinite(min_per_m[row + i // 2, column]) and np.isfinite(min_per_m[row + i // 2, column + j])):
            return np.inf
    elif abs(j) == 2 and not (
        np.isfinite(min_per_m[row, column + j // 2]) and np.isfinite(min_per_m[row + i, column + j // 2])
    ):
        return np.inf
    run = cell_m * np.sqrt(float(i * i + j * j))
    rise = height[b // columns, b % columns] - height[a // columns, a % columns]
    if not np.isfinite(rise):
        return float(pace * run)
    if way == 0:
        return float(pace * run * _tobler(rise / run))
    if way == 1:
        return float(pace * run * _tobler(-rise / run))
    return float(pace * run * 0.5 * (_tobler(rise / run) + _tobler(-rise / run)))


@_jit
def _up(heap: Any, place: Any, cost: Any, at: int) -> None:
    """Move a cell up the heap while it is cheaper than what lies above."""
    cell = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        if cost[heap[above]] <= cost[cell]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = cell
    place[cell] = at


@_jit
def _down(heap: Any, place: Any, cost: Any, size: int) -> None:
    """Move the first cell down the heap while it is dearer than what lies below."""
    cell, at = heap[0], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and cost[heap[below + 1]] < cost[heap[below]]:
            below += 1
        if cost[heap[below]] >= cost[cell]:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = cell
    place[cell] = at


@_jit
def spread(
    min_per_m: Any, height: Any, cell_m: float, steps: Any, seeds: Any, limit: float, way: int, wanted: Any
) -> tuple[Any, Any]:
    """Return the minutes between the nearest seed and every cell, and which seed that is.

    Parameters
    ----------
    min_per_m, height, cell_m
        As in `Ground`.
    steps
        As `moves` gives them.
    seeds
        Cells to start from, each once; a closed one reaches nothing but itself.
    limit
        The farthest that counts, in minutes.
    way
        `FORWARD`, `BACKWARD` or `BOTH_WAYS`.
    wanted
        The cells that are asked for: the search stops when all of them are reached. None asked for means all.

    Returns
    -------
    minutes, seed
        By cell; inf and -1 where no seed is within the limit. Of equally near seeds the first one given. Cells that
        were not asked for may hold more than their minutes.
    """
    rows, columns = min_per_m.shape
    count = rows * columns
    cost, seed = np.full(count, np.inf), np.full(count, -1, np.int32)
    place, heap = np.full(count, -1, np.int32), np.empty(count, np.int32)
    asked, left = np.zeros(count, np.bool_), 0
    for cell in wanted:
        if not asked[cell]:
            asked[cell] = True
            left += 1
    size = 0
    for k in range(len(seeds)):
        cell = seeds[k]
        if place[cell] < 0:
            cost[cell], seed[cell] = 0.0, k
            heap[size] = cell
            _up(heap, place, cost, size)
            size += 1
    while size > 0:
        cell = heap[0]
        place[cell] = -2
        size -= 1
        if asked[cell]:
            left -= 1
            if left == 0:
                break
        if size > 0:
            heap[0] = heap[size]
            _down(heap, place, cost, size)
        row, column = cell // columns, cell % columns
        for k in range(len(steps)):
            i, j = steps[k, 0], steps[k, 1]
            if not (0 <= row + i < rows and 0 <= column + j < columns):
                continue
            other = (row + i) * columns + column + j
            if place[other] == -2:
                continue
            reached = cost[cell] + _step(min_per_m, height, cell_m, cell, other, i, j, way)
            if not reached <= limit:
                continue
            if reached < cost[other] or (reached == cost[other] and seed[cell] < seed[other]):
                cost[other], seed[other] = reached, seed[cell]
                if place[other] < 0:
                    heap[size] = other
                    place[other] = size
                    size += 1
                _up(heap, place, cost, place[other])
    return cost, seed
