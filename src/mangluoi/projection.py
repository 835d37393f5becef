"""Degrees or metres: the one place that decides."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

__all__ = ["DEGREES", "equal_area_radius_m", "great_circle_m", "is_known", "metres_crs", "to_degrees", "to_metres"]

#: Every table carries longitude and latitude in this reference system.
DEGREES = "EPSG:4326"

_EARTH_RADIUS_M = 6_371_008.8


def metres_crs(lon: ArrayLike) -> str:
    """Return the VN-2000 UTM zone (48N or 49N) that fits longitudes.

    Parameters
    ----------
    lon
        Longitudes in degrees.

    Returns
    -------
    str
        ``"EPSG:3405"`` (zone 48N, centred on 105° E) or ``"EPSG:3406"`` (zone 49N, centred on 111° E).
    """
    middle = float(np.mean(np.asarray(lon, dtype=float)))
    if not 96 <= middle <= 120:
        raise ValueError(f"longitudes around {middle:.3f} are not in Viet Nam; degrees are expected")
    return "EPSG:3405" if middle < 108 else "EPSG:3406"


def to_metres(lon: ArrayLike, lat: ArrayLike, crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project degrees to metres: easting and northing, each of the shape of the input."""
    x, y = _transformer(DEGREES, crs).transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def to_degrees(x: ArrayLike, y: ArrayLike, crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring metres back to degrees: longitude and latitude, each of the shape of the input."""
    lon, lat = _transformer(crs, DEGREES).transform(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


@cache
def _transformer(one: str, other: str) -> pyproj.Transformer:
    """Make a transformer once: setting one up takes as long as moving 50,000 points."""
    return pyproj.Transformer.from_crs(one, other, always_xy=True)


def great_circle_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> NDArray[np.float64]:
    """Return the great-circle distance in metres (haversine, mean Earth radius), element by element."""
    a1, b1, a2, b2 = (np.radians(np.asarray(v, dtype=float)) for v in (lon1, lat1, lon2, lat2))
    h = np.sin((b2 - b1) / 2) ** 2 + np.cos(b1) * np.cos(b2) * np.sin((a2 - a1) / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0, 1))), dtype=float)


def equal_area_radius_m(area_km2: float) -> float:
    """Return the radius of the circle that has this area."""
    return math.sqrt(area_km2 * 1e6 / math.pi)


def is_known(crs: str) -> bool:
    """Say whether a reference system can be read, as ``"EPSG:4326"`` can."""
    try:
        pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return False
    return True
