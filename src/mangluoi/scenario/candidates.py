"""Where something new may be built: communes, the planner's own list, or a grid over the province."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from mangluoi import gazetteer, siting
from mangluoi.errors import Complaint, InputError
from mangluoi.scenario import travel
from mangluoi.scenario.facts import Area
from mangluoi.scenario.plan import Plan

__all__ = ["candidates"]


def candidates(plan: Plan, where: Area) -> pd.DataFrame:
    """Return the places to build at, by `SitingRules.candidates`.

    Returns
    -------
    DataFrame
        site_id, unit_code (the commune of the units since 1 July 2025 whose cell it is in), unit_name, lon, lat; with a
        list also land_m2, where it is known.

    Raises
    ------
    InputError
        If the list cannot be used, or names a place outside the province.
    """
    if plan.siting.candidates == "communes":
        return travel.candidates(where)
    if plan.siting.candidates == "list":
        listed = _listed(plan)
        spots = _in_communes(where, listed)
        lost = listed[~listed["site_id"].isin(spots["site_id"])]
        if len(lost):
            details = {"province": where.province_name}
            raise InputError(
                [Complaint("outside_province", plan.inputs.candidates, column="lon + lat", value=name, details=details)
                 for name in lost["site_id"]]
            )  # fmt: skip
        return spots
    grid = siting.candidates.grid(where.cells.union_all(), spacing_km=float(plan.siting.grid_km or 0.0))
    return _in_communes(where, grid)


def _listed(plan: Plan) -> pd.DataFrame:
    """Read the list of places."""
    name = plan.inputs.candidates
    place = Path(plan.folder, name)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=name)])
    try:
        frame = pd.read_csv(place, dtype=str, encoding="utf-8-sig")
    except (UnicodeDecodeError, ValueError) as error:
        details = {"reason": "reader_says", "said": str(error)}
        raise InputError([Complaint("unreadable_file", file=name, details=details)]) from error
    wanted = [column for column in ("site_id", "lon", "lat") if column not in frame.columns]
    if wanted:
        raise InputError([Complaint("missing_column", name, column=one, details={"expected": one}) for one in wanted])
    found = []
    numbers = [column for column in ("lon", "lat", "land_m2") if column in frame.columns]
    for column in numbers:
        given = pd.to_numeric(frame[column].str.replace(",", "."), errors="coerce")
        for row in frame.index[given.isna() & frame[column].notna()]:
            found.append(Complaint("not_a_number", name, row=int(row) + 2, column=column, value=frame[column][row]))
        frame[column] = given
    if found:
        raise InputError(found)
    return siting.candidates.listed(frame[["site_id", *(c for c in ("name", *numbers) if c in frame.columns)]])


def _in_communes(where: Area, places: pd.DataFrame) -> pd.DataFrame:
    """Return the places that lie in the province's cells, with their communes."""
    points = gpd.GeoDataFrame(places, geometry=gpd.points_from_xy(places["lon"], places["lat"]), crs=where.cells.crs)
    inside = gpd.sjoin(points, where.cells[["cell_code", "geometry"]], predicate="within")
    inside = inside.drop_duplicates("site_id").sort_values("site_id", ignore_index=True)
    names = gazetteer.units.units(gazetteer.units.NEW, level="commune").set_index("unit_code")["name"]
    commune = inside["cell_code"].map(names)
    own = inside["name"] if "name" in inside.columns else pd.Series(None, index=inside.index, dtype=object)
    found = pd.DataFrame(
        {
            "site_id": inside["site_id"], "unit_code": inside["cell_code"], "unit_name": own.fillna(commune),
            "lon": inside["lon"], "lat": inside["lat"],
        }
    )  # fmt: skip
    return found.assign(land_m2=inside["land_m2"]) if "land_m2" in inside.columns else found
