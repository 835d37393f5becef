"""From points to the network: which node each point starts from, and the minutes of the leg to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads.network import Floats, RoadNetwork, complain, duplicates, numbers, texts

__all__ = ["SNAP_LIMIT_M", "Points", "Snapped", "read_points", "snap", "unreached"]

#: How far a point may lie from the network, in metres, unless the caller says otherwise.
SNAP_LIMIT_M = 5_000.0

#: Columns that may hold the id of a point, in order of preference.
ID_COLUMNS = ("id", "point_id", "site_id")


@dataclass(frozen=True)
class Points:
    """Points in the caller's order: ids, and either degrees or positions of nodes (-1 where degrees hold)."""

    ids: NDArray[np.str_]
    lon: Floats
    lat: Floats
    node: NDArray[np.intp]


@dataclass(frozen=True)
class Snapped:
    """Where points stand on the network: node, metres from it, minutes of that leg, and whether within the limit."""

    ids: NDArray[np.str_]
    node: NDArray[np.intp]
    distance_m: Floats
    access_minutes: Floats
    within: NDArray[np.bool_]


def read_points(network: RoadNetwork, points: pd.DataFrame | Sequence[str], *, name: str) -> Points:
    """Read points from a frame or a sequence of node ids.

    Parameters
    ----------
    network
        The network that node ids belong to.
    points
        A sequence of node ids, or a frame with an id column (id, point_id or site_id) and either node_id, or lon and
        lat, or neither where the ids are node ids themselves.
    name
        What the points are, for complaints.

    Raises
    ------
    InputError
        For a missing column or value, a duplicated id, or an unknown node.
    """
    if not isinstance(points, pd.DataFrame):
        points = pd.DataFrame({"id": pd.Series(list(points), dtype=object)})
    id_column = next((c for c in ID_COLUMNS if c in points.columns), None)
    if id_column is None:
        raise InputError([Complaint("missing_column", sheet=name, details={"expected": "id"})])
    one_only = {"lon", "lat"}.symmetric_difference({"lon", "lat"} & set(points.columns))
    if len(one_only) == 1:
        raise InputError([Complaint("missing_column", sheet=name, details={"expected": one_only.pop()})])
    ids = texts(points[id_column])
    found = complain(ids.isna(), "missing_value", name, id_column, ids) + duplicates(ids, name, id_column)
    lon = lat = np.full(len(points), math.nan)
    node = np.full(len(points), -1, dtype=np.intp)
    if "node_id" not in points.columns and not one_only:
        lon, found_lon = numbers(points["lon"], name, "lon", low=-180, high=180)
        lat, found_lat = numbers(points["lat"], name, "lat", low=-90, high=90)
        found += found_lon + found_lat
    else:
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
    return Points(ids.to_numpy(dtype=np.str_), lon, lat, node)


def snap(network: RoadNetwork, points: Points, *, snap_limit_m: float) -> Snapped:
    """Find the nearest node of each point that is given in degrees; no point is moved, the leg to the node is timed."""
    node = points.node.copy()
    distance = np.zeros(len(node))
    free = np.flatnonzero(node < 0)
    if len(free) and not len(network.node_ids):
        distance[free] = math.inf
    elif len(free):
        crs = projection.metres_crs(network.lon)
        tree = cKDTree(np.column_stack(projection.to_metres(network.lon, network.lat, crs)))
        there = np.column_stack(projection.to_metres(points.lon[free], points.lat[free], crs))
        distance[free], node[free] = tree.query(there)
    access = np.where(distance > 0, distance / 1000.0 * network.access_min_per_km, 0.0)
    return Snapped(points.ids, node, distance, access, distance <= snap_limit_m)


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
        Columns id, distance_m (to the nearest node), sorted by id; empty where every point is within the limit.

    Raises
    ------
    InputError
        As in `read_points`.
    """
    snapped = snap(network, read_points(network, points, name="points"), snap_limit_m=snap_limit_m)
    far = ~snapped.within
    frame = pd.DataFrame({"id": snapped.ids[far].astype(object), "distance_m": snapped.distance_m[far]})
    return frame.astype({"id": "str"}).sort_values("id", ignore_index=True)


def place(
    network: RoadNetwork, points: pd.DataFrame | Sequence[str], *, name: str, snap_limit_m: float, raises: bool
) -> Snapped:
    """Read and snap points; those beyond the limit raise, or fall away where the caller lists them itself."""
    snapped = snap(network, read_points(network, points, name=name), snap_limit_m=snap_limit_m)
    far = np.flatnonzero(~snapped.within)
    if len(far) and raises:
        raise InputError([_too_far(snapped, i, name, snap_limit_m) for i in far])
    near = snapped.within
    return Snapped(
        snapped.ids[near], snapped.node[near], snapped.distance_m[near], snapped.access_minutes[near], near[near]
    )


def _too_far(snapped: Snapped, i: Any, name: str, snap_limit_m: float) -> Complaint:
    details = {"distance_m": round(float(snapped.distance_m[i])), "limit_m": round(snap_limit_m)}
    return Complaint("outside_network", None, name, int(i) + 2, None, str(snapped.ids[i]), details)
