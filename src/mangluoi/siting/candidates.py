"""Where something new may be built: communes, a planner's own list, or the points of a grid that are suitable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from mangluoi.errors import Complaint, InputError
from mangluoi.tables import LAT_RANGE, LON_RANGE

__all__ = ["builds", "grid", "listed"]

_KM_PER_DEGREE = 111.195  # of a great circle on a sphere of 6,371 km


def listed(places: pd.DataFrame, *, prefix: str = "moi-") -> pd.DataFrame:
    """Return candidates from a list of places, such as commune centres or a planner's own.

    Parameters
    ----------
    places
        ``site_id`` or ``unit_code``, ``lon`` and ``lat`` (WGS 84); further columns are kept.
    prefix
        Goes before a `unit_code` to make an id.

    Returns
    -------
    DataFrame
        ``site_id``, ``lon``, ``lat`` and the rest, sorted by id.

    Raises
    ------
    InputError
        If an id stands twice, or a place has no coordinates or some outside Viet Nam.
    """
    frame = places if "site_id" in places.columns else places.assign(site_id=prefix + places["unit_code"].astype(str))
    found = []
    first: dict[str, int] = {}
    for row, (name, lon, lat) in enumerate(zip(frame["site_id"], frame["lon"], frame["lat"], strict=True), start=2):
        if name in first:
            found.append(
                Complaint("duplicate_key", row=row, column="site_id", value=name, details={"first": first[name]})
            )
        first.setdefault(str(name), row)
        if pd.isna(lon) or pd.isna(lat):
            found.append(Complaint("missing_value", row=row, column="lon + lat", value=name))
        elif not (LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]):
            found.append(Complaint("outside_country", row=row, column="lon + lat", value=f"{lon}, {lat}"))
    if found:
        raise InputError(found)
    columns = ["site_id", "lon", "lat"]
    rest = [name for name in frame.columns if name not in columns]
    return frame[[*columns, *rest]].sort_values("site_id", ignore_index=True)


def grid(
    within: Any,
    *,
    spacing_km: float,
    avoid: Any | None = None,
    near: Any | None = None,
    near_km: float = 1.0,
    prefix: str = "o-",
) -> pd.DataFrame:
    """Return the points of a regular grid that are suitable to build on.

    Parameters
    ----------
    within
        Outline of the area: a shapely polygon in degrees (WGS 84).
    spacing_km
        Distance between neighbours.
    avoid
        Where nothing may be built, such as water, forest under protection, steep or flooded land: a geometry.
    near
        What a site must be near to, such as roads or towns: a geometry.
    near_km
        How near, on the ground.
    prefix
        Goes before row and column to make an id, which does not change with `avoid` and `near`.

    Raises
    ------
    InputError
        If the spacing is not above zero, or no point is left.
    """
    if not (spacing_km > 0 and math.isfinite(spacing_km) and near_km >= 0):
        raise InputError([Complaint("below_range", column="spacing_km", value=spacing_km, details={"low": 0})])
    west, south, east, north = shapely.bounds(within)
    middle = math.cos(math.radians((south + north) / 2))
    up, along = spacing_km / _KM_PER_DEGREE, spacing_km / _KM_PER_DEGREE / middle
    rows = np.arange(max(math.ceil((north - south) / up), 1))
    columns = np.arange(max(math.ceil((east - west) / along), 1))
    row, column = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    lon, lat = west + (column + 0.5) * along, south + (row + 0.5) * up
    keep = shapely.contains_xy(within, lon, lat)
    if avoid is not None:
        keep &= ~shapely.intersects_xy(avoid, lon, lat)
    if near is not None:
        # Degrees of longitude are shorter: both are stretched to degrees of latitude before a distance is taken.
        stretched = shapely.transform(near, lambda xy: xy * [middle, 1.0])
        here = np.flatnonzero(keep)
        away = shapely.distance(stretched, shapely.points(lon[here] * middle, lat[here]))
        keep[here[away > near_km / _KM_PER_DEGREE]] = False
    if not keep.any():
        raise InputError([Complaint("nowhere_suitable")])
    names = [f"{prefix}{r:04d}-{c:04d}" for r, c in zip(row[keep], column[keep], strict=True)]
    return pd.DataFrame({"site_id": names, "lon": lon[keep], "lat": lat[keep]})


def builds(
    candidates: pd.DataFrame,
    service: str,
    *,
    min_added: int,
    max_added: int,
    per_place_vnd: float,
    fixed_vnd: float = 0.0,
    step: int | None = None,
    sizes: Sequence[int] = (),
    land_per_place_m2: float | None = None,
    facility_type: str | None = None,
    ownership: str | None = None,
    authority: str | None = None,
    phase: int | None = None,
) -> pd.DataFrame:
    """Return ACTIONS rows that build one service at every candidate.

    Parameters
    ----------
    candidates
        ``site_id``, and ``land_m2`` where the land of each is known: by the norm it limits the places.
    service
        What is offered.
    min_added, max_added, step
        Fewest and most places, and the step between.
    sizes
        Sizes to choose from instead, of which one at most is built; each is an action of its own.
    per_place_vnd, fixed_vnd
        Cost.
    land_per_place_m2
        Land that the norm asks for each place.
    facility_type, ownership, authority, phase
        As in ACTIONS.

    Returns
    -------
    DataFrame
        A candidate whose land does not hold the fewest places has no row.
    """
    rows = []
    land = candidates["land_m2"] if "land_m2" in candidates.columns else pd.Series(math.nan, index=candidates.index)
    for site, area in zip(candidates["site_id"], land, strict=True):
        fits = math.inf
        if land_per_place_m2 and not pd.isna(area):
            fits = math.floor(area / land_per_place_m2 + 1e-9)
        ranges = [(size, size, f"/{size}") for size in sizes] or [(min_added, max_added, "")]
        for low, high, name in ranges:
            most = int(min(high, fits))
            if step is not None and most > low:
                most = low + (most - low) // step * step
            if most >= max(low, 1):
                rows.append(
                    (f"xay-moi/{site}/{service}{name}", site, low, most, f"{site}/{service}" if sizes else None)
                )
    frame = pd.DataFrame(rows, columns=["action_id", "site_id", "min_added", "max_added", "exclusive"])
    return frame.assign(
        kind="build",
        service=service,
        fixed_vnd=fixed_vnd,
        per_place_vnd=per_place_vnd,
        step=step if not sizes else None,
        land_per_place_m2=land_per_place_m2,
        facility_type=facility_type,
        ownership=ownership,
        authority=authority,
        phase=phase,
    )
