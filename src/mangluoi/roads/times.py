"""Travel times over a network, as the TRAVEL_TIMES table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mangluoi.errors import Complaint, InputError
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import SNAP_LIMIT_M, Snapped, place

__all__ = ["nearest", "travel_times"]

#: Distances held at a time: a block of searches takes no more than this.
_BLOCK_BYTES = 256 * 2**20

# Sums of minutes differ in their last bits by the order of adding; rounded here, so that 30 means 30.
_DECIMALS = 9


def travel_times(
    network: RoadNetwork,
    origins: pd.DataFrame | Sequence[str],
    destinations: pd.DataFrame | Sequence[str],
    *,
    max_minutes: float,
    snap_limit_m: float = SNAP_LIMIT_M,
    on_unreached: Literal["raise", "list"] = "raise",
) -> pd.DataFrame:
    """Return the minutes from every origin to every destination within reach.

    Parameters
    ----------
    network
        The road network.
    origins, destinations
        A frame with an id column (id, point_id or site_id) and lon and lat in degrees, or node_id; or ids that are
        node ids. The direction of travel is from origin to destination.
    max_minutes
        The farthest pair listed, inclusive.
    snap_limit_m
        How far a point may lie from the network.
    on_unreached
        {"raise", "list"}; with "list", points beyond the limit have no row here, and the caller names them with
        `unreached`.

    Returns
    -------
    DataFrame
        Columns from_id, to_id, minutes, mode, sorted by from_id and to_id. A pair that is absent takes longer than
        `max_minutes` or has no way at all.

    Raises
    ------
    InputError
        For wrong points (see `read_points`) and points beyond the snap limit.
    """
    _check_minutes(max_minutes)
    starts = place(network, origins, name="origins", snap_limit_m=snap_limit_m, raises=on_unreached == "raise")
    ends = place(network, destinations, name="destinations", snap_limit_m=snap_limit_m, raises=on_unreached == "raise")
    # Search from the smaller side; from the destinations the roads are run backwards.
    forward = len(np.unique(starts.node)) <= len(np.unique(ends.node))
    near, far = (starts, ends) if forward else (ends, starts)
    rows, columns, minutes = _pairs(_graph(network, forward=forward), near, far, max_minutes)
    from_rows, to_rows = (rows, columns) if forward else (columns, rows)
    return _table(starts.ids[from_rows], ends.ids[to_rows], minutes, network.profile)


def nearest(
    network: RoadNetwork,
    origins: pd.DataFrame | Sequence[str],
    sites: pd.DataFrame | Sequence[str],
    *,
    k: int = 1,
    max_minutes: float = math.inf,
    snap_limit_m: float = SNAP_LIMIT_M,
    on_unreached: Literal["raise", "list"] = "raise",
) -> pd.DataFrame:
    """Return the k sites that each origin reaches soonest.

    Parameters
    ----------
    network, origins, sites, max_minutes, snap_limit_m, on_unreached
        As in `travel_times`.
    k
        How many sites at most; of equally near ones the smaller id comes first.

    Returns
    -------
    DataFrame
        Columns from_id, to_id, minutes, mode, rank (1 = nearest), sorted by from_id and rank. An origin that reaches
        no site has no row.

    Raises
    ------
    InputError
        As `travel_times`, and for a `k` below 1.
    """
    if k < 1:
        raise InputError([Complaint("below_range", column="k", value=k, details={"low": 1})])
    times = travel_times(
        network, origins, sites, max_minutes=max_minutes, snap_limit_m=snap_limit_m, on_unreached=on_unreached
    )
    times = times.sort_values(["from_id", "minutes", "to_id"], ignore_index=True)
    times["rank"] = times.groupby("from_id").cumcount() + 1
    return times[times["rank"] <= k].reset_index(drop=True)


def _check_minutes(max_minutes: float) -> None:
    if math.isnan(max_minutes):
        raise InputError([Complaint("not_a_number", column="max_minutes", value=max_minutes)])
    if max_minutes < 0:
        raise InputError([Complaint("negative", column="max_minutes", value=max_minutes)])


def _graph(network: RoadNetwork, *, forward: bool) -> csr_array:
    """Return the arcs as a matrix; each pair of nodes stands once, since SciPy would add parallel arcs up."""
    tail, head = (network.tail, network.head) if forward else (network.head, network.tail)
    size = len(network.node_ids)
    return csr_array((network.minutes, (tail, head)), shape=(size, size))


def _pairs(
    graph: csr_array, near: Snapped, far: Snapped, max_minutes: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return positions in `near` and `far`, and minutes, of every pair within the limit."""
    found: list[tuple[NDArray[np.intp], NDArray[np.intp], Floats]] = []
    sources, source_of = np.unique(near.node, return_inverse=True)
    by_source = np.argsort(source_of, kind="stable")
    block = max(1, _BLOCK_BYTES // (8 * max(1, graph.shape[0])))
    limit = max_minutes + 10.0**-_DECIMALS
    for begin in range(0, len(sources), block):
        distance = dijkstra(graph, indices=sources[begin : begin + block], limit=limit)
        first, last = np.searchsorted(source_of[by_source], [begin, begin + block])
        for i in by_source[first:last]:
            total = near.access_minutes[i] + distance[source_of[i] - begin, far.node] + far.access_minutes
            total = np.round(total, _DECIMALS)
            reached = np.flatnonzero((total <= max_minutes) & np.isfinite(total))
            found.append((np.full(len(reached), i), reached, total[reached]))
    if not found:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    rows, columns, minutes = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(minutes)


def _table(from_ids: NDArray[np.str_], to_ids: NDArray[np.str_], minutes: Floats, profile: str | None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"from_id": from_ids.astype(object), "to_id": to_ids.astype(object), "minutes": minutes, "mode": profile}
    )
    text = pd.StringDtype(na_value=math.nan)
    frame = frame.astype({"from_id": text, "to_id": text, "mode": text})
    return frame.sort_values(["from_id", "to_id"], ignore_index=True)
