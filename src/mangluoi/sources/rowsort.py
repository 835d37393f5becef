"""Telling the rows of a sheet apart: headings, data, sums, words; and the cells of those that are data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mangluoi.checking import Table
from mangluoi.errors import Complaint
from mangluoi.sources import consistency, headings, layout, repairs
from mangluoi.sources.headings import Headings
from mangluoi.sources.reading import Mark
from mangluoi.sources.sheets import Grid
from mangluoi.viettext import compose, fold

__all__ = ["Sheet", "fill_cells", "sort_rows"]


@dataclass
class Sheet:
    """What has been found out about a sheet so far; rows are positions from 0.

    ``heads`` are the headings that hold for each data row; ``words`` the text of rows of words only; ``units`` the
    code found for a row's unit; ``status`` and its reason, ``marks`` and ``cells`` (a record or several) by row;
    ``totals`` the numbers of sums and ``figures`` those of data, by position of the column.
    """

    table: Table
    grid: Grid
    top: Headings
    defaults: Mapping[str, Any]
    heads: dict[int, Headings] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    status: dict[int, tuple[str, str]] = field(default_factory=dict)
    marks: dict[int, list[Mark]] = field(default_factory=dict)
    cells: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    totals: dict[int, dict[int, float]] = field(default_factory=dict)
    figures: dict[int, dict[int, float]] = field(default_factory=dict)
    confidential: set[int] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)

    def at(self, n: int, place: int) -> Any:
        """Return what stands in a cell."""
        row = self.grid.rows[n]
        return row[place] if place < len(row) else None

    def text(self, n: int, name: str) -> str:
        """Return the text that a data row has in a column, as merged cells hold for all rows that they cover."""
        place = self.heads[n].columns.get(name)
        value = None if place is None else self.covered(n, place)
        return "" if value is None else compose(str(value))

    def covered(self, n: int, place: int) -> Any:
        """Return what stands in a cell, or in the merged cell that covers it from above."""
        value = self.at(n, place)
        if value is None:
            for top, left, bottom, right in self.grid.merges:
                if top < n <= bottom and left <= place <= right and top > self.top.row:
                    return self.at(top, left)
        return value

    def covered_row(self, n: int) -> tuple[Any, ...]:
        """Return a row with what merged cells above hold for it."""
        row = self.grid.rows[n]
        if not any(top < n <= bottom for top, _, bottom, _ in self.grid.merges):
            return row
        return tuple(self.covered(n, place) for place in range(max(len(row), self.width)))

    @property
    def width(self) -> int:
        """How many columns the headings span."""
        return 1 + max((*self.top.columns.values(), *self.top.groups), default=0)

    def refuse(self, n: int, complaint: Complaint) -> None:
        """Refuse a data row for one reason."""
        self.complaints.append(complaint)
        self.status[n] = ("refused", f"{complaint.problem}: {self.shown(complaint.column)}={complaint.value}")
        self.cells.pop(n, None)

    def shown(self, column: str | None) -> str:
        """Return what stands above a column, or above each of several."""
        return " + ".join(self.top.shown.get(name, name) for name in (column or "").split(" + "))


def sort_rows(
    table: Table,
    grid: Grid,
    heads: Headings,
    first: int,
    said: Mapping[str, str],
    defaults: Mapping[str, Any],
) -> Sheet:
    """Tell the data rows below the headings from all others."""
    sheet = Sheet(table, grid, heads, defaults)
    for n in range(first):
        sheet.status[n] = ("refused", "blank" if layout.is_blank(grid.rows[n]) else "above_table")
    for n in range(first, heads.row + 1):
        sheet.status[n] = ("refused", "heading")
    wanted = min(heads.found, 3)
    # A heading that is merged downwards heads the rows that it covers, too.
    until = max((b for a, _, b, _ in grid.merges if first <= a <= heads.row < b <= heads.row + 2), default=heads.row)
    active, elsewhere = heads, False
    for n in range(heads.row + 1, len(grid.rows)):
        row = grid.rows[n]
        if n <= until:
            sheet.status[n] = ("refused", "heading")
        elif layout.is_blank(row):
            sheet.status[n] = ("refused", "blank")
        elif layout.column_numbers(row):
            sheet.status[n] = ("refused", "column_numbers")
        elif (again := _headings_again(sheet, n, said, wanted)) is not None:
            # A further table on the sheet, or the headings again on a new page.
            active, elsewhere, until = again, False, again.row
            sheet.status[n] = ("refused", "heading")
        elif elsewhere or layout.heads_another_table(table, row):
            elsewhere = True
            sheet.status[n] = ("refused", "other_table")
        elif layout.is_subtotal(row):
            sheet.status[n] = ("subtotal", "")
            sheet.heads[n] = active
            sheet.totals[n] = _numbers(sheet, n)
            del sheet.heads[n]
        elif layout.is_note(sheet.covered_row(n), [*active.columns.values(), *active.groups]):
            sheet.status[n] = ("refused", "words_only")
            sheet.words[n] = " ".join(str(cell) for cell in row if cell is not None and len(str(cell).strip()) > 4)
        else:
            sheet.heads[n] = active
            sheet.marks[n] = [Mark("hidden_row")] if n in grid.hidden else []
            sheet.figures[n] = _numbers(sheet, n)
    return sheet


def _headings_again(sheet: Sheet, n: int, said: Mapping[str, str], wanted: int) -> Headings | None:
    if not any(isinstance(cell, str) for cell in sheet.grid.rows[n]):
        return None
    if headings.read_headings(sheet.table, n, sheet.grid.rows[n], said).found < 2:
        return None
    again = layout.headings_at(sheet.table, sheet.grid, n, said)
    return again if again is not None and again.found >= wanted else None


def _numbers(sheet: Sheet, n: int) -> dict[int, float]:
    """Return the numbers of a row in the columns that count."""
    heads = sheet.heads[n]
    counted = {
        place: name for name, place in heads.columns.items()
        if name in sheet.table.names and sheet.table[name].kind == "whole"
    }  # fmt: skip
    counted |= dict.fromkeys(heads.groups, "people")
    found: dict[int, float] = {}
    for place, name in counted.items():
        value = repairs.repaired(sheet.table[name], sheet.at(n, place))[0]
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[place] = float(value)
    return found


def fill_cells(sheet: Sheet) -> None:
    """Read the cells of the data rows, each into one record or, with a column for each group, into several."""
    for n in sorted(sheet.heads):
        if n in sheet.status:
            continue
        base, problem = _base(sheet, n)
        if problem is None and sheet.heads[n].groups:
            records, problem = _by_group(sheet, n, base)
        else:
            records = [base]
        if problem is not None:
            sheet.refuse(n, problem)
        else:
            sheet.cells[n] = records


def _base(sheet: Sheet, n: int) -> tuple[dict[str, Any], Complaint | None]:
    """Read the cells of a row that hold for all of it."""
    table = sheet.table
    cells: dict[str, Any] = dict(sheet.defaults)
    further: dict[str, Any] = {}
    vintage = sheet.text(n, "vintage") or sheet.defaults.get("vintage")
    codes: Collection[str] = consistency.unit_parents(str(vintage)) if "unit_code" in table.names else ()
    problem: Complaint | None = None
    for name, place in sheet.heads[n].columns.items():
        if name not in table.names:
            # The name of a unit, which has given its code.
            continue
        value = sheet.at(n, place)
        if value is None and table[name].kind not in ("whole", "number"):
            # A merged name or code holds for every row beside it; a merged number would count several times.
            value = sheet.covered(n, place)
            if value is not None:
                sheet.marks[n].append(Mark("merged_cell", name))
        if value is None and (n, place) in sheet.grid.uncalculated:
            problem = Complaint("formula_without_value", row=n + 1, column=name)
        value, why, more = repairs.repaired(table[name], value, known_codes=codes)
        if value is not None or name not in cells:
            cells[name] = value
        if why:
            sheet.marks[n].append(Mark(why, name))
        further |= more
    if n in sheet.units:
        cells["unit_code"] = sheet.units[n]
    for name, value in further.items():
        if name in table.names and cells.get(name) is None and value is not None:
            cells[name] = value
    if {"lon", "lat"} <= set(cells) and consistency.look_swapped(cells["lon"], cells["lat"]):
        cells["lon"], cells["lat"] = cells["lat"], cells["lon"]
        sheet.marks[n].append(Mark("swapped", "lon + lat"))
    _note_secret(sheet, n, cells)
    if "not_a_stock" in further:
        problem = Complaint("not_a_stock", row=n + 1, value=further["not_a_stock"])
    return cells, problem or _geometry(sheet, n, cells)


def _note_secret(sheet: Sheet, n: int, cells: Mapping[str, Any]) -> None:
    if "confidential" not in sheet.table.names:
        return
    told = fold(str(cells.get("confidential") or "")) in ("co", "yes", "true", "1", "x")
    if told or consistency.sounds_confidential(cells.get("name"), cells.get("type")):
        sheet.confidential.add(n)


def _geometry(sheet: Sheet, n: int, cells: Mapping[str, Any]) -> Complaint | None:
    """Say what is wrong with the geometry that a row came with, where the table has a place for it."""
    fault = sheet.grid.faults.get(n)
    if fault is None or "lon" not in sheet.table.names:
        return None
    if fault != "missing_geometry":
        reason, _, kind = fault.partition(" ")
        return Complaint("invalid_geometry", row=n + 1, details={"reason": reason, "kind": kind})
    if cells.get("address") is None:
        return Complaint("missing_geometry", row=n + 1)
    sheet.marks[n].append(Mark("missing_geometry"))
    return None


def _by_group(sheet: Sheet, n: int, base: Mapping[str, Any]) -> tuple[list[dict[str, Any]], Complaint | None]:
    """Read a row that counts each group in a column of its own."""
    people = sheet.table["people"]
    records: list[dict[str, Any]] = []
    for place, (group, text) in sheet.heads[n].groups.items():
        if sheet.at(n, place) is None and (n, place) in sheet.grid.uncalculated:
            return [], Complaint("formula_without_value", row=n + 1, column=text)
        value, why, further = repairs.repaired(people, sheet.at(n, place))
        if "not_a_stock" in further:
            return [], Complaint("not_a_stock", row=n + 1, column=text, value=further["not_a_stock"])
        if why:
            sheet.marks[n].append(Mark(why, text))
        if value is not None:
            bounds: dict[str, Any] = {
                name: further.get(name) for name in ("lower", "upper") if name in sheet.table.names
            }
            records.append({**base, "group": group, "people": value, **bounds})
    if not records:
        # Nothing is counted in any column: that is not nobody.
        return [], Complaint("missing_value", row=n + 1, column="people")
    return records, None
