"""Coordinates as they come: degrees, or metres of some zone of VN-2000, told apart by the declared commune.

A Vietnamese file often gives metres without saying of which zone, and labels the northing X. Every zone in use is
tried in both orders; the one that lands in the declared commune is taken, and where several do, or none, nothing is
assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import points, units
from mangluoi.projection import DEGREES, great_circle_m
from mangluoi.tables import LAT_RANGE, LON_RANGE

__all__ = ["COLUMNS", "ZONES", "resolve"]

#: Zones of VN-2000 by EPSG code, with their central meridians in degrees: the provinces' (3° wide), then UTM's.
ZONES: dict[int, float] = {
    5896: 102.0, 9205: 103.0, 9206: 104.0, 9207: 104.5, 9208: 104.75, 5897: 105.0, 9209: 105.5, 9210: 105.75,
    9211: 106.0, 9212: 106.25, 9213: 106.5, 9214: 107.0, 9215: 107.25, 9216: 107.5, 5899: 107.75, 5898: 108.0,
    9217: 108.25, 9218: 108.5, 3405: 105.0, 3406: 111.0,
}  # fmt: skip

#: The columns that `resolve` returns.
COLUMNS = ("lon", "lat", "read_as", "distance_m", "reason")

# A point this many radii of its commune's circle away from the commune's point is not in it.
_RADII = 3.0
_UNKNOWN_RADIUS_M = 6_000.0


@cache
def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(f"EPSG:{epsg}", DEGREES, always_xy=True)


@cache
def _circles(_folder: Path, vintage: str) -> dict[str, tuple[float, float, float]]:
    """Return the point of every smallest unit and the radius within which its places lie."""
    found = points.points(units.lineage(vintage).index, vintage).points
    radius = found["located_within_m"].fillna(_UNKNOWN_RADIUS_M)
    return dict(zip(found["unit_code"], zip(found["lon"], found["lat"], radius, strict=True), strict=True))


def _in_country(lon: float, lat: float) -> bool:
    return LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]


def _readings(first: float, second: float, zones: Sequence[int]) -> list[tuple[str, float, float]]:
    """Return every way of reading two numbers as a point of the country: how, longitude, latitude."""
    found = [
        (how, lon, lat)
        for how, lon, lat in (("degrees", first, second), ("degrees_swapped", second, first))
        if _in_country(lon, lat)
    ]
    for order, east, north in (("", first, second), ("_northing_first", second, first)):
        # Eastings lie around 500 km, northings of the country between 880 and 2,600 km.
        if not (100_000 <= east <= 900_000 and 850_000 <= north <= 2_650_000):
            continue
        for epsg in zones:
            lon, lat = _transformer(epsg).transform(east, north)
            if _in_country(lon, lat):
                found.append((f"EPSG:{epsg}{order}", float(lon), float(lat)))
    return found


def resolve(
    x: Sequence[float] | pd.Series,
    y: Sequence[float] | pd.Series,
    unit_codes: Sequence[str | None] | pd.Series,
    vintage: str,
    *,
    zone: int | None = None,
) -> pd.DataFrame:
    """Read coordinates of unknown kind, each against the commune that it is declared to lie in.

    Parameters
    ----------
    x, y
        Longitude and latitude in either order, or metres of any zone of VN-2000 in either order (in Vietnamese
        files X is often the northing).
    unit_codes
        The commune of each point; missing where none is declared.
    vintage
        The list that the communes belong to.
    zone
        The zone of metres, one of `ZONES`, where it is known: the answer to an ambiguous reading.

    Returns
    -------
    DataFrame
        On the index of `x` (or a plain one), with `COLUMNS`: the point in degrees; how it was read ("degrees",
        "degrees_swapped", "EPSG:9208", "EPSG:9208_northing_first"); how far it lies from the commune's own point;
        and, where it is not taken, the reason: "missing", "outside_country", "ambiguous" (several readings land in
        the commune, or none is declared and several are possible: ``read_as`` names them, parted by "|") or
        "outside_commune" (no reading lands there: the distance is that of the nearest). A point in degrees outside
        its commune is given, with that reason.

    Raises
    ------
    UnknownUnitError
        If a declared commune is not known in its vintage.
    ValueError
        If `zone` is not one of `ZONES`.

    Notes
    -----
    The zones are those of circular 973/2001/TT-TCĐC as EPSG holds them. Zones a quarter of a degree apart move a
    point by some 26 km, more than most communes are wide, so that one reading stands out. The provincial zone on
    105° and zone 48N of UTM share their meridian and lie only some hundred metres apart: no commune tells them
    apart, and `zone` must.
    """
    index = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(x))
    circles = _circles(shipped.folder(), vintage)
    declared = [None if pd.isna(code) else str(code) for code in unit_codes]
    unknown = sorted({code for code in declared if code is not None} - set(units.lineage(vintage).index))
    if unknown:
        raise UnknownUnitError(f"not in the list of {vintage}: {', '.join(unknown)}")
    if zone is not None and zone not in ZONES:
        raise ValueError(f"EPSG:{zone} is no zone of VN-2000; known: {sorted(ZONES)}")
    zones = tuple(ZONES) if zone is None else (zone,)
    rows = [
        _resolved(float(a), float(b), None if code is None else circles.get(code), zones)
        for a, b, code in zip(x, y, declared, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), index=index)


def _resolved(
    first: float, second: float, circle: tuple[float, float, float] | None, zones: Sequence[int]
) -> tuple[float, float, str, float, str]:
    if not (np.isfinite(first) and np.isfinite(second)):
        return np.nan, np.nan, "", np.nan, "missing"
    readings = _readings(first, second, zones)
    if not readings:
        return np.nan, np.nan, "", np.nan, "outside_country"
    if circle is None:
        how, lon, lat = readings[0]
        if len(_distinct(readings)) == 1:
            return lon, lat, how, np.nan, ""
        return np.nan, np.nan, "|".join(reading[0] for reading in readings), np.nan, "ambiguous"
    apart = great_circle_m([r[1] for r in readings], [r[2] for r in readings], circle[0], circle[1])
    order = np.argsort(apart, kind="stable")
    near = [readings[n] for n in order if apart[n] <= _RADII * circle[2]]
    how, lon, lat = readings[order[0]]
    distance = float(apart[order[0]])
    if len(_distinct(near)) > 1:
        return np.nan, np.nan, "|".join(reading[0] for reading in near), distance, "ambiguous"
    if near:
        return lon, lat, how, distance, ""
    if how == "degrees":
        return lon, lat, how, distance, "outside_commune"
    return np.nan, np.nan, "", distance, "outside_commune"


def _distinct(readings: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Drop readings that give nearly the same place as an earlier one."""
    found: list[tuple[str, float, float]] = []
    for reading in readings:
        if all(great_circle_m(reading[1], reading[2], each[1], each[2]) > 50 for each in found):
            found.append(reading)
    return found
