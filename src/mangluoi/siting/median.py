"""The p-median: an answer by interchange, a bound by Lagrange, and an exact core that closes what is between them.

Every algorithm works on the pairs of points and sites, sorted by point and then cost; the cost of a pair is people
times minutes.
"""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from mangluoi.siting.solver import Model
from mangluoi.siting.uncapped import Uncapped

__all__ = ["Bound", "Pairs", "core", "interchange", "pairs_of", "relax", "total"]

# Rounds without a better bound before steps shorten; how much of the last direction is kept; and how near the bound
# must come, relative to the answer, before the exact core takes over.
_PATIENCE, _MEMORY, _NEAR = 20, 0.7, 1e-6


@dataclass(frozen=True, eq=False)
class Pairs:
    """Points, sites and costs.

    Parameters
    ----------
    starts
        Where the pairs of each point start, of shape ``(points + 1,)``.
    point, site, cost
        The pairs.
    given
        Whether each site is open anyway.
    p
        How many more may be opened.
    penalty
        Cost of a point that no open site serves: more than all that could be saved elsewhere.
    scale
        People of each point, relative to their mean.
    """

    starts: NDArray[np.int64]
    point: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    given: NDArray[np.bool_]
    p: int
    penalty: float
    scale: NDArray[np.float64]


def pairs_of(problem: Uncapped, p: int) -> Pairs:
    """Return the pairs of a problem."""
    cost = problem.minutes * problem.people[problem.point]
    starts = np.searchsorted(problem.point, np.arange(problem.points.size + 1)).astype(np.int64)
    worst = np.maximum.reduceat(cost, starts[:-1])
    given = problem.existing | problem.required
    more = p - int((problem.required & ~problem.existing).sum())
    scale = problem.people / problem.people.mean()
    return Pairs(starts, problem.point, problem.site, cost, given, more, float(worst.sum()) + 1.0, scale)


def _close(pairs: Pairs, cap: NDArray[np.float64]) -> Pairs:
    """Return the pairs that cost less than each point's cap; most rounds need only these."""
    keep = pairs.cost < cap[pairs.point]
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.point[keep], minlength=cap.size))]).astype(np.int64)
    return dataclasses.replace(
        pairs, starts=starts, point=pairs.point[keep], site=pairs.site[keep], cost=pairs.cost[keep]
    )


def _two_best(
    pairs: Pairs, open_sites: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each point, its cheapest open site (-1 where none), and the costs of its cheapest and second one."""
    size = pairs.starts.size - 1
    links = np.flatnonzero(open_sites[pairs.site])
    first = np.searchsorted(pairs.point[links], np.arange(size))
    after = np.append(links, -1)
    at = np.append(pairs.point[links], -1)
    one = np.minimum(first, links.size)
    two = np.minimum(first + 1, links.size)
    has_one, has_two = at[one] == np.arange(size), at[two] == np.arange(size)
    best = np.where(has_one, pairs.site[after[one]], -1)
    cost_one = np.where(has_one, pairs.cost[after[one]], pairs.penalty)
    cost_two = np.where(has_two, pairs.cost[after[two]], pairs.penalty)
    return best, cost_one, cost_two


def total(pairs: Pairs, open_sites: NDArray[np.bool_]) -> float:
    """Return the total cost of sending every point to its cheapest open site."""
    return float(np.sort(_two_best(pairs, open_sites)[1]).sum())


def interchange(pairs: Pairs, *, start: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Open sites greedily, then swap one for another as long as that helps, always by the best swap.

    References
    ----------
    Teitz, M. and Bart, P. (1968), *Operations Research* 16; Whitaker, R. (1983), *INFOR* 21; the gains of all swaps at
    once: Resende, M. and Werneck, R. (2007), "A fast swap-based local search procedure for location problems", *Annals
    of Operations Research* 150.
    """
    open_sites = pairs.given.copy() if start is None else start.copy()
    size = open_sites.size
    while int((open_sites & ~pairs.given).sum()) < min(pairs.p, int((~pairs.given).sum())):
        _, cost, _ = _two_best(pairs, open_sites)
        gain = np.bincount(pairs.site, np.maximum(cost[pairs.point] - pairs.cost, 0.0), size)
        gain[open_sites] = -1.0
        open_sites[int(gain.argmax())] = True
    near, cap = pairs, np.full(pairs.starts.size - 1, math.inf)
    for _ in range(20 * size):
        best, one, two = _two_best(near, open_sites)
        if (two >= cap).any() or near is pairs:
            # A point's two nearest sites may lie beyond the pairs at hand: look at all, and keep some room.
            best, one, two = _two_best(pairs, open_sites)
            cap = 2.0 * two + 1.0
            near = _close(pairs, cap)
        movable = np.flatnonzero(open_sites & ~pairs.given)
        if not movable.size or open_sites.all():
            break
        # Only pairs cheaper than a point's second site can change anything.
        links = np.flatnonzero(near.cost < two[near.point])
        point, site, cost = near.point[links], near.site[links], near.cost[links]
        gain = np.bincount(site, np.maximum(one[point] - cost, 0.0), size)
        served = best >= 0
        loss = np.bincount(best[served], (two - one)[served], size)
        rank = np.full(size, -1, dtype=np.int64)
        rank[movable] = np.arange(movable.size)
        # Closing a point's site costs less where the new site is nearer than its second one.
        leaves = served[point] & (rank[best[point]] >= 0)
        saved = two[point] - np.maximum(one[point], cost)
        key = rank[best[point[leaves]]] * size + site[leaves]
        extra = np.bincount(key, saved[leaves], movable.size * size).reshape(movable.size, size)
        profit = gain[None, :] - loss[movable][:, None] + extra
        profit[:, open_sites] = -np.inf
        out, new = np.unravel_index(int(profit.argmax()), profit.shape)
        if profit[out, new] <= 1e-9 * max(float(one.sum()), 1.0):
            break
        open_sites[movable[out]], open_sites[new] = False, True
    return open_sites


@dataclass(frozen=True, eq=False)
class Bound:
    """A lower bound and what it stands on.

    Parameters
    ----------
    value
        The bound.
    price
        The multiplier of each point.
    worth
        The reduced cost of each site.
    incumbent
        The best answer met on the way.
    """

    value: float
    price: NDArray[np.float64]
    worth: NDArray[np.float64]
    incumbent: NDArray[np.bool_]


def relax(pairs: Pairs, incumbent: NDArray[np.bool_], *, rounds: int, until: float = math.inf) -> Bound:
    """Return a lower bound, and the best answer met while improving it.

    The condition that every point is served is priced: with multipliers u the cheapest answer takes the p sites of
    least Σ min(0, cost − u), and Σ u plus that is a bound, whatever u. The multipliers climb along subgradients that
    remember the last direction; they are scaled by people, since u is people times a time. The sites that a bound
    takes are an answer too: the best of them is improved by interchange now and then.

    Parameters
    ----------
    pairs
        The problem.
    incumbent
        The best answer known.
    rounds
        How many steps at most.
    until
        When to stop, by the clock of `time.perf_counter`.

    References
    ----------
    Cornuejols, G., Fisher, M. and Nemhauser, G. (1977), "Location of bank accounts to optimize float", *Management
    Science* 23; Camerini, P., Fratta, L. and Maffioli, F. (1975), *Mathematical Programming Study* 3.
    """
    size, points = pairs.given.size, pairs.starts.size - 1
    _, one, two = _two_best(pairs, incumbent)
    upper = float(np.sort(one).sum())
    price = (one + np.minimum(two, 3 * one + 1.0)) / 2
    best = Bound(-math.inf, price, np.zeros(size), incumbent)
    step, stale, direction = 1.0, 0, np.zeros(points)
    met, met_value = incumbent, math.inf
    near, cap = pairs, np.zeros(points)
    for number in range(rounds):
        if (price > cap).any():
            cap = 1.5 * price + 1e-9
            near = _close(pairs, cap)
        links = np.flatnonzero(near.cost < price[near.point])
        below = near.cost[links] - price[near.point[links]]
        worth = np.bincount(near.site[links], below, size).astype(np.float64)
        free = np.where(pairs.given, -np.inf, worth)
        taken = np.zeros(size, bool)
        taken[np.argsort(free, kind="stable")[: int(pairs.given.sum()) + max(pairs.p, 0)]] = True
        bound = float(price.sum() + worth[taken].sum())
        if bound > best.value + 1e-6 * abs(bound):
            best, stale = Bound(bound, price, worth, incumbent), 0
        else:
            stale += 1
        if stale >= _PATIENCE:
            step, stale = step / 1.5, 0
        if number % 10 == 0 and (value := total(pairs, taken)) < met_value:
            met, met_value = taken, value
        if number % 60 == 59:
            polished, met_value = interchange(pairs, start=met), math.inf
            if (value := total(pairs, polished)) < upper:
                incumbent, upper = polished, value
        used = links[taken[near.site[links]]]
        slope = 1.0 - np.bincount(near.point[used], minlength=points)
        direction = slope * pairs.scale + _MEMORY * direction
        length = float(direction @ (direction / pairs.scale))
        if length == 0 or upper - best.value <= _NEAR * max(upper, 1.0) or time.perf_counter() > until:
            break
        price = np.maximum(price + step * max(upper - bound, 0.0) / length * direction, 0.0)
    return dataclasses.replace(best, incumbent=incumbent)


def core(pairs: Pairs, bound: Bound, upper: float) -> tuple[Model, NDArray[np.int64], NDArray[np.int64]]:
    """Return the exact model of what the bound leaves open: the sites and pairs that an answer below `upper` may use.

    A site whose choice would lift the bound above the best answer known cannot be in a better one; neither can a pair
    (its cost above the point's multiplier is paid in full), nor can one be left out that would lift it as much.

    Returns
    -------
    model, sites, links
        The model over whether each of `sites` is open and each of the pairs `links` used, and these.

    References
    ----------
    Briant, O. and Naddef, D. (2004), "The optimal diversity management problem", *Operations Research* 52.
    """
    price, worth = bound.price, bound.worth
    size = worth.size
    free = np.flatnonzero(~pairs.given)
    order = free[np.argsort(worth[free], kind="stable")]
    room = upper - bound.value
    inside, outside = order[: max(pairs.p, 0)], order[max(pairs.p, 0) :]
    last_in = float(worth[inside[-1]]) if inside.size else -np.inf
    first_out = float(worth[outside[0]]) if outside.size else np.inf
    keep = pairs.given.copy()
    keep[inside] = True
    keep[outside[worth[outside] - last_in <= room]] = True
    must = pairs.given.copy()
    must[inside[first_out - worth[inside] > room]] = True
    links = np.flatnonzero(keep[pairs.site] & (pairs.cost - price[pairs.point] <= room))
    sites = np.flatnonzero(keep)
    rank = np.full(size, -1, dtype=np.int64)
    rank[sites] = np.arange(sites.size)
    points, count = pairs.starts.size - 1, links.size
    number = np.arange(count)
    served = hstack(
        [csr_array((points, sites.size)), csr_array((np.ones(count), (pairs.point[links], number)), (points, count))]
    )
    opened = hstack(
        [
            csr_array((-np.ones(count), (number, rank[pairs.site[links]])), shape=(count, sites.size)),
            csr_array((np.ones(count), (number, number)), shape=(count, count)),
        ]
    )
    few = csr_array(np.concatenate([(~pairs.given[sites]).astype(float), np.zeros(count)])[None, :])
    model = Model(
        cost=np.concatenate([np.zeros(sites.size), pairs.cost[links]]),
        matrix=csr_array(vstack([served, opened, few], format="csr")),
        low=np.concatenate([np.ones(points), np.full(count + 1, -np.inf)]),
        high=np.concatenate([np.ones(points), np.zeros(count), [float(max(pairs.p, 0))]]),
        upper=np.ones(sites.size + count),
        whole=np.concatenate([np.ones(sites.size, bool), np.zeros(count, bool)]),
        lower=np.concatenate([must[sites].astype(float), np.zeros(count)]),
    )
    return model, sites, links
