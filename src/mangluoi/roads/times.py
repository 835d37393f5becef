"""Travel times over a network, as the TRAVEL_TIMES table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mangluoi import checking
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import crew, engine, kernels
from mangluoi.roads.crew import Progress
from mangluoi.roads.engine import Triplets
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import SNAP_LIMIT_M, Snapped, place, timed

__all__ = ["direct", "nearest", "travel_time_blocks", "travel_times"]

# Up to so many points on one side, all distances are looked at; beyond, a tree is asked.
_FEW = 200


def travel_times(
    network: RoadNetwork,
    origins: pd.DataFrame | Sequence[str],
    destinations: pd.DataFrame | Sequence[str],
    *,
    max_minutes: float,
    snap_limit_m: float = SNAP_LIMIT_M,
    on_unreached: Literal["raise", "list"] = "raise",
    progress: Progress | None = None,
    memory_mb: float = math.inf,
) -> pd.DataFrame:
    """Return the minutes from every origin to every destination within reach.

    A point that is given in degrees starts from the nearest point of a road, after a leg at the network's
    `access_min_per_km`; two points that are nearer to each other than to the road go straight, at the same pace.

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
    progress
        Called with the number of searches done and of all; what it raises stops the work.
    memory_mb
        Room for the search and the table in MiB, besides the network; `travel_time_blocks` keeps within any room.

    Returns
    -------
    DataFrame
        Columns from_id, to_id, minutes, mode, sorted by from_id and to_id. A pair that is absent takes longer than
        `max_minutes` or has no way at all.

    Raises
    ------
    InputError
        For wrong points (see `read_points`), points beyond the snap limit, and a table that takes more than
        `memory_mb`.

    References
    ----------
    Dijkstra (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1.
    """
    _check_minutes(max_minutes)
    raises = on_unreached == "raise"
    starts = place(network, origins, name="origins", snap_limit_m=snap_limit_m, raises=raises)
    ends = place(network, destinations, name="destinations", snap_limit_m=snap_limit_m, raises=raises)
    try:
        return _times(network, starts, ends, max_minutes, progress, crew.Budget(memory_mb))
    except crew.TooManyPairsError as error:
        details = {"reason": "pairs_too_many", "minutes": f"{max_minutes:g}", "mib": f"{memory_mb:g}"}
        raise InputError([Complaint("contradiction", column="memory_mb", details=details)]) from error


def travel_time_blocks(
    network: RoadNetwork,
    origins: pd.DataFrame | Sequence[str],
    destinations: pd.DataFrame | Sequence[str],
    *,
    max_minutes: float,
    memory_mb: float,
    snap_limit_m: float = SNAP_LIMIT_M,
    on_unreached: Literal["raise", "list"] = "raise",
    progress: Progress | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the table of `travel_times` in parts, each with all pairs of some origins, within a room of memory.

    Parameters
    ----------
    network, origins, destinations, max_minutes, snap_limit_m, on_unreached
        As in `travel_times`.
    memory_mb
        Room for the search and one part in MiB, besides the network. Less room makes more parts and takes longer.
    progress
        Called with the number of origins done and of all; what it raises stops the work.

    Yields
    ------
    DataFrame
        As `travel_times` returns; one after another they are its table.

    Raises
    ------
    InputError
        As `travel_times`, and where even one origin has more pairs than there is room for.
    """
    _check_minutes(max_minutes)
    raises = on_unreached == "raise"
    starts = place(network, origins, name="origins", snap_limit_m=snap_limit_m, raises=raises)
    ends = place(network, destinations, name="destinations", snap_limit_m=snap_limit_m, raises=raises)
    budget = crew.Budget(memory_mb)
    begin, size = 0, len(starts)
    while begin < len(starts):
        part = starts.take(np.arange(begin, min(begin + size, len(starts))))
        try:
            table = _times(network, part, ends, max_minutes, None, budget)
        except crew.TooManyPairsError as error:
            if size == 1:
                details = {"reason": "pairs_of_one", "id": part.ids[0], "mib": f"{memory_mb:g}"}
                raise InputError([Complaint("contradiction", column="memory_mb", details=details)]) from error
            size = max(1, min(size, len(part)) // 2)
            continue
        begin += len(part)
        if progress is not None:
            progress(begin, len(starts))
        yield table


def _times(
    network: RoadNetwork,
    starts: Snapped,
    ends: Snapped,
    max_minutes: float,
    progress: Progress | None,
    budget: crew.Budget,
) -> pd.DataFrame:
    # Search from the smaller side; from the destinations the roads are run backwards.
    forward = len(starts) <= len(ends)
    near, far = (starts, ends) if forward else (ends, starts)
    found = engine.pairs(network, near, far, max_minutes=max_minutes, forward=forward, progress=progress, budget=budget)
    # Two stable passes sort the pairs by origin, then destination.
    from_row, to_row, minutes = found if forward else (found[1], found[0], found[2])
    from_row, to_row, minutes = kernels.transpose(from_row, to_row, minutes, len(ends))
    to_row, from_row, minutes = kernels.transpose(to_row, from_row, minutes, len(starts))
    triplets = _with_direct(network, starts, ends, (from_row, to_row, minutes), max_minutes)
    return _table(starts, ends, triplets, network.profile)


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
    _check_minutes(max_minutes)
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise InputError([Complaint("not_whole", column="k", value=k)])
    if k < 1:
        raise InputError([Complaint("below_range", column="k", value=k, details={"low": 1})])
    raises = on_unreached == "raise"
    starts = place(network, origins, name="origins", snap_limit_m=snap_limit_m, raises=raises)
    ends = place(network, sites, name="sites", snap_limit_m=snap_limit_m, raises=raises)
    found = engine.nearest_pairs(network, starts, ends, k=k, max_minutes=max_minutes)
    rows, columns, minutes = _with_direct(network, starts, ends, _quickest(*found), max_minutes)
    order = np.lexsort((columns, minutes, rows))
    rows, columns, minutes = rows[order], columns[order], minutes[order]
    first_of = np.searchsorted(rows, np.arange(len(starts)))
    rank = np.arange(len(rows)) - first_of[rows] + 1
    keep = rank <= k
    frame = _table(starts, ends, (rows[keep], columns[keep], minutes[keep]), network.profile)
    frame["rank"] = rank[keep]
    return frame


def _check_minutes(max_minutes: float) -> None:
    if not checking.is_number(max_minutes):
        raise InputError([Complaint("not_a_number", column="max_minutes", value=max_minutes)])
    if max_minutes < 0:
        raise InputError([Complaint("negative", column="max_minutes", value=max_minutes)])


def _quickest(rows: NDArray[np.int32], columns: NDArray[np.int32], minutes: Floats) -> Triplets:
    """Sort triplets by row and column, and keep the quickest of each pair."""
    order = np.lexsort((minutes, columns, rows))
    rows, columns, minutes = rows[order], columns[order], minutes[order]
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return rows[keep], columns[keep], minutes[keep]


def direct(network: RoadNetwork, starts: Snapped, ends: Snapped) -> Triplets:
    """Return what the searches between nodes cannot see: pairs on one piece of road, and pairs that go straight."""
    one, two = _on_one_piece(network, starts, ends), _straight(network, starts, ends)
    minutes = timed(network, np.concatenate([one[2], two[2]]))
    return np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]]), minutes


def _with_direct(
    network: RoadNetwork, starts: Snapped, ends: Snapped, triplets: Triplets, max_minutes: float
) -> Triplets:
    """Add direct pairs to sorted triplets."""
    rows, columns, minutes = direct(network, starts, ends)
    if not len(rows):
        return triplets
    near = minutes <= max_minutes
    rows, columns, minutes = _quickest(rows[near], columns[near], minutes[near])
    width = max(1, len(ends))
    keys, further = triplets[0].astype(np.int64) * width + triplets[1], rows.astype(np.int64) * width + columns
    place_of = np.minimum(np.searchsorted(keys, further), max(0, len(keys) - 1))
    known = keys[place_of] == further if len(keys) else np.zeros(len(further), dtype=bool)
    by_road = triplets[2].copy()
    np.minimum.at(by_road, place_of[known], minutes[known])
    # Both are sorted, and stay so.
    at = np.searchsorted(keys, further[~known])
    return (
        np.insert(triplets[0], at, rows[~known]),
        np.insert(triplets[1], at, columns[~known]),
        np.insert(by_road, at, minutes[~known]),
    )


def _on_one_piece(network: RoadNetwork, starts: Snapped, ends: Snapped) -> Triplets:
    """Return pairs that stand on the same piece of road, with the time along it."""
    order = np.argsort(ends.piece, kind="stable")
    sorted_pieces = ends.piece[order]
    here = np.flatnonzero(starts.piece >= 0)
    low = np.searchsorted(sorted_pieces, starts.piece[here], side="left")
    count = np.searchsorted(sorted_pieces, starts.piece[here], side="right") - low
    rows = np.repeat(here, count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    columns = order[np.repeat(low, count) + within]
    step = ends.along[columns] - starts.along[rows]
    piece = starts.piece[rows]
    pace = np.where(step >= 0, network.pieces.forward[piece], network.pieces.backward[piece])
    open_way = np.isfinite(pace) | (step == 0)
    rows, columns, step, pace = rows[open_way], columns[open_way], step[open_way], pace[open_way]
    along = np.abs(step) * np.where(np.isfinite(pace), pace, 0.0)
    rows, columns = rows.astype(np.int32), columns.astype(np.int32)
    return rows, columns, along + starts.access_minutes[rows] + ends.access_minutes[columns]


def _straight(network: RoadNetwork, starts: Snapped, ends: Snapped) -> Triplets:
    """Return pairs that are nearer to each other than to their roads, with the time straight across."""
    one, two = np.flatnonzero(starts.distance_m > 0), np.flatnonzero(ends.distance_m > 0)
    if not len(one) or not len(two):
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    here, there = np.column_stack([starts.x[one], starts.y[one]]), np.column_stack([ends.x[two], ends.y[two]])
    legs_here, legs_there = starts.distance_m[one], ends.distance_m[two]
    if min(len(one), len(two)) <= _FEW:
        few, many = (here, there) if len(here) <= len(there) else (there, here)
        legs_few, legs_many = (legs_here, legs_there) if few is here else (legs_there, legs_here)
        near = [
            np.flatnonzero(np.hypot(*(many - spot).T) <= leg + legs_many)
            for spot, leg in zip(few, legs_few, strict=True)
        ]
        owner = np.repeat(np.arange(len(few)), [len(n) for n in near])
        pairs = np.column_stack([owner, np.concatenate(near)] if few is here else [np.concatenate(near), owner])
    else:
        # One of the two legs is at least half of the sum: looking that far from both sides finds every pair.
        from_here = cKDTree(there).query_ball_point(here, 2 * legs_here)
        from_there = cKDTree(here).query_ball_point(there, 2 * legs_there)
        found = {(i, j) for i, around in enumerate(from_here) for j in around}
        found |= {(i, j) for j, around in enumerate(from_there) for i in around}
        pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    rows, columns = one[pairs[:, 0]].astype(np.int32), two[pairs[:, 1]].astype(np.int32)
    metres = np.hypot(starts.x[rows] - ends.x[columns], starts.y[rows] - ends.y[columns])
    nearer = metres <= starts.distance_m[rows] + ends.distance_m[columns]
    return rows[nearer], columns[nearer], metres[nearer] / 1000.0 * network.access_min_per_km


def _table(starts: Snapped, ends: Snapped, triplets: Triplets, profile: str | None) -> pd.DataFrame:
    text = pd.StringDtype(na_value=math.nan)
    # Taking from a short array of text is much quicker than making a long one.
    from_ids, to_ids = (pd.array(side.ids.astype(object), dtype=text) for side in (starts, ends))
    return pd.DataFrame(
        {
            "from_id": from_ids.take(triplets[0]),
            "to_id": to_ids.take(triplets[1]),
            "minutes": triplets[2],
            "mode": pd.array([profile], dtype=text).take(np.zeros(len(triplets[0]), dtype=np.intp)),
        }
    )
