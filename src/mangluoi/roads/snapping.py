"""From points to the network: the nearest point on a road, and what the leg to it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import layout, segments
from mangluoi.roads.columns import complain, duplicates, numbers, texts
from mangluoi.roads.network import Floats, RoadNetwork

__all__ = ["SNAP_LIMIT_M", "Points", "Snapped", "joined", "place", "read_points", "snap", "timed", "unreached"]

#: How far a point may lie from the network, in metres, unless the caller says otherwise.
SNAP_LIMIT_M = 5_000.0

#: Columns that may hold the id of a point, in order of preference.
ID_COLUMNS = ("id", "point_id", "site_id")

#: A foot this near to a node, in metres, is the node.
_AT_NODE_M = 0.05


@dataclass(frozen=True)
class Points:
    """Points in the caller's order: ids, degrees or positions of nodes (-1 where degrees hold), minutes to be added."""

    ids: NDArray[np.str_]
    lon: Floats
    lat: Floats
    node: NDArray[np.intp]
    extra: Floats | None = None


@dataclass(frozen=True)
class Snapped:
    """Where points stand on the network; arrays of shape (points,) unless said otherwise.

    Parameters
    ----------
    ids
        Their ids.
    nodes
        The nodes that they reach along their piece, -1 for none; shape (points, 2).
    leaving, arriving
        Minutes from the point to those nodes, and from them to the point, the access leg included; inf where a one-way
        street forbids it; shape (points, 2).
    piece, along
        The piece and the place on it, -1 for a point that stands at a node.
    access_minutes
        Minutes of the leg between the point and the network.
    distance_m
        Metres of that leg, in a straight line.
    x, y
        The point in metres (not its foot), NaN for a point given as a node.
    row
        The row of the caller's frame, counted from 0.
    """

    ids: NDArray[np.str_]
    nodes: NDArray[np.int64]
    leaving: Floats
    arriving: Floats
    piece: NDArray[np.int64]
    along: Floats
    access_minutes: Floats
    distance_m: Floats
    x: Floats
    y: Floats
    row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, which: NDArray[Any]) -> Snapped:
        """Return some of the points."""
        return Snapped(*(getattr(self, f.name)[which] for f in fields(self)))


def joined(parts: Sequence[Snapped]) -> Snapped:
    """Put points one after another."""
    return Snapped(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Snapped)))


def read_points(network: RoadNetwork | None, points: pd.DataFrame | Sequence[str], *, name: str) -> Points:
    """Read points from a frame or a sequence of node ids.

    Parameters
    ----------
    network
        The network that node ids belong to.
    points
        A sequence of node ids, or a frame with an id column (id, point_id or site_id) and either node_id, or lon and
        lat, or the geometry of a GeoDataFrame (points in any reference system), or none of them where the ids are node
        ids themselves. With lon and lat there may be `access_minutes`: a leg to
        that place that was walked before (see `walking_legs`), missing where there is none.
    name
        What the points are, for complaints.

    Raises
    ------
    InputError
        For a missing column or value, a duplicated id, or an unknown node.
    """
    if isinstance(points, str):
        points = [points]
    if not isinstance(points, pd.DataFrame):
        points = pd.DataFrame({"id": pd.Series(list(points), dtype=object)})
    id_column = next((c for c in ID_COLUMNS if c in points.columns), None)
    if id_column is None:
        raise InputError([Complaint("missing_column", sheet=name, details={"expected": "id"})])
    if isinstance(points, gpd.GeoDataFrame) and not {"node_id", "lon", "lat"} & set(points.columns):
        points = _with_degrees(points, name)
    absent = {"lon", "lat"} - set(points.columns)
    if len(absent) == 1:
        raise InputError([Complaint("missing_column", sheet=name, details={"expected": absent.pop()})])
    ids = texts(points[id_column])
    found = complain(ids.isna(), "missing_value", name, id_column, ids) + duplicates(ids, name, id_column)
    lon = lat = np.full(len(points), math.nan)
    node, extra = np.full(len(points), -1, dtype=np.intp), None
    if "node_id" not in points.columns and not absent:
        lon, found_lon = numbers(points["lon"], name, "lon", low=-180, high=180)
        lat, found_lat = numbers(points["lat"], name, "lat", low=-90, high=90)
        found += found_lon + found_lat
        if "access_minutes" in points.columns:
            extra, found_extra = numbers(points["access_minutes"], name, "access_minutes", low=0, required=False)
            extra, found = np.nan_to_num(extra), found + found_extra
    elif network is not None:
        column = "node_id" if "node_id" in points.columns else id_column
        nodes = texts(points[column])
        node = network.positions(nodes)
        if column != id_column:
            found += complain(nodes.isna(), "missing_value", name, column, nodes)
        found += complain(
            nodes.notna() & (node < 0), "unknown_reference", name, column, nodes, target="network.node_ids"
        )
    if found:
        raise InputError(found)
    return Points(ids.to_numpy(dtype=np.str_), lon, lat, node, extra)


def _with_degrees(points: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Add the longitude and latitude of the geometries."""
    if points.crs is None:
        raise InputError([Complaint("contradiction", sheet=name, details={"reason": "no_crs"})])
    shapes = points.geometry.to_crs(4326)
    none = shapes.isna() | shapes.is_empty
    rows = [Complaint("missing_geometry", sheet=name, row=int(n) + 2) for n in np.flatnonzero(none)]
    for n in np.flatnonzero(~none & (shapes.geom_type != "Point")):
        kind = {"reason": "not_a_point", "kind": shapes.geom_type.iloc[n]}
        rows.append(Complaint("invalid_geometry", sheet=name, row=int(n) + 2, details=kind))
    if rows:
        raise InputError(rows)
    return pd.DataFrame(points).assign(lon=shapes.x.to_numpy(), lat=shapes.y.to_numpy())


def snap(network: RoadNetwork, points: Points, *, search_m: float = math.inf) -> Snapped:
    """Put points on the nearest road, splitting it there; a point given as a node stands at it.

    Roads of parts of the network that are smaller than `RoadNetwork.smallest_part` are passed over: a mapped track that
    joins nothing leads nowhere. No point is moved: the leg to the road takes time, at `access_min_per_km`.
    A point that has no road within `search_m` stands nowhere, at an infinite distance.
    """
    size = len(points.ids)
    nodes = np.column_stack([points.node, np.full(size, -1)]).astype(np.int64)
    leaving = np.column_stack([np.zeros(size), np.full(size, math.inf)])
    arriving = leaving.copy()
    piece, along = np.full(size, -1, dtype=np.int64), np.zeros(size)
    x, y = np.full(size, math.nan), np.full(size, math.nan)
    distance, access = np.zeros(size), np.zeros(size)
    free = np.flatnonzero(points.node < 0)
    if len(free) and not len(network.node_ids):
        distance[free] = math.inf
    elif len(free):
        foot = segments.nearest_foot(network.segments, points.lon[free], points.lat[free], search_m=search_m)
        distance[free] = foot.distance_m
        access[free] = foot.distance_m / 1000.0 * network.access_min_per_km
        if points.extra is not None:
            access[free] += points.extra[free]
        piece[free], along[free] = foot.piece, foot.along
        nodes[free, 0] = foot.node
        x[free], y[free] = projection.to_metres(points.lon[free], points.lat[free], network.segments.crs)
        _split(network, nodes, leaving, arriving, piece, along)
        access[free] = timed(network, access[free])
        leaving[free] = timed(network, leaving[free]) + access[free, None]
        arriving[free] = timed(network, arriving[free]) + access[free, None]
    rows = np.arange(size, dtype=np.int64)
    return Snapped(points.ids, nodes, leaving, arriving, piece, along, access, distance, x, y, rows)


def timed(network: RoadNetwork, minutes: Floats) -> Floats:
    """Round minutes to whole milliseconds where the network's own are whole, otherwise to the last decimal kept."""
    if network.ms is None:
        return np.round(minutes, layout.DECIMALS)
    return np.rint(minutes * layout.MS_PER_MINUTE) / layout.MS_PER_MINUTE


def _split(
    network: RoadNetwork, nodes: NDArray[Any], leaving: Floats, arriving: Floats, piece: NDArray[Any], along: Floats
) -> None:
    """Fill in the ways from each point along its piece to both its ends."""
    on = np.flatnonzero(piece >= 0)
    pieces, where, part = network.pieces, piece[on], along[on]
    forward, backward = pieces.forward[where], pieces.backward[where]
    nodes[on] = np.column_stack([pieces.start[where], pieces.end[where]])
    # A closed direction stays inf, also where none of it is to be travelled (0 × inf is no number).
    leaving[on, 0] = np.where(np.isfinite(backward), part * np.where(np.isfinite(backward), backward, 0), math.inf)
    leaving[on, 1] = np.where(np.isfinite(forward), (1 - part) * np.where(np.isfinite(forward), forward, 0), math.inf)
    arriving[on, 0] = np.where(np.isfinite(forward), part * np.where(np.isfinite(forward), forward, 0), math.inf)
    arriving[on, 1] = np.where(
        np.isfinite(backward), (1 - part) * np.where(np.isfinite(backward), backward, 0), math.inf
    )
    # A foot at an end of its piece stands at that node, and may leave by any road there.
    whole_m = network.segments.length_of_piece[where]
    for end, off_m in ((0, part * whole_m), (1, (1 - part) * whole_m)):
        at = on[off_m <= _AT_NODE_M]
        nodes[at, 0] = nodes[at, end]
        nodes[at, 1] = -1
        for cost in (leaving, arriving):
            cost[at, 0], cost[at, 1] = 0.0, math.inf
        piece[at] = -1


def _share(part: Floats, minutes: Floats) -> Floats:
    """Return a share of minutes; a closed direction stays inf, also where none of it is travelled (0 × inf is NaN)."""
    is_open = np.isfinite(minutes)
    return np.where(is_open, part * np.where(is_open, minutes, 0.0), math.inf)


def unreached(
    network: RoadNetwork, points: pd.DataFrame | Sequence[str], *, snap_limit_m: float = SNAP_LIMIT_M
) -> pd.DataFrame:
    """List the points that lie too far from the network to be placed on it.

    Parameters
    ----------
    network
        The road network.
    points
        As in `travel_times`.
    snap_limit_m
        The limit in metres.

    Returns
    -------
    DataFrame
        Columns id, distance_m (to the nearest road that hangs together with others), sorted by id; empty where every
        point is within the limit.

    Raises
    ------
    InputError
        As in `read_points`.
    """
    snapped = snap(network, read_points(network, points, name="points"))
    far = snapped.distance_m > snap_limit_m
    frame = pd.DataFrame({"id": snapped.ids[far].astype(object), "distance_m": snapped.distance_m[far]})
    return frame.astype({"id": "str"}).sort_values("id", ignore_index=True)


def place(
    network: RoadNetwork, points: pd.DataFrame | Sequence[str], *, name: str, snap_limit_m: float, raises: bool
) -> Snapped:
    """Read and snap points, sorted by id; those beyond the limit raise, or fall away where the caller lists them."""
    snapped = snap(network, read_points(network, points, name=name))
    far = np.flatnonzero(snapped.distance_m > snap_limit_m)
    if len(far) and raises:
        raise InputError([_too_far(snapped, i, name, snap_limit_m) for i in far])
    near = np.flatnonzero(snapped.distance_m <= snap_limit_m)
    return snapped.take(near[np.argsort(snapped.ids[near], kind="stable")])


def _too_far(snapped: Snapped, i: Any, name: str, snap_limit_m: float) -> Complaint:
    metres = float(snapped.distance_m[i])
    details = {"distance_m": round(metres) if math.isfinite(metres) else metres, "limit_m": round(snap_limit_m)}
    return Complaint("outside_network", None, name, int(i) + 2, None, str(snapped.ids[i]), details)
