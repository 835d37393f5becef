"""A representative point for every commune, and how far from it the truth may lie."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import crosswalk, units
from mangluoi.projection import equal_area_radius_m, great_circle_m

__all__ = ["UnitPoints", "points"]


class UnitPoints(NamedTuple):
    """Units that have a point, and those that have none.

    Parameters
    ----------
    points
        As `tables.POINTS` declares; ``point_id`` is the unit's code.
    unlocated
        ``unit_code``, ``vintage``, ``reason``.
    """

    points: pd.DataFrame
    unlocated: pd.DataFrame


@cache
def _points(folder: Path, vintage: str) -> pd.DataFrame:
    """Return lon, lat and located_within_m of every smallest unit, indexed by code; missing where not known."""
    listed = units.units(vintage).set_index("unit_code").reindex(units.lineage(vintage).index)
    own = pd.DataFrame(
        {
            "lon": listed["lon"],
            "lat": listed["lat"],
            "located_within_m": [equal_area_radius_m(area) for area in listed["area_km2"]],
        },
        index=listed.index,
    )
    if vintage == units.NEW or own["lon"].notna().all():
        return own
    # Coordinates of old communes are not trusted by the shipped list: such a one stands where most of it went.
    successors = crosswalk.shares(vintage, units.NEW).join(_points(folder, units.NEW), on="to_code")
    successors = successors.sort_values(["from_code", "share", "to_code"], ascending=[True, False, True])
    main = successors.drop_duplicates("from_code").set_index("from_code")
    at = main.reindex(successors["from_code"])
    apart = great_circle_m(at["lon"], at["lat"], successors["lon"], successors["lat"])
    reach = pd.Series(apart + successors["located_within_m"].to_numpy(), index=successors["from_code"].to_numpy())
    # A successor without a point or an area leaves the whole unbounded, hence min_count by way of skipna=False.
    within = reach.groupby(level=0).agg(lambda each: each.max(skipna=False))
    derived = pd.DataFrame({"lon": main["lon"], "lat": main["lat"], "located_within_m": within}).reindex(own.index)
    return own.where(own["lon"].notna(), derived)


def points(unit_codes: Iterable[str], vintage: str) -> UnitPoints:
    """Return the points of communes.

    A new commune stands at its own point, and the truth lies within the radius of the circle that has its area. An
    old commune stands at the point of the new one that took its largest share (ties by code); one that was split
    may lie as far off as the farthest successor's point and radius.

    Parameters
    ----------
    unit_codes
        Smallest units: communes, and island districts without any. Repeated codes count once.
    vintage
        The list they belong to.

    Returns
    -------
    UnitPoints
        Sorted by code.

    Raises
    ------
    UnknownUnitError
        If a code is not known in its vintage.
    """
    known = units.lineage(vintage).index
    wanted = sorted(set(unit_codes))
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise UnknownUnitError(f"not among the smallest units in the list of {vintage}: {', '.join(unknown)}")
    at = _points(shipped.folder(), vintage).loc[wanted]
    everyone = pd.DataFrame(
        {
            "point_id": pd.Series(wanted, dtype="str"),
            "unit_code": pd.Series(wanted, dtype="str"),
            "vintage": pd.Series([vintage] * len(wanted), dtype="str"),
            "lon": at["lon"].to_numpy(dtype=float),
            "lat": at["lat"].to_numpy(dtype=float),
            "located_by": pd.Series(["commune"] * len(wanted), dtype="str"),
            "located_within_m": at["located_within_m"].to_numpy(dtype=float),
        }
    )
    has_point = np.isfinite(everyone["lon"]) & np.isfinite(everyone["lat"])
    unlocated = everyone.loc[~has_point, ["unit_code", "vintage"]].assign(reason="no_point")
    return UnitPoints(everyone[has_point].reset_index(drop=True), unlocated.reset_index(drop=True))
