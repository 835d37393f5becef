"""The workbook in which a person decides where things are: candidates to pick from, reasons, every row of the file."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from mangluoi import sources
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import archive, readings, sentences
from mangluoi.reports.words import Lang, places, say
from mangluoi.reports.workbook import put
from mangluoi.scenario.locating import DOUBTFUL, LOCATED, UNLOCATED, Located
from mangluoi.tables import ADDRESSES
from mangluoi.viettext import format_number

__all__ = ["read_review", "write_review"]

_BOLD = Font(name="Times New Roman", size=11, bold=True)
_TITLE = Font(name="Times New Roman", size=13, bold=True)
_LINE = Side(style="thin", color="FF888888")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE, _TO_FILL = PatternFill("solid", fgColor="FFEEEEEE"), PatternFill("solid", fgColor="FFFFF2CC")
_REVIEW = {
    "key": 16, "row": 7, "row_id": 10, "name": 26, "address": 34, "status": 13, "reason": 32, "proposal": 32,
    "confidence": 10, "choice": 40, "unit_code": 11, "vintage": 12, "lon": 11, "lat": 11,
}  # fmt: skip
_FILLED = ("choice", "unit_code", "vintage", "lon", "lat")
_DECIDES = ("unit_code", "lon", "lat")
_CODE = re.compile(r"\[(\d{2,5}) · (\d{4}-\d{2}-\d{2})\]$")
_POINT = re.compile(r"\((\d+[.,]\d+); (\d+[.,]\d+)\)$")


def write_review(located: Located, path: str | Path, *, lang: Lang = "vi") -> Path:
    """Write the review of a list of addresses as a workbook.

    Parameters
    ----------
    located
        What `scenario.locate` returned. Confidential rows are counted, and nothing else is told of them.
    path
        An .xlsx file; replaced as a whole.
    lang
        {"vi", "en"}
    """
    book = Workbook()
    book.properties.creator = "mangluoi"
    book.properties.created = book.properties.modified = archive.WRITTEN_AT
    shown = located.places[~located.places["confidential"]]
    _summary(book.active, located, lang)
    lists = book.create_sheet(say("review.sheet.lists", lang))
    _doubtful(book.create_sheet(say("review.sheet.doubtful", lang), 1), lists, shown, lang)
    _located(book.create_sheet(say("review.sheet.located", lang), 2), shown[shown["status"] == LOCATED], lang)
    _rows(book.create_sheet(say("review.sheet.rows", lang), 3), located, lang)
    _columns(book.create_sheet(say("review.sheet.columns", lang), 4), lists, located, lang)
    lists.sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(place.name + ".part")
    half.write_bytes(archive.settle(written.getvalue()))
    os.replace(half, place)
    return place


def _summary(sheet: Any, located: Located, lang: Lang) -> None:
    sheet.title = say("review.sheet.summary", lang)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 60, 14
    put(sheet.cell(1, 1), say("review.title", lang, file=located.file), font=_TITLE)
    lines: list[str] = [say(f"review.how_{n}", lang) for n in (1, 2, 3)]
    secret = located.places[located.places["confidential"]]
    if len(secret):
        listed = ", ".join(str(row) for row in secret["row"])
        lines.append(say("review.confidential", lang, count=len(secret), rows=listed))
    if located.reading.encoding or located.reading.lost:
        name = located.reading.encoding or "UTF-8"
        lines.append(say("review.encoding", lang, name=name, lost=located.reading.lost))
    for row, text in enumerate(lines, start=2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
        put(sheet.cell(row, 1), text)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 16 * (1 + len(text) // 95)
    row = len(lines) + 3
    counts = located.reading.counts
    faulty = {c.row for c in located.reading.complaints if c.problem != "subtotal_differs"}
    blocks = [
        [*((say(f"row_status.{status}", lang), number) for status, number in counts.items()),
         (say("review.adds_up", lang), sum(counts.values())),
         (say("review.faulty", lang), len(faulty))],
        [(say(f"review.status.{status}", lang), number) for status, number in located.counts.items()],
    ]  # fmt: skip
    for block in blocks:
        for text, number in block:
            put(sheet.cell(row, 1), text)
            put(sheet.cell(row, 2), number)
            sheet.cell(row, 1).border = sheet.cell(row, 2).border = _BOX
            row += 1
        row += 1
    _for_paper(sheet, landscape=False)


def _head(sheet: Any, widths: dict[str, int], lang: Lang) -> None:
    """Write names of code in a hidden first row, by which the book is read back, and headings in the second."""
    for column, (name, width) in enumerate(widths.items(), start=1):
        put(sheet.cell(1, column), name)
        cell = sheet.cell(2, column)
        put(cell, say(f"review.heading.{name}", lang), font=_BOLD)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill, cell.border = _SHADE, _BOX
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[1].hidden = True
    sheet.row_dimensions[2].height = 32
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    _for_paper(sheet, landscape=True)


def _line(sheet: Any, row: int, values: Sequence[Any], widths: Sequence[int]) -> None:
    most = 1
    for column, (value, width) in enumerate(zip(values, widths, strict=True), start=1):
        cell = sheet.cell(row, column)
        put(cell, value)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _BOX
        most = max(most, *(1 + len(part) // max(width - 1, 3) for part in str(value or "").split("\n")))
    sheet.row_dimensions[row].height = 15.5 * most


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def options(place: Any, lang: Lang) -> list[str]:
    """Return the answers that a person may pick for a place, as they stand in the list."""
    points = [
        say(
            "review.keep_point", lang, how=places.coordinates(how, lang) or say("coordinate.given", lang),
            lon=f"{lon:.6f}", lat=f"{lat:.6f}",
        )
        for how, lon, lat in place["points"]
    ]  # fmt: skip
    return points + [f"{name} [{code} · {vintage}]" for code, vintage, name in place["candidates"]]


def _doubtful(sheet: Any, lists: Any, shown: pd.DataFrame, lang: Lang) -> None:
    _head(sheet, _REVIEW, lang)
    sheet.column_dimensions["A"].hidden = True
    widths = list(_REVIEW.values())
    column = list(_REVIEW).index("choice") + 1
    to_review = shown[shown["status"].isin([DOUBTFUL, UNLOCATED])]
    for row, place in enumerate(to_review.to_dict("records"), start=3):
        sure = place["confidence"] if place["status"] == DOUBTFUL and not pd.isna(place["confidence"]) else None
        values = [
            place["key"], int(place["row"]), _text(place["row_id"]), _text(place["name"]), _text(place["address"]),
            say(f"review.status.{place['status']}", lang), _why(place, lang), _proposal(place, lang),
            None if sure is None else round(100 * sure), None, None, None, None, None,
        ]  # fmt: skip
        _line(sheet, row, values, widths)
        for name in _FILLED:
            cell = sheet.cell(row, list(_REVIEW).index(name) + 1)
            cell.fill = _TO_FILL
            cell.number_format = "@" if name in ("choice", "unit_code", "vintage") else "General"
        found = options(place, lang)
        for number, text in enumerate(found, start=1):
            put(lists.cell(row, number), text)
        if found:
            at = f"'{lists.title}'!$A${row}:${get_column_letter(len(found))}${row}"
            rule = DataValidation(type="list", formula1=at, allow_blank=True)
            rule.prompt = rule.error = say("review.pick", lang)
            rule.showInputMessage = rule.showErrorMessage = True
            sheet.add_data_validation(rule)
            rule.add(f"{get_column_letter(column)}{row}")
    if to_review.empty:
        put(sheet.cell(3, 2), say("review.none", lang))


def _why(place: Any, lang: Lang) -> str:
    code = place["reason"] or ("low_confidence" if place["status"] == DOUBTFUL else "")
    told = places.reason(str(code), lang, of_point=bool(_text(place["read_as"]))) if code else ""
    distance = place["distance_m"]
    if code == "outside_commune" and not pd.isna(distance):
        told += f" ({say('review.distance', lang, km=format_number(distance / 1000, 1, lang=lang))})"
    return told


def _proposal(place: Any, lang: Lang) -> str:
    if place["status"] == UNLOCATED:
        found = len(place["points"]) + len(place["candidates"])
        return say("review.candidates", lang, count=found) if found else ""
    unit = ", ".join(filter(None, (_text(place["unit_name"]), _text(place["province_name"]))))
    how = places.coordinates(place["read_as"], lang)
    return "; ".join(filter(None, (unit, how)))


def _located(sheet: Any, located: pd.DataFrame, lang: Lang) -> None:
    widths = {"row": 7, "row_id": 10, "name": 30, "address": 40, "unit": 36, "located_by": 24, "within": 10,
              "lon": 11, "lat": 11}  # fmt: skip
    _head(sheet, widths, lang)
    for row, place in enumerate(located.to_dict("records"), start=3):
        how = say("review.decided", lang) if place["decided"] else sentences.known("located", place["located_by"], lang)
        within = place["located_within_m"]
        values = [
            int(place["row"]), _text(place["row_id"]), _text(place["name"]), _text(place["address"]),
            ", ".join(filter(None, (_text(place["unit_name"]), _text(place["province_name"])))),
            "; ".join(filter(None, (how, places.coordinates(place["read_as"], lang)))),
            None if pd.isna(within) else round(within), f"{place['lon']:.6f}", f"{place['lat']:.6f}",
        ]  # fmt: skip
        _line(sheet, row, values, list(widths.values()))


def _rows(sheet: Any, located: Located, lang: Lang) -> None:
    widths = {"row": 7, "status": 16, "why": 90}
    _head(sheet, widths, lang)
    for number, line in enumerate(readings.rows(located.reading, lang), start=3):
        _line(sheet, number, line, list(widths.values()))
    sheet.auto_filter.ref = f"A2:C{2 + len(located.reading.rows)}"


def _columns(sheet: Any, lists: Any, located: Located, lang: Lang) -> None:
    widths = {"heading": 50, "meaning": 40}
    _head(sheet, widths, lang)
    meanings = [say("review.unknown_meaning", lang)]
    meanings += [
        f"{column.name} – {column.heading if lang == 'vi' else column.meaning}" for column in ADDRESSES.columns
    ]
    by_name = dict(zip(ADDRESSES.names, meanings[1:], strict=True))
    for number, text in enumerate(meanings, start=1):
        put(lists.cell(1, number), text)
    rule = DataValidation(type="list", formula1=f"'{lists.title}'!$A$1:${get_column_letter(len(meanings))}$1")
    sheet.add_data_validation(rule)
    heads = [*located.reading.columns.items(), *((text, "") for text in located.reading.unread)]
    for row, (text, name) in enumerate(heads, start=3):
        _line(sheet, row, [text, by_name.get(name, meanings[0])], list(widths.values()))
        sheet.cell(row, 2).fill = _TO_FILL
        rule.add(f"B{row}")


def _for_paper(sheet: Any, *, landscape: bool) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def read_review(path: str | Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Read what a person filled in.

    Returns
    -------
    decisions, columns
        The decided rows, as `scenario.decisions.checked` takes them (with ``row``, that of the workbook), and what
        headings mean.

    Raises
    ------
    InputError
        If it is not such a workbook, or a row is decided in two ways.
    """
    file = Path(path).name
    by_names = {tuple(str(cell) for cell in grid.rows[0]): grid for grid in sources.grids.read_grids(path) if grid.rows}
    doubtful = next((grid for names, grid in by_names.items() if names[:2] == ("key", "row")), None)
    if doubtful is None:
        told = {"expected": say("review.sheet.doubtful", "vi")}
        raise InputError([Complaint("missing_sheet", file, details=told)])
    names = [str(cell) for cell in doubtful.rows[0]]
    found: list[dict[str, Any]] = []
    complaints: list[Complaint] = []
    for number, cells in enumerate(doubtful.rows[2:], start=3):
        row = {name: "" if cell is None else str(cell).strip() for name, cell in zip(names, cells, strict=False)}
        decided = any(row.get(name) for name in ("choice", *_DECIDES))
        if not decided or not re.fullmatch(r"[0-9a-f]{12}", row.get("key", "")):
            continue
        choice = row.pop("choice", "")
        if choice and any(row.get(name) for name in _DECIDES):
            complaints.append(
                Complaint("contradiction", file, doubtful.sheet, number, details={"reason": "decided_twice"})
            )
        elif choice and (code := _CODE.search(choice)):
            row |= {"unit_code": code[1], "vintage": code[2]}
        elif choice and (point := _POINT.search(choice)):
            row |= {"lon": point[1], "lat": point[2]}
        elif choice:
            near = {"nearest": None}
            complaints.append(Complaint("not_in_list", file, doubtful.sheet, number, "choice", choice, near))
        found.append({**row, "row": number})
    if complaints:
        raise InputError(complaints)
    meanings = next((grid for names_, grid in by_names.items() if names_[:2] == ("heading", "meaning")), None)
    columns = {
        str(cells[0]): str(cells[1]).partition(" – ")[0] if " – " in str(cells[1]) else ""
        for cells in (meanings.rows[2:] if meanings is not None else ())
        if len(cells) > 1
    }
    return found, columns
