"""Spreadsheets of a planner, read into the declared tables: everything accepted, or every complaint at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.sources import consistency, grids, headings, layout, records, repairs
from mangluoi.sources.reading import Reading
from mangluoi.tables import CAPACITY, INPUTS, Column, Table, convert, nearest
from mangluoi.viettext import compose, fold

__all__ = ["Reading", "read_table", "read_workbook"]


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


def _is_named(column: Column) -> bool:
    """Whether a column's values have names, or the one way in which dates are written here: nothing is guessed."""
    return column.kind == "date" or column.name == "ownership" or column.choices in ("type", "service", "group")


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
    for name in cells:
        if name in table.names and _is_named(table[name]):
            cells[name] = [repairs.repaired(table[name], value)[0] for value in cells[name]]
    raw = pd.DataFrame(cells, index=range(len(numbers)), dtype=object)
    rows = [n + 1 for n in numbers]
    frame, wrong = convert(table, raw, vocabulary=vocabulary, file=file, sheet=grid.sheet, rows=rows)
    wrong += consistency.complaints_about(table, frame, rows, file=file, sheet=grid.sheet)
    return _Sheet(frame, rows, found.row + 1, complaints + [_worded(table, each, found.shown) for each in wrong])


def _worded(table: Table, complaint: Complaint, shown: Mapping[str, str]) -> Complaint:
    """Name columns as the file names them, and say what is really wrong with a count that is not a stock."""
    column, details, problem = complaint.column, dict(complaint.details), complaint.problem
    if problem == "not_in_list" and column in table.names and not details.get("nearest"):
        named = repairs.known_names(str(table[str(column)].choices))
        details["nearest"] = named.get(nearest(str(complaint.value), list(named)) or "")
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
        By the name of the table: typed, checked, in the order of the file; the index is the row of the sheet.

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


def read_table(
    path: str | Path,
    table: Table,
    *,
    sheet: str | None = None,
    province: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    drop: Collection[str] = (),
    columns: Mapping[str, str] | None = None,
    locate: Callable[..., pd.DataFrame] | None = None,
    encoding: str | None = None,
) -> Reading:
    """Read one declared table from a spreadsheet as it comes: titles above, subtotals between, signatures below.

    Parameters
    ----------
    path
        A file that `grids.read_grids` reads.
    table
        The declaration, such as `tables.PEOPLE`.
    sheet
        Name of the sheet; by default the one with the table's own name, or the only one.
    province
        Code of the province that the file is about. Rows about units elsewhere are refused.
    defaults
        Values, by column, for columns that the sheet lacks, such as ``{"kind": "stock"}``.
    drop
        Headings to leave out; a personal one is refused otherwise.
    columns
        What headings mean, by heading, where `Reading.columns` shows that they were taken for something else: the
        name of a column, "group=" and a group, or an empty text for nothing.
    locate
        What finds the unit of a name that is not written as in the list, such as `mangluoi.gazetteer.locate`; names
        that are written as in the list are found without.
    encoding
        Of its text, where it is known.

    Returns
    -------
    Reading
        The rows that can be used, and a line on every row of the sheet: accepted, repaired, subtotal or refused.

    Raises
    ------
    InputError
        If the file cannot be read, holds no such table, or has personal columns.
    """
    file = Path(path).name
    grid = _pick(grids.read_grids(path, encoding=encoding), table, sheet, file)
    return records.read_records(
        table, grid, file=file, province=province, defaults=defaults, drop=drop, columns=columns, locate=locate
    )


def _pick(found: list[grids.Grid], table: Table, sheet: str | None, file: str) -> grids.Grid:
    wanted = compose(sheet or table.sheet)
    for grid in found:
        if grid.sheet is not None and fold(grid.sheet) == fold(wanted):
            return grid
    if sheet is None:
        if len(found) == 1:
            return found[0]
        # The only sheet that is shown and holds such a table; of several, the user says which.
        holding = [grid for grid in found if not grid.is_hidden and layout.find_table(table, grid) is not None]
        if len(holding) == 1:
            return holding[0]
        if holding:
            told = {"sheets": ", ".join(str(grid.sheet) for grid in holding)}
            raise InputError([Complaint("several_sheets", file, details=told)])
    raise InputError([Complaint("missing_sheet", file, details={"expected": wanted})])
