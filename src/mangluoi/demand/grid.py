"""Population grids: a GeoTIFF in degrees, such as WorldPop's, as cells with weights inside communes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from mangluoi.errors import Complaint, InputError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_cells"]

# Tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_PIXEL_SCALE, _TIE_POINT, _NO_DATA = 33550, 33922, 42113
# A country at 100 m has 200 million cells; the limit of the image library guards against web uploads.
_MOST_CELLS = 10**9


def read_cells(path: str | Path, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read the cells of a population grid that lie in given areas.

    Parameters
    ----------
    path
        A north-up GeoTIFF of one band in degrees (EPSG:4326): people per cell, at 1 km or 100 m.
    areas
        ``unit_code`` and polygons, in degrees.

    Returns
    -------
    DataFrame
        ``point_id`` (the commune's code, then row and column of the grid), ``unit_code``, ``lon``, ``lat`` (of the
        cell's middle) and ``weight``, sorted; only cells with anybody in them, each in the area that holds its middle.

    Raises
    ------
    InputError
        If the file does not exist, cannot be read or says nothing about where it lies, or the areas are not in
        degrees.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    if areas.crs is None or not areas.crs.is_geographic:
        why = f"the areas of a grid in degrees must be in degrees, not in {areas.crs}"
        raise InputError([Complaint("contradiction", details={"why": why})])
    west, south, east, north = areas.total_bounds
    grid = _read(place, (float(west), float(south), float(east), float(north)))
    row, column = np.nonzero(grid.values > 0)
    # Rows and columns count from the corner of the file, so that a window gives the same cells as the whole.
    lon = grid.west + (column + grid.first_column + 0.5) * grid.width
    lat = grid.north - (row + grid.first_row + 0.5) * grid.height
    cell, area = shapely.STRtree(areas.geometry.to_numpy()).query(shapely.points(lon, lat), predicate="within")
    # On the border of two areas a cell counts in the first by code.
    order = np.lexsort((areas["unit_code"].to_numpy(dtype=str)[area], cell))
    _, first = np.unique(cell[order], return_index=True)
    cell, area = cell[order][first], area[order][first]
    units = areas["unit_code"].to_numpy(dtype=str)[area]
    ids = [
        f"{unit}-{r}-{c}"
        for unit, r, c in zip(units, row[cell] + grid.first_row, column[cell] + grid.first_column, strict=True)
    ]
    table = pd.DataFrame(
        {
            "point_id": ids,
            "unit_code": units,
            "lon": lon[cell],
            "lat": lat[cell],
            "weight": grid.values[row[cell], column[cell]].astype(float),
        }
    )
    return table.sort_values("point_id", ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Grid:
    """A window of a grid: its values, the grid's north-western corner and the size of a cell, in degrees."""

    values: NDArray[np.float64]
    west: float
    north: float
    width: float
    height: float
    first_row: int
    first_column: int


def _read(place: Path, bounds: tuple[float, float, float, float]) -> _Grid:
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, _MOST_CELLS
    try:
        with Image.open(place) as image:
            tags = dict(image.tag_v2) if hasattr(image, "tag_v2") else {}
            if _PIXEL_SCALE not in tags or _TIE_POINT not in tags or len(image.getbands()) != 1:
                why = "it is not a GeoTIFF of one band that says where it lies"
                raise InputError([Complaint("unreadable_file", file=place.name, details={"why": why})])
            (width, height), tie = tags[_PIXEL_SCALE][:2], tags[_TIE_POINT]
            west, north = tie[3] - tie[0] * width, tie[4] + tie[1] * height
            left = int(np.clip(np.floor((bounds[0] - west) / width), 0, image.width))
            right = int(np.clip(np.ceil((bounds[2] - west) / width), left, image.width))
            top = int(np.clip(np.floor((north - bounds[3]) / height), 0, image.height))
            bottom = int(np.clip(np.ceil((north - bounds[1]) / height), top, image.height))
            values = np.asarray(image.crop((left, top, right, bottom)), dtype=float)
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise InputError([Complaint("unreadable_file", file=place.name, details={"why": str(error)})]) from error
    finally:
        Image.MAX_IMAGE_PIXELS = most
    absent = float(str(tags[_NO_DATA]).strip("\x00 ")) if _NO_DATA in tags else np.nan
    known = np.isfinite(values) & (values != absent) & ~np.isclose(values, absent, equal_nan=False)
    return _Grid(
        values=np.where(known, values, 0.0),
        west=float(west),
        north=float(north),
        width=float(width),
        height=float(height),
        first_row=top,
        first_column=left,
    )
