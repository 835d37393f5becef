"""The transport problem: as many as possible served, then in the fewest minutes, then evenly if that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from mangluoi.access import evenness
from mangluoi.errors import ConservationError

__all__ = ["Transport", "most", "residual", "serve_most"]

# SciPy's maximum flow counts in 32-bit integers.
_COUNTABLE = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Transport:
    """People, places, and the links between them.

    Parameters
    ----------
    people
        People in each row, of shape ``(rows,)``.
    places
        Places in each slot (a service at a site), of shape ``(slots,)``.
    row, slot, minutes
        The links, of shape ``(links,)``. Their order decides between equal answers, so it must be canonical.
    pool, pool_places
        For each slot, the pool of places that it shares with other slots, or -1; and the places of each pool.
    """

    people: NDArray[np.float64]
    places: NDArray[np.float64]
    row: NDArray[np.int64]
    slot: NDArray[np.int64]
    minutes: NDArray[np.float64]
    pool: NDArray[np.int64]
    pool_places: NDArray[np.float64]

    @property
    def whole(self) -> bool:
        """Whether all people and places are whole."""
        return all(bool((part == np.rint(part)).all()) for part in (self.people, self.places, self.pool_places))

    def limits(self) -> tuple[csr_array, NDArray[np.float64]]:
        """Return the matrix and the right side of people, places and pools: ``matrix @ flow <= right``."""
        links = np.arange(self.row.size)
        pooled = np.flatnonzero(self.pool[self.slot] >= 0)
        parts = [
            (self.row, links, self.people.size),
            (self.slot, links, self.places.size),
            (self.pool[self.slot[pooled]], pooled, self.pool_places.size),
        ]
        blocks = [csr_array((np.ones(at.size), (at, own)), shape=(size, links.size)) for at, own, size in parts]
        return vstack(blocks, format="csr"), np.concatenate([self.people, self.places, self.pool_places])


def serve_most(problem: Transport, *, even: bool = False) -> NDArray[np.float64]:
    """Send people to places along the links: the most people, and as many in the fewest total minutes.

    Whole people and places: a maximum flow says how many can be served, and its minimum cut splits the problem in two.
    On the crowded side every place is taken; on the other everybody is served; a link between them carries nobody, in
    every answer that serves the most. What is left is to spend the fewest minutes on each side, a linear programme.
    Each slot belongs to at most one pool, so it is a flow in a network, and the simplex method ends in a whole answer;
    it is rounded and verified.

    Otherwise: one linear programme in which serving a person is worth more than any detour can cost. (Serving one
    more can displace a chain of others, at most one per slot, each by no more than the longest link.)

    Parameters
    ----------
    problem
        The problem.
    even
        Whether, of the answers with the fewest minutes, the one is taken that fills places most evenly; see
        `evenness.even_out`.

    Returns
    -------
    ndarray
        People on each link.

    Raises
    ------
    ConservationError
        If the solver's answer does not stand when it is checked.

    References
    ----------
    Dulmage, A. L. and Mendelsohn, N. S. (1958), "Coverings of bipartite graphs", *Canadian Journal of Mathematics* 10.
    Hoffman, A. J. and Kruskal, J. B. (1956), "Integral boundary points of convex polyhedra", *Annals of Mathematics
    Studies* 38.
    """
    if not problem.row.size:
        return np.zeros(0)
    matrix, right = problem.limits()
    flow = np.zeros(problem.row.size)
    if not problem.whole or problem.people.sum() > _COUNTABLE:
        worth = (float(problem.minutes.max()) + 1.0) * (min(problem.people.size, problem.places.size) + 1)
        every = np.arange(problem.row.size)
        nothing = np.zeros(right.size, dtype=bool)
        flow = _cheapest(problem, every, problem.minutes - worth, matrix, right, nothing, even=even)
        if (np.asarray(matrix @ flow) > right + 1e-6 * max(1.0, float(right.max()))).any():
            raise ConservationError("the allocation does not fit its own people and places")
        return flow
    count, crowded, exact = _cut(problem)
    whole = right
    slots = problem.people.size + problem.slot
    right, shut = _apart(problem, crowded, right)
    for side in (True, False):
        links = np.flatnonzero((crowded[problem.row] == side) & (crowded[slots] == side) & ~shut[problem.slot])
        limits = np.flatnonzero(crowded == side)
        part = csr_array(matrix[limits][:, links])
        cost = problem.minutes[links]
        flow[links] = np.rint(_cheapest(problem, links, cost, part, right[limits], exact[limits], even=even))
    if flow.sum() != count or (np.asarray(matrix @ flow) > whole).any():
        raise ConservationError(f"the allocation serves {flow.sum():g} people where {count} could be served")
    return flow


def _apart(
    problem: Transport, crowded: NDArray[np.bool_], right: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the limits where a slot is on another side than its pool, and the slots that nobody is left for.

    A crowded slot of a pool that is not crowded is full, so the pool has so much less for the others. A slot that is
    not crowded, of a pool that is, has nobody: else somebody could be displaced from it.
    """
    rows, count = problem.people.size, problem.places.size
    pooled = np.flatnonzero(problem.pool >= 0)
    shut = np.zeros(count, dtype=bool)
    of = rows + count + problem.pool[pooled]
    shut[pooled] = crowded[of] & ~crowded[rows + pooled]
    left = right.copy()
    full = crowded[rows + pooled] & ~crowded[of]
    np.subtract.at(left, of[full], problem.places[pooled[full]])
    return left, shut


def _cheapest(
    problem: Transport,
    links: NDArray[np.int64],
    cost: NDArray[np.float64],
    matrix: csr_array,
    right: NDArray[np.float64],
    exact: NDArray[np.bool_],
    *,
    even: bool,
) -> NDArray[np.float64]:
    """Return the cheapest flow on some links within limits, some of which must be met exactly."""
    if not cost.size:
        return np.zeros(0)
    upper: Any = matrix[np.flatnonzero(~exact)]  # linprog takes sparse matrices, which its type stubs do not know
    equal: Any = matrix[np.flatnonzero(exact)]
    # The simplex method ends in a vertex, which is whole; an interior point need not be.
    answer = linprog(
        cost, A_ub=upper, b_ub=right[~exact], A_eq=equal, b_eq=right[exact], bounds=(0, None), method="highs-ds"
    )
    if answer.status != 0:
        raise ConservationError(f"the allocation could not be solved: {answer.message}")
    flow = np.clip(np.asarray(answer.x, dtype=np.float64), 0.0, None)
    if not even:
        return flow
    level = evenness.even_out(
        cost, upper, right[~exact], equal, right[exact], answer, problem.slot[links], problem.places
    )
    if abs(float(cost @ level) - float(cost @ flow)) > 1e-6 * max(1.0, float(np.abs(cost) @ flow)):
        raise ConservationError("evening out the allocation changed the minutes that it takes")
    return level


def _cut(problem: Transport) -> tuple[int, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return how many can be served, and by row, slot and pool: whether it is crowded, and whether its limit is met.

    Crowded is whatever someone who is not served could still reach by displacing others.
    """
    count, flow = most(problem)
    left = residual(problem, flow)
    source = int(left.shape[0]) - 2
    crowded = np.zeros(source + 2, dtype=bool)
    crowded[breadth_first_order(left, source, return_predecessors=False)] = True
    rows, slots = problem.people.size, problem.places.size
    pooled = problem.pool >= 0
    after = np.zeros(slots, dtype=bool)
    after[pooled] = crowded[rows + slots + problem.pool[pooled]]
    nodes = crowded[:source]
    exact = nodes.copy()
    exact[:rows] = ~nodes[:rows]
    exact[rows : rows + slots] &= ~after
    return count, nodes, exact


def most(problem: Transport) -> tuple[int, csr_array]:
    """Return how many people can be served at most, and the network's flow, for whole people and places.

    The nodes of the network are rows, slots, pools, a source and a sink, in this order.

    References
    ----------
    Dinic, E. A. (1970), "Algorithm for solution of a problem of maximum flow in a network with power estimation",
    *Soviet Mathematics Doklady* 11.
    """
    network = _network(problem)
    size = int(network.shape[0])
    found = maximum_flow(network, size - 2, size - 1)
    return int(found.flow_value), csr_array(found.flow)


def residual(problem: Transport, flow: csr_array) -> csr_array:
    """Return the room left in the network, flow that can be taken back included."""
    left = csr_array(_network(problem) - flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    return left


def _network(problem: Transport) -> csr_array:
    rows, slots, pools = problem.people.size, problem.places.size, problem.pool_places.size
    source, sink = rows + slots + pools, rows + slots + pools + 1
    slot = rows + np.arange(slots)
    after = np.where(problem.pool >= 0, rows + slots + problem.pool, sink)
    start = np.concatenate([np.full(rows, source), problem.row, slot, rows + slots + np.arange(pools)])
    end = np.concatenate([np.arange(rows), rows + problem.slot, after, np.full(pools, sink)])
    room = np.concatenate([problem.people, problem.people[problem.row], problem.places, problem.pool_places])
    return csr_array((room.astype(np.int32), (start, end)), shape=(sink + 1, sink + 1))
