"""The rows of a sheet as it comes: each accepted, repaired, recognised as a subtotal, or refused with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import shipped
from mangluoi.checking import Table, convert
from mangluoi.errors import Complaint, InputError
from mangluoi.sources import consistency, layout, personal, rowsort, subtotals, unitcodes
from mangluoi.sources.headings import Headings
from mangluoi.sources.reading import Mark, Reading
from mangluoi.sources.rowsort import Sheet
from mangluoi.sources.sheets import Grid
from mangluoi.viettext import fold

__all__ = ["read_records"]

# What may be said of a row that was taken as it stands.
_NO_REPAIR = {"hidden_row", "missing_geometry"}


def read_records(
    table: Table,
    grid: Grid,
    *,
    file: str,
    province: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    drop: Collection[str] = (),
    columns: Mapping[str, str] | None = None,
    locate: Callable[..., pd.DataFrame] | None = None,
) -> Reading:
    """Read the rows of a sheet into a declared table.

    Parameters
    ----------
    table
        The declaration.
    grid
        The sheet.
    file
        Name of its file, for the complaints.
    province
        Code of the province that the file is about: rows about units elsewhere are refused.
    defaults
        Values, by column, for columns that the sheet lacks.
    drop
        Headings to leave out, among them personal ones.
    columns
        What headings mean, by heading, where it is not what is found: the name of a column, "group=" and a group,
        or an empty text for nothing.
    locate
        What finds the unit of a name that is not written as in the list, such as `mangluoi.gazetteer.locate`.

    Raises
    ------
    InputError
        If no table is found, a column looks personal and is not dropped, or `columns` names no heading of the sheet.
    """
    said = {**dict.fromkeys(drop, ""), **(columns or {})}
    found = layout.find_table(table, grid, said)
    if found is None:
        raise InputError([Complaint("missing_column", file, grid.sheet, details={"expected": _first_wanted(table)})])
    heads, first = found
    _refuse_unknown_headings(columns or {}, grid.sheet, heads, file)
    _refuse_personal(table, grid, heads, first, drop, file)
    sheet = rowsort.sort_rows(table, grid, heads, first, said, dict(defaults or {}))
    unitcodes.fill(sheet, province, locate)
    rowsort.fill_cells(sheet)
    frame, frame_rows = _checked(sheet, file, province)
    frame, frame_rows = _without_sums(sheet, frame, frame_rows, file)
    lines = pd.DataFrame({"row": [n + 1 for n in range(len(grid.rows))]})
    lines["status"] = pd.Series([sheet.status[n][0] for n in range(len(grid.rows))], dtype="str")
    lines["why"] = pd.Series([sheet.status[n][1] for n in range(len(grid.rows))], dtype="str")
    meanings = {text: name for name, text in heads.shown.items()}
    meanings |= {text: f"group={group}" for group, text in heads.groups.values()}
    return Reading(
        frame.reset_index(drop=True),
        lines,
        meanings,
        tuple(_without_secrets(sheet, sheet.complaints)),
        tuple(text for text in heads.unknown if text not in drop),
        {n + 1: tuple(marks) for n, marks in sorted(sheet.marks.items()) if marks},
        frame_rows,
        grid.sheet,
        grid.encoding,
        grid.lost,
    )


def _refuse_unknown_headings(columns: Mapping[str, str], sheet: str | None, heads: Headings, file: str) -> None:
    given = {fold(text) for text in heads.texts}
    lost = sorted(text for text in columns if fold(text) not in given)
    if lost:
        told = {"headings": ", ".join(heads.texts)}
        raise InputError([Complaint("no_such_heading", file, sheet, value=text, details=told) for text in lost])


def _first_wanted(table: Table) -> str:
    """Return the heading that a sheet cannot do without; where none is required, that of the address."""
    wanted = [column.heading for column in table.columns if column.required or column.name == "address"]
    return (wanted or [table.columns[0].heading])[0]


def _above(grid: Grid, first: int, last: int, place: int) -> list[Any]:
    """Return what stands above a column, the lowest first, and what is merged into its headings."""
    merged = [
        (top, left) for top, left, bottom, right in grid.merges if top <= last <= bottom and left <= place <= right
    ]
    at = [*((row, place) for row in range(last, first - 1, -1)), *merged]
    cells = (grid.rows[row][n] for row, n in at if n < len(grid.rows[row]))
    return [cell for cell in cells if cell is not None and str(cell).strip()]


def _refuse_personal(table: Table, grid: Grid, heads: Headings, first: int, drop: Collection[str], file: str) -> None:
    """Refuse columns whose headings or contents look personal, unless they are dropped."""
    dropped = {fold(text) for text in drop}
    found = {text: what for text, what in heads.personal if fold(text) not in dropped}
    counted = {
        place for name, place in heads.columns.items()
        if name in table.names and table[name].kind in ("whole", "number", "flag", "date")
    }  # fmt: skip
    body = grid.rows[heads.row + 1 :]
    width = max((len(row) for row in body), default=0)
    inside = personal.personal_columns(
        body, set(range(width)) - counted - set(heads.groups), names_allowed=set(heads.columns.values())
    )
    for place, what in inside.items():
        text = next((str(cell) for cell in _above(grid, first, heads.row, place)), f"({place + 1})")
        if fold(text) not in dropped:
            found.setdefault(text, what)
    if found:
        raise InputError(
            [
                Complaint("personal_data", file, grid.sheet, heads.row + 1, text, details={"what": what})
                for text, what in found.items()
            ]
        )


def _checked(sheet: Sheet, file: str, province: str | None) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Check the data rows; those that are complained of are refused, and the others make the frame."""
    table, name = sheet.table, sheet.grid.sheet
    complaints: list[Complaint] = []
    records = [(n, cells) for n in sorted(sheet.cells) for cells in sheet.cells[n]]
    while True:
        raw = pd.DataFrame([cells for _, cells in records], dtype=object)
        raw = raw.reindex(columns=[c for c in table.names if c in raw.columns or table[c].required])
        rows = [n + 1 for n, _ in records]
        frame, found = convert(table, raw, vocabulary=shipped.vocabulary(), file=file, sheet=name, rows=rows)
        found += consistency.complaints_about(table, frame, rows, file=file, sheet=name)
        if province is not None and {"unit_code", "vintage"} <= set(table.names):
            found += consistency.check_province(frame, rows, province, file=file, sheet=name)
        # A whole column that is missing, and a group that is nowhere given, is a fault of every row.
        bad: dict[int, list[Complaint]] = {}
        for each in found:
            for row in set(rows) if each.row is None else [each.row]:
                bad.setdefault(row, []).append(each)
        if not bad:
            break
        complaints += found
        for row, why in bad.items():
            sheet.status[row - 1] = ("refused", _why(sheet, row, why))
        # A second look at what is left: two rows of one key are then one.
        records = [(n, cells) for n, cells in records if n + 1 not in bad]
        if not records:
            frame, rows = frame.iloc[:0], []
            break
    for n in {row - 1 for row in rows}:
        marks = sheet.marks[n]
        repaired = any(mark.code not in _NO_REPAIR for mark in marks)
        sheet.status[n] = ("repaired" if repaired else "accepted", "; ".join(map(str, marks)))
    sheet.complaints[:] = [
        dataclasses.replace(c, file=file, sheet=name, column=sheet.shown(c.column) or None)
        for c in [*sheet.complaints, *complaints]
    ]
    return frame, tuple(rows)


def _why(sheet: Sheet, row: int, complaints: Sequence[Complaint]) -> str:
    return "; ".join(
        f"{c.problem}: {sheet.shown(c.column)}={c.value}" for c in _without_secrets(sheet, complaints, row)
    )


def _without_secrets(sheet: Sheet, complaints: Sequence[Complaint], row: int | None = None) -> list[Complaint]:
    """Take the values out of complaints about confidential rows: where a shelter is must not be read in them."""
    return [
        dataclasses.replace(c, value=None) if (c.row or row or 0) - 1 in sheet.confidential else c for c in complaints
    ]


def _without_sums(
    sheet: Sheet, frame: pd.DataFrame, rows: tuple[int, ...], file: str
) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Take rows of units out whose parts are there as well, and check every sum against its parts."""
    parts: dict[int, list[int]] = {}
    if {"unit_code", "vintage", "group"} <= set(sheet.table.names):
        for vintage, part in frame.assign(_row=[row - 1 for row in rows]).groupby("vintage", sort=True):
            units: dict[int, tuple[str, set[object]]] = {}
            for n, code, group in part[["_row", "unit_code", "group"]].itertuples(index=False, name=None):
                units.setdefault(n, (code, set()))[1].add(group)
            parts |= subtotals.ancestors_counted(units, consistency.unit_parents(str(vintage)))
    for n in parts:
        sheet.totals[n] = sheet.figures.get(n, {})
    kept = [row - 1 not in parts for row in rows]
    frame, rows = frame.loc[np.array(kept, dtype=bool)], tuple(row for row in rows if row - 1 not in parts)
    figures = {row - 1: sheet.figures[row - 1] for row in rows if row - 1 in sheet.figures}
    for n, equal in subtotals.verdicts(sheet.totals, figures, parts, len(sheet.grid.rows)).items():
        verdict = "equals_parts" if equal else "differs_from_parts"
        sheet.status[n] = ("subtotal", verdict if sheet.totals[n] else "no_figures")
        sheet.marks[n] = [*sheet.marks.get(n, []), Mark(sheet.status[n][1])]
        if not equal and sheet.totals[n]:
            value = " / ".join(f"{number:g}" for _, number in sorted(sheet.totals[n].items()))
            sheet.complaints.append(Complaint("subtotal_differs", file, sheet.grid.sheet, n + 1, value=value))
    return frame, rows
