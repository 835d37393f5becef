"""What a declared table is, and how a frame is checked against it: every complaint collected, then raised once."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import numbers
import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.viettext import compose, fold

__all__ = ["Column", "Table", "check", "convert", "is_number", "nearest"]

Kind = Literal["text", "code", "whole", "number", "date", "flag"]

# Above this, spreadsheets and floats no longer tell neighbouring whole numbers apart.
_LARGEST_WHOLE = 2**53

_TRUE = {"có", "co", "yes", "true", "1", "x"}
_FALSE = {"không", "khong", "no", "false", "0"}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Its name in code.
    kind
        {"text", "code", "whole", "number", "date", "flag"}; a code is text that keeps its leading zeros.
    heading
        Its heading in a Vietnamese spreadsheet.
    meaning, meaning_vi
        One sentence that explains it, in English and Vietnamese.
    unit
        Unit of measure, if it has one.
    required
        Whether every row must have a value.
    low, high
        Inclusive range of a number.
    choices
        Name of the vocabulary its values come from (see `check`), or the values themselves.
    """

    name: str
    kind: Kind
    heading: str
    meaning: str
    meaning_vi: str
    unit: str = ""
    required: bool = True
    low: float | None = None
    high: float | None = None
    choices: str | tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """A table: its name, the sheet it is read from, its columns, and which of them make its key."""

    name: str
    sheet: str
    meaning: str
    meaning_vi: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"the table {self.name} has no column {name!r}")

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]


def nearest(value: object, known: Collection[str]) -> str | None:
    """Return the known word most like what was written, or None where none is like it."""
    by_key = {fold(word): word for word in known}
    found = difflib.get_close_matches(fold(str(value)), list(by_key), n=1, cutoff=0.5)
    return by_key[found[0]] if found else None


def _is_missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float) and math.isnan(value):
        return True
    return isinstance(value, str) and not value.strip()


def is_number(value: object) -> bool:
    """Whether something is a number, and not the one that stands for none."""
    return isinstance(value, numbers.Real) and not math.isnan(value)


def _number(value: Any) -> float | None:
    """Read a number; only plain digits are read out of text, since 1.250 may mean two things."""
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(float(value)) else None
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
        return float(value)
    return None


def _read_cell(column: Column, value: Any, known: Collection[str] | None) -> tuple[Any, str | None, dict[str, Any]]:
    """Read one cell: its value, or the problem with it and the problem's details."""
    if _is_missing(value):
        return None, ("missing_value" if column.required else None), {}
    if column.kind in ("text", "code"):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = compose(str(value))
        if known is not None and text not in known:
            return None, "not_in_list", {"nearest": nearest(text, known)}
        return text, None, {}
    if column.kind == "flag":
        word = fold(str(value)).removesuffix(".0")
        if isinstance(value, bool) or word in {fold(w) for w in _TRUE | _FALSE}:
            return word in {fold(w) for w in _TRUE}, None, {}
        return None, "not_yes_no", {}
    if column.kind == "date":
        return _read_date(value)
    number = _number(value)
    if number is None:
        return None, "not_a_number", {}
    if column.kind == "whole" and not number.is_integer():
        return None, "not_whole", {}
    if column.kind == "whole" and abs(number) > _LARGEST_WHOLE:
        return None, "above_range", {"high": _LARGEST_WHOLE}
    if column.low is not None and number < column.low:
        return None, ("negative" if column.low == 0 else "below_range"), {"low": column.low}
    if column.high is not None and number > column.high:
        return None, "above_range", {"high": column.high}
    return (int(number) if column.kind == "whole" else number), None, {}


def _read_date(value: Any) -> tuple[Any, str | None, dict[str, Any]]:
    """Dates are text YYYY, YYYY-MM or YYYY-MM-DD: sources often give no more than a year."""
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d"), None, {}
    text = str(value).strip().removesuffix(".0")
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        return None, "not_a_date", {}
    try:
        dt.date.fromisoformat(text + "-01" * ((10 - len(text)) // 3))
    except ValueError:
        return None, "not_a_date", {}
    return text, None, {}


_DTYPES = {
    "text": "str",
    "code": "str",
    "whole": "Int64",
    "number": "float64",
    "date": "str",
    "flag": "boolean",
}


def _typed(column: Column, values: Sequence[Any], index: pd.Index) -> pd.Series:
    if column.kind in ("text", "code", "date"):
        return pd.Series(
            [None if v is None else str(v) for v in values],
            index=index,
            dtype=pd.StringDtype(na_value=math.nan),
        )
    if column.kind == "number":
        return pd.Series([math.nan if v is None else v for v in values], index=index, dtype="float64")
    return pd.Series(list(values), index=index, dtype=_DTYPES[column.kind])


def convert(
    table: Table,
    frame: pd.DataFrame,
    *,
    vocabulary: Mapping[str, Collection[str]] | None = None,
    file: str | None = None,
    sheet: str | None = None,
    rows: Sequence[int] | None = None,
) -> tuple[pd.DataFrame, list[Complaint]]:
    """Bring a frame to the declared types and collect every complaint about it.

    Parameters
    ----------
    table
        The declaration.
    frame
        Columns by their names in code. Not changed.
    vocabulary
        The values that a column's `choices` name stands for, such as ``{"group": [...]}``. A named list that
        is not given is not checked.
    file, sheet
        Where the frame came from, for the complaints.
    rows
        The row of the file that each row of the frame came from; by default 2, 3, … as under one heading row.

    Returns
    -------
    frame, complaints
        The typed frame on the caller's index, with every declared column (an optional one that is absent is
        empty), and what is wrong. The frame may be used only if there is no complaint.
    """
    lists = dict(vocabulary or {})
    numbers_of_rows = list(rows) if rows is not None else list(range(2, len(frame) + 2))
    found: list[Complaint] = []
    columns: dict[str, pd.Series] = {}
    for name in (str(n) for n in frame.columns if n not in table.names):
        found.append(
            Complaint("unknown_column", file, sheet, None, name, details={"nearest": nearest(name, table.names)})
        )
    for column in table.columns:
        if column.name not in frame.columns:
            if column.required:
                found.append(Complaint("missing_column", file, sheet, details={"expected": column.name}))
            columns[column.name] = _typed(column, [None] * len(frame), frame.index)
            continue
        known = lists.get(column.choices) if isinstance(column.choices, str) else column.choices
        read: list[Any] = []
        # Most columns repeat few values; 1, 1.0 and True are equal and yet read differently.
        answers: dict[tuple[type, Any], tuple[Any, str | None, dict[str, Any]]] = {}
        for row, value in zip(numbers_of_rows, frame[column.name].tolist(), strict=True):
            asked = (type(value), value if isinstance(value, Hashable) else str(value))
            if asked not in answers:
                answers[asked] = _read_cell(column, value, known)
            cell, problem, details = answers[asked]
            if problem is not None:
                shown = None if _is_missing(value) else value
                found.append(Complaint(problem, file, sheet, row, column.name, shown, details))
            read.append(cell)
        columns[column.name] = _typed(column, read, frame.index)
    typed = pd.DataFrame(columns, index=frame.index)
    found.extend(_duplicates(table, typed, file, sheet, numbers_of_rows))
    return typed, found


def _duplicates(
    table: Table, frame: pd.DataFrame, file: str | None, sheet: str | None, rows: Sequence[int]
) -> list[Complaint]:
    found: list[Complaint] = []
    if not table.key:
        return found
    if not frame.duplicated(list(table.key)).any():
        return found
    first: dict[tuple[Any, ...], int] = {}
    for row, key in zip(rows, frame[list(table.key)].itertuples(index=False, name=None), strict=True):
        # A part that should be there and is not has its own complaint; two of them are not the same thing.
        if any(_is_missing(part) and table[name].required for name, part in zip(table.key, key, strict=True)):
            continue
        key = tuple("" if _is_missing(part) else part for part in key)
        if key in first:
            shown = " / ".join(str(part) for part in key if part != "")
            found.append(
                Complaint("duplicate_key", file, sheet, row, " + ".join(table.key), shown, {"first": first[key]})
            )
        else:
            first[key] = row
    return found


def check(table: Table, frame: pd.DataFrame, **where: Any) -> pd.DataFrame:
    """Bring a frame to the declared types, or raise once with every complaint.

    Parameters
    ----------
    table, frame, **where
        As in `convert`.

    Returns
    -------
    DataFrame
        The typed frame on the caller's index.

    Raises
    ------
    InputError
        If anything is wrong; its `complaints` name file, sheet, row, column and value.
    """
    typed, found = convert(table, frame, **where)
    if found:
        raise InputError(found)
    return typed
