"""Carrying counts from the units of one vintage to those of the other, losing nobody."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from mangluoi import shipped
from mangluoi.apportion import apportion_by_origin
from mangluoi.errors import Complaint, InputError, UnknownUnitError
from mangluoi.gazetteer import units
from mangluoi.tables import CROSSWALK

__all__ = ["convert", "crosswalk", "restate_area", "shares"]


@cache
def _crosswalk(_folder: Path) -> pd.DataFrame:
    return shipped.table(CROSSWALK, "boundaries/crosswalk.csv")


@cache
def _shares(folder: Path, from_vintage: str, to_vintage: str) -> pd.DataFrame:
    listed = _crosswalk(folder)
    forward = listed[(listed["from_vintage"] == from_vintage) & (listed["to_vintage"] == to_vintage)]
    if len(forward):
        found = forward[["from_code", "to_code", "share"]]
    else:
        back = listed[(listed["from_vintage"] == to_vintage) & (listed["to_vintage"] == from_vintage)]
        found = back.rename(columns={"to_code": "from_code", "from_code": "to_code"})[["from_code", "to_code", "share"]]
    if found.empty:
        raise UnknownUnitError(f"no crosswalk leads from {from_vintage!r} to {to_vintage!r}")
    found = found.sort_values(["from_code", "to_code"], ignore_index=True)
    found["share"] = found["share"] / found.groupby("from_code")["share"].transform("sum")
    return found


def crosswalk() -> pd.DataFrame:
    """Return the crosswalk between the vintages, as `tables.CROSSWALK` declares; shares of one origin sum to 1."""
    return _crosswalk(shipped.folder()).copy()


def shares(from_vintage: str, to_vintage: str) -> pd.DataFrame:
    """Return the shares that lead from the units of one vintage to those of another.

    From old to new they are those of the crosswalk. Back again they are its reverse: of the people of a new unit,
    each old unit gets a part in proportion to the share of its own people that went there, share(old | new) ∝
    share(new | old). So an old unit that kept its territory gets back what it gave, and the old units that merged
    into one get equal parts unless they were split.

    Returns
    -------
    DataFrame
        ``from_code``, ``to_code``, ``share``, sorted by code; the shares of one origin sum to 1.

    Raises
    ------
    UnknownUnitError
        If no crosswalk joins the two vintages.
    """
    return _shares(shipped.folder(), from_vintage, to_vintage).copy()


def _complaints(counts: pd.DataFrame, value: str, to_vintage: str) -> list[Complaint]:
    found = [
        Complaint("missing_column", details={"expected": name})
        for name in ("unit_code", "vintage", value)
        if name not in counts.columns
    ]
    if found:
        return found
    known: dict[str, set[str]] = {}
    for vintage in counts["vintage"].dropna().unique():
        if vintage not in units.vintages():
            known[vintage] = set()
        elif vintage == to_vintage:
            known[vintage] = set(units.lineage(vintage).index)
        else:
            known[vintage] = set(_shares(shipped.folder(), vintage, to_vintage)["from_code"])
    rows = zip(counts["unit_code"], counts["vintage"], counts[value], strict=True)
    numeric = is_numeric_dtype(counts[value].dtype) and not is_bool_dtype(counts[value].dtype)
    for row, (code, vintage, number) in enumerate(rows, start=2):
        if pd.isna(vintage):
            found.append(Complaint("missing_value", row=row, column="vintage"))
        elif pd.isna(code):
            found.append(Complaint("missing_value", row=row, column="unit_code"))
        elif code not in known[vintage]:
            found.append(Complaint("unknown_unit", None, None, row, "unit_code", code, {"vintage": vintage}))
        if pd.isna(number):
            found.append(Complaint("missing_value", row=row, column=value))
        elif not numeric or not np.isfinite(number):
            found.append(Complaint("not_a_number", row=row, column=value, value=number))
        elif number < 0:
            found.append(Complaint("negative", row=row, column=value, value=number))
    return found


def convert(counts: pd.DataFrame, *, value: str, to_vintage: str) -> pd.DataFrame:
    """Carry counts onto the units of one vintage; every total is conserved.

    Parameters
    ----------
    counts
        ``unit_code``, ``vintage`` (rows may mix vintages), the column that `value` names, and any further columns,
        which are keys: counts are summed for each combination of them. Units are communes, or the island districts
        that had none.
    value
        Name of the column to carry. Whole numbers (of an integer dtype) stay whole and each origin's count is
        divided by the largest-remainder method, ties in the order of the codes; other numbers are divided exactly.
    to_vintage
        Where to.

    Returns
    -------
    DataFrame
        ``unit_code``, ``vintage``, the keys and the value, sorted by code and keys. Units that would get nothing
        because no origin leads there are absent.

    Raises
    ------
    InputError
        If a unit is not known in its vintage, or a value is missing, negative or no number; all rows are listed,
        counted from 2 as under one heading row.
    UnknownUnitError
        If `to_vintage` is not known.

    Notes
    -----
    See `shares` for what the shares are, in each direction.
    """
    if to_vintage not in units.vintages():
        raise UnknownUnitError(f"no list of units is known for the vintage {to_vintage!r}")
    found = _complaints(counts, value, to_vintage)
    if found:
        raise InputError(found)
    keys = [name for name in counts.columns if name not in ("unit_code", "vintage", value)]
    whole = is_integer_dtype(counts[value].dtype)
    # Summed by origin before they are divided, in a fixed order: row order must not change the answer.
    ordered = counts.sort_values(["unit_code", "vintage", *keys, value], kind="stable")
    parts: list[pd.DataFrame] = []
    for vintage, rows in ordered.groupby("vintage", sort=True):
        summed = _summed(rows, value, keys)
        if vintage != to_vintage:
            summed = _divided(summed, _shares(shipped.folder(), str(vintage), to_vintage), value, keys, whole=whole)
        parts.append(summed)
    if not parts:
        return counts.assign(vintage=to_vintage)[["unit_code", "vintage", *keys, value]].reset_index(drop=True)
    together = pd.concat(parts, ignore_index=True).sort_values(["unit_code", *keys, value], kind="stable")
    result = _summed(together, value, keys)
    result.insert(1, "vintage", pd.Series(to_vintage, index=result.index, dtype=counts["vintage"].dtype))
    result[value] = result[value].astype(counts[value].dtype)
    return result[["unit_code", "vintage", *keys, value]]


def _summed(rows: pd.DataFrame, value: str, keys: list[str]) -> pd.DataFrame:
    return rows.groupby(["unit_code", *keys], dropna=False, sort=True)[[value]].sum().reset_index()


def _divided(summed: pd.DataFrame, share: pd.DataFrame, value: str, keys: list[str], *, whole: bool) -> pd.DataFrame:
    """Divide the count of each origin over its targets."""
    summed = summed.assign(_origin=range(len(summed)))
    spread = summed.merge(share, left_on="unit_code", right_on="from_code", how="left", validate="many_to_many")
    if whole:
        spread[value] = spread[value].astype("int64")
        # Most units went whole into one: only the divided ones need apportioning.
        split = spread["_origin"].duplicated(keep=False).to_numpy()
        rows = spread[split]
        amounts = spread[value].to_numpy().copy()
        amounts[split] = apportion_by_origin(
            rows["_origin"].tolist(), rows["share"], rows[value], rows["to_code"].tolist()
        )
        spread[value] = amounts
    else:
        spread[value] = spread[value] * spread["share"]
    spread["unit_code"] = spread["to_code"]
    return spread[["unit_code", *keys, value]]


def restate_area(commune_codes: list[str], from_vintage: str, to_vintage: str) -> list[str]:
    """Return the units of another vintage that descend from the given ones, sorted.

    Parameters
    ----------
    commune_codes
        Smallest units of `from_vintage`.
    from_vintage, to_vintage
        The two lists.

    Raises
    ------
    UnknownUnitError
        If a code is not known in its vintage.
    """
    known = set(units.lineage(from_vintage).index)
    unknown = sorted(set(commune_codes) - known)
    if unknown:
        raise UnknownUnitError(f"not in the list of {from_vintage}: {', '.join(unknown)}")
    if from_vintage == to_vintage:
        return sorted(set(commune_codes))
    share = _shares(shipped.folder(), from_vintage, to_vintage)
    return sorted(set(share.loc[share["from_code"].isin(list(commune_codes)), "to_code"]))
