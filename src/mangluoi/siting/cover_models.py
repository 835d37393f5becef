"""Covering models: who is within reach of a chosen site, whatever its capacity.

The variables, in order: whether each site is chosen, and how much of each class of points is covered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from mangluoi.siting.cover_reduction import Cover
from mangluoi.siting.solver import Model

__all__ = ["most_covered", "smallest_set"]


def most_covered(cover: Cover, limits: list[tuple[NDArray[np.float64], float]]) -> Model:
    """Cover as many people as possible within limits, each the weights of the sites and what they may sum to.

    Maximise Σ people·y subject to y ≤ Σ x over the sites that cover the class and Σ weight·x ≤ limit. For whole x the
    best y is whole, so only x needs to be.

    References
    ----------
    Church, R. and ReVelle, C. (1974), "The maximal covering location problem", *Papers in Regional Science* 32.
    """
    sites, count = cover.site.size, cover.people.size
    rows = [hstack([_covers(cover), eye_array(count)])]
    # Weights relative to their limit: what a solver forgives is then as small for money as for numbers of sites.
    rows += [csr_array(np.concatenate([weight / (limit or 1.0), np.zeros(count)])[None, :]) for weight, limit in limits]
    right = np.concatenate([np.zeros(count), [1.0 if limit else 0.0 for _, limit in limits]])
    return Model(
        cost=np.concatenate([np.zeros(sites), -cover.people]),
        matrix=csr_array(vstack(rows, format="csr")),
        low=np.full(right.size, -np.inf),
        high=right,
        upper=np.ones(sites + count),
        whole=np.concatenate([np.ones(sites, bool), np.zeros(count, bool)]),
    )


def smallest_set(
    cover: Cover, *, at_least: float, cost: NDArray[np.float64], given: NDArray[np.bool_], times_covered: int = 1
) -> Model:
    """Cover at least as many people as given with the fewest sites, or for the least cost.

    Minimise Σ cost·x subject to `times_covered`·y ≤ Σ x over the sites that cover the class, and Σ people·y ≥ the
    people to cover who are not covered anyway. With everybody to cover this is the set covering problem, with fewer
    its partial form, with ``times_covered`` 2 its backup form.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971), "The location of emergency service facilities",
    *Operations Research* 19; Daskin, M. and Owen, S. (1999), *Geographical Analysis* 31 (partial); Hogan, K. and
    ReVelle, C. (1986), *Management Science* 32 (backup).
    """
    sites, count = cover.site.size, cover.people.size
    everyone = csr_array(np.concatenate([np.zeros(sites), cover.people])[None, :])
    enough = float(times_covered) * eye_array(count)
    missing, reachable = at_least - cover.anyway, float(cover.people.sum())
    # Whoever cannot be left out is covered: said class by class, where a sum would be all but an equation.
    wanted = cover.people > reachable - missing + 1e-9 * max(1.0, reachable)
    return Model(
        cost=np.concatenate([cost, np.zeros(count)]),
        matrix=csr_array(vstack([hstack([_covers(cover), enough]), everyone], format="csr")),
        low=np.append(np.full(count, -np.inf), -np.inf if wanted.all() else missing),
        high=np.append(np.zeros(count), np.inf),
        upper=np.ones(sites + count),
        # A class is covered or it is not: half of its people would be covered by half of a pair of sites.
        whole=np.concatenate([np.ones(sites, bool), np.full(count, times_covered > 1)]),
        lower=np.concatenate([given.astype(np.float64), wanted.astype(np.float64)]),
    )


def _covers(cover: Cover) -> csr_array:
    shape = (cover.people.size, cover.site.size)
    return csr_array((-np.ones(cover.row_site.size), cover.row_site, cover.row_start), shape=shape)
