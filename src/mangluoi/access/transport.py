"""The transport problem: as many as possible served, then in the fewest minutes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from mangluoi.errors import ConservationError

__all__ = ["serve_most"]


def serve_most(
    supply: NDArray[np.float64],
    places: NDArray[np.float64],
    row: NDArray[np.int64],
    site: NDArray[np.int64],
    minutes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Send people to places along given links.

    Two linear programmes, one after the other: most people served, then least total minutes among the answers that
    serve as many. The matrix of a transport problem is totally unimodular, so whole people and places give whole
    flows (Hoffman and Kruskal 1956); they are rounded and verified.

    Parameters
    ----------
    supply
        People in each row, of shape ``(rows,)``.
    places
        Places at each site, of shape ``(sites,)``.
    row, site, minutes
        The links, of shape ``(links,)``. Their order decides between equal answers, so it must be canonical.

    Returns
    -------
    ndarray
        People on each link.

    Raises
    ------
    ConservationError
        If the solver's answer does not stand when it is checked.
    """
    if not row.size:
        return np.zeros(0)
    links = np.arange(row.size)
    ones = np.ones(row.size)
    matrix: csr_array = vstack(
        [
            csr_array((ones, (row, links)), shape=(supply.size, row.size)),
            csr_array((ones, (site, links)), shape=(places.size, row.size)),
        ],
        format="csr",
    )
    bounds = np.concatenate([supply, places])
    whole = bool((bounds == np.rint(bounds)).all())

    most = -_minimum(-ones, matrix, bounds)[1]
    if whole:
        most = float(np.rint(most))
    flow, _ = _minimum(minutes, vstack([matrix, csr_array(-ones[None, :])], format="csr"), np.append(bounds, -most))
    if whole:
        flow = np.rint(flow)
    slack = 0.0 if whole else 1e-6 * max(1.0, most)
    flow = np.clip(flow, 0.0, None)
    if (np.asarray(matrix @ flow) > bounds + slack).any() or abs(float(flow.sum()) - most) > slack:
        raise ConservationError("the allocation does not fit its own people and places")
    return flow


def _minimum(
    cost: NDArray[np.float64], matrix: csr_array, bounds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    # The simplex method ends in a vertex, which is whole; an interior point need not be.
    sparse: Any = matrix  # linprog takes sparse matrices, which its type stubs do not know
    answer = linprog(cost, A_ub=sparse, b_ub=bounds, bounds=(0, None), method="highs-ds")
    if answer.status != 0:
        raise ConservationError(f"the allocation could not be solved: {answer.message}")
    best = np.asarray(answer.x, dtype=float)
    return best, float(cost @ best)
