"""Better choices of a number of sites: open sites near one another are shut, others opened, and the good kept.

Schrimpf, G., Schneider, J., Stamm-Wilbrandt, H. and Dueck, G. (2000), "Record breaking optimization results using the
ruin and recreate principle", *Journal of Computational Physics* 159.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numba
import numpy as np

from mangluoi.siting import cover_kernels as kernels
from mangluoi.siting.cover_bound import Bound, Choice, covered, state
from mangluoi.siting.cover_reduction import Cover, knapsack, one_class_each, restricted

__all__ = ["counted", "searched"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)
_BLOCK = 256
# How near to the price of one site a site's priced worth must come to be tried.
_NEAR = 0.98
# As many of the sites worth most as have so many pairs are tried too.
_PAIRS = 200_000
# How many sites are shut at once, among how many near one another, sought in how many steps; how many are looked at
# around one at most, and how many swaps mend the choice.
_SHUT, _LEAST, _STEPS, _AROUND, _MENDS = 6, 16, 20, 32, 200
# Rounds between looks at the clock; rounds for each open site, and besides.
_BATCH, _EACH, _BESIDES = 50, 40, 2000
# What is forgiven at first, relative to the price of one site, and by what share of the rounds it has faded to nothing.
_FORGIVEN, _FADED = 0.08, 0.9


def counted(cover: Cover) -> bool:
    """Return whether sites all cost the same: then a budget is a number of sites."""
    return bool(cover.cost.size) and float(cover.cost.min()) == float(cover.cost.max()) > 0


def searched(
    cover: Cover, budget: float, choice: Choice, prices: Bound, *, until: float = math.inf, seed: int = 1
) -> Choice:
    """Return a choice of as many sites that covers at least as many people.

    Somewhat worse choices are forgiven by chance, the less often the nearer the end.

    Parameters
    ----------
    cover
        Coverage whose sites all cost the same.
    budget
        What the sites may cost together.
    choice
        The choice to begin from.
    prices
        Prices that say which sites are worth trying.
    until
        When to stop, by the clock of `time.perf_counter`. Without, the answer is the same on every machine.
    seed
        Begins the row of pseudo-random numbers.
    """
    began = time.perf_counter()
    _, unit = knapsack(prices.worth, cover.cost, budget)
    keep = choice.is_open | (prices.worth >= _NEAR * unit * cover.cost)
    order = np.argsort(-prices.worth, kind="stable")
    keep[order[np.cumsum(np.diff(cover.site_start)[order]) <= _PAIRS]] = True
    near = one_class_each(restricted(cover, keep, covered=np.zeros(cover.people.size, dtype=bool)))
    opened = np.flatnonzero(choice.is_open[keep])
    if not opened.size or opened.size == near.site.size or began > until:
        return choice
    gain, count, is_open = state(near, choice.is_open[keep])
    loss = np.empty(near.site.size)
    kernels.losses(near.site_start, near.site_row, near.people, count, is_open, loss)
    place = np.full(near.site.size, -1, dtype=np.int64)
    place[opened] = np.arange(opened.size)
    draw = np.array([seed], dtype=np.uint64)
    rounds = _EACH * opened.size + _BESIDES
    for done in range(0, rounds, _BATCH):
        spent = max(done / rounds, (time.perf_counter() - began) / (until - began))
        if spent >= 1:
            break
        forgive = _FORGIVEN * unit * max(1.0 - spent / _FADED, 0.0)
        _ruin(*near.rows, near.people, (gain, loss, count, is_open, opened, place), _BATCH, draw, forgive)
    everywhere = np.zeros_like(choice.is_open)
    everywhere[np.flatnonzero(keep)[is_open]] = True
    best = Choice(everywhere, covered(cover, everywhere))
    return best if best.people > choice.people else choice


@_jit
def _drawn(draw: Any, below: int) -> int:
    """Return the next pseudo-random number below a limit (a linear congruential row, Knuth's multiplier)."""
    draw[0] = draw[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    return int((draw[0] >> np.uint64(33)) % np.uint64(below))


@_jit
def _turn(s: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, state: Any, stale: Any,
          last: int) -> float:  # fmt: skip
    """Open a closed site or shut an open one (`last` is then the last open place); return the people won or lost."""
    gain, loss, count, is_open, opened, place = state
    step = -1 if is_open[s] else 1
    if step < 0:
        # Whoever stays alone is found among the sites that remain open.
        is_open[s] = False
        moved = opened[last]
        opened[place[s]] = moved
        place[moved] = place[s]
        place[s] = -1
    else:
        opened[last + 1] = s
        place[s] = last + 1
    won = 0.0
    for k in range(site_start[s], site_start[s + 1]):
        i = site_row[k]
        count[i] += step
        if count[i] == (1 if step > 0 else 0):
            won += step * people[i]
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] -= step * people[i]
                stale[row_site[q] // _BLOCK] = True
            if step > 0:
                loss[s] += people[i]
        elif count[i] == (2 if step > 0 else 1):
            for q in range(row_start[i], row_start[i + 1]):
                if is_open[row_site[q]]:
                    loss[row_site[q]] -= step * people[i]
                    break
    if step > 0:
        is_open[s] = True
    else:
        loss[s] = 0.0
    stale[s // _BLOCK] = True
    return won


@_jit
def _best(gain: Any, is_open: Any, stale: Any, most: Any, where: Any) -> int:
    """Return the closed site of the largest gain, the first of equal ones."""
    for b in range(len(most)):
        if stale[b]:
            most[b], where[b] = -1.0, -1
            for s in range(b * _BLOCK, min(len(gain), (b + 1) * _BLOCK)):
                if not is_open[s] and gain[s] > most[b]:
                    most[b], where[b] = gain[s], s
            stale[b] = False
    return int(where[np.argmax(most)])


@_jit
def _around(
    s: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, is_open: Any, out: Any, found: int
) -> int:
    """Add the open sites that share classes with a site to those found before; return how many there are."""
    for k in range(site_start[s], site_start[s + 1]):
        i = site_row[k]
        for q in range(row_start[i], row_start[i + 1]):
            j = row_site[q]
            if is_open[j]:
                known = found == len(out)
                for t in range(found):
                    if out[t] == j:
                        known = True
                        break
                if not known:
                    out[found] = j
                    found += 1
    return found


@_jit
def _beyond(s: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, draw: Any) -> int:
    """Return a site that shares a class with one that shares a class with a site, by chance."""
    for _ in range(2 if site_start[s] < site_start[s + 1] else 0):
        i = site_row[site_start[s] + _drawn(draw, site_start[s + 1] - site_start[s])]
        s = row_site[row_start[i] + _drawn(draw, row_start[i + 1] - row_start[i])]
    return s


@_jit
def _partner(r: int, row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, state: Any,
             bonus: Any, touched: Any) -> Any:  # fmt: skip
    """Return the closed site that covers most in an open one's stead if it covers more, or -1, and how many it covers.

    Only sites that share classes with it are looked at.
    """
    gain, loss, count, is_open, _, _ = state
    near = kernels.instead(r, row_start, row_site, site_start, site_row, people, count, is_open, bonus, touched)
    best, better = -1, loss[r] + 1e-6
    for t in range(near):
        j = touched[t]
        if gain[j] + bonus[j] > better:
            best, better = j, gain[j] + bonus[j]
        bonus[j] = 0.0
    return best, better


@_jit
def _ruin(
    row_start: Any, row_site: Any, site_start: Any, site_row: Any, people: Any, state: Any, rounds: int, draw: Any,
    forgive: float,
) -> None:  # fmt: skip
    """Shut some open sites near one another, open as many, swap what can be bettered; undo what costs too many."""
    gain, loss, _, is_open, opened, _ = state
    size, last = len(gain), len(opened) - 1
    rows = (row_start, row_site, site_start, site_row, people, state)
    blocks = (size + _BLOCK - 1) // _BLOCK
    stale, most, where = np.ones(blocks, np.bool_), np.empty(blocks), np.empty(blocks, np.int64)
    bonus, touched = np.zeros(size), np.empty(size, np.int64)
    near, mending = np.empty(_AROUND, np.int64), np.zeros(size, np.bool_)
    queue, done = np.empty(size, np.int64), np.empty(2 * (_SHUT + _MENDS), np.int64)
    for _ in range(rounds):
        first = opened[_drawn(draw, last + 1)]
        near[0] = first
        found = _around(first, row_start, row_site, site_start, site_row, is_open, near, 1)
        # Good sites overlap little: their neighbours are found by way of sites between them.
        for _ in range(_STEPS):
            if found >= _LEAST:
                break
            between = _beyond(first, row_start, row_site, site_start, site_row, draw)
            found = _around(between, row_start, row_site, site_start, site_row, is_open, near, found)
        shut = min(1 + _drawn(draw, _SHUT), found)
        for t in range(1, shut):
            other = t + _drawn(draw, found - t)
            near[t], near[other] = near[other], near[t]
        change, turns, waiting = 0.0, 0, 0
        for t in range(shut):
            change += _turn(near[t], *rows, stale, last - t)
            done[turns] = near[t]
            turns += 1
        for t in range(shut):
            s = -1
            if _drawn(draw, 2) and site_start[near[t]] < site_start[near[t] + 1]:
                # The best of those near the one shut, by gains that are somewhat blurred.
                i = site_row[site_start[near[t]] + _drawn(draw, site_start[near[t] + 1] - site_start[near[t]])]
                top = 0.0
                for q in range(row_start[i], row_start[i + 1]):
                    j = row_site[q]
                    blurred = gain[j] * (0.9 + 0.001 * _drawn(draw, 100))
                    if not is_open[j] and blurred > top:
                        s, top = j, blurred
            if s < 0:
                s = _best(gain, is_open, stale, most, where)
            change += _turn(s, *rows, stale, last - shut + t)
            done[turns] = s
            turns += 1
            queue[waiting] = s
            waiting += 1
            mending[s] = True
        for t in range(shut, found):
            if not mending[near[t]]:
                queue[waiting] = near[t]
                waiting += 1
                mending[near[t]] = True
        mends = 0
        while waiting > 0:
            waiting -= 1
            r = queue[waiting]
            mending[r] = False
            if mends >= _MENDS or not is_open[r]:
                continue
            mends += 1
            s, better = _partner(r, *rows, bonus, touched)
            far = _best(gain, is_open, stale, most, where)
            if far >= 0 and gain[far] > max(better, loss[r] + 1e-6):
                s = far
            if s < 0:
                continue
            change += _turn(r, *rows, stale, last)
            change += _turn(s, *rows, stale, last - 1)
            done[turns], done[turns + 1] = r, s
            turns += 2
            # What shared classes with either looks for a better place again.
            for j in (r, s):
                found = _around(j, row_start, row_site, site_start, site_row, is_open, near, 0)
                for t in range(found):
                    if is_open[near[t]] and not mending[near[t]]:
                        queue[waiting] = near[t]
                        waiting += 1
                        mending[near[t]] = True
        if change < 0 and change < forgive * np.log((1 + _drawn(draw, 1 << 30)) / (1 << 30)):
            open_now = last
            for t in range(turns - 1, -1, -1):
                s = done[t]
                was_open = is_open[s]
                _turn(s, *rows, stale, open_now)
                open_now += -1 if was_open else 1
