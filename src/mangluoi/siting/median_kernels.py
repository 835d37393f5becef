"""Compiled loops over the p-median: nearest open sites, greedy choice, swaps, and steps of the Lagrangian bound.

The pairs of point i are ``start[i]:start[i + 1]`` of `site` and `cost`, cheapest first.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

__all__ = ["add", "exchange", "step", "two_best"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def two_best(start: Any, site: Any, cost: Any, is_open: Any, penalty: float, best: Any, one: Any, two: Any) -> None:
    """Write each point's cheapest open site (-1 where none) and the costs of its cheapest and second one."""
    for i in range(len(start) - 1):
        best[i] = -1
        one[i] = two[i] = penalty
        for k in range(start[i], start[i + 1]):
            if is_open[site[k]]:
                if best[i] < 0:
                    best[i] = site[k]
                    one[i] = cost[k]
                else:
                    two[i] = cost[k]
                    break


@_jit
def add(start: Any, site: Any, cost: Any, is_open: Any, given: Any, penalty: float, more: int) -> None:
    """Open, one after another, the site that saves most."""
    size = len(is_open)
    now = np.empty(len(start) - 1)
    best = np.empty(len(start) - 1, np.int64)
    spare = np.empty(len(start) - 1)
    two_best(start, site, cost, is_open, penalty, best, now, spare)
    gain = np.zeros(size)
    for i in range(len(now)):
        for k in range(start[i], start[i + 1]):
            if cost[k] >= now[i]:
                break
            gain[site[k]] += now[i] - cost[k]
    for _ in range(more):
        new, most = -1, -1.0
        for j in range(size):
            if not is_open[j] and not given[j] and gain[j] > most:
                new, most = j, gain[j]
        if new < 0:
            break
        is_open[new] = True
        for i in range(len(now)):
            after = now[i]
            for k in range(start[i], start[i + 1]):
                if cost[k] >= now[i]:
                    break
                if site[k] == new:
                    after = cost[k]
                    break
            if after < now[i]:
                for k in range(start[i], start[i + 1]):
                    if cost[k] >= now[i]:
                        break
                    gain[site[k]] -= now[i] - max(cost[k], after)
                now[i] = after


@_jit
def exchange(start: Any, site: Any, cost: Any, is_open: Any, movable: Any, penalty: float, most: int) -> int:
    """Swap an open site for a closed one, always the best swap, as long as one saves anything."""
    size, points, free = len(is_open), len(start) - 1, len(movable)
    best = np.empty(points, np.int64)
    one, two = np.empty(points), np.empty(points)
    rank = np.full(size, -1, np.int64)
    for r in range(free):
        rank[movable[r]] = r
    gain = np.empty(size)
    loss = np.empty(free)
    extra = np.empty((free, size))
    for number in range(most):
        two_best(start, site, cost, is_open, penalty, best, one, two)
        gain[:] = 0.0
        loss[:] = 0.0
        extra[:] = 0.0
        total = 0.0
        for i in range(points):
            total += one[i]
            mine = -1 if best[i] < 0 else rank[best[i]]
            if mine >= 0:
                loss[mine] += two[i] - one[i]
            # Only pairs cheaper than a point's second site can change anything.
            for k in range(start[i], start[i + 1]):
                if cost[k] >= two[i]:
                    break
                if cost[k] < one[i]:
                    gain[site[k]] += one[i] - cost[k]
                # Closing a point's site costs less where the new site is nearer than its second one.
                if mine >= 0:
                    extra[mine, site[k]] += two[i] - max(one[i], cost[k])
        out, new, profit = -1, -1, 1e-9 * max(total, 1.0)
        for r in range(free):
            for j in range(size):
                if not is_open[j] and gain[j] - loss[r] + extra[r, j] > profit:
                    out, new, profit = r, j, gain[j] - loss[r] + extra[r, j]
        if out < 0:
            return number
        is_open[movable[out]] = False
        is_open[new] = True
        rank[movable[out]] = -1
        movable[out] = new
        rank[new] = out
    return most


@_jit
def step(start: Any, site: Any, cost: Any, given: Any, p: int, price: Any, worth: Any, slope: Any, taken: Any) -> float:
    """Return the Lagrangian bound at some prices; write the sites' worths, who is taken, and the slope."""
    points = len(start) - 1
    worth[:] = 0.0
    bound = 0.0
    for i in range(points):
        bound += price[i]
        slope[i] = 1.0
        for k in range(start[i], start[i + 1]):
            if cost[k] >= price[i]:
                break
            worth[site[k]] += cost[k] - price[i]
    taken[:] = given
    left = p
    for j in np.argsort(worth, kind="mergesort"):
        if given[j]:
            bound += worth[j]
        elif left > 0:
            taken[j] = True
            bound += worth[j]
            left -= 1
    for i in range(points):
        for k in range(start[i], start[i + 1]):
            if cost[k] >= price[i]:
                break
            if taken[site[k]]:
                slope[i] -= 1.0
    return bound
