"""Where no road leads: walking over the ground to the nearest road, or all the way."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import strides
from mangluoi.roads.ground import Ground
from mangluoi.roads.network import Floats, RoadNetwork
from mangluoi.roads.snapping import SNAP_LIMIT_M, Points, read_points, snap

__all__ = ["off_ground", "walking_legs", "walking_times"]

# Nearer to a road than so many cells, the raster is too coarse to say more than the straight line.
_NEAR_CELLS = 2.0


def walking_legs(
    network: RoadNetwork,
    points: pd.DataFrame,
    ground: Ground | None = None,
    *,
    max_minutes: float = 600.0,
    snap_limit_m: float = SNAP_LIMIT_M,
    neighbours: int = 16,
) -> pd.DataFrame:
    """Say how each point gets to the road: over the ground where its cells are given, otherwise straight.

    What is returned goes into `travel_times` in place of the points. A leg over the ground ends at the road that is
    soonest reached, not the nearest on the map, and takes half of the way there and back, since `travel_times` has one
    leg for both directions.

    Parameters
    ----------
    network
        The road network.
    points
        As in `travel_times`, with lon and lat.
    ground
        The ground between the roads; without it, every leg is straight: its length × the assumed detour factor, on
        foot.
    max_minutes
        The longest leg over the ground.
    snap_limit_m
        The longest straight leg.
    neighbours
        {8, 16}

    Returns
    -------
    DataFrame
        Columns id, lon, lat (where the road is joined, or the point itself), access_minutes (missing where the straight
        leg holds), basis and distance_m (straight to the nearest road), in the order of `points`. The basis is "road"
        within two cells of a road (or 50 m), "terrain" over the ground, "straight" where no ground is given or it does
        not reach so far, and "none" where no road is within the limits: such a point has no lon and lat, and
        `travel_times` refuses it; leave it out, and list it.

    Raises
    ------
    InputError
        As `travel_times`.
    """
    given = read_points(network, points, name="points")
    placed = snap(network, given)
    distance_m = placed.distance_m
    near_m = 50.0 if ground is None else _NEAR_CELLS * ground.cell_m
    basis = np.where(distance_m <= near_m, "road", np.where(distance_m <= snap_limit_m, "straight", "none"))
    basis = basis.astype("U8")
    lon, lat, minutes = given.lon.copy(), given.lat.copy(), np.full(len(given.ids), math.nan)
    away = np.flatnonzero((distance_m > near_m) & (given.node < 0))
    if ground is not None and len(away):
        cells = ground.cells(given.lon[away], given.lat[away])
        away, cells = away[cells >= 0], cells[cells >= 0]
        seeds, x, y = _road_cells(network, ground)
        found, seed = strides.spread(
            ground.min_per_m, ground.height_m, ground.cell_m, strides.moves(neighbours), seeds, max_minutes,
            strides.BOTH_WAYS, cells,
        )  # fmt: skip
        reached = np.isfinite(found[cells])
        joined = seed[cells[reached]]
        basis[away] = np.where(reached, "terrain", "none")
        minutes[away[reached]] = found[cells[reached]]
        lon[away[reached]], lat[away[reached]] = projection.to_degrees(x[joined], y[joined], network.segments.crs)
    lost = basis == "none"
    lon[lost] = lat[lost] = math.nan
    return pd.DataFrame(
        {
            "id": pd.Series(given.ids.astype(object), dtype="str"),
            "lon": lon,
            "lat": lat,
            "access_minutes": minutes,
            "basis": pd.Series(basis.astype(object), dtype="str"),
            "distance_m": distance_m,
        }
    )


def _road_cells(network: RoadNetwork, ground: Ground) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return the open cells that roads run through, and a point of a road in each, in the metres of the network."""
    ends = network.segments.ends
    parts = np.maximum(1, np.ceil(2.0 * np.hypot(*(ends[:, 2:] - ends[:, :2]).T) / ground.cell_m).astype(np.int64))
    owner = np.repeat(np.arange(len(ends)), parts + 1)
    first = np.concatenate([[0], np.cumsum(parts + 1)])[:-1]
    share = ((np.arange(len(owner)) - first[owner]) / parts[owner])[:, None]
    spots = ends[owner, :2] * (1 - share) + ends[owner, 2:] * share
    x, y = spots[:, 0], spots[:, 1]
    if network.segments.crs == ground.crs:
        cells = ground.cells_of_metres(x, y)
    else:
        cells = ground.cells(*projection.to_degrees(x, y, network.segments.crs))
    inside = np.flatnonzero(cells >= 0)
    # Over a river the road is a bridge, and nobody steps off it.
    inside = inside[np.isfinite(ground.min_per_m.reshape(-1)[cells[inside]])]
    seeds, kept = np.unique(cells[inside], return_index=True)
    return seeds, x[inside[kept]], y[inside[kept]]


def off_ground(ground: Ground, points: pd.DataFrame) -> pd.DataFrame:
    """List the points that lie outside of the ground, or on a cell that nobody passes.

    Returns
    -------
    DataFrame
        Columns id and why (outside, closed), sorted by id.

    Raises
    ------
    InputError
        For missing columns and values.
    """
    given = _read(points, "points")
    cells = ground.cells(given.lon, given.lat)
    closed = ~np.isfinite(ground.min_per_m.reshape(-1)[np.maximum(cells, 0)])
    why = np.where(cells < 0, "outside", np.where(closed, "closed", ""))
    frame = pd.DataFrame({"id": given.ids.astype(object), "why": why.astype(object)}, dtype="str")
    return frame[frame["why"] != ""].sort_values("id", ignore_index=True)


def walking_times(
    ground: Ground,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    max_minutes: float,
    neighbours: int = 16,
    on_unreached: Literal["raise", "list"] = "raise",
) -> pd.DataFrame:
    """Return the minutes on foot over the ground alone, where there are no roads.

    The least-cost way over cells, as AccessMod walks it: each step takes its length at the speed of the land cover,
    longer uphill than downhill (Tobler 1993). Times are between the middles of cells.

    Parameters
    ----------
    ground
        The cells.
    origins, destinations
        Frames with an id column and lon and lat in degrees.
    max_minutes
        The farthest pair listed, inclusive.
    neighbours
        {8, 16}; with 16 a straight way over open level ground is at most 2.8 % too long, with 8 at most 8.2 %.
    on_unreached
        {"raise", "list"}; with "list", points off the ground have no row here, and the caller names them with
        `off_ground`.

    Returns
    -------
    DataFrame
        Columns from_id, to_id, minutes, mode ("walk"), sorted by from_id and to_id, as `travel_times` gives them.

    Raises
    ------
    InputError
        For missing columns and values, and points off the ground.

    References
    ----------
    Ray and Ebener (2008), AccessMod 3.0: computing geographic coverage and accessibility to health care services using
    anisotropic movement of patients, International Journal of Health Geographics 7:63.
    """
    if not max_minutes >= 0:
        raise InputError([Complaint("negative", column="max_minutes", value=max_minutes)])
    steps = strides.moves(neighbours)
    sides = [
        _placed(ground, side, name, raises=on_unreached == "raise")
        for side, name in ((origins, "origins"), (destinations, "destinations"))
    ]
    forward = len(sides[0][0]) <= len(sides[1][0])
    (near, near_cells), (far, far_cells) = sides if forward else sides[::-1]
    way = strides.FORWARD if forward else strides.BACKWARD
    parts = []
    for name, cell in zip(near, near_cells, strict=True):
        minutes = strides.spread(
            ground.min_per_m, ground.height_m, ground.cell_m, steps, np.array([cell]), max_minutes, way, far_cells
        )[0][far_cells]
        here = np.flatnonzero(minutes <= max_minutes)
        names = np.full(len(here), name, dtype=object), far[here]
        parts.append(pd.DataFrame({"from_id": names[not forward], "to_id": names[forward], "minutes": minutes[here]}))
    table = pd.concat(parts) if parts else pd.DataFrame({"from_id": [], "to_id": [], "minutes": np.empty(0)})
    table = table.sort_values(["from_id", "to_id"], ignore_index=True).assign(mode="walk")
    return table.astype({"from_id": "str", "to_id": "str", "minutes": float, "mode": "str"})


def _read(points: pd.DataFrame, name: str) -> Points:
    found = [
        Complaint("missing_column", sheet=name, details={"expected": column})
        for column in ("lon", "lat")
        if column not in points.columns
    ]
    if found:
        raise InputError(found)
    return read_points(None, points.drop(columns="node_id", errors="ignore"), name=name)


def _placed(
    ground: Ground, points: pd.DataFrame, name: str, *, raises: bool
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return ids and cells of points, sorted by id; those off the ground raise or fall away."""
    given, lost = _read(points, name), off_ground(ground, points)
    if raises and len(lost):
        raise InputError(
            [
                Complaint("contradiction", sheet=name, details={"reason": f"ground_{row.why}", "id": row.id})
                for row in lost.itertuples()
            ]
        )
    kept = np.flatnonzero(~np.isin(given.ids, lost["id"].to_numpy(dtype=np.str_)))
    kept = kept[np.argsort(given.ids[kept], kind="stable")]
    return given.ids[kept].astype(object), ground.cells(given.lon[kept], given.lat[kept])
