"""Spreadsheets of a planner, read into the declared tables: everything accepted, or every complaint at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.sources import consistency, grids, headings
from mangluoi.tables import CAPACITY, INPUTS, Table, convert, nearest
from mangluoi.viettext import compose, fold

__all__ = ["Reading", "read_table", "read_workbook"]


@dataclass(frozen=True)
class Reading:
    """A table that was read from a file.

    Parameters
    ----------
    frame
        The checked rows, as the table declares.
    rows
        One line per row of the sheet that is not empty: ``row`` (as the spreadsheet counts), ``status``
        (heading, accepted) and ``why``.
    """

    frame: pd.DataFrame
    rows: pd.DataFrame


@dataclass(frozen=True)
class _Sheet:
    """One sheet after a first reading: typed cells, their rows of the file, and what is wrong."""

    frame: pd.DataFrame
    numbers: list[int]
    heading_row: int
    complaints: list[Complaint]


def _decimal(value: Any) -> Any:
    """Read a coordinate written as text; within degrees 105.250 and 105,250 can only mean one thing."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,3}[.,]\d+", value.strip()):
        return float(value.strip().replace(",", "."))
    return value


def _is_empty(row: tuple[Any, ...]) -> bool:
    return all(cell is None or not str(cell).strip() for cell in row)


def _read_sheet(
    table: Table, grid: grids.Grid, file: str, vocabulary: Mapping[str, Collection[str]]
) -> _Sheet | Complaint:
    found = headings.find_headings(table, grid.rows)
    if found is None:
        return Complaint("missing_column", file, grid.sheet, details={"expected": table.columns[0].heading})
    complaints = [
        Complaint("personal_data", file, grid.sheet, found.row + 1, text, details={"what": what})
        for text, what in found.personal
    ]
    known = [column.heading for column in table.columns]
    complaints += [
        Complaint("unknown_column", file, grid.sheet, found.row + 1, text, details={"nearest": nearest(text, known)})
        for text in found.unknown
    ]
    numbers = [n for n in range(found.row + 1, len(grid.rows)) if not _is_empty(grid.rows[n])]
    cells = {
        name: [grid.rows[n][place] if place < len(grid.rows[n]) else None for n in numbers]
        for name, place in found.columns.items()
    }
    for name in ("lon", "lat"):
        if name in cells:
            cells[name] = [_decimal(value) for value in cells[name]]
    raw = pd.DataFrame(cells, index=range(len(numbers)), dtype=object)
    rows = [n + 1 for n in numbers]
    frame, wrong = convert(table, raw, vocabulary=vocabulary, file=file, sheet=grid.sheet, rows=rows)
    wrong += consistency.complaints_about(table, frame, rows, file=file, sheet=grid.sheet)
    return _Sheet(frame, rows, found.row + 1, complaints + [_worded(table, each, found.shown) for each in wrong])


def _worded(table: Table, complaint: Complaint, shown: Mapping[str, str]) -> Complaint:
    """Name columns as the file names them, and say what is really wrong with a count that is not a stock."""
    column, details, problem = complaint.column, dict(complaint.details), complaint.problem
    if problem == "not_in_list" and column == "kind":
        problem, details = "not_a_stock", {}
    if problem == "missing_column":
        details["expected"] = table[details["expected"]].heading
    if column is not None and problem != "unknown_column":
        column = " + ".join(shown.get(name) or table[name].heading for name in column.split(" + "))
    return dataclasses.replace(complaint, problem=problem, column=column, details=details)


def read_workbook(
    path: str | Path, *, vocabulary: Mapping[str, Collection[str]] | None = None
) -> dict[str, pd.DataFrame]:
    """Read the input workbook: one sheet for each table of `tables.INPUTS`.

    Parameters
    ----------
    path
        An .xlsx file as `mangluoi template` makes it. Sheets are found by name, columns by heading (or by their
        names in code); letters count without case and diacritics. Other sheets are passed over.
    vocabulary
        The known values of columns; by default the shipped lists.

    Returns
    -------
    dict of DataFrame
        By the name of the table: typed, checked, in the order of the file.

    Raises
    ------
    InputError
        If anything is wrong: one error with every complaint about every sheet.
    """
    file = Path(path).name
    lists = shipped.vocabulary() if vocabulary is None else vocabulary
    by_key = {fold(grid.sheet or ""): grid for grid in grids.read_grids(path)}
    complaints: list[Complaint] = []
    frames: dict[str, pd.DataFrame] = {}
    rows: dict[str, list[int]] = {}
    for table in INPUTS:
        grid = by_key.get(fold(table.sheet))
        if grid is None:
            complaints.append(Complaint("missing_sheet", file, details={"expected": table.sheet}))
            continue
        read = _read_sheet(table, grid, file, lists)
        if isinstance(read, Complaint):
            complaints.append(read)
            continue
        complaints += read.complaints
        if read.frame.empty and table is not CAPACITY:
            complaints.append(Complaint("empty_table", file, grid.sheet))
        frames[table.name], rows[table.name] = read.frame.set_axis(read.numbers), read.numbers
    broken_links = consistency.check_links(frames, rows, file=file)
    complaints += [_worded(next(t for t in INPUTS if t.sheet == each.sheet), each, {}) for each in broken_links]
    if complaints:
        raise InputError(complaints)
    return frames


def read_table(path: str | Path, table: Table, *, sheet: str | None = None, province: str | None = None) -> Reading:
    """Read one declared table from a spreadsheet.

    Parameters
    ----------
    path
        An .xlsx or .csv file.
    table
        The declaration, such as `tables.PEOPLE`.
    sheet
        Name of the sheet; by default the one with the table's own name, or the only one.
    province
        Code of the province that the file is about. A row about a unit elsewhere is complained of.

    Returns
    -------
    Reading
        The checked rows, and a line on every row of the file.

    Raises
    ------
    InputError
        If anything is wrong; all complaints together.
    """
    file = Path(path).name
    grid = _pick(grids.read_grids(path), table, sheet, file)
    read = _read_sheet(table, grid, file, shipped.vocabulary())
    if isinstance(read, Complaint):
        raise InputError([read])
    complaints = list(read.complaints)
    if province is not None and {"unit_code", "vintage"} <= set(table.names):
        complaints += consistency.check_province(read.frame, read.numbers, province, file=file, sheet=grid.sheet)
    if complaints:
        raise InputError(complaints)
    status = {read.heading_row: "heading", **dict.fromkeys(read.numbers, "accepted")}
    lines = pd.DataFrame({"row": sorted(status)})
    lines["status"] = lines["row"].map(status).astype("str")
    lines["why"] = ""
    return Reading(read.frame, lines)


def _pick(found: list[grids.Grid], table: Table, sheet: str | None, file: str) -> grids.Grid:
    wanted = compose(sheet or table.sheet)
    for grid in found:
        if grid.sheet is not None and fold(grid.sheet) == fold(wanted):
            return grid
    if sheet is None and len(found) == 1:
        return found[0]
    raise InputError([Complaint("missing_sheet", file, details={"expected": wanted})])
