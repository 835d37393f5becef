"""Compiled loops over coverage: who covers whom, greedy choice, swaps, and prices that bound every choice.

Classes of points and sites stand in compressed rows, both in rising order: the sites of class i are
``row_site[row_start[i]:row_start[i + 1]]``, the classes of site j ``site_row[site_start[j]:site_start[j + 1]]``.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

__all__ = ["choose", "climb", "dominated", "flipped", "instead", "losses", "same_rows", "scores", "swap", "tops"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)
_BLOCK = 512


@_jit
def flipped(start: Any, item: Any, size: int) -> Any:
    """Return the compressed rows of the transpose; each row of it rises."""
    first = np.zeros(size + 1, np.int64)
    for k in range(len(item)):
        first[item[k] + 1] += 1
    for j in range(size):
        first[j + 1] += first[j]
    place = first[:-1].copy()
    turned = np.empty(len(item), np.int32)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            turned[place[item[k]]] = i
            place[item[k]] += 1
    return first, turned


@_jit
def same_rows(start: Any, item: Any, order: Any, one: Any, two: Any) -> Any:
    """Return, for rows in an order that brings equal hashes together, the first row that equals each."""
    first = np.empty(len(order), np.int64)
    for position in range(len(order)):
        i = order[position]
        first[i] = i
        back = position - 1
        while back >= 0 and one[order[back]] == one[i] and two[order[back]] == two[i]:
            k = order[back]
            equal = first[k] == k and start[k + 1] - start[k] == start[i + 1] - start[i]
            if equal:
                for step in range(start[i + 1] - start[i]):
                    if item[start[k] + step] != item[start[i] + step]:
                        equal = False
                        break
            if equal:
                first[i] = k
                break
            back -= 1
    return first


@_jit
def dominated(row_start: Any, row_site: Any, site_start: Any, site_row: Any, cost: Any) -> Any:
    """Return which sites another covers wholly at no greater cost; of equal ones the first stays."""
    size = len(site_start) - 1
    gone = np.zeros(size, np.bool_)
    stamp = np.full(len(row_start) - 1, -1, np.int64)
    for a in range(size):
        begin, end = site_start[a], site_start[a + 1]
        if begin == end:
            gone[a] = True
            continue
        rarest = site_row[begin]
        for k in range(begin, end):
            i = site_row[k]
            if row_start[i + 1] - row_start[i] < row_start[rarest + 1] - row_start[rarest]:
                rarest = i
        for k in range(row_start[rarest], row_start[rarest + 1]):
            b = row_site[k]
            length = site_start[b + 1] - site_start[b]
            if b == a or gone[b] or cost[b] > cost[a] or length < end - begin:
                continue
            if length == end - begin and cost[b] == cost[a] and b > a:
                continue
            for q in range(site_start[b], site_start[b + 1]):
                stamp[site_row[q]] = a * size + b
            inside = True
            for q in range(begin, end):
                if stamp[site_row[q]] != a * size + b:
                    inside = False
                    break
            if inside:
                gone[a] = True
                break
    return gone


@_jit
def scores(site_start: Any, site_row: Any, value: Any, out: Any) -> None:
    """Sum the values of the classes that each site covers."""
    for j in range(len(site_start) - 1):
        total = 0.0
        for k in range(site_start[j], site_start[j + 1]):
            total += value[site_row[k]]
        out[j] = total


@_jit
def tops(row_start: Any, row_site: Any, value: Any, out: Any) -> None:
    """Return the largest value of the sites that cover each class."""
    for i in range(len(row_start) - 1):
        top = 0.0
        for k in range(row_start[i], row_start[i + 1]):
            top = max(top, value[row_site[k]])
        out[i] = top


@_jit
def _best_of(gain: Any, cost: Any, left: float, is_open: Any, begin: int, end: int) -> Any:
    best, rate = -1, 0.0
    for j in range(begin, end):
        if not is_open[j] and cost[j] <= left and gain[j] > 0:
            own = gain[j] / max(cost[j], 1e-12)
            if own > rate:
                best, rate = j, own
    return best, rate


@_jit
def choose(
    row_start: Any,
    row_site: Any,
    site_start: Any,
    site_row: Any,
    people: Any,
    cost: Any,
    left: float,
    gain: Any,
    count: Any,
    is_open: Any,
    order: Any,
) -> int:
    """Open the site of the best gain per cost as long as one fits; `gain`, `count` and `is_open` are kept true."""
    size = len(site_start) - 1
    blocks = (size + _BLOCK - 1) // _BLOCK
    rate = np.zeros(blocks)
    stale = np.ones(blocks, np.bool_)
    taken = 0
    while taken < len(order):
        for b in range(blocks):
            if stale[b]:
                _, rate[b] = _best_of(gain, cost, left, is_open, b * _BLOCK, min(size, (b + 1) * _BLOCK))
                stale[b] = False
        b = int(np.argmax(rate))
        if rate[b] <= 0:
            break
        best, _ = _best_of(gain, cost, left, is_open, b * _BLOCK, min(size, (b + 1) * _BLOCK))
        stale[b] = True
        if best < 0:
            # What stood there no longer fits into what is left.
            continue
        order[taken] = best
        taken += 1
        is_open[best] = True
        left -= cost[best]
        for k in range(site_start[best], site_start[best + 1]):
            i = site_row[k]
            count[i] += 1
            if count[i] == 1:
                for q in range(row_start[i], row_start[i + 1]):
                    gain[row_site[q]] -= people[i]
                    stale[row_site[q] // _BLOCK] = True
    return taken


@_jit
def losses(site_start: Any, site_row: Any, people: Any, count: Any, is_open: Any, out: Any) -> None:
    """Return the people whom each open site alone covers."""
    for j in range(len(site_start) - 1):
        out[j] = 0.0
        if is_open[j]:
            for k in range(site_start[j], site_start[j + 1]):
                if count[site_row[k]] == 1:
                    out[j] += people[site_row[k]]


@_jit
def _shut(
    r: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, state: Any, count: Any,
    is_open: Any,
) -> None:  # fmt: skip
    gain, loss = state
    is_open[r] = False
    for k in range(site_start[r], site_start[r + 1]):
        i = site_row[k]
        count[i] -= 1
        if count[i] == 0:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] += people[i]
        elif count[i] == 1:
            for q in range(row_start[i], row_start[i + 1]):
                if is_open[row_site[q]]:
                    loss[row_site[q]] += people[i]
                    break
    loss[r] = 0.0


@_jit
def _open(
    j: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, state: Any, count: Any,
    is_open: Any,
) -> None:  # fmt: skip
    gain, loss = state
    for k in range(site_start[j], site_start[j + 1]):
        i = site_row[k]
        count[i] += 1
        if count[i] == 1:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] -= people[i]
            loss[j] += people[i]
        elif count[i] == 2:
            for q in range(row_start[i], row_start[i + 1]):
                if is_open[row_site[q]]:
                    loss[row_site[q]] -= people[i]
                    break
    is_open[j] = True


@_jit
def instead(
    r: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, count: Any, is_open: Any,
    bonus: Any, touched: Any,
) -> int:  # fmt: skip
    """Add up whom each closed site would cover of those whom an open one alone covers; return how many such sites.

    They come first in `touched`; `bonus` is zero before, and to be set to zero again by who calls.
    """
    near = 0
    for k in range(site_start[r], site_start[r + 1]):
        i = site_row[k]
        if count[i] == 1:
            for q in range(row_start[i], row_start[i + 1]):
                j = row_site[q]
                if not is_open[j]:
                    if bonus[j] == 0.0:
                        touched[near] = j
                        near += 1
                    bonus[j] += people[i]
    return near


@_jit
def swap(
    row_start: Any,
    row_site: Any,
    site_start: Any,
    site_row: Any,
    people: Any,
    cost: Any,
    left: float,
    gain: Any,
    loss: Any,
    count: Any,
    is_open: Any,
    least: float,
    sweeps: int,
) -> Any:
    """Exchange open sites for closed ones that affordably cover more, the best partner of each in turn."""
    size = len(site_start) - 1
    bonus = np.zeros(size)
    touched = np.empty(size, np.int64)
    rows = (row_start, row_site, site_start, site_row, people, (gain, loss), count, is_open)
    # A site is looked at again only after something near it has changed.
    look = np.ones(size, np.bool_)
    changed = 0
    for _ in range(sweeps):
        before = changed
        far, most = -1, 0.0
        for j in range(size):
            if not is_open[j] and gain[j] > most:
                far, most = j, gain[j]
        for r in range(size):
            if not is_open[r] or not look[r]:
                continue
            look[r] = False
            near = instead(r, row_start, row_site, site_start, site_row, people, count, is_open, bonus, touched)
            best, better = -1, loss[r] + least
            room = left + cost[r]
            for t in range(near):
                j = touched[t]
                if gain[j] + bonus[j] > better and cost[j] <= room:
                    best, better = j, gain[j] + bonus[j]
                bonus[j] = 0.0
            # Beyond the overlap the best site anywhere competes.
            if far >= 0 and not is_open[far] and gain[far] > better and cost[far] <= room:
                best = far
            if best >= 0:
                left += cost[r] - cost[best]
                _shut(r, *rows)
                _open(best, *rows)
                changed += 1
                for j in (r, best):
                    for k in range(site_start[j], site_start[j + 1]):
                        for q in range(row_start[site_row[k]], row_start[site_row[k] + 1]):
                            look[row_site[q]] = True
                far, most = -1, 0.0
                for j in range(size):
                    if not is_open[j] and gain[j] > most:
                        far, most = j, gain[j]
        if changed == before:
            break
    return changed, left


@_jit
def _spread(wish: Any, pace: Any, cost: Any, budget: float, out: Any) -> None:
    """Move wishes into the box and onto the budget, each at its pace: the nearest point in that measure."""
    low, high = 0.0, 0.0
    total = 0.0
    for j in range(len(wish)):
        total += cost[j] * min(max(wish[j], 0.0), 1.0)
        if cost[j] > 0:
            high = max(high, wish[j] / (pace[j] * cost[j]))
    if total > budget:
        for _ in range(60):
            price = 0.5 * (low + high)
            total = 0.0
            for j in range(len(wish)):
                total += cost[j] * min(max(wish[j] - pace[j] * cost[j] * price, 0.0), 1.0)
            if total > budget:
                low = price
            else:
                high = price
            if abs(total - budget) <= 1e-10 * budget:
                break
    price = high
    for j in range(len(wish)):
        out[j] = min(max(wish[j] - pace[j] * cost[j] * price, 0.0), 1.0)


@_jit
def climb(
    site_start: Any,
    site_row: Any,
    people: Any,
    cost: Any,
    budget: float,
    active: Any,
    share: Any,
    price: Any,
    mean_share: Any,
    mean_price: Any,
    weight: float,
    rounds: int,
) -> None:
    """Move shares of the active sites and prices of the classes towards each other's best answer.

    Prices are relative to people, between zero and one. The means over the rounds are returned beside the last values.

    References
    ----------
    Pock, T. and Chambolle, A. (2011), "Diagonal preconditioning for first order primal-dual algorithms in convex
    optimization", *ICCV*.
    """
    rows, size = len(people), len(active)
    degree = np.zeros(rows)
    pace = np.empty(size)
    for a in range(size):
        total = 0.0
        for k in range(site_start[active[a]], site_start[active[a] + 1]):
            degree[site_row[k]] += 1.0
            total += people[site_row[k]]
        pace[a] = weight / max(total, 1e-12)
    wish, new = np.empty(size), np.empty(size)
    covered = np.empty(rows)
    active_cost = cost[active]
    mean_share[:] = 0.0
    mean_price[:] = 0.0
    for _ in range(rounds):
        for a in range(size):
            total = 0.0
            for k in range(site_start[active[a]], site_start[active[a] + 1]):
                total += people[site_row[k]] * price[site_row[k]]
            wish[a] = share[a] + pace[a] * total
        _spread(wish, pace, active_cost, budget, new)
        covered[:] = 0.0
        for a in range(size):
            ahead = 2 * new[a] - share[a]
            share[a] = new[a]
            mean_share[a] += new[a] / rounds
            if ahead != 0.0:
                for k in range(site_start[active[a]], site_start[active[a] + 1]):
                    covered[site_row[k]] += ahead
        for i in range(rows):
            if degree[i] > 0:
                price[i] = min(max(price[i] - (covered[i] - 1.0) / (weight * degree[i]), 0.0), 1.0)
            mean_price[i] += price[i] / rounds
