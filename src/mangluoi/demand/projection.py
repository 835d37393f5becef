"""People in a future year, by a growth that the planner states."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from mangluoi.apportion import largest_remainder
from mangluoi.errors import Complaint, InputError

__all__ = ["project"]


def project(people: pd.DataFrame, growth: pd.DataFrame, *, to_year: int) -> pd.DataFrame:
    """Carry counts to another year.

    Each count grows from the year it is valid for by (1 + rate) per year. The group's total is rounded once, half up,
    and divided over the units by largest remainder, so that nobody is made or lost by rounding.

    Parameters
    ----------
    people
        PEOPLE rows on one vintage, at most one per unit and group, as `spread` returns them.
    growth
        ``group`` and ``rate``, growth per year (0.02 is 2 %); ``lower`` and ``upper`` rates where low and high
        variants are wanted.
    to_year
        The year to carry to, not before the year of any count.

    Returns
    -------
    DataFrame
        PEOPLE rows sorted by unit and group, with ``as_of`` the year and ``estimated`` true. With low and high rates,
        ``lower`` and ``upper`` are the counts under these (grown from the counts' own bounds where they have any), and
        enclose the count in every unit; without, they are missing.

    Raises
    ------
    InputError
        If a group has no rate, a rate stands twice, is not above −1 or its low and high do not enclose it, or the
        year is before a count's.
    """
    rates = _rates(people, growth, to_year)
    parts = []
    for group, rows in people.groupby("group", sort=True):
        own = rows.sort_values("unit_code", ignore_index=True)
        years = [to_year - int(str(date)[:4]) for date in own["as_of"]]
        low, point, high = rates[str(group)]
        codes = own["unit_code"].astype(str).tolist()
        grown = _grow(own["people"], point, years)
        total = _round(sum(grown))
        count = largest_remainder([float(part) for part in grown], total=total, ties=codes)
        lower: np.ndarray | None = None
        upper: np.ndarray | None = None
        if low is not None:
            least = _round(sum(_grow(own["lower"].fillna(own["people"]), low, years)))
            lower = count - largest_remainder(count, total=max(total - least, 0), ties=codes)
        if high is not None:
            most = _grow(own["upper"].fillna(own["people"]), high, years)
            room = [float(part) for part in most] if any(most) else [1.0] * len(codes)
            upper = count + largest_remainder(room, total=max(_round(sum(most)) - total, 0), ties=codes)
        absent = pd.Series(pd.NA, index=own.index, dtype="Int64")
        parts.append(
            own.assign(
                people=pd.Series(count, dtype="Int64"),
                lower=absent if lower is None else pd.Series(lower, dtype="Int64"),
                upper=absent if upper is None else pd.Series(upper, dtype="Int64"),
                as_of=str(to_year),
                estimated=True,
            )
        )
    if not parts:
        return people.copy()
    return pd.concat(parts, ignore_index=True).sort_values(["unit_code", "group"], ignore_index=True)


def _grow(counts: pd.Series, rate: Fraction, years: list[int]) -> list[Fraction]:
    return [int(count) * (1 + rate) ** n for count, n in zip(counts, years, strict=True)]


def _round(value: Fraction | int) -> int:
    return math.floor(Fraction(value) + Fraction(1, 2))


def _rates(
    people: pd.DataFrame, growth: pd.DataFrame, to_year: int
) -> dict[str, tuple[Fraction | None, Fraction, Fraction | None]]:
    found: list[Complaint] = []
    rates: dict[str, tuple[Fraction | None, Fraction, Fraction | None]] = {}
    for row, record in enumerate(growth.to_dict("records"), start=2):
        group = str(record["group"])
        if group in rates:
            found.append(Complaint("duplicate_key", row=row, column="group", value=group, details={"first": "above"}))
        low, point, high = (
            None if pd.isna(record.get(name)) else Fraction(str(record[name])) for name in ("lower", "rate", "upper")
        )
        if point is None:
            found.append(Complaint("missing_value", row=row, column="rate"))
            continue
        if min(point, point if low is None else low) <= -1:
            found.append(Complaint("below_range", row=row, column="rate", value=float(point), details={"low": -1}))
        if (low is not None and low > point) or (high is not None and high < point):
            details = {"lower": record.get("lower"), "upper": record.get("upper")}
            found.append(Complaint("bounds_order", row=row, column="rate", value=float(point), details=details))
        rates[group] = low, point, high
    for group in sorted(set(people["group"]) - set(rates)):
        found.append(Complaint("missing_key", column=f"growth.{group}"))
    late = people[people["as_of"].str[:4].astype(int) > to_year]
    for date in sorted(set(late["as_of"])):
        details = {"reason": "carried_back", "date": date, "year": str(to_year)}
        found.append(Complaint("contradiction", column="as_of", value=date, details=details))
    if found:
        raise InputError(found)
    return rates
