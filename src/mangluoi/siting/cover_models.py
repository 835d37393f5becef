"""Covering models: who is within reach of a chosen site, whatever its capacity.

The variables, in order: whether each site is chosen, and how much of each class of points is covered. Points that the
same candidates cover are one class; a class that an existing or required site covers is covered anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from mangluoi.siting.solver import Model
from mangluoi.siting.uncapped import Uncapped

__all__ = ["Classes", "classes", "most_covered", "smallest_set"]


@dataclass(frozen=True, eq=False)
class Classes:
    """Points merged by the sites that cover them.

    Parameters
    ----------
    people
        People of each class.
    row, site
        Which site covers which class.
    anyway
        People covered by sites that stand or must be chosen.
    """

    people: NDArray[np.float64]
    row: NDArray[np.int64]
    site: NDArray[np.int64]
    anyway: float


def classes(problem: Uncapped, *, backup: bool = False) -> Classes:
    """Merge points that the same sites cover.

    Parameters
    ----------
    problem
        The problem, with pairs within the threshold only.
    backup
        Whether points covered by a site that stands are kept, since a second site counts.
    """
    order = np.lexsort((problem.site, problem.point))
    point, site = problem.point[order], problem.site[order]
    starts = np.searchsorted(point, np.arange(problem.points.size + 1))
    given = problem.existing | problem.required
    together: dict[bytes, float] = {}
    anyway = 0.0
    for number in range(problem.points.size):
        own = site[starts[number] : starts[number + 1]]
        if given[own].any() and not backup:
            anyway += problem.people[number]
            continue
        key = own.tobytes()
        together[key] = together.get(key, 0.0) + problem.people[number]
    keys = sorted(together)
    members = [np.frombuffer(key, dtype=np.int64) for key in keys]
    return Classes(
        people=np.array([together[key] for key in keys]),
        row=np.repeat(np.arange(len(keys)), [part.size for part in members]).astype(np.int64),
        site=np.concatenate([*members, np.zeros(0, np.int64)]),
        anyway=anyway,
    )


def most_covered(problem: Uncapped, merged: Classes, *, p: int | None, budget_vnd: float | None) -> Model:
    """Cover as many people as possible with p sites or for a budget.

    Maximise Σ people·y subject to y ≤ Σ x over the sites that cover the class, Σ x ≤ p, Σ cost·x ≤ budget. For whole x
    the best y is whole, so only x needs to be.

    References
    ----------
    Church, R. and ReVelle, C. (1974), "The maximal covering location problem", *Papers in Regional Science* 32.
    """
    sites, count = problem.sites.size, merged.people.size
    covers = csr_array((-np.ones(merged.row.size), (merged.row, merged.site)), shape=(count, sites))
    parts = [hstack([covers, csr_array((np.ones(count), (range(count), range(count))), shape=(count, count))])]
    high = [np.zeros(count)]
    for weights, limit in ((np.ones(sites), p), (problem.cost_vnd / (budget_vnd or 1.0), budget_vnd and 1.0)):
        if limit is not None:
            weights = np.where(problem.existing, 0.0, weights)
            parts.append(csr_array(np.concatenate([weights, np.zeros(count)])[None, :]))
            high.append(np.array([float(limit)]))
    right = np.concatenate(high)
    return Model(
        cost=np.concatenate([np.zeros(sites), -merged.people]),
        matrix=csr_array(vstack(parts, format="csr")),
        low=np.full(right.size, -np.inf),
        high=right,
        upper=np.ones(sites + count),
        whole=np.concatenate([np.ones(sites, bool), np.zeros(count, bool)]),
        lower=np.concatenate([_given(problem), np.zeros(count)]),
    )


def smallest_set(
    problem: Uncapped, merged: Classes, *, at_least: float, by_cost: bool, times_covered: int = 1
) -> Model:
    """Cover at least as many people as given with the fewest sites, or for the least cost.

    Minimise Σ x or Σ cost·x subject to `times_covered`·y ≤ Σ x over the sites that cover the class, and Σ people·y ≥
    the people to cover who are not covered anyway. With everybody to cover this is the set covering problem, with
    fewer its partial form, with ``times_covered`` 2 its backup form.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971), "The location of emergency service facilities",
    *Operations Research* 19; Daskin, M. and Owen, S. (1999), *Geographical Analysis* 31 (partial); Hogan, K. and
    ReVelle, C. (1986), *Management Science* 32 (backup).
    """
    sites, count = problem.sites.size, merged.people.size
    covers = csr_array((-np.ones(merged.row.size), (merged.row, merged.site)), shape=(count, sites))
    enough = csr_array((np.full(count, float(times_covered)), (range(count), range(count))), shape=(count, count))
    everyone = csr_array(np.concatenate([np.zeros(sites), merged.people])[None, :])
    return Model(
        cost=np.concatenate([np.where(problem.existing, 0.0, problem.cost_vnd if by_cost else 1.0), np.zeros(count)]),
        matrix=csr_array(vstack([hstack([covers, enough]), everyone], format="csr")),
        low=np.append(np.full(count, -np.inf), at_least - merged.anyway),
        high=np.append(np.zeros(count), np.inf),
        upper=np.ones(sites + count),
        # A class is covered or it is not: half of its people would be covered by half of a pair of sites.
        whole=np.concatenate([np.ones(sites, bool), np.full(count, times_covered > 1)]),
        lower=np.concatenate([_given(problem), np.zeros(count)]),
    )


def _given(problem: Uncapped) -> NDArray[np.float64]:
    return (problem.existing | problem.required).astype(np.float64)
