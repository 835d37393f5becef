"""Service areas: where people live who reach a site within given minutes, as polygons for maps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import engine
from mangluoi.roads.columns import texts
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import SNAP_LIMIT_M, Points, Snapped, joined, place, snap
from mangluoi.roads.times import direct

__all__ = ["isochrones"]

# The side of a raster cell where none is given: so many cells along the longer side, within these metres.
_CELLS, _FINEST_M, _COARSEST_M = 700, 25.0, 1_000.0


@dataclass(frozen=True)
class _Raster:
    """Points on a regular raster in metres, and the rows among them that stand on the network."""

    x: Floats
    y: Floats
    cell_m: float
    points: Snapped


def isochrones(
    network: RoadNetwork,
    sites: pd.DataFrame | Sequence[str],
    *,
    minutes: float | Sequence[float],
    by: str | None = None,
    cell_m: float | None = None,
    snap_limit_m: float = SNAP_LIMIT_M,
) -> gpd.GeoDataFrame:
    """Draw the areas from which sites are reached within given minutes.

    The minutes of every point of a raster are those of `travel_times`, the leg to the road included; the polygons
    follow the levels of that surface. A point that lies farther than one cell from the border of a polygon is inside if
    and only if its minutes are within the limits. Holes are kept, and bands of one area do not overlap.

    Parameters
    ----------
    network
        The road network.
    sites
        As the destinations of `travel_times`.
    minutes
        The upper limits of the bands, in any order.
    by
        A column of `sites`: the areas of sites with the same value, such as a service, become one. By default every
        site has its own.
    cell_m
        The side of a raster cell; by default the longer side of the area has 700 cells.
    snap_limit_m
        How far a point or a site may lie from the network.

    Returns
    -------
    GeoDataFrame
        Columns id (or the column `by`), from_minutes, minutes, cell_m, geometry (EPSG:4326), sorted by id and minutes;
        a band that holds no cell has no row.

    Raises
    ------
    InputError
        As `travel_times`, and for limits that are not positive numbers.
    """
    limits = sorted({float(m) for m in np.atleast_1d(np.asarray(minutes, dtype=float))})
    wrong = [m for m in limits if not (m > 0 and math.isfinite(m))]
    if wrong or not limits:
        raise InputError([_no_limit(m) for m in wrong or [0.0]])
    ends = place(network, sites, name="sites", snap_limit_m=snap_limit_m, raises=True)
    labels = _labels(sites, ends, by)
    name = by if by is not None else "id"
    if not len(ends):
        return _frame(name, [], network)
    raster = _raster(network, ends, limits[-1], cell_m, snap_limit_m)
    rows: list[tuple[object, ...]] = []
    for label in sorted(set(labels)):
        surface = _surface(network, raster, ends.take(np.flatnonzero(labels == label)), limits[-1])
        for lower, upper in zip([0.0, *limits], limits, strict=False):
            area = _band(raster, surface, lower, upper)
            if not area.is_empty:
                rows.append((label, lower, upper, raster.cell_m, area))
    return _frame(name, rows, network)


def _no_limit(minutes: float) -> Complaint:
    if not math.isfinite(minutes):
        return Complaint("not_a_number", column="minutes", value=minutes)
    told = {"reason": "not_above_zero", "name": "minutes", "given": minutes}
    return Complaint("contradiction", column="minutes", value=minutes, details=told)


def _labels(sites: pd.DataFrame | Sequence[str], ends: Snapped, by: str | None) -> NDArray[np.str_]:
    """Return the area that each placed site belongs to."""
    if by is None:
        return ends.ids
    if not isinstance(sites, pd.DataFrame) or by not in sites.columns:
        raise InputError([Complaint("missing_column", sheet="sites", details={"expected": by})])
    values = texts(sites[by])
    if values.isna().any():
        row = int(np.flatnonzero(values.isna())[0]) + 2
        raise InputError([Complaint("missing_value", sheet="sites", row=row, column=by)])
    return values.to_numpy(dtype=np.str_)[ends.row]


def _raster(
    network: RoadNetwork, ends: Snapped, max_minutes: float, cell_m: float | None, snap_limit_m: float
) -> _Raster:
    """Lay a raster over all that can be reached."""
    everywhere = Points(network.node_ids, network.lon, network.lat, np.arange(len(network.node_ids), dtype=np.intp))
    nodes = snap(network, everywhere)
    _, reached, _ = engine.pairs(network, ends, nodes, max_minutes=max_minutes, forward=False)
    # A site may stand in the middle of a road whose ends are too far: its own piece belongs to the area as well.
    around = np.unique(np.concatenate([reached, ends.nodes[ends.nodes >= 0]]))
    x, y = projection.to_metres(network.lon[around], network.lat[around], network.segments.crs)
    off_road = np.flatnonzero(ends.distance_m > 0)
    x, y = np.concatenate([x, ends.x[off_road]]), np.concatenate([y, ends.y[off_road]])
    pace = network.access_min_per_km
    margin_m = min(snap_limit_m, max_minutes / pace * 1000.0) if pace > 0 else snap_limit_m
    low_x, high_x, low_y, high_y = x.min() - margin_m, x.max() + margin_m, y.min() - margin_m, y.max() + margin_m
    if cell_m is None:
        cell_m = min(_COARSEST_M, max(_FINEST_M, max(high_x - low_x, high_y - low_y) / _CELLS))
    # One cell more on each side, so that every polygon closes inside the raster.
    xs = np.arange(low_x - cell_m, high_x + 2 * cell_m, cell_m)
    ys = np.arange(low_y - cell_m, high_y + 2 * cell_m, cell_m)
    grid_x, grid_y = (a.reshape(-1) for a in np.meshgrid(xs, ys))
    lon, lat = projection.to_degrees(grid_x, grid_y, network.segments.crs)
    ids = np.zeros(len(lon), dtype="U1")
    points = Points(ids, lon, lat, np.full(len(lon), -1, dtype=np.intp))
    snapped = snap(network, points, search_m=margin_m)
    # Far from every road, a point may still walk straight to a site that is itself off the road.
    lost = np.zeros(len(lon), dtype=bool)
    for i in off_road:
        lost |= np.hypot(grid_x - ends.x[i], grid_y - ends.y[i]) <= margin_m
    kept = [snapped.take(np.flatnonzero(snapped.distance_m <= margin_m))]
    far = np.flatnonzero(lost & (snapped.distance_m > margin_m))
    if len(far):
        some = Points(points.ids[far], points.lon[far], points.lat[far], points.node[far])
        further = snap(network, some, search_m=snap_limit_m)
        walking = np.flatnonzero(further.distance_m <= snap_limit_m)
        kept.append(replace(further, row=far).take(walking))
    return _Raster(xs, ys, float(cell_m), joined(kept))


def _surface(network: RoadNetwork, raster: _Raster, ends: Snapped, max_minutes: float) -> Floats:
    """Return the minutes from each raster point to the nearest of some sites; shape (y, x)."""
    # What is not reached lies one cell's walk above the last level, so that borders fall between the cells.
    beyond = max_minutes + raster.cell_m / 1000.0 * max(network.access_min_per_km, 1e-3)
    surface = np.full(len(raster.x) * len(raster.y), beyond)
    _, point, minutes = engine.pairs(network, ends, raster.points, max_minutes=max_minutes, forward=False)
    np.minimum.at(surface, raster.points.row[point], minutes)
    point, _, minutes = direct(network, raster.points, ends)
    np.minimum.at(surface, raster.points.row[point], minutes)
    return surface.reshape(len(raster.y), len(raster.x))


def _band(raster: _Raster, surface: Floats, lower: float, upper: float) -> Any:
    """Return the area between two levels, in metres."""
    lines = contourpy.contour_generator(raster.x, raster.y, surface, fill_type="OuterOffset")
    polygons = []
    for points, offsets in zip(*lines.filled(lower if lower > 0 else -1.0, upper), strict=True):
        rings = [points[begin:end] for begin, end in itertools.pairwise(offsets)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.make_valid(shapely.MultiPolygon(polygons)) if polygons else shapely.MultiPolygon()


def _frame(name: str, rows: list[tuple[object, ...]], network: RoadNetwork) -> gpd.GeoDataFrame:
    columns = [name, "from_minutes", "minutes", "cell_m"]
    frame = pd.DataFrame([row[:-1] for row in rows], columns=columns)
    frame = frame.astype({name: "str", "from_minutes": float, "minutes": float, "cell_m": float})
    if not rows:
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=projection.DEGREES))
    return gpd.GeoDataFrame(frame, geometry=[row[-1] for row in rows], crs=network.segments.crs).to_crs(
        projection.DEGREES
    )
