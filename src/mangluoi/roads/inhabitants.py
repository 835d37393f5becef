"""How many people live inside service areas: the cells of a population grid, each by its middle."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads.columns import numbers

__all__ = ["people_within"]


def people_within(areas: gpd.GeoDataFrame, people: pd.DataFrame, *, column: str = "people") -> gpd.GeoDataFrame:
    """Count the people inside each area.

    A cell counts where its middle lies. Against the minutes of the middles themselves (`travel_times`), only cells
    within one `cell_m` of a border can be counted on the other side of it.

    Parameters
    ----------
    areas
        As `isochrones` gives them, or any polygons with a reference system.
    people
        Columns lon, lat (degrees) and the number in `column`, one row per cell or place.
    column
        The column of `people` that is summed, such as "people" or "weight".

    Returns
    -------
    GeoDataFrame
        The areas with a further column `people`. Areas that overlap, as those of two sites do, both count who lives in
        both; bands of one site share nobody.

    Raises
    ------
    InputError
        For missing columns and values, negative numbers, and areas without a reference system.
    """
    if areas.crs is None:
        raise InputError([Complaint("contradiction", sheet="areas", details={"reason": "no_crs"})])
    absent = [name for name in ("lon", "lat", column) if name not in people.columns]
    if absent:
        raise InputError([Complaint("missing_column", sheet="people", details={"expected": n}) for n in absent])
    lon, found_lon = numbers(people["lon"], "people", "lon", low=-180, high=180)
    lat, found_lat = numbers(people["lat"], "people", "lat", low=-90, high=90)
    count, found_count = numbers(people[column], "people", column, low=0)
    if found := found_lon + found_lat + found_count:
        raise InputError(found)
    shapes = np.asarray(areas.to_crs(projection.DEGREES).geometry)
    middles: Any = shapely.points(lon, lat)
    area, cell = shapely.STRtree(middles).query(shapes, predicate="intersects")
    return areas.assign(people=np.bincount(area, weights=count[cell], minlength=len(shapes)))
