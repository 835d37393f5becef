"""The lines of a map: the border of the province once, and each border between communes once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Borders", "borders"]

# Neighbours whose borders miss each other by no more than this many steps of the grid are taken to touch.
_CRACK_STEPS = 10.0


class Borders(NamedTuple):
    """Lines to be drawn.

    Parameters
    ----------
    whole
        The area without the cracks between its cells.
    outline
        The border of the area.
    inner
        The borders between cells, each once: the dashes of two neighbours would fill each other's gaps.
    """

    whole: shapely.Geometry
    outline: shapely.Geometry
    inner: shapely.Geometry


def borders(shapes: NDArray[np.object_], step: float) -> Borders:
    """Return the lines of a map.

    Parameters
    ----------
    shapes
        The cells.
    step
        Length that nobody sees on the map, in the unit of the cells: coordinates are rounded to it.
    """
    close = _CRACK_STEPS * step / 2
    joined = shapely.union_all(shapes, grid_size=step)
    whole = shapely.buffer(shapely.buffer(joined, close, join_style="mitre"), -close, join_style="mitre")
    every = shapely.union_all(shapely.boundary(shapes), grid_size=step)
    inner = shapely.line_merge(shapely.intersection(every, shapely.buffer(whole, -2 * close)))
    return Borders(whole, shapely.boundary(whole), inner)
