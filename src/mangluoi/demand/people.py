"""People by commune: counts given for a district or a province are spread over the communes below it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.apportion import largest_remainder
from mangluoi.errors import Complaint, InputError
from mangluoi.tables import PEOPLE, check

__all__ = ["spread"]

_LEVELS = ("unit_code", "district_code", "province_code")


def spread(totals: pd.DataFrame, communes: pd.DataFrame, *, weights: pd.Series | None = None) -> pd.DataFrame:
    """Bring people onto communes, exactly: each row's parts sum to the row.

    Parameters
    ----------
    totals
        PEOPLE rows for communes, districts or provinces of one area.
    communes
        The communes of the area: ``unit_code``, ``vintage``, ``district_code`` (may be missing where there are no
        districts) and ``province_code``, all of them text.
    weights
        Weight of each commune, indexed by ``unit_code``, such as its estimated population. None spreads equally.

    Returns
    -------
    DataFrame
        PEOPLE columns, one row per commune and group, sorted by commune and group, with ``basis`` (counted: the
        commune's own count; equal or population: spread) and ``estimated`` (whether it was spread). A bound that is
        not given stays missing; a given one is spread so that it encloses the count in every commune.

    Raises
    ------
    InputError
        If a unit is not in the area, if a group is counted twice (a province and a commune in it), or if a weight
        is missing, negative or all are zero where something must be spread.
    """
    typed = check(PEOPLE, totals)
    places = communes.sort_values("unit_code", ignore_index=True)
    if "district_code" not in places.columns:
        places = places.assign(district_code=None)
    members = _members(places)
    complaints = _unknown_units(typed, members) + _counted_twice(typed, members) + _crossed_bounds(typed)
    if weights is not None:
        complaints += _bad_weights(typed, members, weights)
    if complaints:
        raise InputError(complaints)

    parts = []
    for row in typed.sort_values(["unit_code", "group"]).to_dict("records"):
        level, codes = members[str(row["unit_code"]), str(row["vintage"])]
        if level == "unit_code":
            parts.append(pd.DataFrame([row]).assign(basis="counted", estimated=False))
            continue
        share = np.ones(len(codes)) if weights is None else weights.loc[codes].to_numpy(dtype=float)
        counts = (row["people"], row["lower"], row["upper"])
        people, lower, upper = _divide(*(None if pd.isna(n) else int(n) for n in counts), share=share, codes=codes)
        part = pd.DataFrame({name: [row[name]] * len(codes) for name in PEOPLE.names})
        part = part.assign(unit_code=codes, people=people, lower=lower, upper=upper)
        parts.append(part.assign(basis="equal" if weights is None else "population", estimated=True))
    if not parts:
        return typed.assign(basis=pd.Series(dtype=str), estimated=pd.Series(dtype=bool))
    frame = pd.concat(parts, ignore_index=True).sort_values(["unit_code", "group"], ignore_index=True)
    whole = dict.fromkeys(("people", "lower", "upper"), "Int64")
    return frame.astype(whole)[[*PEOPLE.names, "basis", "estimated"]]


def _members(communes: pd.DataFrame) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Return, for each unit of any level, its level and the communes in it."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for level in _LEVELS:
        known = communes[communes[level].notna()]
        for (code, vintage), rows in known.groupby([level, "vintage"], sort=True):
            found[str(code), str(vintage)] = (level, rows["unit_code"].astype(str).tolist())
    return found


def _unknown_units(people: pd.DataFrame, members: dict[tuple[str, str], tuple[str, list[str]]]) -> list[Complaint]:
    return [
        Complaint("unknown_unit", row=number, column="unit_code", value=code, details={"vintage": vintage})
        for number, (code, vintage) in enumerate(zip(people["unit_code"], people["vintage"], strict=True), start=2)
        if (code, vintage) not in members
    ]


def _counted_twice(people: pd.DataFrame, members: dict[tuple[str, str], tuple[str, list[str]]]) -> list[Complaint]:
    """Complain where a unit's count already stands in that of a unit around it."""
    found = []
    first: dict[tuple[str, str], str] = {}
    rows = list(zip(people["unit_code"], people["vintage"], people["group"], strict=True))
    for number, (code, vintage, group) in enumerate(rows, start=2):
        for commune in members.get((code, vintage), ("", []))[1]:
            other = first.setdefault((commune, group), code)
            if other != code:
                details = {"group": group, "unit": commune, "other": other}
                found.append(Complaint("counted_twice", row=number, value=code, details=details))
                break
    return found


def _crossed_bounds(people: pd.DataFrame) -> list[Complaint]:
    columns = (people[name] for name in ("people", "lower", "upper"))
    return [
        Complaint("bounds_order", row=number, column="people", value=count, details={"lower": low, "upper": high})
        for number, (count, low, high) in enumerate(zip(*columns, strict=True), start=2)
        if (not pd.isna(low) and low > count) or (not pd.isna(high) and high < count)
    ]


def _bad_weights(
    people: pd.DataFrame, members: dict[tuple[str, str], tuple[str, list[str]]], weights: pd.Series
) -> list[Complaint]:
    found = []
    for code, vintage in sorted(set(zip(people["unit_code"], people["vintage"], strict=True))):
        level, codes = members.get((code, vintage), ("unit_code", []))
        if level == "unit_code":
            continue
        share = weights.reindex(codes).astype(float)
        for commune, value in share.items():
            if not math.isfinite(value):
                found.append(Complaint("missing_value", row=None, column="weights", value=commune))
            elif value < 0:
                found.append(Complaint("negative", column="weights", value=value))
        if share.fillna(0.0).sum() <= 0:
            found.append(Complaint("no_weight", value=code))
    return found


def _divide(
    people: int | None, lower: int | None, upper: int | None, *, share: NDArray[np.float64], codes: list[str]
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Divide a count and its bounds.

    The distance to a bound is divided, not the bound: two apportionments of different totals may cross by one.
    """
    total = people or 0
    point = largest_remainder(share, total=total, ties=codes)
    absent = pd.Series(pd.NA, index=range(len(codes)), dtype="Int64")
    low = (
        absent
        if lower is None
        else absent.fillna(0) + point - largest_remainder(point, total=total - lower, ties=codes)
    )
    high = (
        absent
        if upper is None
        else absent.fillna(0) + point + largest_remainder(share, total=upper - total, ties=codes)
    )
    return pd.Series(point, dtype="Int64"), low, high
