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

from mangluoi.demand import windows
from mangluoi.errors import Complaint, InputError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_cells"]

# Tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_PIXEL_SCALE, _TIE_POINT, _NO_DATA = 33550, 33922, 42113
# A country at 100 m has 200 million cells; the limit of the image library guards against web uploads.
_MOST_CELLS = 10**9
_BAND_ROWS = 256


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
        raise InputError([Complaint("contradiction", details={"reason": "areas_not_degrees", "crs": str(areas.crs)})])
    grid = _open(place)
    west, south, east, north = (float(edge) for edge in areas.total_bounds)
    left, top, right, bottom = grid.window(west, south, east, north)
    tree = shapely.STRtree(areas.geometry.to_numpy())
    codes = areas["unit_code"].to_numpy(dtype=str)
    # A band of rows at a time: a country at 100 m is more than fits at once.
    step = max(grid.raster.block_height, _BAND_ROWS)
    try:
        parts = [
            _band(grid, tree, codes, (left, first, right, min(first + step, bottom)))
            for first in range(top, bottom, step)
        ]
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError([Complaint("unreadable_file", file=place.name, details={"reason": "damaged"})]) from error
    columns = ["point_id", "unit_code", "lon", "lat", "weight"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns].sort_values("point_id", ignore_index=True)


def _band(
    grid: _Grid, tree: shapely.STRtree, codes: NDArray[np.str_], window: tuple[int, int, int, int]
) -> pd.DataFrame:
    """Return the cells of a window with anybody in them, each with the area that holds its middle."""
    values = grid.read(window)
    row, column = np.nonzero(values > 0)
    # Rows and columns count from the corner of the file, so that a window gives the same cells as the whole.
    at_row, at_column = row + window[1], column + window[0]
    lon = grid.west + (at_column + 0.5) * grid.width
    lat = grid.north - (at_row + 0.5) * grid.height
    cell, area = tree.query(shapely.points(lon, lat), predicate="within")
    # On the border of two areas a cell counts in the first by code.
    order = np.lexsort((codes[area], cell))
    _, first = np.unique(cell[order], return_index=True)
    cell, area = cell[order][first], area[order][first]
    units = codes[area]
    ids = [f"{unit}-{r}-{c}" for unit, r, c in zip(units, at_row[cell], at_column[cell], strict=True)]
    weight = values[row[cell], column[cell]].astype(float)
    return pd.DataFrame({"point_id": ids, "unit_code": units, "lon": lon[cell], "lat": lat[cell], "weight": weight})


@dataclass(frozen=True, eq=False)
class _Grid:
    """A grid: its file, its north-western corner and the size of a cell in degrees, and the value of no data."""

    raster: windows.Raster
    west: float
    north: float
    width: float
    height: float
    absent: float

    def window(self, west: float, south: float, east: float, north: float) -> tuple[int, int, int, int]:
        """Return the columns and rows (left, top, right, bottom) that a box in degrees touches."""
        left = int(np.clip(np.floor((west - self.west) / self.width), 0, self.raster.width))
        right = int(np.clip(np.ceil((east - self.west) / self.width), left, self.raster.width))
        top = int(np.clip(np.floor((self.north - north) / self.height), 0, self.raster.height))
        bottom = int(np.clip(np.ceil((self.north - south) / self.height), top, self.raster.height))
        return left, top, right, bottom

    def read(self, window: tuple[int, int, int, int]) -> NDArray[np.float64]:
        """Return the people of a window; nobody where the grid knows nothing."""
        values = self.raster.read(*window, absent=self.absent)
        known = np.isfinite(values) & (values != self.absent) & ~np.isclose(values, self.absent, equal_nan=False)
        return np.where(known, values, 0.0)


def _open(place: Path) -> _Grid:
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, _MOST_CELLS
    try:
        raster = windows.Raster(place)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InputError([Complaint("unreadable_file", file=place.name, details={"reason": "no_tiff"})]) from error
    finally:
        Image.MAX_IMAGE_PIXELS = most
    tags = raster.tags
    if _PIXEL_SCALE not in tags or _TIE_POINT not in tags:
        raise InputError([Complaint("unreadable_file", file=place.name, details={"reason": "grid_without_place"})])
    (width, height), tie = tags[_PIXEL_SCALE][:2], tags[_TIE_POINT]
    return _Grid(
        raster=raster,
        west=float(tie[3] - tie[0] * width),
        north=float(tie[4] + tie[1] * height),
        width=float(width),
        height=float(height),
        absent=float(str(tags[_NO_DATA]).strip("\x00 ")) if _NO_DATA in tags else float("nan"),
    )
