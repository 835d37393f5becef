"""Allocation: which people the places that exist can serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake, reach, transport
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
        TRAVEL_TIMES rows of one mode, from points to sites; an absent pair is beyond reach.
    max_minutes
        The threshold in minutes, for all services or by service; a site at exactly the threshold is within it.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where. None admits all to what is open.
    rule
        {"most_served", "nearest"}
    unlocated
        Points that are not on the map; their need is not assessed.

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
    intake.check_capacity(capacity)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=open_services(capacity, admissible))
    absent = need["point_id"].isin(list(unlocated)).to_numpy()
    people = need["need"].to_numpy(dtype=float)
    asked = np.where(absent, 0.0, people)

    parts = []
    for service in sorted({combo[1] for combo in pairs.combos}):
        places = _places(capacity, service, pairs.sites)
        if rule == "most_served":
            parts.append(_most_served(pairs, need, asked, places, service))
        elif rule == "nearest":
            parts.append(_nearest(pairs, need, asked, places, service))
        else:
            raise ValueError(f"rule must be most_served or nearest, got {rule!r}")
    row, site, minutes, flow = (np.concatenate(part) for part in zip(*parts, strict=True)) if parts else _nobody()

    served = np.bincount(row, weights=flow, minlength=len(need))
    covered = is_covered(pairs)
    states = need[["point_id", "group", "service", "need"]].assign(
        served=served,
        full=np.where(covered, asked - served, 0.0),
        out_of_reach=np.where(covered, 0.0, asked),
        unlocated=np.where(absent, people, 0.0),
    )
    _conserve(states, bool((people == np.rint(people)).all()))
    flows = pd.DataFrame(
        {
            "point_id": need["point_id"].to_numpy()[row],
            "group": need["group"].to_numpy()[row],
            "site_id": pairs.sites[site].astype(object),
            "service": need["service"].to_numpy()[row],
            "served": flow,
        }
    )
    flows = flows.sort_values(["point_id", "group", "service", "site_id"], ignore_index=True)
    return Allocation(flows, states, float(np.sort(flow * minutes).sum()))


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


def _nobody() -> _Flow:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0)


def _places(capacity: pd.DataFrame, service: str, sites: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return the places of a service at each site, in the order of `sites`; none where it is not offered."""
    here = capacity[capacity["service"] == service]
    known = pd.Series(here["capacity"].to_numpy(dtype=float), index=here["site_id"].to_numpy(dtype=str))
    return np.asarray(known.reindex(sites).fillna(0.0), dtype=float)


def _most_served(
    pairs: reach.Reach, need: pd.DataFrame, asked: NDArray[np.float64], places: NDArray[np.float64], service: str
) -> _Flow:
    row, link = _links(pairs, asked, service)
    keep = places[pairs.site[link]] > 0
    row, link = row[keep], link[keep]
    site, minutes = pairs.site[link], pairs.minutes[link]
    # The solver sees rows and links in the order of their ids, whatever the order they came in.
    used = np.unique(row)
    labels = need.iloc[used][["point_id", "group"]].reset_index(drop=True).sort_values(["point_id", "group"])
    rank = np.zeros(len(need), dtype=np.int64)
    rank[used[labels.index.to_numpy()]] = np.arange(used.size)
    order = np.lexsort((site, rank[row]))
    row, site, minutes = row[order], site[order], minutes[order]
    supply = np.zeros(used.size)
    supply[rank[used]] = asked[used]
    flow = transport.serve_most(supply, places, rank[row], site, minutes)
    some = flow > 0
    return row[some], site[some], minutes[some], flow[some]


def _links(pairs: reach.Reach, asked: NDArray[np.float64], service: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every row of need of a service joined with every pair that counts for it."""
    rows_of, links_of = [], []
    for combo, rows, links in pairs.by_combo():
        if combo[1] != service:
            continue
        at_point = np.full(pairs.points.size, -1, dtype=np.int64)
        here = rows[(pairs.row_point[rows] >= 0) & (asked[rows] > 0)]
        at_point[pairs.row_point[here]] = here
        row = at_point[pairs.point[links]]
        rows_of.append(row[row >= 0])
        links_of.append(links[row >= 0])
    return np.concatenate(rows_of), np.concatenate(links_of)


def _nearest(
    pairs: reach.Reach, need: pd.DataFrame, asked: NDArray[np.float64], places: NDArray[np.float64], service: str
) -> _Flow:
    nearest, minutes = pairs.nearest()
    mine = np.flatnonzero((need["service"] == service).to_numpy() & (nearest >= 0) & (asked > 0))
    labels = (need["point_id"] + "\n" + need["group"]).to_numpy(dtype=str)
    flow = np.zeros(len(need))
    for site in np.unique(nearest[mine]):
        rows = mine[nearest[mine] == site]
        come, room = asked[rows], places[site]
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
