"""Carrying counts from the units of one vintage to those of the other, losing nobody."""

from __future__ import annotations

from functools import cache
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from mangluoi import shipped
from mangluoi.apportion import apportion_by_origin
from mangluoi.errors import Complaint, InputError, UnknownUnitError
from mangluoi.gazetteer import units
from mangluoi.tables import CROSSWALK

__all__ = ["convert", "crosswalk", "restate_area", "returning", "shares", "weighted"]


#: What the shares of a split commune may stand on, the better first.
_BASES = (("people", "population"), ("area_km2", "area"))


@cache
def _crosswalk(_folder: Path) -> pd.DataFrame:
    return shipped.table(CROSSWALK, "boundaries/crosswalk.csv")


@cache
def _shares(folder: Path, from_vintage: str, to_vintage: str) -> pd.DataFrame:
    listed = _crosswalk(folder)
    pairs = set(zip(listed["from_vintage"], listed["to_vintage"], strict=True))
    if not {(from_vintage, to_vintage), (to_vintage, from_vintage)} & pairs:
        # A later decree is joined to the list before it only: from the others the way leads through that one.
        for first, last in sorted(pairs):
            between, end = (first, last) if last == to_vintage else (last, first)
            if end == to_vintage and between != from_vintage:
                return _chained(_shares(folder, from_vintage, between), _shares(folder, between, to_vintage))
    return _directed(listed, from_vintage, to_vintage)


def _chained(first: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    joined = first.merge(then, left_on="to_code", right_on="from_code", suffixes=("", "_then"))
    joined["share"] = joined["share"] * joined["share_then"]
    summed = joined.groupby(["from_code", "to_code_then"], sort=True)[["share"]].sum().reset_index()
    return summed.rename(columns={"to_code_then": "to_code"})


def _directed(listed: pd.DataFrame, from_vintage: str, to_vintage: str) -> pd.DataFrame:
    """Return the shares in one direction: those that are listed, or their reverse."""
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


def weighted(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the crosswalk with the shares of split communes taken from what is known of their parts.

    Parameters
    ----------
    parts
        ``from_code``, ``to_code`` and ``people`` and/or ``area_km2``: how many people of an old commune, and how
        much of its land, went into each new one. For each split commune people decide where they are given for all
        of its parts, else area where that is, else the shares stay as they are (equal, and flagged so).

    Returns
    -------
    DataFrame
        As `tables.CROSSWALK` declares, with ``basis`` "population" or "area" where the shares stand on them; to be
        given to `convert`.

    Raises
    ------
    InputError
        If a row names a pair that the crosswalk does not have, or a negative or missing amount.
    """
    listed = crosswalk()
    pairs = pd.MultiIndex.from_frame(listed[["from_code", "to_code"]])
    given = pd.MultiIndex.from_frame(parts[["from_code", "to_code"]])
    measures = [(name, basis) for name, basis in _BASES if name in parts.columns]
    found = [
        Complaint("unknown_reference", row=row, value=" → ".join(pair), details={"target": "crosswalk"})
        for row, pair in enumerate(given, start=2)
        if pair not in pairs
    ]
    found += [
        Complaint("negative", row=row, column=name, value=number)
        for name, _ in measures
        for row, number in enumerate(parts[name], start=2)
        if not pd.isna(number) and number < 0
    ]
    if found:
        raise InputError(found)
    split = listed["from_code"].duplicated(keep=False)
    for name, basis in reversed(measures):
        amount = pd.Series(parts[name].to_numpy(dtype=float), index=given).groupby(level=[0, 1]).sum(min_count=1)
        here = pd.Series(amount.reindex(pairs).to_numpy(), index=listed.index)
        total = _total(here, listed["from_code"])
        known = split & (total > 0)
        listed.loc[known, "share"] = here[known] / total[known]
        listed.loc[known, "basis"] = basis
    return listed


def returning(known: pd.DataFrame) -> pd.DataFrame:
    """Return the crosswalk from new units back to old ones, each divided by what its old units had.

    Counts that went forward and come back by it are again what they were, if `known` has them as ``people`` and none
    of the old units of a new one was split.

    Parameters
    ----------
    known
        ``unit_code`` of old units, and their ``people`` and/or ``area_km2``. For each new unit people decide where they
        are given for all of its old ones (and are not all zero), else area where that is, else every old unit counts
        the same.

    Returns
    -------
    DataFrame
        As `tables.CROSSWALK` declares, from the new list to the old one: the share of an old unit is in proportion to
        the part of its people (or land) that went to the new one. ``basis`` is "whole" for a new unit that comes from
        one old unit. To be given to `convert`.

    Raises
    ------
    InputError
        If an old unit is not known, stands twice, or has a negative amount.
    """
    listed = crosswalk()
    listed = listed[(listed["from_vintage"] == units.OLD) & (listed["to_vintage"] == units.NEW)]
    codes, here = known["unit_code"].tolist(), set(listed["from_code"])
    found = [
        Complaint("unknown_unit", None, None, row, "unit_code", code, {"vintage": units.OLD})
        for row, code in enumerate(codes, start=2)
        if code not in here
    ]
    found += [
        Complaint("duplicate_key", None, None, row, "unit_code", code, {"first": codes.index(code) + 2})
        for row, code in enumerate(codes, start=2)
        if codes.index(code) + 2 < row
    ]
    measures = [(name, basis) for name, basis in _BASES if name in known.columns]
    found += [
        Complaint("negative", row=row, column=name, value=number)
        for name, _ in measures
        for row, number in enumerate(known[name], start=2)
        if not pd.isna(number) and number < 0
    ]
    if found:
        raise InputError(found)
    weight, basis = listed["share"], pd.Series("equal", index=listed.index)
    for name, stated in reversed(measures):
        amount = listed["from_code"].map(known.set_index("unit_code")[name].astype(float)) * listed["share"]
        total = _total(amount, listed["to_code"])
        weight, basis = weight.where(~(total > 0), amount), basis.where(~(total > 0), stated)
    basis = basis.where(listed["to_code"].duplicated(keep=False), "whole")
    back = pd.DataFrame(
        {
            "from_code": listed["to_code"],
            "from_vintage": listed["to_vintage"],
            "to_code": listed["from_code"],
            "to_vintage": listed["from_vintage"],
            "share": weight / weight.groupby(listed["to_code"]).transform("sum"),
            "basis": basis,
            "source": listed["source"],
        }
    )
    return back.sort_values(["from_code", "to_code"], ignore_index=True)


def _total(amount: pd.Series, of: pd.Series) -> pd.Series:
    """Return the sum of each group on its rows; missing where anything of it is."""
    return amount.groupby(of).transform("sum").mask(amount.isna().groupby(of).transform("any"))


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


def convert(counts: pd.DataFrame, *, value: str, to_vintage: str, by: pd.DataFrame | None = None) -> pd.DataFrame:
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
    by
        A crosswalk to use in place of the shipped one, such as `weighted` gives.

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
    counts = _plain(counts, value)
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
            share = (
                _shares(shipped.folder(), str(vintage), to_vintage)
                if by is None
                else _directed(by, str(vintage), to_vintage)
            )
            summed = _divided(summed, share, value, keys, whole=whole)
        parts.append(summed)
    if not parts:
        return counts.assign(vintage=to_vintage)[["unit_code", "vintage", *keys, value]].reset_index(drop=True)
    together = pd.concat(parts, ignore_index=True).sort_values(["unit_code", *keys, value], kind="stable")
    result = _summed(together, value, keys)
    result.insert(1, "vintage", pd.Series(to_vintage, index=result.index, dtype=counts["vintage"].dtype))
    result[value] = result[value].astype(counts[value].dtype)
    return result[["unit_code", "vintage", *keys, value]]


def _plain(counts: pd.DataFrame, value: str) -> pd.DataFrame:
    """Take codes out of categories, which know no new unit, and numbers out of a column of any objects."""
    named = {n: counts[n].astype(object) for n in ("unit_code", "vintage") if n in counts and _is_category(counts[n])}
    if value in counts and counts[value].dtype == object and counts[value].map(lambda n: isinstance(n, Real)).all():
        named[value] = counts[value].infer_objects()
    return counts.assign(**named)


def _is_category(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


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
