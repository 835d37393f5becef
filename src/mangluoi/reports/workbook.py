"""The tables as a workbook: one sheet each, safe from formula injection, ready to print."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from mangluoi.reports import alternatives, annexes, archive, charts, details, figures, sentences
from mangluoi.reports.exhibits import Cell, Exhibit
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["all_exhibits", "bound", "put", "workbook"]

_FONT = "Times New Roman"
_LINE = Side(style="thin", color="FF888888")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="FFEEEEEE")
_PLAIN, _BOLD, _ITALIC = (
    Font(name=_FONT, size=11),
    Font(name=_FONT, size=11, bold=True),
    Font(name=_FONT, size=10, italic=True),
)
_TITLE = Font(name=_FONT, size=13, bold=True)
_HEADING_ROW = 4
_LINE_PT = 15
_ALIGNMENTS = {
    "text": Alignment(vertical="center", wrap_text=True),
    "code": Alignment(horizontal="center", vertical="center", wrap_text=True),
    "number": Alignment(horizontal="right", vertical="center"),
    "said": Alignment(horizontal="center", vertical="center", wrap_text=True),
}
# Excel holds no longer text in a cell.
_MOST_LETTERS = 32_767


def workbook(d: Disclosed, *, lang: Lang = "vi", exhibits: Sequence[Exhibit] | None = None) -> bytes:
    """Write every table as a sheet of a .xlsx.

    Parameters
    ----------
    d
        What may be shown; the profile ``internal`` is stamped on every printed page.
    lang
        {"vi", "en"}
    exhibits
        What `all_exhibits` returned, where it was asked for already.

    Returns
    -------
    bytes
        The same for the same content, whenever it is written.
    """
    tables = all_exhibits(d, lang) if exhibits is None else exhibits
    internal = d.profile == "internal"
    head = [
        say(
            "report.province",
            lang,
            province=sentences.province(d.province_name, lang),
            vintage=sentences.vintage(d.plan.vintage, lang),
        ),
        say("report.as_of", lang, date=sentences.date(d.plan.as_of, lang)),
        say("report.draft", lang, name=d.plan.name),
        say(f"report.privacy.{'internal' if internal else 'masked'}", lang),
    ]
    return bound(tables, d.plan.title, head, lang=lang, internal=internal)


def all_exhibits(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return the tables of the workbook, in the order of its sheets."""
    drawn = tuple(chart.figures for chart in charts.all_charts(d, lang))
    return (
        *figures.all_forms(d, lang),
        *drawn,
        *annexes.all_annexes(d, lang),
        *details.all_details(d, lang),
        *alternatives.all_alternatives(d, lang),
    )


def bound(
    exhibits: Sequence[Exhibit], title: str, head: Sequence[str], *, lang: Lang = "vi", internal: bool = False
) -> bytes:
    """Write tables as the sheets of a .xlsx, after a sheet that lists them.

    Parameters
    ----------
    exhibits
        The tables.
    title
        What the workbook is about.
    head
        Further lines at the head of the first sheet.
    lang
        {"vi", "en"}
    internal
        Whether every printed page is stamped.
    """
    made = Workbook()
    made.properties.creator = "mangluoi"
    made.properties.title = sentences.printable(title)
    made.properties.created = made.properties.modified = archive.WRITTEN_AT
    _contents(made.active, title, head, exhibits, lang, internal)
    for exhibit in exhibits:
        _fill(made.create_sheet(exhibit.sheet), exhibit, lang, internal)
    written = io.BytesIO()
    made.save(written)
    return archive.settle(written.getvalue())


def put(cell: Any, value: Cell, *, font: Font = _PLAIN) -> None:
    """Write a value into a cell; text is text whatever it looks like, and stays so when it is edited."""
    _set(cell, value)
    if isinstance(value, str):
        cell.quotePrefix = True
        cell.number_format = "@"
    else:
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.0"
    cell.font = font


def _set(cell: Any, value: Cell) -> None:
    """Set a value, text as text; the rest of what keeps it text is in the style of the cell."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = sentences.printable(value)
    if len(text) > _MOST_LETTERS:
        text = text[: _MOST_LETTERS - 3] + "[…]"
    cell.value = text
    cell.data_type = "s"


def _fill(sheet: Any, exhibit: Exhibit, lang: Lang, internal: bool) -> None:
    last = len(exhibit.headings)
    widths = [max(heading.width, 6) * 1.15 for heading in exhibit.headings]
    whole = sum(widths)
    _across(sheet, 1, last, exhibit.label, _TITLE, whole)
    if exhibit.unit:
        _across(sheet, 2, last, say("report.unit", lang, unit=exhibit.unit), _ITALIC, whole)
    for column, (heading, width) in enumerate(zip(exhibit.headings, widths, strict=True), start=1):
        cell = sheet.cell(_HEADING_ROW, column)
        put(cell, heading.text, font=_BOLD)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border, cell.fill = _BOX, _SHADE
        sheet.column_dimensions[get_column_letter(column)].width = width
    most = max(_lines(heading.text, width * 0.9) for heading, width in zip(exhibit.headings, widths, strict=True))
    sheet.row_dimensions[_HEADING_ROW].height = _LINE_PT * most
    first_total = len(exhibit.rows) - exhibit.totals
    looks: dict[tuple[str, str, bool], Any] = {}
    for place, row in enumerate(exhibit.rows):
        number = _HEADING_ROW + 1 + place
        for column, (value, heading) in enumerate(zip(row, exhibit.headings, strict=True), start=1):
            cell = sheet.cell(number, column)
            kind = "said" if heading.kind == "number" and isinstance(value, str) else heading.kind
            look = (kind, type(value).__name__, place >= first_total)
            if look in looks:
                _set(cell, value)
                # A style is looked up once for all cells that share it: openpyxl compares it with every other one.
                cell._style = copy(looks[look])
                continue
            put(cell, value, font=_BOLD if place >= first_total else _PLAIN)
            cell.alignment = _ALIGNMENTS[kind]
            cell.border = _BOX
            looks[look] = cell._style
        most = max(_lines(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str))
        sheet.row_dimensions[number].height = _LINE_PT * most
    below = _HEADING_ROW + 1 + len(exhibit.rows)
    for offset, text in enumerate((exhibit.source, *exhibit.notes), start=1):
        _across(sheet, below + offset, last, text, _ITALIC, whole)
    sheet.freeze_panes = sheet.cell(_HEADING_ROW + 1, 1)
    if exhibit.rows:
        sheet.auto_filter.ref = f"A{_HEADING_ROW}:{get_column_letter(last)}{below - 1 - exhibit.totals}"
    _set_page(sheet, lang, internal, landscape=exhibit.wide)
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"


def _across(sheet: Any, row: int, last: int, text: str, font: Font, width: float) -> None:
    """Write a line over the whole width of a table; left in one cell, it would widen the printed page."""
    put(sheet.cell(row, 1), text, font=font)
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    sheet.row_dimensions[row].height = (_LINE_PT + 3) * _lines(text, width * 0.9)


def _lines(text: str, width: float) -> int:
    """Count the lines that a text takes in a cell; spreadsheets do not always do so by themselves."""
    room = max(int(width), 4)
    # Most cells hold one short line; only what may break is worth breaking.
    if len(text) <= room and text.isprintable():
        return 1
    return max(1, len(textwrap.wrap(text, room)))


def _set_page(sheet: Any, lang: Lang, internal: bool, *, landscape: bool) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "&P / &N"
    if internal:
        sheet.oddHeader.center.text = "&B" + say("report.stamp", lang)


def _contents(
    sheet: Any, title: str, head: Sequence[str], exhibits: Sequence[Exhibit], lang: Lang, internal: bool
) -> None:
    sheet.title = say("table.contents", lang)
    lines = [(title, _TITLE), *((text, _PLAIN) for text in head[:2]), *((text, _ITALIC) for text in head[2:])]
    if internal:
        lines.insert(0, (say("report.stamp", lang), _BOLD))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 76
    for row, (text, font) in enumerate(lines, start=1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        put(sheet.cell(row, 1), text, font=font)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 18 * (1 + len(text) // 95)
    first = len(lines) + 2
    for row, exhibit in enumerate(exhibits, start=first):
        cell = sheet.cell(row, 1)
        put(cell, exhibit.sheet)
        # A place in this file, not an address.
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{exhibit.sheet}'!A1")
        put(sheet.cell(row, 2), exhibit.label)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True)
    _set_page(sheet, lang, internal, landscape=False)
