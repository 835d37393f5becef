"""The way itself: the line along the roads from one point to another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import engine, kernels
from mangluoi.roads.network import Pieces, RoadNetwork
from mangluoi.roads.snapping import SNAP_LIMIT_M, Snapped, place
from mangluoi.roads.times import direct

__all__ = ["path"]


def path(
    network: RoadNetwork,
    origin: pd.DataFrame | Sequence[str],
    destination: pd.DataFrame | Sequence[str],
    *,
    snap_limit_m: float = SNAP_LIMIT_M,
) -> gpd.GeoDataFrame:
    """Return the quickest way from one point to another, piece by piece.

    Parameters
    ----------
    network
        The road network.
    origin, destination
        One point each, as in `travel_times`.
    snap_limit_m
        As in `travel_times`.

    Returns
    -------
    GeoDataFrame
        Columns step, kind (access, road), way_id, highway, minutes, geometry (EPSG:4326), in the order of travel; the
        minutes sum to those of `travel_times`. Empty where there is no way.

    Raises
    ------
    InputError
        As `travel_times`, and for anything but one point on either side.
    """
    start = place(network, origin, name="origin", snap_limit_m=snap_limit_m, raises=True)
    end = place(network, destination, name="destination", snap_limit_m=snap_limit_m, raises=True)
    if len(start) != 1 or len(end) != 1:
        details = {"reason": "path_ends", "starts": len(start), "ends": len(end)}
        raise InputError([Complaint("contradiction", details=details)])
    by_road = _by_road(network, start, end)
    straight = direct(network, start, end)
    quickest = min(straight[2], default=math.inf)
    if by_road is not None and by_road[0] <= quickest:
        return _frame(by_road[1])
    if not math.isfinite(quickest):
        return _frame([])
    return _frame(_straight_way(network, start, end, float(quickest)))


_Step = tuple[str, int, str, float, shapely.LineString]


def _by_road(network: RoadNetwork, start: Snapped, end: Snapped) -> tuple[float, list[_Step]] | None:
    """Return the minutes and the steps of the way over nodes, None where there is none."""
    scale = engine.Scale(network, math.inf)
    arcs, rank = network.layout.out, network.layout.rank
    seeds = engine.ranked(rank, start.nodes)[0]
    costs = scale.costs(start.leaving)[0]
    dist, by_arc = kernels.path_tree(arcs.first, arcs.head, scale.weight(arcs), seeds, costs, scale.limit, scale.far)
    ends = engine.ranked(rank, end.nodes)[0]
    totals = [
        dist[node] + cost if node >= 0 and dist[node] < scale.far and cost < scale.far else scale.far
        for node, cost in zip(ends, scale.costs(end.arriving)[0], strict=True)
    ]
    last = int(np.argmin(totals))
    if totals[last] >= scale.far:
        return None
    # Walk back along the arcs by which each node was reached.
    tail_of = np.repeat(np.arange(len(arcs.first) - 1), np.diff(arcs.first))
    node, used = int(ends[last]), []
    while by_arc[node] >= 0:
        used.append(int(arcs.arc[by_arc[node]]))
        node = int(tail_of[by_arc[node]])
    used.reverse()
    first = int(np.flatnonzero(seeds == node)[np.argmin(costs[seeds == node])])
    steps = [*_leaving(network, start, first)]
    for arc in used:
        piece = int(network.arc_piece[arc])
        line = _line(network.pieces, piece)
        if network.pieces.start[piece] != network.tail[arc]:
            line = line[::-1]
        steps.append(_step(network, piece, float(network.minutes[arc]), line))
    steps += [_reversed(step) for step in reversed(_leaving(network, end, last, arriving=True))]
    return float(scale.minutes(np.array([totals[last]]))[0]), steps


def _leaving(network: RoadNetwork, point: Snapped, side: int, *, arriving: bool = False) -> list[_Step]:
    """Return the leg to the road and the part of its piece up to the node on one side."""
    steps: list[_Step] = []
    piece, along = int(point.piece[0]), float(point.along[0])
    node = int(point.nodes[0, side])
    foot = np.array([network.lon[node], network.lat[node]])
    part: list[_Step] = []
    if piece >= 0:
        line = _part(_line(network.pieces, piece), along, float(side))
        foot = line[0]
        cost = float((point.arriving if arriving else point.leaving)[0, side] - point.access_minutes[0])
        part.append(_step(network, piece, cost, line))
    if point.distance_m[0] > 0:
        lon, lat = projection.to_degrees(point.x, point.y, network.segments.crs)
        leg = shapely.LineString([(float(lon[0]), float(lat[0])), tuple(foot)])
        steps.append(("access", -1, "", float(point.access_minutes[0]), leg))
    return steps + part


def _straight_way(network: RoadNetwork, start: Snapped, end: Snapped, minutes: float) -> list[_Step]:
    """Return the way along one piece, or straight across."""
    legs = float(start.access_minutes[0] + end.access_minutes[0])
    if start.piece[0] >= 0 and start.piece[0] == end.piece[0] and minutes >= legs - 1e-9:
        line = _part(_line(network.pieces, int(start.piece[0])), float(start.along[0]), float(end.along[0]))
        between = _step(network, int(start.piece[0]), minutes - legs, line)
        one, two = (_leaving(network, p, 0)[:1] if p.distance_m[0] > 0 else [] for p in (start, end))
        return [*one, between, *(_reversed(step) for step in two)]
    lon, lat = projection.to_degrees(
        np.array([start.x[0], end.x[0]]), np.array([start.y[0], end.y[0]]), network.segments.crs
    )
    return [("access", -1, "", minutes, shapely.LineString(np.column_stack([lon, lat])))]


def _line(pieces: Pieces, piece: int) -> NDArray[np.float64]:
    begin, stop = pieces.first_point[piece], pieces.first_point[piece + 1]
    return np.column_stack([pieces.lon[begin:stop], pieces.lat[begin:stop]])


def _part(line: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return the part of a line between two shares of its length, in the direction from the one to the other."""
    if low > high:
        return _part(line, high, low)[::-1]
    steps = projection.great_circle_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    at = np.concatenate([[0.0], np.cumsum(steps)]) / max(float(steps.sum()), 1e-9)
    ends = np.column_stack([np.interp([low, high], at, line[:, i]) for i in range(2)])
    return np.vstack([ends[:1], line[(at > low) & (at < high)], ends[1:]])


def _step(network: RoadNetwork, piece: int, minutes: float, line: NDArray[np.float64]) -> _Step:
    pieces = network.pieces
    highway = pieces.classes[pieces.highway[piece]] if pieces.classes else ""
    return "road", int(pieces.way_id[piece]), highway, minutes, shapely.LineString(line)


def _reversed(step: _Step) -> _Step:
    return (*step[:4], shapely.LineString(step[4].coords[::-1]))


def _frame(steps: list[_Step]) -> gpd.GeoDataFrame:
    columns = ["kind", "way_id", "highway", "minutes", "geometry"]
    frame = pd.DataFrame([list(s) for s in steps], columns=columns)
    frame.insert(0, "step", np.arange(1, len(frame) + 1))
    frame = frame.astype({"kind": "str", "way_id": "int64", "highway": "str", "minutes": float})
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=projection.DEGREES)
