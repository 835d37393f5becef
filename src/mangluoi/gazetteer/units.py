"""Administrative units: the lists of every vintage, and where a unit belongs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.tables import UNITS

__all__ = ["NEW", "OLD", "communes_of", "district_of", "full_name", "lineage", "province_of", "units", "vintages"]

#: The last list before the merger (63 provinces, with districts), and the first after it (34 provinces).
OLD, NEW = "2025-06-30", "2025-07-01"


@cache
def _units(_folder: Path, vintage: str) -> pd.DataFrame:
    return shipped.table(UNITS, f"boundaries/units-{vintage}.csv")


@cache
def _lineage(folder: Path, vintage: str) -> pd.DataFrame:
    listed = _units(folder, vintage)
    districts = listed[listed["level"] == "district"].set_index("unit_code")["parent_code"]
    with_communes = set(listed.loc[listed["level"] == "commune", "parent_code"])
    # A few island districts had no communes: there the district itself is the smallest unit.
    smallest = listed[
        (listed["level"] == "commune")
        | ((listed["level"] == "district") & ~listed["unit_code"].isin(list(with_communes)))
    ].set_index("unit_code")
    in_district = smallest["parent_code"].isin(districts.index)
    district = smallest["parent_code"].where(in_district)
    district = district.where(smallest["level"] != "district", smallest.index.to_series())
    province = smallest["parent_code"].where(~in_district, smallest["parent_code"].map(districts))
    return pd.DataFrame({"district_code": district, "province_code": province}).sort_index()


def vintages() -> list[str]:
    """Return the vintages whose units are known, oldest first."""
    return sorted(shipped.frame("boundaries/vintages.csv")["vintage"])


def _checked(vintage: str) -> str:
    if vintage not in vintages():
        raise UnknownUnitError(f"no list of units is known for the vintage {vintage!r}; known: {vintages()}")
    return vintage


def units(vintage: str | None = None, *, level: str | None = None, province: str | None = None) -> pd.DataFrame:
    """Return administrative units.

    Parameters
    ----------
    vintage
        The list they come from; all lists by default.
    level
        {"province", "district", "commune"}; all by default.
    province
        Code of the province that they belong to; itself included. Needs `vintage`.

    Returns
    -------
    DataFrame
        As `tables.UNITS` declares, sorted by vintage, level and code.

    Raises
    ------
    UnknownUnitError
        If the vintage or the province is not known.
    ValueError
        If a province is given without its vintage: codes were reused across the merger of 2025.
    """
    chosen = vintages() if vintage is None else [_checked(vintage)]
    listed = pd.concat([_units(shipped.folder(), name) for name in chosen], ignore_index=True)
    if province is not None:
        if vintage is None:
            raise ValueError("a province code means nothing without its vintage")
        _row(province, vintage, "province")
        districts = listed.loc[listed["parent_code"] == province, "unit_code"]
        listed = listed[
            (listed["unit_code"] == province)
            | (listed["parent_code"] == province)
            | listed["parent_code"].isin(list(districts))
        ]
    if level is not None:
        listed = listed[listed["level"] == level]
    return listed.sort_values(["vintage", "level", "unit_code"], ignore_index=True)


@cache
def _by_code(folder: Path, vintage: str) -> pd.DataFrame:
    return _units(folder, vintage).set_index("unit_code")


def _row(unit_code: str, vintage: str, level: str | None = None) -> pd.Series:
    listed = _by_code(shipped.folder(), _checked(vintage))
    if unit_code not in listed.index or (level is not None and listed.at[unit_code, "level"] != level):
        raise UnknownUnitError(f"no {level or 'unit'} has the code {unit_code!r} in the list of {vintage}")
    # Codes are unique within a vintage, so that this is one row.
    return cast("pd.Series", listed.loc[unit_code])


def lineage(vintage: str) -> pd.DataFrame:
    """Return the district and province of every smallest unit of a vintage.

    Returns
    -------
    DataFrame
        Indexed by ``unit_code`` (communes, and the island districts that had none), sorted; columns
        ``district_code`` (missing where there are no districts) and ``province_code``.
    """
    return _lineage(shipped.folder(), _checked(vintage)).copy()


def communes_of(province_code: str, vintage: str) -> list[str]:
    """Return the codes of a province's smallest units, sorted: its communes, and island districts without any."""
    _row(province_code, vintage, "province")
    belongs = _lineage(shipped.folder(), vintage)
    return belongs.index[belongs["province_code"] == province_code].tolist()


def province_of(unit_code: str, vintage: str) -> str:
    """Return the code of the province that a unit belongs to; of a province, its own."""
    row = _row(unit_code, vintage)
    while row["level"] != "province":
        unit_code = row["parent_code"]
        row = _row(unit_code, vintage)
    return unit_code


def district_of(unit_code: str, vintage: str) -> str | None:
    """Return the code of the district that a unit belongs to, or None where there is none."""
    row = _row(unit_code, vintage)
    while row["level"] not in ("district", "province"):
        unit_code = row["parent_code"]
        row = _row(unit_code, vintage)
    return unit_code if row["level"] == "district" else None


def full_name(unit_code: str, vintage: str) -> str:
    """Return a unit's name with those of the units above it, such as 'Xã X, Huyện Y, Tỉnh Z'."""
    row = _row(unit_code, vintage)
    names = [row["name"]]
    while row["level"] != "province":
        row = _row(row["parent_code"], vintage)
        names.append(row["name"])
    return ", ".join(names)
