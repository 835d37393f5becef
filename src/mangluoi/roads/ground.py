"""The ground between roads as cells: how long a step over each takes on foot, and how high it lies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from mangluoi import projection, shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster
from mangluoi.roads import speeds
from mangluoi.roads.areas import Within, area_of

__all__ = ["Ground", "cover_speeds", "lay_ground"]

# More cells than this take minutes to cross and a gigabyte to hold.
_MOST_CELLS = 12_000_000


@dataclass(frozen=True, eq=False)
class Ground:
    """Square cells in metres.

    Parameters
    ----------
    crs
        The reference system in metres.
    west, north
        The middle of the first cell.
    cell_m
        The side of a cell.
    min_per_m
        Minutes per level metre, inf where nobody passes; shape (rows, columns), the first row in the north.
    height_m
        Metres above the sea, NaN where not known; a step from or to there counts as level. Shape as above.
    known_share
        The share of cells whose elevation is known.
    """

    crs: str
    west: float
    north: float
    cell_m: float
    min_per_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    known_share: float

    def __repr__(self) -> str:
        rows, columns = self.min_per_m.shape
        return f"<Ground: {rows:,} × {columns:,} cells of {self.cell_m:g} m>"

    def cells(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
        """Return the cell of each point, counted row by row, -1 outside."""
        return self.cells_of_metres(*projection.to_metres(lon, lat, self.crs))

    def cells_of_metres(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cell of each point in the metres of `crs`, -1 outside."""
        rows, columns = self.min_per_m.shape
        column = np.floor((x - self.west) / self.cell_m + 0.5).astype(np.int64)
        row = np.floor((self.north - y) / self.cell_m + 0.5).astype(np.int64)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        return np.where(inside, row * columns + column, -1)


def cover_speeds() -> Mapping[int, float | None]:
    """Return the assumed walking speed in km/h by class of Dynamic World land cover, None where nobody passes.

    References
    ----------
    Brown et al. (2022), Dynamic World, Near real-time global 10 m land use land cover mapping, Scientific Data 9.
    """
    frame = shipped.frame("roads/cover.csv")
    return {
        int(code): None if kph != kph else float(kph) for code, kph in zip(frame["code"], frame["kph"], strict=True)
    }


def lay_ground(
    within: Within,
    *,
    margin_km: float = 0.0,
    elevation: Raster | None = None,
    cover: Raster | None = None,
    kph: Mapping[int, float | None] | None = None,
    cell_m: float = 30.0,
) -> Ground:
    """Lay cells over an area.

    Parameters
    ----------
    within, margin_km
        The area, as in `read_network`; the cells cover its bounds.
    elevation
        Metres above the sea; without it, the ground is level.
    cover
        Classes of land cover; without it, or where it is not known, the ground is crossed at the assumed off-road
        speed (`access_kph` ÷ `access_detour` of ``data/roads/assumptions.csv``, 3.1 km/h; Tobler's own for walking
        off paths is 0.6 × 5.04 = 3.0).
    kph
        Walking speed on level ground by class, None where nobody passes; by default that of `cover_speeds`.
    cell_m
        The side of a cell.

    Raises
    ------
    InputError
        For an area that is none, for more cells than fit in memory, and for a class of cover without a speed.
    """
    area = area_of(within, margin_km=margin_km)
    if not (cell_m > 0 and math.isfinite(cell_m)):
        raise InputError([Complaint("below_range", column="cell_m", value=cell_m, details={"low": 0})])
    west, _, east, _ = area.bounds
    crs = projection.metres_crs([west, east])
    # A box in degrees is bent in metres: its sides are followed, not only its corners.
    outline = shapely.get_coordinates(shapely.segmentize(shapely.box(*area.bounds), max(east - west, 1e-6) / 20))
    x, y = projection.to_metres(outline[:, 0], outline[:, 1], crs)
    columns, rows = (int((side.max() - side.min()) // cell_m) + 1 for side in (x, y))
    if columns * rows > _MOST_CELLS:
        details = {"reason": "ground_cells", "rows": rows, "columns": columns, "cell_m": f"{cell_m:g}"}
        raise InputError([Complaint("contradiction", column="cell_m", details=details)])
    xs, ys = x.min() + (np.arange(columns) + 0.5) * cell_m, y.max() - (np.arange(rows) + 0.5) * cell_m
    grid_x, grid_y = np.meshgrid(xs, ys)
    lon, lat = projection.to_degrees(grid_x, grid_y, crs)
    height = np.full((rows, columns), math.nan) if elevation is None else elevation.at(lon, lat)
    speed = np.full((rows, columns), speeds.assumption("access_kph") / speeds.assumption("access_detour"))
    if cover is not None:
        speed = _covered(speed, cover.at(lon, lat, between=False), cover_speeds() if kph is None else kph)
    min_per_m = np.divide(0.06, speed, out=np.full(speed.shape, math.inf), where=speed > 0)
    return Ground(crs, float(xs[0]), float(ys[0]), float(cell_m), min_per_m, height, float(np.isfinite(height).mean()))


def _covered(
    speed: NDArray[np.float64], classes: NDArray[np.float64], kph: Mapping[int, float | None]
) -> NDArray[np.float64]:
    """Return the speed of each cell by its class; where the class is not known, as it was."""
    known = np.isfinite(classes)
    met = np.unique(classes[known])
    found = [
        Complaint("not_in_list", column="cover", value=f"{code:g}", details={"nearest": ", ".join(map(str, kph))})
        for code in met
        if code not in kph
    ]
    for code, value in kph.items():
        if value is not None and not (value > 0 and math.isfinite(value)):
            found.append(Complaint("below_range", column=f"kph[{code}]", value=value, details={"low": 0}))
    if found:
        raise InputError(found)
    for code in met:
        speed = np.where(known & (classes == code), kph[int(code)] or 0.0, speed)
    return speed
