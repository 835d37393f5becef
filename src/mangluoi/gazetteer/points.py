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
from mangluoi.gazetteer import cells, crosswalk, units
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


_COLUMNS = ["lon", "lat", "located_within_m", "located_by"]


@cache
def _new_points(_folder: Path) -> pd.DataFrame:
    """Return where every new commune is, indexed by code, and how that is known.

    An area that is missing from the list is taken from the approximate cell. A commune without a point of its own is
    known to the old district that it came from: it stands at the middle of that district's other new communes.
    """
    listed = units.units(units.NEW).set_index("unit_code").reindex(units.lineage(units.NEW).index)
    area = listed["area_km2"].fillna(cells.approximate_area_km2().reindex(listed.index))
    known = pd.DataFrame(
        {
            "lon": listed["lon"],
            "lat": listed["lat"],
            "located_within_m": [equal_area_radius_m(value) for value in area],
            "located_by": pd.Series("commune", index=listed.index, dtype=object).where(listed["lon"].notna(), None),
        },
        index=listed.index,
    )
    origin = crosswalk.crosswalk()[["from_code", "to_code"]]
    origin["district"] = origin["from_code"].map(units.lineage(units.OLD)["district_code"])
    for code in known.index[known["located_by"].isna()]:
        districts = set(origin.loc[origin["to_code"] == code, "district"])
        around = known.loc[sorted(set(origin.loc[origin["district"].isin(districts), "to_code"]) - {code})].dropna()
        if len(around):
            lon, lat = around["lon"].mean(), around["lat"].mean()
            within = great_circle_m(lon, lat, around["lon"], around["lat"]) + around["located_within_m"]
            known.loc[code, _COLUMNS] = [lon, lat, within.max(), "district"]
    return known


@cache
def _points(folder: Path, vintage: str) -> pd.DataFrame:
    """Return where every smallest unit is, indexed by code; missing where not known."""
    if vintage == units.NEW:
        return _new_points(folder)
    listed = units.units(vintage).set_index("unit_code").reindex(units.lineage(vintage).index)
    own = listed[["lon", "lat"]].assign(
        located_within_m=[equal_area_radius_m(area) for area in listed["area_km2"]],
        located_by=pd.Series("commune", index=listed.index, dtype=object).where(listed["lon"].notna(), None),
    )
    if own["lon"].notna().all():
        return own
    # Coordinates of old communes are not trusted by the shipped list: such a one stands where most of it went.
    successors = crosswalk.shares(vintage, units.NEW).join(_new_points(folder), on="to_code")
    successors = successors.sort_values(["from_code", "share", "to_code"], ascending=[True, False, True])
    main = successors.drop_duplicates("from_code").set_index("from_code")
    at = main.reindex(successors["from_code"])
    apart = great_circle_m(at["lon"], at["lat"], successors["lon"], successors["lat"])
    reach = pd.Series(apart + successors["located_within_m"].to_numpy(), index=successors["from_code"].to_numpy())
    # A successor without a point leaves the whole unbounded, hence skipna=False.
    within = reach.groupby(level=0).max().mask(reach.isna().groupby(level=0).any())
    derived = main[["lon", "lat", "located_by"]].assign(located_within_m=within).reindex(own.index)
    return own.where(own["lon"].notna(), derived)


def points(unit_codes: Iterable[str], vintage: str) -> UnitPoints:
    """Return the points of communes.

    A new commune stands at its own point, and the truth lies within the radius of the circle that has its area; one
    without a point of its own stands in the middle of the old district that it came from (``located_by`` district). An
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
            "located_by": at["located_by"].to_numpy(dtype=object),
            "located_within_m": at["located_within_m"].to_numpy(dtype=float),
        }
    )
    has_point = np.isfinite(everyone["lon"]) & np.isfinite(everyone["lat"])
    unlocated = everyone.loc[~has_point, ["unit_code", "vintage"]].assign(reason="no_point")
    return UnitPoints(everyone[has_point].reset_index(drop=True), unlocated.reset_index(drop=True))
