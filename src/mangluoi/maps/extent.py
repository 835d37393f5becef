"""A map of the whole country shows all of the country, or is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from mangluoi.errors import DisclosureError

__all__ = ["ARCHIPELAGOS", "archipelago_of", "require_archipelagos"]

#: Boxes within which the islands of the two archipelagos lie, in degrees: west, south, east, north.
ARCHIPELAGOS = {
    "Hoàng Sa": shapely.box(111.0, 15.5, 113.0, 17.3),
    "Trường Sa": shapely.box(111.3, 6.5, 117.6, 12.1),
}
# The tallest province spans less than three degrees on the mainland, which ends west of this meridian.
_EAST_OF_MAINLAND = 110.0
_MORE_THAN_A_PROVINCE_DEGREES = 4.0


def archipelago_of(shapes: gpd.GeoSeries) -> tuple[str, ...]:
    """Return the archipelago in which each shape lies; an empty text for those near the mainland.

    Parameters
    ----------
    shapes
        Shapes in degrees.
    """
    found = np.full(len(shapes), "", dtype=object)
    for name, box in ARCHIPELAGOS.items():
        found[shapely.within(shapes.to_numpy(), box)] = name
    return tuple(found)


def require_archipelagos(shapes: gpd.GeoSeries) -> None:
    """Refuse to draw more than a province unless both archipelagos are on the map.

    Parameters
    ----------
    shapes
        What will be drawn, in degrees.

    Raises
    ------
    DisclosureError
        If the shapes span more than one province's height on the mainland and lack Hoàng Sa or Trường Sa.
    """
    at = shapely.centroid(shapes.to_numpy())
    lat = shapely.get_y(at)[shapely.get_x(at) < _EAST_OF_MAINLAND]
    if lat.size == 0 or lat.max() - lat.min() <= _MORE_THAN_A_PROVINCE_DEGREES:
        return
    lacking = [name for name, box in ARCHIPELAGOS.items() if not shapes.intersects(box).any()]
    if lacking:
        raise DisclosureError("archipelagos", lacking=", ".join(lacking))
