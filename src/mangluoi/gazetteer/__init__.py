"""Where things are: administrative units of every vintage, their points, and the addresses that name them."""

from __future__ import annotations

from mangluoi.gazetteer import cells, coordinates, crosswalk, disagreements, geocoding, online, points, review, units
from mangluoi.gazetteer.crosswalk import convert
from mangluoi.gazetteer.geocoding import locate

__all__ = [
    "cells", "convert", "coordinates", "crosswalk", "disagreements", "geocoding", "locate", "online", "points",
    "review", "units",
]  # fmt: skip
