"""Compiled loops over places: what each slot is worth at given prices, and prices that bound every plan.

The links of slot j are ``start[j]:start[j + 1]``, its actions ``first[j]:first[j + 1]``, cheapest place first.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

__all__ = ["MOST_ACTIONS", "descend", "value"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)

#: Every subset of a slot's actions is tried, so there may not be more than this.
MOST_ACTIONS = 6


@_jit
def _fill(
    order: Any, cls: Any, people: Any, price: Any, k: int, used: float, end: int, room: float, least: float
) -> Any:
    """Fill room with the people worth most, as long as one is worth more than the least; return worth and position."""
    worth, filled = 0.0, 0.0
    while k < end and filled < room:
        i = cls[order[k]]
        gain = 1.0 - price[i]
        if gain <= least:
            break
        take = min(people[i] - used, room - filled)
        worth += (gain - least) * take
        filled += take
        used += take
        if used >= people[i]:
            k += 1
            used = 0.0
    return worth, filled, k, used


@_jit
def value(
    start: Any, order: Any, cls: Any, people: Any, places: Any, first: Any, low: Any, high: Any, fixed: Any, per: Any,
    price: Any, rate: float, flow: Any, added: Any, worth: Any,
) -> Any:  # fmt: skip
    """Return what all slots are worth at some prices, and what the actions taken cost.

    With prices for people and a rate for money, each slot takes the people left most worth taking, and those of its
    actions that pay. People on links, places added and what each action is worth are written.
    """
    total, spent = 0.0, 0.0
    best_added = np.empty(MOST_ACTIONS)
    now = np.empty(MOST_ACTIONS)
    with_it, without = np.empty(MOST_ACTIONS), np.empty(MOST_ACTIONS)
    for j in range(len(start) - 1):
        begin, end = start[j], start[j + 1]
        # The order hardly changes from one round to the next, which suits insertion.
        for k in range(begin + 1, end):
            link = order[k]
            own = price[cls[link]]
            q = k
            while q > begin and price[cls[order[q - 1]]] > own:
                order[q] = order[q - 1]
                q -= 1
            order[q] = link
        base, _, k0, used0 = _fill(order, cls, people, price, begin, 0.0, end, places[j], 0.0)
        best, extra, paid = base, 0.0, 0.0
        count = first[j + 1] - first[j]
        for a in range(count):
            best_added[a] = 0.0
            with_it[a] = -np.inf
            without[a] = base
        for subset in range(1, 1 << count):
            must, cost = 0.0, 0.0
            for a in range(count):
                now[a] = 0.0
                if subset >> a & 1:
                    action = first[j] + a
                    must += low[action]
                    now[a] = low[action]
                    cost += fixed[action] + low[action] * per[action]
            gain, _, k, used = _fill(order, cls, people, price, k0, used0, end, must, 0.0)
            own = base + gain - rate * cost
            more = must
            for a in range(count):
                if subset >> a & 1:
                    action = first[j] + a
                    room = high[action] - low[action]
                    gain, filled, k, used = _fill(order, cls, people, price, k, used, end, room, rate * per[action])
                    own += gain
                    now[a] += filled
                    more += filled
                    cost += filled * per[action]
            for a in range(count):
                if subset >> a & 1:
                    with_it[a] = max(with_it[a], own)
                else:
                    without[a] = max(without[a], own)
            if own > best:
                best, extra, paid = own, more, cost
                for a in range(count):
                    best_added[a] = now[a]
        for a in range(count):
            added[first[j] + a] = best_added[a]
            worth[first[j] + a] = with_it[a] - without[a]
        total += best
        spent += paid
        left = places[j] + extra
        for k in range(begin, end):
            link = order[k]
            i = cls[link]
            flow[link] = min(people[i], left) if price[i] < 1.0 else 0.0
            left -= flow[link]
    return total, spent


@_jit
def descend(
    start: Any, order: Any, cls: Any, people: Any, places: Any, first: Any, low: Any, high: Any, fixed: Any, per: Any,
    budget: float, price: Any, best_price: Any, direction: Any, best_worth: Any, often: Any, state: Any, rounds: int,
) -> None:  # fmt: skip
    """Lower the bound by steps along remembered slopes towards a target somewhat below the best.

    `state` holds the rate, its best, its direction, the best bound, the distance of the target, rounds without
    progress, and the scale of the rate. `often` holds how often each action was taken of late.
    """
    links, classes, actions = len(cls), len(people), len(low)
    flow, added, worth = np.empty(links), np.empty(actions), np.empty(actions)
    slope = np.empty(classes)
    scale = state[6]
    for _ in range(rounds):
        rate = state[0]
        total, spent = value(
            start, order, cls, people, places, first, low, high, fixed, per, price, rate, flow, added, worth
        )
        bound = total + rate * budget
        for i in range(classes):
            bound += price[i] * people[i]
            slope[i] = people[i]
        for k in range(links):
            slope[cls[k]] -= flow[k]
        for a in range(actions):
            often[a] += 0.02 * ((1.0 if added[a] > 0 else 0.0) - often[a])
        if bound < state[3] - 1e-6 * abs(state[3]):
            state[5] = 0.0
        else:
            state[5] += 1.0
        if bound < state[3]:
            state[1], state[3] = rate, bound
            best_price[:] = price
            best_worth[:] = worth
        target = state[3] - state[4]
        if state[5] >= 20.0:
            # Too far a target: take a nearer one.
            state[5] = 0.0
            state[4] *= 0.8
        length = 0.0
        for i in range(classes):
            direction[i] = slope[i] + 0.7 * direction[i]
            if (price[i] <= 0.0 and direction[i] > 0) or (price[i] >= 1.0 and direction[i] < 0):
                direction[i] = 0.0
            length += direction[i] * direction[i] / people[i]
        state[2] = budget - spent + 0.7 * state[2]
        length += state[2] * state[2] * scale / budget
        if length < 1e-12:
            break
        pace = (bound - target) / length
        for i in range(classes):
            price[i] = min(max(price[i] - pace * direction[i] / people[i], 0.0), 1.0)
        state[0] = max(rate - pace * state[2] * scale / budget, 0.0)
