"""What one more place would be worth, and one more site."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from mangluoi.access import blocks, intake, reach, transport
from mangluoi.access.allocation import open_services
from mangluoi.access.coverage import is_covered
from mangluoi.errors import Complaint, InputError

__all__ = ["another_place", "another_site"]


def another_place(
    need: pd.DataFrame,
    capacity: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what one more place would do at each open service: the dual price of its capacity.

    A further place serves one more person if someone who is not served can come to it, directly or by displacing
    others along a chain; otherwise it may still save minutes. Both are read off the shortest chain of displacements
    between sites, so they are what allocating again would give, also where the dual price is not unique.

    Parameters
    ----------
    need, capacity, times, max_minutes, admissible, modes
        As in `allocate`; need and capacity must be whole.

    Returns
    -------
    DataFrame
        ``site_id``, ``service``, ``served_gain`` (0 or 1) and ``minutes_change``, of all served people together, on
        the index of `capacity`.

    Raises
    ------
    InputError
        As `allocate`; also if need or capacity is not whole.

    References
    ----------
    Ahuja, R. K., Magnanti, T. L. and Orlin, J. B. (1993), *Network Flows*, Prentice Hall, ch. 9.
    """
    _check_whole(need, capacity)
    opened = open_services(capacity, admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=opened, modes=modes)
    asked = need["need"].to_numpy(dtype=float)
    worth: dict[tuple[str, str], tuple[int, float]] = {}
    for service in pairs.services:
        # Links to services without a place are kept: one more is what is asked about.
        problem = blocks.build(pairs, need, asked, capacity, [service], None, empty=True).problem
        gain, change = _one_more(problem)
        for number, site in enumerate(pairs.sites):
            worth[str(site), service] = int(gain[number]), float(change[number])
    found = [worth.get(key, (0, 0.0)) for key in zip(capacity["site_id"], capacity["service"], strict=True)]
    return capacity[["site_id", "service"]].assign(
        served_gain=[served for served, _ in found], minutes_change=[minutes for _, minutes in found]
    )


def another_site(
    need: pd.DataFrame,
    capacity: pd.DataFrame,
    times: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what each candidate would do if it alone were added.

    Parameters
    ----------
    need, capacity, max_minutes, modes
        As in `another_place`.
    times
        TRAVEL_TIMES rows to the candidates too.
    candidates
        ``site_id``, ``service`` and ``capacity`` of one new service each.
    admissible
        As in `allocate`, candidates included. None admits all.

    Returns
    -------
    DataFrame
        The candidates with ``served_gain``, people served more, and ``covered_gain``, people who come within the
        threshold of an admissible site, on the index of `candidates`.

    Raises
    ------
    InputError
        As `another_place`.
    """
    intake.check_capacity(candidates)
    _check_whole(need, capacity)
    _check_whole(need, candidates)
    columns = ["site_id", "service", "capacity"]
    both = pd.concat([capacity[columns], candidates[columns].assign(capacity=0)])
    both = both.groupby(["site_id", "service"], sort=True)["capacity"].sum().reset_index()
    pairs, today = (
        reach.build(need, times, max_minutes=max_minutes, admissible=open_services(places, admissible), modes=modes)
        for places in (both, capacity)
    )
    asked = need["need"].to_numpy(dtype=float)
    beyond = np.where(is_covered(today), 0.0, asked)
    gains = pd.DataFrame({"served_gain": 0.0, "covered_gain": 0.0}, index=candidates.index)
    number_of = {str(site): number for number, site in enumerate(pairs.sites)}
    for service, rows in candidates.groupby("service", sort=True):
        if str(service) not in pairs.services:
            continue
        block = blocks.build(pairs, need, asked, both, [str(service)], None, empty=True)
        left = transport.residual(block.problem, transport.most(block.problem)[1])
        for label, site, places in zip(rows.index, rows["site_id"], rows["capacity"], strict=True):
            if site not in number_of:
                continue
            slot = number_of[site]
            won = np.unique(block.problem.row[block.problem.slot == slot])
            gains.loc[label, "covered_gain"] = sum(float(beyond[block.members[row]].sum()) for row in won)
            gains.loc[label, "served_gain"] = _further(left, block.problem.people.size + slot, int(places))
    return candidates[columns].assign(served_gain=gains["served_gain"], covered_gain=gains["covered_gain"])


def _check_whole(need: pd.DataFrame, capacity: pd.DataFrame) -> None:
    intake.check_need(need)
    intake.check_capacity(capacity)
    found = [
        Complaint("not_whole", row=int(row) + 2, column=name, value=values[row])
        for name, values in (("need", need["need"].to_numpy(float)), ("capacity", capacity["capacity"].to_numpy(float)))
        for row in np.flatnonzero(values != np.rint(values))
    ]
    if found:
        raise InputError(found)


def _further(left: csr_array, node: int, places: int) -> float:
    """Return how many more can be served when a node gets further places, from what an optimum leaves over."""
    sink = int(left.shape[0]) - 1
    extra = csr_array((np.array([places], np.int32), ([node], [sink])), shape=left.shape)
    return float(maximum_flow(csr_array(left + extra), sink - 1, sink).flow_value)


def _one_more(problem: transport.Transport) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return, for each slot, whether one more place serves one more person, and the change of minutes."""
    slots = problem.places.size
    usable = np.flatnonzero(problem.places[problem.slot] > 0)
    flow = np.zeros(problem.row.size)
    narrowed = {name: getattr(problem, name)[usable] for name in ("row", "slot", "minutes")}
    flow[usable] = transport.serve_most(dataclasses.replace(problem, **narrowed))

    # Somebody who waits comes to a slot by the shortest link of those who wait.
    served = np.bincount(problem.row, weights=flow, minlength=problem.people.size)
    waiting = served[problem.row] < problem.people[problem.row]
    entry = np.full(slots, np.inf)
    np.minimum.at(entry, problem.slot[waiting], problem.minutes[waiting])
    # Somebody served at one slot moves to another and frees a place: the least change of minutes of any such person.
    chain = np.full((slots, slots), np.inf)
    np.fill_diagonal(chain, 0.0)
    starts = np.searchsorted(problem.row, np.arange(problem.people.size + 1))
    for link in np.flatnonzero(flow > 0):
        mates = slice(starts[problem.row[link]], starts[problem.row[link] + 1])
        change = problem.minutes[mates] - problem.minutes[link]
        np.minimum.at(chain[problem.slot[link]], problem.slot[mates], change)
    # Chains of several moves (Floyd 1962). An optimum has no chain in a circle that saves minutes.
    for middle in range(slots):
        np.minimum(chain, chain[:, [middle]] + chain[[middle], :], out=chain)
    coming = (entry[:, None] + chain).min(axis=0, initial=np.inf)
    saving = np.minimum(chain.min(axis=0, initial=0.0), 0.0)
    gain = np.isfinite(coming)
    return gain, np.where(gain, coming, saving)
