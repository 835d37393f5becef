"""The empty input workbook, made from the declared tables."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from mangluoi import shipped
from mangluoi.reports import archive, words
from mangluoi.reports.words import Lang, say
from mangluoi.reports.workbook import put
from mangluoi.tables import INPUTS, Column, Table

__all__ = ["choices", "example", "write_template"]

_FONT = "Times New Roman"
_HEADING, _TITLE = Font(name=_FONT, size=11, bold=True), Font(name=_FONT, size=14, bold=True)
_REQUIRED, _OPTIONAL = PatternFill("solid", fgColor="FFFFE699"), PatternFill("solid", fgColor="FFEEEEEE")
_LINE = Side(style="thin", color="FF888888")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
# Drop-down lists and number rules reach as far as a province may need.
_LAST_ROW = 20_000
_WIDTHS = {"text": 34, "code": 16, "date": 16, "whole": 14, "number": 14, "flag": 12}


def write_template(path: str | Path, *, lang: Lang = "vi") -> Path:
    """Write the empty input workbook.

    Parameters
    ----------
    path
        The .xlsx to write; written whole or not at all.
    lang
        {"vi", "en"}: Vietnamese headings, or the names of the columns in code; `mangluoi check` reads both.

    Returns
    -------
    Path
        The file.
    """
    made = Workbook()
    made.properties.creator = "mangluoi"
    made.properties.created = made.properties.modified = archive.WRITTEN_AT
    _guide(made.active, lang)
    places = _lists(made, lang)
    for table in INPUTS:
        _data_sheet(made, table, places, lang)
    # The sheet of lists stands last and is hidden.
    made.move_sheet(say("template.lists", lang), len(INPUTS))
    written = io.BytesIO()
    made.save(written)
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name}.part")
    try:
        unfinished.write_bytes(archive.settle(written.getvalue()))
        os.replace(unfinished, place)
    finally:
        unfinished.unlink(missing_ok=True)
    return place


def choices(column: Column, lang: Lang = "vi") -> tuple[tuple[str, str], ...]:
    """Return the values that a column may hold, each with its meaning where it has one.

    Parameters
    ----------
    column
        A declared column.
    lang
        {"vi", "en"}
    """
    if column.kind == "flag":
        return tuple((say(f"template.{answer}", lang), "") for answer in ("yes", "no"))
    if column.choices is None:
        return ()
    if not isinstance(column.choices, str):
        return tuple((value, _meaning(column.name, value, lang)) for value in column.choices)
    return tuple((value, _meaning(column.choices, value, lang)) for value in shipped.vocabulary()[column.choices])


def _meaning(kind: str, value: str, lang: Lang) -> str:
    if kind == "vintage":
        named = shipped.frame("boundaries/vintages.csv").set_index("vintage")[f"name_{lang}"]
        return str(named[value])
    if kind in ("group", "service", "type"):
        return words.name(kind, value, lang)  # type: ignore[arg-type]
    key = f"{kind}.{value}"
    return say(key, lang) if key in words.all_keys() else ""


def example(table: Table, lang: Lang = "vi") -> dict[str, str]:
    """Return one filled row, by the names of the columns."""
    return {column.name: say(f"example.{table.name}.{column.name}", lang) for column in table.columns}


def _heading(column: Column, lang: Lang) -> str:
    return column.heading if lang == "vi" else column.name


def _lists(made: Workbook, lang: Lang) -> dict[str, str]:
    """Write every list of values on a hidden sheet and return where each column's list stands."""
    sheet = made.create_sheet(say("template.lists", lang))
    places: dict[str, str] = {}
    known: dict[tuple[str, ...], str] = {}
    for table, column in _columns():
        values = tuple(value for value, _ in choices(column, lang))
        if not values:
            continue
        if values not in known:
            # Values and their meanings side by side, for those who unhide the sheet.
            number = 2 * len(known) + 1
            put(sheet.cell(1, number), _heading(column, lang), font=_HEADING)
            for row, (value, meaning) in enumerate(choices(column, lang), start=2):
                put(sheet.cell(row, number), value)
                put(sheet.cell(row, number + 1), meaning)
            letter = get_column_letter(number)
            known[values] = f"'{sheet.title}'!${letter}$2:${letter}${len(values) + 1}"
            sheet.column_dimensions[letter].width = 20
            sheet.column_dimensions[get_column_letter(number + 1)].width = 40
        places[f"{table.name}.{column.name}"] = known[values]
    sheet.sheet_state = "hidden"
    return places


def _columns() -> Iterator[tuple[Table, Column]]:
    return ((table, column) for table in INPUTS for column in table.columns)


def _data_sheet(made: Workbook, table: Table, places: dict[str, str], lang: Lang) -> None:
    sheet = made.create_sheet(table.sheet)
    for number, column in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number)
        put(cell, _heading(column, lang), font=_HEADING)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill, cell.border = _REQUIRED if column.required else _OPTIONAL, _BOX
        sheet.column_dimensions[letter].width = _WIDTHS[column.kind]
        if column.kind in ("text", "code", "date", "flag"):
            # Text keeps leading zeros of codes and the writing of dates.
            sheet.column_dimensions[letter].number_format = "@"
        rule = _rule(table, column, places, lang)
        if rule is not None:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"
    _print_on_a4(sheet)
    sheet.print_title_rows = "1:1"


def _rule(table: Table, column: Column, places: dict[str, str], lang: Lang) -> DataValidation | None:
    where = places.get(f"{table.name}.{column.name}")
    if where is not None:
        rule = DataValidation(type="list", formula1=where, allow_blank=not column.required)
        rule.prompt = rule.error = say("template.pick", lang)
    elif column.kind in ("whole", "number"):
        low = 0 if column.low is None else column.low
        high = column.high or 1e12
        rule = DataValidation(
            type="whole" if column.kind == "whole" else "decimal",
            operator="between",
            formula1=f"{low:g}",
            formula2=f"{high:.0f}",
        )
        rule.prompt = rule.error = say("template.number", lang) if low >= 0 else _explained(column, lang)
    else:
        return None
    rule.promptTitle = _heading(column, lang)[:32]
    rule.showInputMessage = rule.showErrorMessage = True
    return rule


def _explained(column: Column, lang: Lang) -> str:
    return column.meaning_vi if lang == "vi" else column.meaning


def _guide(sheet: Any, lang: Lang) -> None:
    sheet.title = say("template.guide", lang)
    put(sheet.cell(1, 1), say("template.title", lang), font=_TITLE)
    for row in range(1, 5):
        sheet.merge_cells(start_row=row + 1, start_column=1, end_row=row + 1, end_column=7)
        put(sheet.cell(row + 1, 1), say(f"template.how_{row}", lang))
        sheet.cell(row + 1, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row + 1].height = 32
    keys = ("sheet", "column", "meaning", "unit", "required", "allowed", "example")
    for number, (key, width) in enumerate(zip(keys, (12, 20, 48, 10, 10, 52, 30), strict=True), start=1):
        cell = sheet.cell(7, number)
        put(cell, say(f"template.{key}", lang), font=_HEADING)
        cell.alignment, cell.fill, cell.border = Alignment(horizontal="center", vertical="center"), _OPTIONAL, _BOX
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row, (table, column) in enumerate(_columns(), start=8):
        allowed = "\n".join(f"{value} – {meaning}" if meaning else value for value, meaning in choices(column, lang))
        cells = (
            table.sheet, _heading(column, lang), _explained(column, lang), column.unit,
            say("template.yes" if column.required else "template.no", lang), allowed, example(table, lang)[column.name],
        )  # fmt: skip
        for number, value in enumerate(cells, start=1):
            cell = sheet.cell(row, number)
            put(cell, value)
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _BOX
        lines = max(1, allowed.count("\n") + 1, *(1 + len(value) // 45 for value in cells))
        sheet.row_dimensions[row].height = min(15 * lines + 3, 400)
    sheet.freeze_panes = "A8"
    _print_on_a4(sheet)
    sheet.print_title_rows = "7:7"


def _print_on_a4(sheet: Any) -> None:
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
