"""A raster as numbers and where they lie: what readers of GeoTIFF give, and what roads and terrain take."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError

__all__ = ["Raster", "raster_from_array"]


@dataclass(frozen=True, eq=False)
class Raster:
    """A north-up raster of one band.

    Parameters
    ----------
    values
        One number per cell, NaN where not known; shape (rows, columns), the first row in the north.
    west, north
        The outer corner of the first cell, in the units of `crs`.
    width, height
        The sides of a cell, both positive.
    crs
        The reference system, such as ``"EPSG:4326"`` or ``"EPSG:3405"``.
    """

    values: NDArray[Any]
    west: float
    north: float
    width: float
    height: float
    crs: str

    def at(self, lon: ArrayLike, lat: ArrayLike, *, between: bool = True) -> NDArray[np.float64]:
        """Return the values at points.

        Parameters
        ----------
        lon, lat
            Degrees, of any one shape.
        between
            Whether to interpolate between the middles of the four cells around; otherwise the cell's own value is
            taken, as for classes of land cover.

        Returns
        -------
        ndarray
            NaN outside of the raster and where a cell that counts is not known.
        """
        x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        if self.crs != projection.DEGREES:
            x, y = projection.to_metres(x, y, self.crs)
        column, row = (x - self.west) / self.width, (self.north - y) / self.height
        rows, columns = self.values.shape
        inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        column, row = np.where(inside, column, 0.0), np.where(inside, row, 0.0)
        if not between:
            i, j = np.minimum(row.astype(int), rows - 1), np.minimum(column.astype(int), columns - 1)
            return np.where(inside, self.values[i, j].astype(float), math.nan)
        row, column = np.clip(row - 0.5, 0, rows - 1), np.clip(column - 0.5, 0, columns - 1)
        i, j = np.minimum(row.astype(int), max(0, rows - 2)), np.minimum(column.astype(int), max(0, columns - 2))
        down, right = row - i, column - j
        below, beside = np.minimum(i + 1, rows - 1), np.minimum(j + 1, columns - 1)
        top = (1 - right) * self.values[i, j] + right * self.values[i, beside]
        bottom = (1 - right) * self.values[below, j] + right * self.values[below, beside]
        return np.where(inside, (1 - down) * top + down * bottom, math.nan)

    def digest(self) -> str:
        """Return the SHA-256 of the numbers and their place, as a key for what is made of them."""
        place = self.values.shape, str(self.values.dtype), self.west, self.north, self.width, self.height, self.crs
        return hashlib.sha256(repr(place).encode() + np.ascontiguousarray(self.values).tobytes()).hexdigest()


def raster_from_array(
    values: ArrayLike, transform: Sequence[float], crs: str, *, no_data: float | None = None
) -> Raster:
    """Make a raster of an array and its transform, as rasterio gives them.

    Parameters
    ----------
    values
        One band, shape (rows, columns).
    transform
        The first six numbers (a, b, c, d, e, f) of the affine transform: x = a·column + b·row + c,
        y = d·column + e·row + f.
    crs
        The reference system of x and y, such as ``"EPSG:4326"``.
    no_data
        The number that stands for "not known".

    Raises
    ------
    InputError
        If the array is not of two dimensions, the raster is turned or not north-up, its reference system is not known,
        or its degrees are no degrees.
    """
    array = np.asarray(values, dtype=float)
    a, b, c, d, e, f = (float(value) for value in list(transform)[:6])
    wrong: dict[str, Any] = {}
    if array.ndim != 2 or not array.size:
        wrong = {"reason": "raster_shape", "shape": array.shape}
    elif b or d or not (a > 0 > e):
        wrong = {"reason": "raster_turned"}
    elif not projection.is_known(crs):
        wrong = {"reason": "crs_unknown", "crs": crs}
    elif crs == projection.DEGREES and not (-180 <= c <= 180 and -90 <= f <= 90):
        wrong = {"reason": "raster_no_degrees", "x": c, "y": f}
    if wrong:
        raise InputError([Complaint("contradiction", details=wrong)])
    if no_data is not None:
        array = np.where(array == no_data, math.nan, array)
    return Raster(array, c, f, a, -e, crs)
