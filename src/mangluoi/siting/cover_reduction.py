"""Coverage made small without changing its answer: merged points, sites left out, sites decided by a bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import cover_kernels as kernels

__all__ = ["Cover", "decided", "from_pairs", "knapsack", "merged", "one_class_each", "restricted", "unmerged"]


@dataclass(frozen=True, eq=False)
class Cover:
    """Classes of points, the sites that may be chosen, and who covers whom, in compressed rows both ways.

    Parameters
    ----------
    people
        People of each class.
    row_start, row_site
        The sites that cover each class.
    site_start, site_row
        The classes that each site covers.
    cost
        What each site takes from the budget: money, or one where sites are counted.
    site
        The number of each site where it came from.
    anyway
        People who are covered whatever is chosen.
    """

    people: NDArray[np.float64]
    row_start: NDArray[np.int64]
    row_site: NDArray[np.int32]
    site_start: NDArray[np.int64]
    site_row: NDArray[np.int32]
    cost: NDArray[np.float64]
    site: NDArray[np.int64]
    anyway: float

    @property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
        """Both compressed forms, as the kernels take them."""
        return self.row_start, self.row_site, self.site_start, self.site_row


def from_pairs(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    people: NDArray[np.float64],
    cost: NDArray[np.float64],
    given: NDArray[np.bool_],
) -> Cover:
    """Return coverage from the sites within reach of each point.

    Parameters
    ----------
    start, site
        The sites of each point, in compressed rows.
    people
        People of each point.
    cost
        Cost of each site.
    given
        Sites that are open whatever is chosen.
    """
    everything = unmerged(start, site, people, cost)
    safe = np.zeros(people.size, dtype=bool)
    safe[np.repeat(np.arange(people.size), np.diff(start))[given[site]]] = True
    return merged(restricted(everything, ~given, covered=safe))


def unmerged(
    start: NDArray[np.int64], site: NDArray[np.int32], people: NDArray[np.float64], cost: NDArray[np.float64]
) -> Cover:
    """Return coverage with every point and site as it is, points that no site covers left out."""
    site_start, site_row = kernels.flipped(start, site, cost.size)
    _, row_site = kernels.flipped(site_start, site_row, people.size)
    full = np.flatnonzero(np.diff(start) > 0)
    place = np.cumsum(np.diff(start) > 0) - 1
    row_start = np.append(start[full], start[-1])
    site_row = place[site_row].astype(np.int32)
    return Cover(people[full], row_start, row_site, site_start, site_row, cost, np.arange(cost.size), 0.0)


def restricted(cover: Cover, keep: NDArray[np.bool_], *, covered: NDArray[np.bool_]) -> Cover:
    """Return the coverage by some of the sites, of the classes that are not covered already.

    Parameters
    ----------
    cover
        Coverage; only its rows by class are read.
    keep
        Which sites stay.
    covered
        Which classes are covered already; their people move to `anyway`.
    """
    sizes = np.diff(cover.row_start)
    row = np.repeat(np.arange(sizes.size), sizes)
    links = keep[cover.row_site] & ~covered[row]
    left = np.bincount(row[links], minlength=sizes.size)
    rows = np.flatnonzero(left > 0)
    number = np.cumsum(keep) - 1
    row_start = np.concatenate([[0], np.cumsum(left[rows])]).astype(np.int64)
    row_site = number[cover.row_site[links]].astype(np.int32)
    size = int(keep.sum())
    site_start, site_row = kernels.flipped(row_start, row_site, size)
    # Twice turned, the sites of each class rise.
    _, row_site = kernels.flipped(site_start, site_row, rows.size)
    anyway = cover.anyway + float(cover.people[covered].sum())
    return Cover(
        cover.people[rows], row_start, row_site, site_start, site_row, cover.cost[keep], cover.site[keep], anyway
    )


def merged(cover: Cover) -> Cover:
    """Merge classes that the same sites cover and leave out dominated sites, until neither changes anything."""
    while True:
        cover = one_class_each(cover)
        gone = kernels.dominated(*cover.rows, cover.cost)
        if not gone.any():
            return cover
        cover = restricted(cover, ~gone, covered=np.zeros(cover.people.size, dtype=bool))


def one_class_each(cover: Cover) -> Cover:
    """Merge classes that the same sites cover."""
    if not cover.people.size:
        return cover
    draw = np.random.default_rng(0)
    one, two = (
        np.add.reduceat(draw.integers(0, 2**63, cover.site.size, dtype=np.uint64)[cover.row_site], cover.row_start[:-1])
        for _ in range(2)
    )
    order = np.lexsort((two, one))
    first = kernels.same_rows(cover.row_start, cover.row_site, order, one, two)
    rows, place = np.unique(first, return_inverse=True)
    if rows.size == first.size:
        return cover
    people = np.bincount(place, weights=cover.people).astype(np.float64)
    sizes = np.diff(cover.row_start)
    links = np.isin(np.arange(first.size), rows)[np.repeat(np.arange(sizes.size), sizes)]
    row_start = np.concatenate([[0], np.cumsum(sizes[rows])]).astype(np.int64)
    row_site = cover.row_site[links]
    site_start, site_row = kernels.flipped(row_start, row_site, cover.site.size)
    return Cover(people, row_start, row_site, site_start, site_row, cover.cost, cover.site, cover.anyway)


def decided(
    worth: NDArray[np.float64], cost: NDArray[np.float64], budget: float, room: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which sites no answer better than the best known opens, and which each of them opens.

    The bound is a continuous knapsack of the sites' worths. Opening a site against its price, or leaving one out,
    lowers it by the distance of its worth to the price of its cost; where that is more than there is room for, it is
    decided.

    Parameters
    ----------
    worth
        Value of each site at the prices of the bound.
    cost, budget
        What the sites take, and what there is.
    room
        Distance of the bound and the least value of a better answer.

    References
    ----------
    Balas, E. and Zemel, E. (1980), "An algorithm for large zero-one knapsack problems", *Operations Research* 28.
    """
    _, price = knapsack(worth, cost, budget)
    slack = worth - price * cost
    return slack < -room, slack > room


def knapsack(worth: NDArray[np.float64], cost: NDArray[np.float64], budget: float) -> tuple[float, float]:
    """Return the most worth that a budget can carry when sites may be opened in part, and the price of the budget.

    References
    ----------
    Dantzig, G. (1957), "Discrete-variable extremum problems", *Operations Research* 5.
    """
    if cost.size and float(cost.min()) == float(cost.max()) > 0:
        return _largest(worth, float(cost[0]), budget)
    rate = np.where(cost > 0, worth / np.maximum(cost, 1e-300), math.inf)
    order = np.argsort(-rate, kind="stable")
    spent = np.cumsum(cost[order])
    full = int(np.searchsorted(spent, budget * (1 + 1e-12), side="right"))
    value = float(worth[order[:full]].sum())
    if full == order.size:
        return value, 0.0
    price = float(rate[order[full]])
    before = float(spent[full - 1]) if full else 0.0
    return value + max(budget - before, 0.0) * price, price


def _largest(worth: NDArray[np.float64], cost: float, budget: float) -> tuple[float, float]:
    """Return what `knapsack` does where every site costs the same: the largest worths need no sorting."""
    full = min(max(int(budget * (1 + 1e-12) / cost), 0), worth.size)
    if full == worth.size:
        return float(worth.sum()), 0.0
    parted = np.partition(worth, worth.size - full - 1)
    price = float(parted[worth.size - full - 1])
    part = max(budget - full * cost, 0.0) / cost
    return float(parted[worth.size - full :].sum()) + part * price, price / cost
