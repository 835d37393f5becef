"""The rows of a sheet as it comes: each accepted, repaired, recognised as a subtotal, or refused with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mangluoi import shipped
from mangluoi.checking import Table, convert
from mangluoi.errors import Complaint, InputError
from mangluoi.sources import consistency, headings, layout, repairs
from mangluoi.sources.grids import Grid
from mangluoi.sources.headings import Headings

__all__ = ["Reading", "read_records"]


@dataclass(frozen=True)
class Reading:
    """A table that was read from a file.

    Parameters
    ----------
    frame
        The accepted and repaired rows, as the table declares.
    rows
        One line per row of the sheet: ``row`` (as the spreadsheet counts), ``status`` (accepted, repaired, subtotal,
        refused) and ``why``: what was repaired, whether a subtotal equals its parts, or why a row is no data.
    columns
        The column of the table that each heading was taken for.
    complaints
        What is wrong with the refused rows.
    """

    frame: pd.DataFrame
    rows: pd.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()


@dataclass
class _Sheet:
    """What has been found out about a sheet so far."""

    status: dict[int, tuple[str, str]] = field(default_factory=dict)
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    subtotals: dict[int, dict[str, float]] = field(default_factory=dict)


def read_records(
    table: Table,
    grid: Grid,
    *,
    file: str,
    province: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    drop: Collection[str] = (),
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

    Raises
    ------
    InputError
        If no table is found, or a column looks personal and is not dropped.
    """
    found = layout.find_table(table, grid.rows)
    if found is None:
        raise InputError(
            [Complaint("missing_column", file, grid.sheet, details={"expected": table.columns[0].heading})]
        )
    heads, first = found
    personal = [each for each in heads.personal if each[0] not in drop]
    if personal:
        raise InputError(
            [
                Complaint("personal_data", file, grid.sheet, heads.row + 1, text, details={"what": what})
                for text, what in personal
            ]
        )
    sheet = _Sheet()
    for n in range(first):
        sheet.status[n] = ("refused", "blank" if layout.is_blank(grid.rows[n]) else "above_table")
    for n in range(first, heads.row + 1):
        sheet.status[n] = ("refused", "heading")
    _sort_rows(table, grid.rows, heads, sheet, dict(defaults or {}))
    frame = _checked(table, sheet, file, grid.sheet, province, heads)
    _verify_subtotals(sheet, frame)
    lines = pd.DataFrame({"row": [n + 1 for n in range(len(grid.rows))]})
    lines["status"] = pd.Series([sheet.status[n][0] for n in range(len(grid.rows))], dtype="str")
    lines["why"] = pd.Series([sheet.status[n][1] for n in range(len(grid.rows))], dtype="str")
    named = {text: name for name, text in heads.shown.items()}
    return Reading(frame.reset_index(drop=True), lines, named, tuple(sheet.complaints))


def _sort_rows(
    table: Table, rows: Sequence[Sequence[Any]], heads: Headings, sheet: _Sheet, defaults: dict[str, Any]
) -> None:
    """Tell the data rows below the headings from all others, and repair their cells."""
    places = dict(heads.columns)
    expected = len(places)
    for n in range(heads.row + 1, len(rows)):
        row = rows[n]
        if layout.is_blank(row):
            sheet.status[n] = ("refused", "blank")
        elif layout.column_numbers(row):
            sheet.status[n] = ("refused", "column_numbers")
        elif len((again := headings.read_headings(table, n, row)).columns) >= min(expected, 3):
            # A further table on the sheet, or the headings again on a new page.
            places = dict(again.columns)
            sheet.status[n] = ("refused", "heading")
        elif layout.is_subtotal(row):
            sheet.status[n] = ("subtotal", "")
            sheet.subtotals[n] = {
                c.name: float(value)
                for c in table.columns
                if c.kind == "whole"
                and c.name in places
                and isinstance(value := _repaired(table, c.name, row, places, ())[0], int | float)
            }
        elif layout.is_text_only(row, list(places.values())):
            sheet.status[n] = ("refused", "words_only")
        else:
            _take(table, n, row, places, sheet, defaults)


def _repaired(
    table: Table, name: str, row: Sequence[Any], places: Mapping[str, int], known: Collection[str]
) -> tuple[Any, str, dict[str, Any]]:
    place = places[name]
    return repairs.repaired(table[name], row[place] if place < len(row) else None, known_codes=known)


def _take(
    table: Table, n: int, row: Sequence[Any], places: Mapping[str, int], sheet: _Sheet, defaults: dict[str, Any]
) -> None:
    cells: dict[str, Any] = dict(defaults)
    notes: list[str] = []
    known: Collection[str] = ()
    if "unit_code" in table.names:
        vintage = _repaired(table, "vintage", row, places, ())[0] if "vintage" in places else defaults.get("vintage")
        known = consistency.unit_parents(str(vintage))
    further: dict[str, Any] = {}
    for name in places:
        value, why, more = _repaired(table, name, row, places, known)
        if value is not None or name not in cells:
            cells[name] = value
        if why:
            notes.append(f"{name}: {why}")
        further |= more
    for name, value in further.items():
        if name in table.names and cells.get(name) is None and value is not None:
            cells[name] = value
    if {"lon", "lat"} <= set(cells) and consistency.look_swapped(cells["lon"], cells["lat"]):
        cells["lon"], cells["lat"] = cells["lat"], cells["lon"]
        notes.append("lon + lat: swapped")
    if "not_a_stock" in further:
        sheet.complaints.append(Complaint("not_a_stock", row=n + 1, value=further["not_a_stock"]))
        sheet.status[n] = ("refused", f"not_a_stock: {further['not_a_stock']}")
        return
    sheet.cells[n], sheet.notes[n] = cells, notes


def _checked(
    table: Table, sheet: _Sheet, file: str, name: str | None, province: str | None, heads: Headings
) -> pd.DataFrame:
    """Check the data rows; those that are complained of are refused, and the others make the frame."""
    kept = sorted(sheet.cells)
    complaints: list[Complaint] = []
    while True:
        raw = pd.DataFrame([sheet.cells[n] for n in kept], index=kept, dtype=object)
        raw = raw.reindex(columns=[c for c in table.names if c in raw.columns or table[c].required])
        rows = [n + 1 for n in kept]
        frame, found = convert(table, raw, vocabulary=shipped.vocabulary(), file=file, sheet=name, rows=rows)
        found += consistency.complaints_about(table, frame, rows, file=file, sheet=name)
        if province is not None and {"unit_code", "vintage"} <= set(table.names):
            found += consistency.check_province(frame, rows, province, file=file, sheet=name)
        # A whole column that is missing, and a group that is nowhere given, is a fault of every row.
        bad: dict[int, list[Complaint]] = {}
        for each in found:
            for row in rows if each.row is None else [each.row]:
                bad.setdefault(row, []).append(each)
        if not bad:
            break
        complaints += found
        for row, why in bad.items():
            sheet.status[row - 1] = (
                "refused",
                "; ".join(f"{c.problem}: {_shown(c.column, heads)}={c.value}" for c in why),
            )
        # A second look at what is left: two rows of one key are then one.
        kept = [n for n in kept if n + 1 not in bad]
        if not kept:
            frame = frame.iloc[:0]
            break
    for n in kept:
        notes = sheet.notes[n]
        sheet.status[n] = ("repaired", "; ".join(notes)) if notes else ("accepted", "")
    sheet.complaints[:] = [dataclasses.replace(c, file=file, sheet=name) for c in [*sheet.complaints, *complaints]]
    return frame


def _shown(column: str | None, heads: Headings) -> str:
    return " + ".join(heads.shown.get(name, name) for name in (column or "").split(" + "))


def _verify_subtotals(sheet: _Sheet, frame: pd.DataFrame) -> None:
    """Say of each subtotal whether it equals what it sums up: the rows since, or until, another one, or all."""
    marks = sorted(sheet.subtotals)
    for number, n in enumerate(marks):
        before = marks[number - 1] if number else -1
        after = marks[number + 1] if number + 1 < len(marks) else max(sheet.status, default=n) + 1
        spans = [(before + 1, n), (n + 1, after), (0, max(sheet.status, default=n) + 1)]
        verdicts = []
        for low, high in spans:
            part = frame[(frame.index >= low) & (frame.index < high)]
            verdicts.append(
                len(part) > 0 and all(float(part[name].sum()) == value for name, value in sheet.subtotals[n].items())
            )
        equal = bool(sheet.subtotals[n]) and any(verdicts)
        sheet.status[n] = ("subtotal", "equals_parts" if equal else "differs_from_parts")
