"""The p-median: an answer by interchange, a bound by Lagrange, and an exact core that closes what is between them.

Every algorithm works on the pairs of points and sites, by point and cheapest first; the cost of a pair is people times
minutes.
"""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from mangluoi.siting import median_kernels as kernels
from mangluoi.siting.solver import Model
from mangluoi.siting.uncapped import Uncapped

__all__ = ["Bound", "Pairs", "core", "interchange", "open_greedily", "pairs_of", "relax", "total"]

# Rounds without a better bound before steps shorten; how much of the last direction is kept; and how near the bound
# must come, relative to the answer, before the exact core takes over.
_PATIENCE, _MEMORY, _NEAR = 20, 0.7, 1e-6
# Swaps between two looks at the clock, and at Ctrl-C.
_SWAPS = 5


@dataclass(frozen=True, eq=False)
class Pairs:
    """Points, sites and costs.

    Parameters
    ----------
    start, site, cost
        The pairs of each point in compressed rows, cheapest first.
    given
        Whether each site is open anyway.
    p
        How many more may be opened.
    penalty
        Cost of a point that no open site serves: more than all that could be saved elsewhere.
    scale
        People of each point, relative to their mean.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    given: NDArray[np.bool_]
    p: int
    penalty: float
    scale: NDArray[np.float64]

    @property
    def point(self) -> NDArray[np.int64]:
        """The point of each pair."""
        return np.repeat(np.arange(self.start.size - 1), np.diff(self.start))


def pairs_of(problem: Uncapped, p: int) -> Pairs:
    """Return the pairs of a problem."""
    cost = problem.minutes * np.repeat(problem.people, np.diff(problem.start))
    worst = cost[problem.start[1:] - 1]
    more = max(p - int((problem.required & ~problem.existing).sum()), 0)
    scale = problem.people / problem.people.mean()
    return Pairs(problem.start, problem.site, cost, problem.given, more, float(worst.sum()) + 1.0, scale)


def _two_best(
    pairs: Pairs, is_open: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each point, its cheapest open site (-1 where none), and the costs of its cheapest and second one."""
    points = pairs.start.size - 1
    best, one, two = np.empty(points, np.int64), np.empty(points), np.empty(points)
    kernels.two_best(pairs.start, pairs.site, pairs.cost, is_open, pairs.penalty, best, one, two)
    return best, one, two


def total(pairs: Pairs, is_open: NDArray[np.bool_]) -> float:
    """Return the total cost of sending every point to its cheapest open site."""
    return float(np.sort(_two_best(pairs, is_open)[1]).sum())


def open_greedily(pairs: Pairs, is_open: NDArray[np.bool_]) -> None:
    """Open, in place, the sites that are missing, one after the other the one that saves most."""
    missing = pairs.p - int((is_open & ~pairs.given).sum())
    kernels.add(pairs.start, pairs.site, pairs.cost, is_open, pairs.given, pairs.penalty, max(missing, 0))


def interchange(pairs: Pairs, is_open: NDArray[np.bool_], *, until: float = math.inf) -> None:
    """Swap, in place, one open site for another as long as that helps, always by the best swap.

    Parameters
    ----------
    pairs
        The problem.
    is_open
        Which sites are open; missing ones are opened greedily first. Whenever this is stopped, it is an answer.
    until
        When to stop, by the clock of `time.perf_counter`.

    References
    ----------
    Teitz, M. and Bart, P. (1968), *Operations Research* 16; Whitaker, R. (1983), *INFOR* 21; the gains of all swaps at
    once: Resende, M. and Werneck, R. (2007), "A fast swap-based local search procedure for location problems", *Annals
    of Operations Research* 150.
    """
    open_greedily(pairs, is_open)
    for _ in range(0, 20 * is_open.size, _SWAPS):
        movable = np.flatnonzero(is_open & ~pairs.given)
        rows = pairs.start, pairs.site, pairs.cost, is_open
        if not movable.size or kernels.exchange(*rows, movable, pairs.penalty, _SWAPS) < _SWAPS:
            return
        if time.perf_counter() > until:
            return


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
    stopped
        Whether it was interrupted.
    """

    value: float
    price: NDArray[np.float64]
    worth: NDArray[np.float64]
    incumbent: NDArray[np.bool_]
    stopped: bool = False


def relax(
    pairs: Pairs, incumbent: NDArray[np.bool_], *, rounds: int, until: float = math.inf, gap: float = 0.0
) -> Bound:
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
    gap
        Distance of answer and bound, relative to the answer, at which to stop.

    References
    ----------
    Cornuejols, G., Fisher, M. and Nemhauser, G. (1977), "Location of bank accounts to optimize float", *Management
    Science* 23; Camerini, P., Fratta, L. and Maffioli, F. (1975), *Mathematical Programming Study* 3.
    """
    size, points = pairs.given.size, pairs.start.size - 1
    _, one, two = _two_best(pairs, incumbent)
    upper = float(np.sort(one).sum())
    price = (one + np.minimum(two, 3 * one + 1.0)) / 2
    best = Bound(-math.inf, price, np.zeros(size), incumbent)
    pace, stale, direction = 1.0, 0, np.zeros(points)
    met, met_value = incumbent, math.inf
    worth, slope, taken = np.empty(size), np.empty(points), np.empty(size, dtype=bool)
    stopped = False
    try:
        for number in range(rounds):
            bound = kernels.step(pairs.start, pairs.site, pairs.cost, pairs.given, pairs.p, price, worth, slope, taken)
            if bound > best.value + 1e-6 * abs(bound):
                best, stale = Bound(bound, price, worth.copy(), incumbent), 0
            else:
                stale += 1
            if stale >= _PATIENCE:
                pace, stale = pace / 1.5, 0
            if number % 10 == 0 and (value := total(pairs, taken)) < met_value:
                met, met_value = taken.copy(), value
            if number % 60 == 59:
                polished, met_value = met.copy(), math.inf
                interchange(pairs, polished, until=until)
                if (value := total(pairs, polished)) < upper:
                    incumbent, upper = polished, value
            direction = slope * pairs.scale + _MEMORY * direction
            length = float(direction @ (direction / pairs.scale))
            near = upper - best.value <= max(_NEAR, gap) * max(upper, 1.0)
            if length == 0 or near or time.perf_counter() > until:
                break
            price = np.maximum(price + pace * max(upper - bound, 0.0) / length * direction, 0.0)
    except KeyboardInterrupt:
        stopped = True
    return dataclasses.replace(best, incumbent=incumbent, stopped=stopped)


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
    points, count = pairs.start.size - 1, links.size
    point = pairs.point[links]
    number = np.arange(count)
    served = hstack([csr_array((points, sites.size)), csr_array((np.ones(count), (point, number)), (points, count))])
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
