"""Codes for the units that a sheet gives by name only."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from mangluoi.errors import Complaint
from mangluoi.sources.naming import Named, UnitNames
from mangluoi.sources.reading import Mark
from mangluoi.sources.rowsort import Sheet

__all__ = ["fill"]

# A unit that the gazetteer is less sure of is left to a person.
_SURE = 0.95


def fill(sheet: Sheet, province: str | None, locate: Callable[..., pd.DataFrame] | None) -> None:
    """Find the code of each data row's unit where the sheet gives none, by the names that it gives.

    A row that names a district, with or without numbers, holds for the communes below it. A row whose unit is not
    found is refused.

    Parameters
    ----------
    sheet
        With its rows sorted; codes and complaints are added.
    province
        Code of the province that the sheet is about.
    locate
        What finds the unit of a name that is not written as in the list.
    """
    if "unit_code" not in sheet.table.names:
        return
    rows = [n for n in sorted(sheet.heads) if not sheet.text(n, "unit_code") and _own_name(sheet, n)]
    finders = {vintage: UnitNames(vintage, province) for vintage in {_vintage(sheet, n) for n in rows}}
    for vintage, finder in finders.items():
        finder.learn([_own_name(sheet, n) for n in rows if _vintage(sheet, n) == vintage])
    lost: dict[int, Named] = {}
    district: str | None = None
    for n in sorted({*rows, *sheet.words}):
        if n in sheet.words:
            found = {finder.code(sheet.words[n]) for finder in finders.values()} - {None}
            district = found.pop() if len(found) == 1 else district
            continue
        finder = finders[_vintage(sheet, n)]
        named = finder.find(_own_name(sheet, n), within=district, above=_above(sheet, n, finder))
        if named.code is None:
            lost[n] = named
            continue
        sheet.units[n] = named.code
        sheet.marks[n].append(Mark("by_name", "unit_code"))
        if finder.level(named.code) == "district":
            district = named.code
    for n, code in (_asked(sheet, lost, province, locate) if locate is not None and lost else {}).items():
        sheet.units[n] = code
        sheet.marks[n].append(Mark("by_gazetteer", "unit_code"))
        del lost[n]
    for n, named in lost.items():
        details = dict(named.details or {})
        sheet.refuse(
            n, Complaint(named.problem, row=n + 1, column="unit_name", value=_own_name(sheet, n), details=details)
        )


def _own_name(sheet: Sheet, n: int) -> str:
    """Return the name of the smallest unit that a row gives."""
    return sheet.text(n, "unit_name") or sheet.text(n, "district_name")


def _above(sheet: Sheet, n: int, finder: UnitNames) -> list[str]:
    """Return the codes of the units that a row names above its own."""
    levels = {"province_name": "province"} | ({"district_name": "district"} if sheet.text(n, "unit_name") else {})
    codes = (finder.code(text, level) for name, level in levels.items() if (text := sheet.text(n, name)))
    return [code for code in codes if code is not None]


def _vintage(sheet: Sheet, n: int) -> str:
    return sheet.text(n, "vintage") or str(sheet.defaults.get("vintage") or "")


def _asked(
    sheet: Sheet, lost: dict[int, Named], province: str | None, locate: Callable[..., pd.DataFrame]
) -> dict[int, str]:
    """Ask the gazetteer for names that the list does not have as they are written."""
    codes: dict[int, str] = {}
    for vintage in sorted({_vintage(sheet, n) for n in lost}):
        rows = [n for n in lost if _vintage(sheet, n) == vintage]
        texts = [
            ", ".join(filter(None, (sheet.text(n, name) for name in ("unit_name", "district_name", "province_name"))))
            for n in rows
        ]
        answers = locate(pd.Series(texts, index=rows, dtype="object"), province=province, vintage=vintage)
        sure = answers[(answers["vintage"] == vintage) & (answers["confidence"] >= _SURE)]
        codes |= {n: str(sure.at[n, "unit_code"]) for n in rows if n in sure.index}
    return codes
