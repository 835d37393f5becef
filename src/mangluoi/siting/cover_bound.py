"""A good choice of sites, and a bound that no choice surpasses, for coverage of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import cover_kernels as kernels
from mangluoi.siting.cover_reduction import Cover, knapsack

__all__ = ["Bound", "Choice", "bound_of", "choose", "covered", "first", "improved", "levelled", "lower", "state"]

# Rounds between looks at all sites, at least and at most; how near to the price of the budget a site must come to take
# part in each round.
_ROUNDS, _MOST_ROUNDS, _NEAR = 20, 100, 0.99
# Prices that bound less tightly than this are made level first, so many times.
_FAR, _LEVELS = 0.1, 3
_SWEEPS = 50


@dataclass(frozen=True, eq=False)
class Choice:
    """An answer.

    Parameters
    ----------
    is_open
        Which sites are chosen.
    people
        People covered, those covered anyway included.
    """

    is_open: NDArray[np.bool_]
    people: float


@dataclass(frozen=True, eq=False)
class Bound:
    """An upper bound for every budget, by the prices that it stands on.

    Parameters
    ----------
    price
        Price of each class, relative to its people, between 0 and 1.
    worth
        Priced people of each site.
    share
        How far each site is opened in the best answer that may open sites in part.
    rest
        People whom the prices do not speak for.
    """

    price: NDArray[np.float64]
    worth: NDArray[np.float64]
    share: NDArray[np.float64]
    rest: float

    def at(self, cost: NDArray[np.float64], budget: float) -> float:
        """Return the bound for a budget."""
        return self.rest + knapsack(self.worth, cost, budget)[0]


def covered(cover: Cover, is_open: NDArray[np.bool_]) -> float:
    """Return the people whom open sites cover, those covered anyway included."""
    reached = np.add.reduceat(is_open[cover.row_site], cover.row_start[:-1]) if cover.people.size else np.zeros(0)
    return cover.anyway + float(cover.people[reached > 0].sum())


def choose(cover: Cover, budget: float) -> tuple[Choice, NDArray[np.int64]]:
    """Open sites greedily; return the choice and the order in which they were opened.

    References
    ----------
    Nemhauser, G., Wolsey, L. and Fisher, M. (1978), "An analysis of approximations for maximizing submodular set
    functions", *Mathematical Programming* 14.
    """
    gain, count, is_open = state(cover, np.zeros(cover.site.size, dtype=bool))
    order = np.empty(cover.site.size, dtype=np.int64)
    taken = kernels.choose(*cover.rows, cover.people, cover.cost, budget, gain, count, is_open, order)
    return Choice(is_open, covered(cover, is_open)), order[:taken]


def improved(cover: Cover, budget: float, start: NDArray[np.bool_]) -> Choice:
    """Swap sites as long as that helps, and open what the budget still allows.

    References
    ----------
    Resende, M. and Werneck, R. (2007), "A fast swap-based local search procedure for location problems", *Annals of
    Operations Research* 150.
    """
    gain, count, is_open = state(cover, start)
    left = budget - float(cover.cost[is_open].sum())
    order = np.empty(cover.site.size, dtype=np.int64)
    taken = kernels.choose(*cover.rows, cover.people, cover.cost, left, gain, count, is_open, order)
    left -= float(cover.cost[order[:taken]].sum())
    loss = np.empty(cover.site.size)
    kernels.losses(cover.site_start, cover.site_row, cover.people, count, is_open, loss)
    least = 1e-9 * float(cover.people.sum())
    kernels.swap(*cover.rows, cover.people, cover.cost, left, gain, loss, count, is_open, least, _SWEEPS)
    return Choice(is_open, covered(cover, is_open))


def state(cover: Cover, start: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return what opening each site would add, how many open sites cover each class, and a copy of the choice."""
    count = np.zeros(cover.people.size, dtype=np.int64)
    if cover.people.size:
        count += np.add.reduceat(start[cover.row_site], cover.row_start[:-1], dtype=np.int64)
    gain = np.empty(cover.site.size)
    kernels.scores(cover.site_start, cover.site_row, np.where(count == 0, cover.people, 0.0), gain)
    return gain, count, start.copy()


def bound_of(cover: Cover, price: NDArray[np.float64], share: NDArray[np.float64]) -> Bound:
    """Return the bound that stands on some prices.

    With prices u of at most the people of each class, no choice of sites covers more than Σ (people − u) and the sum of
    Σ u over the classes of each chosen site: a knapsack.
    """
    worth = np.empty(cover.site.size)
    kernels.scores(cover.site_start, cover.site_row, cover.people * price, worth)
    rest = cover.anyway + float((cover.people * (1.0 - price)).sum())
    return Bound(price, worth, share, rest)


def levelled(cover: Cover, bound: Bound, unit: float) -> Bound:
    """Return prices whose sites are worth no more than a price of the budget, and as many of them as much as possible.

    The price of each class is multiplied by what its best site lacks, or has too much: a site's worth then is at most
    what it was, times what itself lacked, so at most its price of the budget.
    """
    top = np.empty(cover.people.size)
    kernels.tops(cover.row_start, cover.row_site, bound.worth / np.maximum(cover.cost, 1e-300), top)
    price = np.minimum(bound.price * unit / np.maximum(top, 1e-300), 1.0)
    return bound_of(cover, price, bound.share)


def lower(cover: Cover, budget: float, bound: Bound, *, weight: float = 3.0) -> Bound:
    """Return a bound from better prices: some rounds of primal and dual steps, and a look at all sites.

    Only sites that are opened in part, or nearly worth their price, take part in the rounds; the fewer they are, the
    more rounds.
    """
    _, unit = knapsack(bound.worth, cover.cost, budget)
    active = np.flatnonzero((bound.share > 1e-9) | (bound.worth >= _NEAR * unit * cover.cost))
    share, price = bound.share[active].copy(), bound.price.copy()
    mean_share, mean_price = np.empty(active.size), np.empty(price.size)
    pairs = max(int(np.diff(cover.site_start)[active].sum()), 1)
    kernels.climb(
        cover.site_start, cover.site_row, cover.people, cover.cost, budget, active, share, price, mean_share,
        mean_price, weight, min(max(cover.row_site.size // pairs, _ROUNDS), _MOST_ROUNDS),
    )  # fmt: skip
    best: Bound | None = None
    for own_share, own_price in ((share, price), (mean_share, mean_price)):
        everywhere = np.zeros(cover.site.size)
        everywhere[active] = own_share
        trial = bound_of(cover, own_price, everywhere)
        best = _lower_of(cover, budget, best or trial, trial)
    assert best is not None
    _, unit = knapsack(best.worth, cover.cost, budget)
    return _lower_of(cover, budget, best, levelled(cover, best, unit))


def _lower_of(cover: Cover, budget: float, one: Bound, two: Bound) -> Bound:
    return two if two.at(cover.cost, budget) < one.at(cover.cost, budget) else one


def first(cover: Cover, budget: float, choice: Choice, known: Bound | None) -> Bound:
    """Return prices to begin from: those known for another budget or none, made level for this one.

    Parameters
    ----------
    cover, budget
        The question.
    choice
        A good choice: what its least site alone covers is a guess at the price of the budget.
    known
        Prices met before.
    """
    loss = np.empty(cover.site.size)
    _, count, _ = state(cover, choice.is_open)
    kernels.losses(cover.site_start, cover.site_row, cover.people, count, choice.is_open, loss)
    unit = float((loss / np.maximum(cover.cost, 1e-300))[choice.is_open].min()) if choice.is_open.any() else 0.0
    plain = bound_of(cover, np.ones(cover.people.size), choice.is_open.astype(float))
    best = plain if known is None else known
    if known is not None and known.at(cover.cost, budget) <= (1.0 + _FAR) * choice.people:
        return best
    for start in (plain,) if known is None else (plain, known):
        trial = start
        for _ in range(_LEVELS):
            trial = levelled(cover, trial, unit)
            best = _lower_of(cover, budget, best, trial)
    return best
