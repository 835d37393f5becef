"""Allocation: which people the places that exist can serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import blocks, intake, reach, transport
from mangluoi.access.coverage import is_covered
from mangluoi.apportion import largest_remainder
from mangluoi.errors import ConservationError

__all__ = ["Allocation", "allocate"]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who is served where, and the state of all need.

    Parameters
    ----------
    flows
        ALLOCATION rows with people in them, sorted by point, group, service and site.
    states
        STATES rows on the index of the need that was asked about.
    total_minutes
        Minutes of all served people together, one way.
    """

    flows: pd.DataFrame
    states: pd.DataFrame
    total_minutes: float


def allocate(
    need: pd.DataFrame,
    capacity: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    rule: Literal["most_served", "nearest"] = "most_served",
    unlocated: Collection[str] = (),
    pools: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
    even: bool = False,
) -> Allocation:
    """Allocate people to places.

    Under ``most_served`` as many as possible are served, and among the answers that serve as many, in the fewest
    total minutes. Under ``nearest`` everybody goes to the nearest admissible open site whatever its queue; where more
    come than it holds, its places are divided in proportion to who comes (largest remainder). Neither depends on the
    order of rows.

    Parameters
    ----------
    need
        NEED rows; people at points that `times` does not know are out of reach.
    capacity
        ``site_id``, ``service`` and ``capacity``: the open services and their places. One with no place still covers
        the people around it, who then meet a full house.
    times
        TRAVEL_TIMES rows of one mode unless `modes` is given, from points to sites; an absent pair is beyond reach.
    max_minutes
        The threshold in minutes, for all services or by service, where ``"elderly/day"`` is one for a group of its own;
        a site at exactly the threshold is within it.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where. None admits all to what is open.
    rule
        {"most_served", "nearest"}
    unlocated
        Points that are not on the map; their need is not assessed.
    pools
        ``pool`` and ``capacity``: beds that several services or sites share. The rows of `capacity` name their pool
        in a column ``pool``, missing where they share nothing; each keeps its own limit besides. Under ``nearest`` a
        pooled service has the pool's limit only.
    modes
        ``mode`` and any of ``group`` and ``service``: what people ride (the fastest of several), where `times` holds
        several modes.
    even
        Under ``most_served``, a third level: of the answers that serve as many in as few minutes, the one that fills
        places most evenly, with the least Σ served² ÷ places over services (services of more than 20 places in
        steps of a twentieth).

    Returns
    -------
    Allocation
        With whole people wherever need and capacity are whole.

    Raises
    ------
    InputError
        If a table misses a column or a value, repeats a key, or a service has no threshold.
    ConservationError
        If the four states do not sum to need: a bug.

    References
    ----------
    Hitchcock, F. L. (1941), "The distribution of a product from several sources to numerous localities", *Journal of
    Mathematics and Physics* 20.
    """
    if rule not in ("most_served", "nearest"):
        raise ValueError(f"rule must be most_served or nearest, got {rule!r}")
    intake.check_capacity(capacity)
    if pools is not None:
        intake.check_pools(pools, capacity)
    opened = open_services(capacity, admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=opened, modes=modes)
    absent = need["point_id"].isin(list(unlocated)).to_numpy()
    people = need["need"].to_numpy(dtype=float)
    asked = np.where(absent, 0.0, people)

    row, site, minutes, flow = _join(
        [
            _most_served(blocks.build(pairs, need, asked, capacity, services, pools), even=even)
            if rule == "most_served"
            else _nearest(pairs, need, asked, capacity, services, pools)
            for services in blocks.coupled(capacity, pairs.services, pools)
        ]
    )
    served = np.bincount(row, weights=flow, minlength=len(need))
    covered = is_covered(pairs)
    states = need[["point_id", "group", "service", "need"]].assign(
        served=served,
        full=np.where(covered, asked - served, 0.0),
        out_of_reach=np.where(covered, 0.0, asked),
        unlocated=np.where(absent, people, 0.0),
    )
    _conserve(states, bool((people == np.rint(people)).all()))
    return Allocation(_flows(need, row, pairs.sites[site], flow), states, float(np.sort(flow * minutes).sum()))


def _flows(
    need: pd.DataFrame, row: NDArray[np.int64], site: NDArray[np.str_], flow: NDArray[np.float64]
) -> pd.DataFrame:
    flows = pd.DataFrame(
        {
            "point_id": need["point_id"].to_numpy()[row],
            "group": need["group"].to_numpy()[row],
            "site_id": site.astype(object),
            "service": need["service"].to_numpy()[row],
            "served": flow,
        }
    )
    return flows.sort_values(["point_id", "group", "service", "site_id"], ignore_index=True)


def open_services(capacity: pd.DataFrame, admissible: pd.DataFrame | None) -> pd.DataFrame:
    """Return who may be taken where, among the services that are open.

    Parameters
    ----------
    capacity
        ``site_id`` and ``service`` of what is open, whatever it holds.
    admissible
        As in `allocate`.
    """
    opened = capacity[["site_id", "service"]].drop_duplicates()
    if admissible is None:
        return opened
    keys = [name for name in ("site_id", "service") if name in admissible.columns]
    columns = [name for name in ("site_id", "group", "service") if name in admissible.columns]
    return admissible[columns].drop_duplicates().merge(opened, on=keys)


_Flow = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def _join(parts: list[_Flow]) -> _Flow:
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    row, site, minutes, flow = (np.concatenate(part) for part in zip(*parts, strict=True))
    return row, site, minutes, flow


def _most_served(block: blocks.Block, *, even: bool) -> _Flow:
    row, link, flow = block.divide(transport.serve_most(block.problem, even=even))
    return row, block.site[link], block.problem.minutes[link], flow


def _nearest(
    pairs: reach.Reach,
    need: pd.DataFrame,
    asked: NDArray[np.float64],
    capacity: pd.DataFrame,
    services: list[str],
    pools: pd.DataFrame | None,
) -> _Flow:
    nearest, minutes = pairs.nearest()
    mine = np.flatnonzero(need["service"].isin(services).to_numpy() & (nearest >= 0) & (asked > 0))
    # Who comes to one queue: that of a pool where places are shared, else that of the service at the site.
    queue_of = blocks.queues(capacity, pools)
    queue = np.array([queue_of[str(pairs.sites[nearest[i]]), str(need["service"].iloc[i])] for i in mine], dtype=str)
    room_of = blocks.room(capacity, pools)
    labels = (need["point_id"] + "\n" + need["group"] + "\n" + need["service"]).to_numpy(dtype=str)
    flow = np.zeros(len(need))
    for name in np.unique(queue):
        rows = mine[queue == name]
        come, room = asked[rows], room_of[str(name)]
        if come.sum() <= room:
            flow[rows] = come
        elif (come == np.rint(come)).all() and room == np.rint(room):
            flow[rows] = largest_remainder(come, total=int(room), ties=labels[rows].tolist())
        else:
            flow[rows] = come * (room / come.sum())
    some = np.flatnonzero(flow > 0)
    return some, nearest[some], minutes[some], flow[some]


def _conserve(states: pd.DataFrame, whole: bool) -> None:
    """Raise unless the four states sum to need: exactly where people are whole, else to the last digits."""
    parts = states[["served", "full", "out_of_reach", "unlocated"]].to_numpy()
    need = states["need"].to_numpy(dtype=float)
    missing = np.abs(parts.sum(axis=1) - need)
    if (parts < (0 if whole else -1e-6)).any() or (missing > (0 if whole else 1e-6)).any():
        raise ConservationError(f"{float(missing.sum())} people are lost between need and its four states")
