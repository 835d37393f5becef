"""The third level of an allocation: of the answers that are equally good, the one that fills places most evenly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array, hstack, vstack

from mangluoi.errors import ConservationError

__all__ = ["even_out"]

# Up to so many places each person is a step of their own; larger services are evened in as many steps.
_STEPS = 20
# Below this a reduced cost is zero, relative to the largest cost; the solver promises 1e-7.
_ZERO = 1e-7


def even_out(
    cost: NDArray[np.float64],
    upper: csr_array,
    right: NDArray[np.float64],
    equal: csr_array,
    exact: NDArray[np.float64],
    answer: OptimizeResult,
    slot: NDArray[np.int64],
    places: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Spread people as evenly over services as the cheapest answers allow.

    Every cheapest answer of a linear programme uses only links without reduced cost and meets every limit that has a
    price (complementary slackness), so these are fixed, and among the answers that are left Σ served² ÷ places is
    made least: its steps by person, or by a twentieth of a large service, are a convex cost on the flow into each
    service. The rows stay those of a flow in a network, so the answer is whole where people and places are.

    Parameters
    ----------
    cost
        Of each link, of shape ``(links,)``.
    upper, right, equal, exact
        The programme: ``upper @ flow <= right`` and ``equal @ flow == exact``.
    answer
        Its solution, with marginals.
    slot, places
        The slot of each link, and the places of every slot.

    Returns
    -------
    ndarray
        People on each link.

    Raises
    ------
    ConservationError
        If the solver fails.

    References
    ----------
    Ahuja, R. K., Magnanti, T. L. and Orlin, J. B. (1993), *Network Flows*, Prentice Hall, ch. 14 (convex costs).
    """
    near = _ZERO * max(1.0, float(np.abs(cost).max()))
    price = np.asarray(answer.ineqlin.marginals, dtype=float)
    reduced = cost - upper.T @ price - equal.T @ np.asarray(answer.eqlin.marginals, dtype=float)
    free = np.flatnonzero(reduced <= near)
    if not free.size:
        return np.zeros(cost.size)
    tight = price < -near
    used = np.unique(slot[free])
    size, slope, of_slot = _steps(places[used])
    steps, links = np.arange(size.size), np.arange(free.size)
    into = csr_array((np.ones(free.size), (np.searchsorted(used, slot[free]), links)), shape=(used.size, free.size))
    out = csr_array((-np.ones(size.size), (of_slot, steps)), shape=(used.size, size.size))
    blank = csr_array((upper.shape[0], size.size))
    loose_rows: Any = hstack([upper[:, free], blank], format="csr")[np.flatnonzero(~tight)]
    firm = vstack([upper[np.flatnonzero(tight)][:, free], equal[:, free]], format="csr")
    firm_rows: Any = vstack([hstack([firm, csr_array((firm.shape[0], size.size))]), hstack([into, out])], format="csr")
    bounds: Any = np.column_stack([np.zeros(free.size + size.size), np.append(np.full(free.size, np.inf), size)])
    found = linprog(
        np.concatenate([np.zeros(free.size), slope]),
        A_ub=loose_rows,
        b_ub=right[~tight],
        A_eq=firm_rows,
        b_eq=np.concatenate([right[tight], exact, np.zeros(used.size)]),
        bounds=bounds,
        method="highs-ds",
    )
    if found.status != 0:
        raise ConservationError(f"the allocation could not be evened: {found.message}")
    flow = np.zeros(cost.size)
    flow[free] = np.clip(np.asarray(found.x, dtype=float)[: free.size], 0.0, None)
    return flow


def _steps(places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the size of each step, the mean slope of served² ÷ places over it, and its slot."""
    sizes, slopes, owners = [], [], []
    for number, room in enumerate(places):
        count = int(min(max(np.ceil(room), 1), _STEPS))
        ends = (
            np.unique(np.rint(np.linspace(0.0, room, count + 1)))
            if room == np.rint(room)
            else np.linspace(0.0, room, count + 1)
        )
        sizes.append(np.diff(ends))
        slopes.append((ends[1:] + ends[:-1]) / max(room, 1e-12))
        owners.append(np.full(ends.size - 1, number))
    return np.concatenate(sizes), np.concatenate(slopes), np.concatenate(owners).astype(np.int64)
