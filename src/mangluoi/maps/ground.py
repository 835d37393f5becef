"""The ground of a printed map: the cells of a province and their borders in metres, with what lies far out at sea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mangluoi.maps import extent, notes
from mangluoi.maps.borders import Borders, borders
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["Ground", "area_of", "bounds_of", "ground"]


@dataclass(frozen=True)
class Ground:
    """Cells and borders of a province, projected once for all of its sheets.

    Parameters
    ----------
    crs
        The projected reference system.
    shapes
        The cells, in metres.
    at_sea
        Name of the archipelago that each cell belongs to; empty near the mainland.
    lines
        The borders.
    near
        The area without the archipelagos: what the sheet is laid out for.
    """

    crs: str
    shapes: NDArray[Any]
    at_sea: tuple[str, ...]
    lines: Borders
    near: shapely.Geometry


def ground(d: Disclosed, *, crs: str | None = None) -> Ground:
    """Return the ground of a province.

    Parameters
    ----------
    d
        What may be shown.
    crs
        The reference system; None: the one of the province.
    """
    system = crs or notes.crs_of(d)
    shapes = d.cells.to_crs(system).geometry.to_numpy()
    at_sea = extent.archipelago_of(d.cells.geometry)
    lines = borders(shapes, 1.0)
    if not any(at_sea) or all(at_sea):
        return Ground(system, shapes, at_sea, lines, lines.whole)
    near = borders(shapes[np.array([not name for name in at_sea])], 1.0).whole
    return Ground(system, shapes, at_sea, lines, near)


def bounds_of(grounds: Sequence[Ground]) -> tuple[float, float, float, float]:
    """Return the extent that holds the near parts of several grounds: west, south, east, north in metres."""
    west, south, east, north = shapely.GeometryCollection([one.near for one in grounds]).bounds
    return west, south, east, north


def area_of(cells: NDArray[Any]) -> shapely.Geometry:
    """Join cells, in degrees, without the cracks between neighbours."""
    return borders(cells, 1e-5).whole
