"""Approximate cells of communes, for maps where no boundary file is given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import crosswalk, units
from mangluoi.projection import DEGREES, equal_area_radius_m, metres_crs, to_metres

__all__ = ["approximate_area_km2", "cells", "outline"]

# A point farther than this outside the outline is an island that the outline does not draw.
_ISLAND_BEYOND_M = 10_000.0
_UNKNOWN_AREA_KM2 = 5.0


@cache
def _outline(folder: Path) -> shapely.Geometry:
    read = json.loads((folder / "boundaries" / "outline.geojson").read_text(encoding="utf-8"))
    features = read["features"] if read["type"] == "FeatureCollection" else [read]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"] if f["type"] == "Feature" else f)) for f in features]
    return shapely.make_valid(shapely.union_all(shapes))


def outline() -> gpd.GeoSeries:
    """Return the outline of the country, in degrees."""
    return gpd.GeoSeries([_outline(shipped.folder())], crs=DEGREES)


@cache
def _all_cells(folder: Path) -> gpd.GeoSeries:
    """Return the cell of every new commune that has a point, in degrees, indexed by code."""
    listed = units.units(units.NEW, level="commune").set_index("unit_code").sort_index()
    listed = listed[listed["lon"].notna() & listed["lat"].notna()]
    crs = metres_crs([listed["lon"].median()])
    x, y = to_metres(listed["lon"], listed["lat"], crs)
    at = np.asarray(shapely.points(np.column_stack([x, y])), dtype=object)
    country = gpd.GeoSeries([_outline(folder)], crs=DEGREES).to_crs(crs).iloc[0]
    shapely.prepare(country)
    off = shapely.distance(at, country)
    areas = listed["area_km2"].fillna(_UNKNOWN_AREA_KM2)
    circles = shapely.buffer(at, [equal_area_radius_m(area) for area in areas], quad_segs=6)
    cell = circles.copy()
    near = np.flatnonzero(off <= _ISLAND_BEYOND_M)
    own = _voronoi(at[near], shapely.envelope(shapely.buffer(country, 200_000.0)))
    inside = shapely.contains_properly(country, own)
    clipped = own.copy()
    clipped[~inside] = shapely.intersection(own[~inside], country)
    # The outline is coarse: a coastal commune just outside it keeps a circle within its own cell.
    outside = off[near] > 0
    clipped[outside] = shapely.union(clipped[outside], shapely.intersection(circles[near][outside], own[outside]))
    cell[near] = clipped
    return gpd.GeoSeries(cell, index=listed.index, crs=crs).to_crs(DEGREES)


@cache
def _areas(folder: Path) -> pd.Series:
    cell = _all_cells(folder)
    listed = units.units(units.NEW, level="commune").set_index("unit_code")["lon"]
    area: pd.Series = cell.to_crs(metres_crs([listed.median()])).area / 1e6
    return area


def approximate_area_km2() -> pd.Series:
    """Return the area of the approximate cell of every new commune that has a point, in km², indexed by code."""
    return _areas(shipped.folder()).copy()


def _voronoi(at: NDArray[np.object_], within: shapely.Geometry) -> NDArray[np.object_]:
    """Return the Voronoi cell of each point, in the order of the points; equal points share theirs."""
    shapes = np.asarray(
        shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(at), extend_to=within)), dtype=object
    )
    tree = shapely.STRtree(shapes)
    which, cell = tree.query(at, predicate="intersects")
    found = np.full(len(at), -1)
    # A point on the edge of two cells (equal within rounding) takes the first: the answer must not depend on luck.
    for point, shape in sorted(zip(which.tolist(), cell.tolist(), strict=True), reverse=True):
        found[point] = shape
    ordered: NDArray[np.object_] = shapes[found]
    return ordered


def cells(vintage: str, where: str | Iterable[str]) -> gpd.GeoDataFrame:
    """Return approximate cells of communes.

    Each new commune gets the part of the country that is nearer to its point than to any other commune's
    (a Voronoi cell, in metres) within the outline of the country; an island that the outline lacks gets a circle of
    its own area. An old commune has no cell of its own: the cells are those of the new units, each with the old
    ones that are shown there.

    Parameters
    ----------
    vintage
        The list that `where` belongs to.
    where
        A province code, or codes of communes.

    Returns
    -------
    GeoDataFrame
        Sorted by code, in EPSG:4326: ``unit_code`` and ``vintage`` of the new commune, ``name``, ``members`` (a
        tuple of the codes of `vintage` that are shown in the cell; each stands in one cell only, the one that took
        its largest share), ``approximate`` (always true) and ``geometry``.

    Raises
    ------
    UnknownUnitError
        If a code is not known in its vintage.
    """
    codes = units.communes_of(where, vintage) if isinstance(where, str) else sorted(set(where))
    home = _home(shipped.folder(), vintage)
    unknown = sorted(set(codes) - set(home))
    if unknown:
        raise UnknownUnitError(f"not in the list of {vintage}: {', '.join(unknown)}")
    members: dict[str, list[str]] = {new: [] for new in crosswalk.restate_area(codes, vintage, units.NEW)}
    for code in codes:
        members[home[code]].append(code)
    drawn = _all_cells(shipped.folder())
    shown = [code for code in sorted(members) if code in drawn.index]
    names = units.units(units.NEW, level="commune").set_index("unit_code")["name"]
    return gpd.GeoDataFrame(
        {
            "unit_code": pd.Series(shown, dtype="str"),
            "vintage": pd.Series([units.NEW] * len(shown), dtype="str"),
            "name": names.reindex(shown).to_numpy(),
            "members": pd.Series([tuple(members[code]) for code in shown], dtype=object),
            "approximate": [True] * len(shown),
        },
        geometry=drawn.reindex(shown).to_numpy(),
        crs=DEGREES,
    )


@cache
def _home(_folder: Path, vintage: str) -> dict[str, str]:
    """Return the new commune in whose cell each unit is shown."""
    if vintage == units.NEW:
        return {code: code for code in units.lineage(vintage).index}
    share = crosswalk.shares(vintage, units.NEW).sort_values(
        ["from_code", "share", "to_code"], ascending=[True, False, True]
    )
    main = share.drop_duplicates("from_code")
    return dict(zip(main["from_code"], main["to_code"], strict=True))
