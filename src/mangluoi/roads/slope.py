"""What the ground does to roads: the terrain that they lie in, and the grades that they climb."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster
from mangluoi.roads import speeds
from mangluoi.roads.modes import Profile

__all__ = ["check_elevation", "climbs", "terrain_of_ways"]

# TCVN 4054:2005 calls ground steeper than 30 % across mountain, and what is below it plain and hills.
_MOUNTAIN_SLOPE = 0.30
# The ground around a road is measured this far to either side, beyond its own cutting.
_AROUND_M = 60.0
# A grade is measured over at least this length: two cells of a 30 m raster. Over less, a road that is drawn a few
# metres beside itself on a hillside would seem to climb it.
_STATION_M = 60.0
_METRES_PER_DEGREE = 111_195.0


def check_elevation(terrain: str, elevation: Raster | None) -> None:
    """Refuse an unknown terrain, and one that is to come of an elevation that is not given.

    Raises
    ------
    InputError
        If either is so.
    """
    speeds.check_terrain(terrain, further=("by_elevation",))
    if terrain == "by_elevation" and elevation is None:
        raise InputError([Complaint("contradiction", column="terrain", details={"reason": "no_elevation"})])


def terrain_of_ways(
    elevation: Raster, way: NDArray[np.int64], lon: NDArray[Any], lat: NDArray[Any], way_ids: NDArray[np.int64]
) -> NDArray[np.str_]:
    """Return plain or mountain for each way, by the mean slope of the ground around its points.

    Parameters
    ----------
    elevation
        Metres above the sea.
    way
        The position of the way of each point.
    lon, lat
        Degrees of the points.
    way_ids
        The id of each way, for complaints.

    Raises
    ------
    InputError
        If the raster knows no point of some way.

    Notes
    -----
    Mountain is ground of more than 30 % across, as TCVN 4054:2005 (design of roads) divides it.
    """
    east = _AROUND_M / (_METRES_PER_DEGREE * np.cos(np.radians(lat)))
    north = _AROUND_M / _METRES_PER_DEGREE
    across = (elevation.at(lon + east, lat) - elevation.at(lon - east, lat)) / (2 * _AROUND_M)
    along = (elevation.at(lon, lat + north) - elevation.at(lon, lat - north)) / (2 * _AROUND_M)
    slope = np.hypot(across, along)
    known = np.isfinite(slope)
    points = np.bincount(way[known], minlength=len(way_ids))
    unknown = np.setdiff1d(np.unique(way), np.flatnonzero(points))
    if len(unknown):
        first = ", ".join(str(way_ids[i]) for i in unknown[:5])
        details = {"reason": "elevation_uncovered", "count": len(unknown), "first": first}
        raise InputError([Complaint("contradiction", column="terrain", details=details)])
    total = np.bincount(way[known], weights=slope[known], minlength=len(way_ids))
    mean = np.divide(total, points, out=np.zeros(len(way_ids)), where=points > 0)
    return np.where(mean > _MOUNTAIN_SLOPE, "mountain", "plain")


def climbs(
    elevation: Raster,
    profile: Profile,
    first_point: NDArray[np.int64],
    lon: NDArray[Any],
    lat: NDArray[Any],
    spanning: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return by how much the grades of drawn pieces lengthen the time along them.

    Parameters
    ----------
    elevation
        Metres above the sea.
    profile
        Who travels.
    first_point, lon, lat
        The pieces as they are drawn, as in `Pieces`.
    spanning
        Pieces on a bridge or in a tunnel, which climb evenly from end to end, whatever lies below or above.

    Returns
    -------
    forward, backward
        Factors of the minutes; 1 where the elevation is not known.
    known
        Whether all of the piece's elevation is known.
    """
    if not len(spanning):
        return np.empty(0), np.empty(0), np.empty(0, dtype=bool)
    counts = np.diff(first_point)
    owner = np.repeat(np.arange(len(counts)), counts)
    step = np.zeros(len(lon))
    step[1:] = np.where(owner[1:] == owner[:-1], projection.great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.0)
    whole = np.bincount(owner, weights=step, minlength=len(counts))
    # All pieces one after another on one line, a metre apart, so that one interpolation serves them all.
    begin = np.concatenate([[0.0], np.cumsum(whole[:-1] + 1.0)])
    at = begin[owner] + np.cumsum(step) - np.concatenate([[0.0], np.cumsum(whole)[:-1]])[owner]
    parts = np.where(spanning, 1, np.maximum(1, (whole // _STATION_M).astype(np.int64)))
    first = np.concatenate([[0], np.cumsum(parts + 1)])[:-1]
    piece = np.repeat(np.arange(len(counts)), parts + 1)
    share = (np.arange(len(piece)) - first[piece]) / parts[piece]
    where = begin[piece] + share * whole[piece]
    height = elevation.at(np.interp(where, at, lon), np.interp(where, at, lat))
    inner = np.flatnonzero(piece[1:] == piece[:-1])
    owner_of_part = piece[inner]
    run = np.maximum(whole / parts, np.where(spanning, 1e-9, _STATION_M))[owner_of_part]
    grade = (height[inner + 1] - height[inner]) / run
    known = np.isfinite(grade)
    factors = []
    for sign in (1.0, -1.0):
        factor = np.where(known, profile.pace(np.where(known, sign * grade, 0.0)), 1.0)
        factors.append(np.bincount(owner_of_part, weights=factor, minlength=len(counts)) / parts)
    missing = np.bincount(owner_of_part, weights=~known, minlength=len(counts)) > 0
    return factors[0], factors[1], ~missing
