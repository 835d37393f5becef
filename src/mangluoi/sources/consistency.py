"""What must hold between the columns and the tables of an input, beyond the type of each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint
from mangluoi.tables import CAPACITY, FACILITIES, LAT_RANGE, LON_RANGE, PEOPLE, SITES, UNITS, Table
from mangluoi.viettext import fold

__all__ = [
    "check_coordinates",
    "check_links",
    "check_people",
    "check_province",
    "complaints_about",
    "look_swapped",
    "province_above",
    "sounds_confidential",
    "unit_parents",
]


# What places are called that are kept secret.
_SECRET_WORDS = ("tam lanh", "dia chi tin cay", "nha an toan", "shelter")


@cache
def _parents(_folder: Path, vintage: str) -> Mapping[str, str | None]:
    listed = shipped.table(UNITS, f"boundaries/units-{vintage}.csv")
    parents = (None if pd.isna(parent) else parent for parent in listed["parent_code"])
    return MappingProxyType(dict(zip(listed["unit_code"], parents, strict=True)))


def unit_parents(vintage: str) -> Mapping[str, str | None]:
    """Return the unit above each unit of a vintage; nothing for a vintage that is not known."""
    return _parents(shipped.folder(), vintage) if vintage in shipped.vocabulary()["vintage"] else {}


def province_above(unit_code: str, vintage: str) -> str:
    """Return the province of a known unit; of a province, itself."""
    parents = unit_parents(vintage)
    while (above := parents[unit_code]) is not None:
        unit_code = above
    return unit_code


def _within(value: float, low_high: tuple[float, float]) -> bool:
    return low_high[0] <= value <= low_high[1]


def sounds_confidential(*texts: object) -> bool:
    """Whether a name or a type is that of a shelter, whose place is kept secret."""
    words = fold(" ".join(str(text) for text in texts if text is not None and text == text))
    return any(word in words for word in _SECRET_WORDS)


def look_swapped(lon: object, lat: object) -> bool:
    """Whether two numbers are a point of the country with longitude and latitude exchanged."""
    return (
        isinstance(lon, int | float)
        and isinstance(lat, int | float)
        and _within(lon, LAT_RANGE)
        and _within(lat, LON_RANGE)
    )


def check_coordinates(
    sites: pd.DataFrame, rows: Sequence[int], *, file: str | None = None, sheet: str | None = None
) -> list[Complaint]:
    """Complain of points with one coordinate, with the two swapped, or outside the country."""
    found: list[Complaint] = []
    for row, lon, lat in zip(rows, sites["lon"], sites["lat"], strict=True):
        if pd.isna(lon) and pd.isna(lat):
            continue
        if pd.isna(lon) or pd.isna(lat):
            found.append(Complaint("one_coordinate", file, sheet, row, "lat" if pd.isna(lat) else "lon"))
        elif look_swapped(lon, lat):
            found.append(Complaint("swapped_coordinates", file, sheet, row, "lon + lat", f"{lon:g} / {lat:g}"))
        elif not (_within(lon, LON_RANGE) and _within(lat, LAT_RANGE)):
            found.append(Complaint("outside_country", file, sheet, row, "lon + lat", f"{lon:g} / {lat:g}"))
    return found


def check_people(
    people: pd.DataFrame, rows: Sequence[int], *, file: str | None = None, sheet: str | None = None
) -> list[Complaint]:
    """Complain of units that their vintage does not know, and of bounds that do not enclose the count."""
    found: list[Complaint] = []
    columns = (people[name] for name in ("unit_code", "vintage", "people", "lower", "upper"))
    for row, code, vintage, count, lower, upper in zip(rows, *columns, strict=True):
        if pd.notna(code) and pd.notna(vintage) and code not in unit_parents(vintage):
            found.append(Complaint("unknown_unit", file, sheet, row, "unit_code", code, {"vintage": vintage}))
        if pd.notna(count) and ((pd.notna(lower) and lower > count) or (pd.notna(upper) and upper < count)):
            bounds = {"lower": None if pd.isna(lower) else lower, "upper": None if pd.isna(upper) else upper}
            found.append(Complaint("bounds_order", file, sheet, row, "people", count, bounds))
    return found


def check_province(
    frame: pd.DataFrame,
    rows: Sequence[int],
    province: str,
    *,
    file: str | None = None,
    sheet: str | None = None,
) -> list[Complaint]:
    """Complain of rows about a unit of another province."""
    found: list[Complaint] = []
    for row, code, vintage in zip(rows, frame["unit_code"], frame["vintage"], strict=True):
        if pd.isna(code) or pd.isna(vintage) or code not in unit_parents(vintage):
            continue
        if province_above(code, vintage) != province:
            found.append(Complaint("outside_province", file, sheet, row, "unit_code", code, {"province": province}))
    return found


def check_links(
    frames: Mapping[str, pd.DataFrame], rows: Mapping[str, Sequence[int]], *, file: str | None = None
) -> list[Complaint]:
    """Complain of sites without their facility and capacities without their site.

    Parameters
    ----------
    frames
        FACILITIES, SITES and CAPACITY, by the names of the tables; those that are absent are not checked.
    rows
        The rows of the file that each frame's rows came from.
    file
        Where the frames came from.
    """
    found: list[Complaint] = []
    links: tuple[tuple[Table, str, Table], ...] = (
        (SITES, "facility_id", FACILITIES),
        (CAPACITY, "site_id", SITES),
    )
    for table, column, target in links:
        if table.name not in frames or target.name not in frames:
            continue
        known = set(frames[target.name][column].dropna())
        for row, value in zip(rows[table.name], frames[table.name][column], strict=True):
            if pd.notna(value) and value not in known:
                found.append(
                    Complaint("unknown_reference", file, table.sheet, row, column, value, {"target": target.sheet})
                )
    return found


def complaints_about(
    table: Table, frame: pd.DataFrame, rows: Sequence[int], *, file: str | None = None, sheet: str | None = None
) -> list[Complaint]:
    """Complain of everything that must hold within one table beyond the type of each cell."""
    if table is SITES:
        return check_coordinates(frame, rows, file=file, sheet=sheet)
    if table is PEOPLE:
        return check_people(frame, rows, file=file, sheet=sheet)
    return []
