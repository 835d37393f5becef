"""Finding the declared columns of a table among the headings of a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mangluoi.checking import Table
from mangluoi.viettext import compose, fold

__all__ = ["Headings", "find_headings", "looks_personal"]

# What a planner may keep beside the data without its meaning anything to a plan.
_IGNORED = {"stt", "tt", "so tt", "so thu tu", "ghi chu", "note", "notes", "no"}

_PERSONAL = (
    (re.compile(r"\b(cccd|cmnd|cmtnd|can cuoc|chung minh|so dinh danh|ho chieu|passport)\b"), "CCCD/CMND"),
    (re.compile(r"\b(so dien thoai|dien thoai|sdt|so dt|phone|email|thu dien tu)\b"), "số điện thoại, thư"),
    (re.compile(r"\b(ngay sinh|nam sinh|ngay thang nam sinh|date of birth|birth date|birthday)\b"), "ngày sinh"),
    (re.compile(r"\b(ho ten|ho va ten|ten nguoi|ten doi tuong|chu ho|full name)\b"), "họ tên"),
)
_SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Headings:
    """Where the columns of a table stand in a sheet.

    Parameters
    ----------
    row
        Position of the heading row, from 0.
    columns
        Position of each declared column that was found, by its name in code.
    shown
        What stands above each found column, by its name in code.
    unknown
        Headings that are not declared and not among those that are passed over, such as a running number.
    personal
        Headings that look personal, each with what it looks like.
    """

    row: int
    columns: dict[str, int]
    shown: dict[str, str]
    unknown: dict[str, int]
    personal: tuple[tuple[str, str], ...]


def _key(heading: Any) -> str:
    """Fold a heading; a unit in brackets and a star for "required" do not count."""
    return re.sub(r"\s+", " ", re.sub(r"\([^)]*\)|\[[^\]]*\]|\*", " ", fold(str(heading)))).strip(" .:")


def looks_personal(heading: str) -> str | None:
    """Say what kind of personal data a heading promises, or None."""
    key = _key(heading).replace("_", " ")
    return next((what for pattern, what in _PERSONAL if pattern.search(key)), None)


def find_headings(table: Table, rows: Sequence[Sequence[Any]]) -> Headings | None:
    """Find the row that heads a table: the one with the most declared headings among the first thirty.

    Returns
    -------
    Headings or None
        None where no row holds even two declared headings (or the only one of a table with one column).
    """
    by_key = {_key(column.heading): column.name for column in table.columns}
    by_key |= {_key(column.name): column.name for column in table.columns}
    best: Headings | None = None
    for position, row in enumerate(rows[:_SEARCHED_ROWS]):
        found = _read_headings(by_key, position, row)
        if best is None or len(found.columns) > len(best.columns):
            best = found
    return best if best is not None and len(best.columns) >= min(2, len(table.columns)) else None


def _read_headings(by_key: dict[str, str], position: int, row: Sequence[Any]) -> Headings:
    columns: dict[str, int] = {}
    shown: dict[str, str] = {}
    unknown: dict[str, int] = {}
    personal: list[tuple[str, str]] = []
    for place, cell in enumerate(row):
        if cell is None or not str(cell).strip():
            continue
        text = compose(str(cell))
        name, what = by_key.get(_key(text)), looks_personal(text)
        if name is not None and name not in columns:
            columns[name], shown[name] = place, text
        elif what is not None:
            personal.append((text, what))
        elif _key(text) not in _IGNORED:
            unknown[text] = place
    return Headings(position, columns, shown, unknown, tuple(personal))
