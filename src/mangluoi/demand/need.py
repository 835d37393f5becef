"""Need: how many of the people of a group need a service."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from mangluoi.apportion import largest_remainder
from mangluoi.errors import Complaint, InputError

__all__ = ["need"]


def need(people: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Turn people into need by group and service.

    Need is whole people. Rounding each commune by itself would lose or invent people, and fractions would let the
    four states of need differ from need in the last digit; so the area's total, people times rate rounded half up,
    is divided over the communes by largest remainder. The four states then sum to need exactly, everywhere.

    Parameters
    ----------
    people
        PEOPLE rows on one vintage, at most one per unit and group, as `spread` returns them.
    rates
        ``group``, ``service`` and ``rate``, the share (0 to 1) of the group's people who need the service.

    Returns
    -------
    DataFrame
        NEED rows (point_id is the unit's code) sorted by point, group and service, one for every unit where the
        group has a count, a zero included. ``lower`` and ``upper`` are missing where the counts give no bound on
        that side; a count without any bound is exact.

    Raises
    ------
    InputError
        If a rate is outside 0..1, stands twice, or is for a group without people; if people are of two vintages.
    """
    complaints = _check_rates(rates, set(people["group"]))
    if people["vintage"].nunique() > 1:
        lists = ", ".join(sorted(people["vintage"].unique()))
        complaints.append(Complaint("contradiction", details={"reason": "several_lists", "lists": lists}))
    if complaints:
        raise InputError(complaints)

    parts = []
    for group, service, rate in rates[["group", "service", "rate"]].itertuples(index=False, name=None):
        rows = people[people["group"] == group].sort_values("unit_code", ignore_index=True)
        parts.append(_one(rows, str(group), str(service), Fraction(str(rate))))
    columns = ["point_id", "group", "service", "need", "lower", "upper"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True).sort_values(columns[:3], ignore_index=True)


def _one(rows: pd.DataFrame, group: str, service: str, rate: Fraction) -> pd.DataFrame:
    codes = rows["unit_code"].astype(str).tolist()
    counts = rows["people"].to_numpy(dtype=np.int64)
    total = _round_half_up(rate * int(counts.sum()))
    point = largest_remainder(counts, total=total, ties=codes)
    lower: list[float] = [math.nan] * len(codes)
    upper: list[float] = [math.nan] * len(codes)
    low, high = _bound(rows, "lower", "upper"), _bound(rows, "upper", "lower")
    # As in `spread`, what is divided is the distance to the bound, so that the bounds enclose need everywhere.
    if low is not None:
        least = max(total - _round_half_up(rate * int(low.sum())), 0)
        lower = (point - largest_remainder(point, total=least, ties=codes)).astype(float).tolist()
    if high is not None:
        most = max(_round_half_up(rate * int(high.sum())) - total, 0)
        room = high if high.sum() else np.ones(len(codes))
        upper = (point + largest_remainder(room, total=most, ties=codes)).astype(float).tolist()
    return pd.DataFrame(
        {
            "point_id": codes,
            "group": group,
            "service": service,
            "need": point.astype(float),
            "lower": lower,
            "upper": upper,
        }
    )


def _bound(rows: pd.DataFrame, side: str, other: str) -> np.ndarray | None:
    """Return one side's bounds, or None where the counts do not give them.

    A count with neither bound is exact and bounds itself; one with only the other bound is open on this side.
    """
    absent = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    bound, opposite = rows.get(side, absent), rows.get(other, absent)
    if not (bound.notna() | opposite.notna()).any() or (bound.isna() & opposite.notna()).any():
        return None
    return np.asarray(bound.fillna(rows["people"]).to_numpy(dtype=np.int64))


def _round_half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _check_rates(rates: pd.DataFrame, groups: set[str]) -> list[Complaint]:
    missing = [name for name in ("group", "service", "rate") if name not in rates.columns]
    if missing:
        return [Complaint("missing_column", details={"expected": name}) for name in missing]
    found = []
    first: dict[tuple[str, str], int] = {}
    named = rates[["group", "service", "rate"]].itertuples(index=False, name=None)
    for number, (group, service, rate) in enumerate(named, start=2):
        try:
            value = float(rate)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            found.append(Complaint("not_a_number", row=number, column="rate", value=rate))
        elif value < 0:
            found.append(Complaint("negative", row=number, column="rate", value=rate))
        elif value > 1:
            found.append(Complaint("above_range", row=number, column="rate", value=rate, details={"high": 1}))
        if group not in groups:
            found.append(Complaint("no_need", row=number, column="group", value=group))
        if (group, service) in first:
            shown, where = f"{group} / {service}", {"first": first[group, service]}
            found.append(Complaint("duplicate_key", row=number, column="group + service", value=shown, details=where))
        first.setdefault((group, service), number)
    return found
