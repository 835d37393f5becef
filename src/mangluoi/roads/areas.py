"""Areas to keep or to close: polygons brought to degrees, with a margin; and whether roads are those of Viet Nam."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mangluoi import projection, shipped
from mangluoi.errors import Complaint, InputError

__all__ = ["Area", "Within", "area_of", "check_country"]

#: An area: a polygon in degrees, (west, south, east, north), or a layer with a reference system.
Within: TypeAlias = (
    shapely.Polygon | shapely.MultiPolygon | tuple[float, float, float, float] | gpd.GeoDataFrame | gpd.GeoSeries
)
#: An area in degrees.
Area: TypeAlias = shapely.Polygon | shapely.MultiPolygon

# No road of the country is farther than this from the centre of a commune (the largest has 900 km²); of so many nodes,
# at least this share must be so near.
_NEAR_KM, _SAMPLE, _SHARE = 25.0, 5_000, 0.5


def area_of(within: Within, *, margin_km: float = 0.0) -> Area:
    """Return an area in degrees, widened by a margin.

    Parameters
    ----------
    within
        A polygon in degrees, (west, south, east, north), or a layer of polygons with a reference system.
    margin_km
        How far the area is widened on all sides.

    Raises
    ------
    InputError
        For a layer without a reference system, an empty area, one that is not in degrees, or a negative margin.
    """
    wrong: dict[str, Any] = {}
    if isinstance(within, gpd.GeoDataFrame | gpd.GeoSeries):
        if within.crs is None:
            raise InputError([_complaint({"reason": "no_crs"})])
        area: Area = within.to_crs(projection.DEGREES).union_all()
    else:
        area = shapely.box(*within) if isinstance(within, tuple) else within
    if area.is_empty or not area.area > 0:
        wrong = {"reason": "area_empty"}
    else:
        west, south, east, north = area.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            box = (f"{side:.6g}" for side in (west, south, east, north))
            wrong = {"reason": "area_no_degrees", "box": ", ".join(box)}
    if not margin_km >= 0:
        wrong = {"reason": "below_zero", "name": "margin_km", "given": margin_km}
    if wrong:
        raise InputError([_complaint(wrong)])
    if margin_km > 0:
        try:
            crs = projection.metres_crs([west, east])
        except ValueError as error:
            raise InputError([_complaint({"reason": "reader_says", "said": str(error)})]) from error
        layer = gpd.GeoSeries([area], crs=projection.DEGREES).to_crs(crs).buffer(margin_km * 1000.0)
        area = layer.to_crs(projection.DEGREES).iloc[0]
    shapely.prepare(area)
    return area


def _complaint(details: dict[str, Any]) -> Complaint:
    return Complaint("contradiction", column="within", details=details)


@cache
def _centres() -> Any:
    """Return the centres of the communes, on a sphere of radius 1."""
    units = shipped.frame("boundaries/units-2025-07-01.csv")
    placed = units.dropna(subset=["lon", "lat"])
    return cKDTree(_on_sphere(placed["lon"].to_numpy(dtype=float), placed["lat"].to_numpy(dtype=float)))


def _on_sphere(lon: NDArray[Any], lat: NDArray[Any]) -> NDArray[np.float64]:
    a, b = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])


def check_country(lon: NDArray[Any], lat: NDArray[Any], *, name: str) -> None:
    """Refuse roads most of which lie in another country.

    Raises
    ------
    InputError
        If fewer than half of the nodes lie within 25 km of the centre of a commune; the islands have communes too.
    """
    every = max(1, len(lon) // _SAMPLE)
    far = _centres().query(_on_sphere(lon[::every], lat[::every]))[0] * 6371.0 > _NEAR_KM
    if far.mean() > 1 - _SHARE:
        middle = f"{float(np.median(lon)):.3f}, {float(np.median(lat)):.3f}"
        raise InputError([Complaint("outside_country", file=name, value=middle)])
