"""Columns of a caller's frame read to arrays, with a complaint for every value that cannot be used."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.checking import nearest
from mangluoi.errors import Complaint

__all__ = ["complain", "duplicates", "flags", "missing_columns", "numbers", "texts"]


def texts(values: pd.Series) -> pd.Series:
    """Return ids as text on a fresh index; a missing one stays missing."""
    plain = values.reset_index(drop=True)
    return plain.astype(object).where(plain.isna(), plain.astype(str).astype(object))


def numbers(
    values: pd.Series, sheet: str, column: str, *, low: float, high: float = math.inf, required: bool = True
) -> tuple[NDArray[np.float64], list[Complaint]]:
    """Return a column as floats, and a complaint for each value that is missing, no number or out of range."""
    plain = values.reset_index(drop=True)
    number = pd.to_numeric(plain, errors="coerce").astype(float)
    number = number.where(np.isfinite(number))
    found = complain(plain.isna(), "missing_value", sheet, column, plain) if required else []
    found += complain(plain.notna() & number.isna(), "not_a_number", sheet, column, plain)
    below = "negative" if low == 0 else "below_range"
    found += complain(number < low, below, sheet, column, plain, low=low)
    found += complain(number > high, "above_range", sheet, column, plain, high=high)
    return np.asarray(number.to_numpy(), dtype=np.float64), found


def flags(values: pd.Series, sheet: str, column: str) -> tuple[NDArray[np.bool_], list[Complaint]]:
    """Return a column as yes or no, and a complaint for each value that is neither."""
    plain = values.reset_index(drop=True)
    known = plain.isin([True, False, 0, 1]).astype(bool)
    return plain.where(known, False).astype(bool).to_numpy(), complain(~known, "not_yes_no", sheet, column, plain)


def duplicates(ids: pd.Series, sheet: str, column: str) -> list[Complaint]:
    """Return a complaint for every id that stands a second time."""
    again = ids.notna() & ids.duplicated()
    if not again.any():
        return []
    first = {value: row for row, value in reversed(list(enumerate(ids, start=2)))}
    return [
        Complaint("duplicate_key", None, sheet, int(i) + 2, column, ids[i], {"first": first[ids[i]]})
        for i in np.flatnonzero(again.to_numpy())
    ]


def complain(wrong: Any, problem: str, sheet: str, column: str, values: pd.Series, **details: Any) -> list[Complaint]:
    """Return one complaint for each row that is wrong."""
    rows = np.flatnonzero(np.asarray(wrong, dtype=bool))
    return [
        Complaint(problem, None, sheet, int(i) + 2, column, None if pd.isna(values[i]) else values[i], details)
        for i in rows
    ]


def missing_columns(
    frame: pd.DataFrame, required: tuple[str, ...], optional: tuple[str, ...], sheet: str
) -> list[Complaint]:
    """Return a complaint for each column that is missing, or that looks like a known name misspelt."""
    found = [
        Complaint("missing_column", sheet=sheet, details={"expected": name})
        for name in required
        if name not in frame.columns
    ]
    known = [*required, *optional]
    for name in (str(n) for n in frame.columns if n not in known):
        # A further column may hold what the caller keeps beside; one that looks like a known name is a slip.
        alike = nearest(name, known)
        if alike is not None and alike not in frame.columns:
            found.append(Complaint("unknown_column", None, sheet, None, name, details={"nearest": alike}))
    return found
