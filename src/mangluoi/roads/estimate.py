"""An estimated network where no road file is given: neighbours joined, lengthened by a detour factor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import speeds
from mangluoi.roads.columns import complain, duplicates, numbers, texts
from mangluoi.roads.modes import Profile, find_profile
from mangluoi.roads.network import Floats, RoadNetwork, from_pieces

__all__ = ["estimated_network"]


def estimated_network(
    units: pd.DataFrame, *, profile: str | Path | Profile, terrain: str, mountain_from_km2: float | None = None
) -> RoadNetwork:
    """Join the centres of neighbouring communes by estimated roads.

    Two centres are neighbours where no third one lies in the circle between them (Gabriel graph). A link takes its
    straight length × detour factor ÷ speed, both assumptions of ``data/roads``, and so is the longest link: the widest
    gap between neighbours in the mountains is shorter, and what lies farther off is an island. The Gabriel graph
    holds the minimum spanning tree, so that units fall apart only across a gap wider than the longest link.

    Parameters
    ----------
    units
        Columns unit_code, lon, lat (degrees), and area_km2 where `terrain` is "by_area".
    profile
        One of `profiles`, the file of a user's own, or a `Profile`.
    terrain
        {"plain", "mountain", "by_area"}; by area, a commune of at least `mountain_from_km2` is mountain, since
        communes of the mountains are large, and a link takes the mean of its ends' minutes per kilometre.
    mountain_from_km2
        The area from which a commune counts as mountain; required by "by_area" and refused otherwise.

    Returns
    -------
    RoadNetwork
        Marked as estimated; its nodes are the unit codes; its notes count links and islands, and give the error of such
        estimates against real roads (median and 90th percentile share, median minutes).

    Raises
    ------
    InputError
        For an unknown profile or terrain, missing columns or values, and a duplicated unit.

    References
    ----------
    Gabriel and Sokal (1969), A new statistical approach to geographic variation analysis, Systematic Zoology 18.
    """
    travels = find_profile(profile)
    speeds.check_terrain(terrain, further=("by_area",))
    if (terrain == "by_area") != (mountain_from_km2 is not None):
        raise InputError(
            [Complaint("contradiction", column="mountain_from_km2", details={"reason": "mountain_by_area"})]
        )
    ids, lon, lat, mountain = _read_units(units, terrain, mountain_from_km2)
    per_km = {name: _min_per_km(travels, name) for name in speeds.TERRAINS}
    min_per_km = np.where(mountain, per_km["mountain"], per_km["plain"])
    detour = np.where(mountain, speeds.estimate("mountain").detour, speeds.estimate("plain").detour)
    notes: dict[str, float] = {"links": 0, "islands": 0}
    pairs, length_m = np.empty((0, 2), dtype=np.intp), np.empty(0)
    if len(ids):
        x, y = projection.to_metres(lon, lat, projection.metres_crs(lon))
        pairs, length_m = _links(np.column_stack([x, y]))
        graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ids), len(ids)))
        notes = {"links": len(pairs), "islands": int(connected_components(graph, directed=False)[0]) - 1}
        # What the estimate was off by where real roads are known; of two terrains, the worse.
        met = [speeds.estimate("mountain" if m else "plain") for m in np.unique(mountain)]
        for name in ("error_median_share", "error_p90_share", "error_median_minutes"):
            notes[name] = max(getattr(e, name) for e in met)
    minutes = length_m / 1000.0 * (min_per_km[pairs[:, 0]] + min_per_km[pairs[:, 1]]) / 2.0
    return from_pieces(
        ids,
        lon,
        lat,
        pairs[:, 0],
        pairs[:, 1],
        minutes,
        minutes,
        length_m=length_m * (detour[pairs[:, 0]] + detour[pairs[:, 1]]) / 2.0,
        profile=travels.name,
        # A site stands somewhere in its commune, reached from the centre by road rather than on foot.
        access_min_per_km=float(np.mean(min_per_km)) if len(ids) else 0.0,
        estimated=True,
        source="estimate: neighbouring commune centres, detour factor and speed assumed",
        notes=notes,
    )


def _read_units(
    units: pd.DataFrame, terrain: str, mountain_from_km2: float | None
) -> tuple[NDArray[np.str_], Floats, Floats, NDArray[np.bool_]]:
    """Return ids, degrees and whether each is mountain, in the order of ids."""
    columns = ["unit_code", "lon", "lat", *(["area_km2"] if terrain == "by_area" else [])]
    missing = [c for c in columns if c not in units.columns]
    if missing:
        raise InputError([Complaint("missing_column", sheet="units", details={"expected": c}) for c in missing])
    ids = texts(units["unit_code"])
    lon, found_lon = numbers(units["lon"], "units", "lon", low=-180, high=180)
    lat, found_lat = numbers(units["lat"], "units", "lat", low=-90, high=90)
    found = complain(ids.isna(), "missing_value", "units", "unit_code", ids) + duplicates(ids, "units", "unit_code")
    found += found_lon + found_lat
    mountain = np.full(len(ids), terrain == "mountain")
    if mountain_from_km2 is not None:
        area_km2, found_area = numbers(units["area_km2"], "units", "area_km2", low=0)
        found += found_area
        mountain = area_km2 >= mountain_from_km2
    if found:
        raise InputError(found)
    by_id = np.argsort(ids.to_numpy(dtype=np.str_), kind="stable")
    return ids.to_numpy(dtype=np.str_)[by_id], lon[by_id], lat[by_id], mountain[by_id]


def _min_per_km(profile: Profile, terrain: str) -> float:
    assumed = speeds.estimate(terrain)
    speed = profile.kph.get((assumed.highway, terrain))
    if speed is None:
        raise InputError(
            [
                Complaint(
                    "contradiction",
                    details={"reason": "road_closed", "highway": assumed.highway, "profile": profile.name},
                )
            ]
        )
    return 60.0 * assumed.detour / speed


def _links(xy: NDArray[Any]) -> tuple[NDArray[np.intp], Floats]:
    """Return the neighbour pairs and their straight length in metres."""
    spots, spot_of = np.unique(xy, axis=0, return_inverse=True)
    pairs = _gabriel(spots)
    length = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T)
    short = length <= 1000.0 * speeds.assumption("link_km")
    pairs, length = pairs[short], length[short]
    # Units on one spot (a centre shared by two) are joined one to the next, with no distance between them.
    spot_of = spot_of.reshape(-1)
    order = np.argsort(spot_of, kind="stable")
    first = order[np.searchsorted(spot_of[order], np.arange(len(spots)))]
    same = np.flatnonzero(spot_of[order][1:] == spot_of[order][:-1])
    shared = np.column_stack([order[same], order[same + 1]])
    return np.vstack([first[pairs], shared]), np.concatenate([length, np.zeros(len(shared))])


def _gabriel(spots: NDArray[Any]) -> NDArray[np.intp]:
    """Return the Gabriel graph of distinct points: pairs whose circle (the pair as diameter) holds no third point."""
    if len(spots) < 2:
        return np.empty((0, 2), dtype=np.intp)
    # Three far corners keep the triangulation possible where all points lie on one line; they are dropped after.
    middle, reach = spots.mean(axis=0), 100.0 * (np.ptp(spots, axis=0).max() + 1.0)
    corners = middle + reach * np.array([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]])
    triangles = Delaunay(np.vstack([spots, corners])).simplices
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    edges = np.unique(np.sort(edges[(edges < len(spots)).all(axis=1)], axis=1), axis=0)
    if len(spots) == 2:
        return edges.astype(np.intp)
    middles = (spots[edges[:, 0]] + spots[edges[:, 1]]) / 2.0
    radius = np.hypot(*(spots[edges[:, 0]] - middles).T)
    third = np.asarray(cKDTree(spots).query(middles, k=3)[0])[:, 2]
    return np.asarray(edges[third > radius * (1 + 1e-9)], dtype=np.intp)
