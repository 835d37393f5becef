"""An exhibit as a Word table.

The XML is written directly: a table of several thousand rows takes python-docx minutes, cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from mangluoi.reports.exhibits import Cell, Exhibit, Heading, written
from mangluoi.reports.sentences import printable
from mangluoi.reports.words import Lang

__all__ = ["table"]

_TWIPS_PER_MM = 56.7
_MARGINS_MM = 2.6
# So many rows at the end stay on one page with the source and the notes.
_KEPT_ROWS = 2
_PLACES = {"text": "left", "code": "center", "number": "right"}


def table(exhibit: Exhibit, lang: Lang, *, width_mm: float, styles: Mapping[str, str]) -> Any:
    """Return the table as a ``w:tbl`` element, its source and notes in a last row without borders.

    Below the table they might stand alone on the next page: not every program keeps a paragraph with the rows above.

    Parameters
    ----------
    exhibit
        What to write.
    lang
        {"vi", "en"}
    width_mm
        Width of the text on the page.
    styles
        Ids of the styles of the ``table``, of a paragraph in a ``cell`` and of a ``note``.
    """
    # Half points: many columns need smaller letters.
    size = 17 if len(exhibit.headings) > 11 else 19 if len(exhibit.headings) > 7 else 21
    widths = [round(_TWIPS_PER_MM * width) for width in _widths_mm(exhibit, size / 2, width_mm, lang)]
    look = f'<w:pStyle w:val="{escape(styles["cell"])}"/>'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [
        _cell(heading.text, "center", width, size, True, look)
        for heading, width in zip(exhibit.headings, widths, strict=True)
    ]
    rows = [_row(head, heading=True)]
    first_total = len(exhibit.rows) - exhibit.totals
    for place, row in enumerate(exhibit.rows):
        kept = place >= len(exhibit.rows) - _KEPT_ROWS
        cells = [
            _cell(written(cell, lang), _place(cell, heading), width, size, place >= first_total, look, kept=kept)
            for cell, heading, width in zip(row, exhibit.headings, widths, strict=True)
        ]
        rows.append(_row(cells))
    rows.append(_row([_below(exhibit, sum(widths), len(widths), styles["note"])]))
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{escape(styles["table"])}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        f"{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _widths_mm(exhibit: Exhibit, size_pt: float, width_mm: float, lang: Lang) -> list[float]:
    """Share the width of the page by what the columns hold; none is narrower than its longest unbreakable word.

    A heading broken within a word is ugly; a broken code or number is read as two.
    """
    letter_mm, digit_mm = (share * size_pt * 25.4 / 72 for share in (0.62, 0.5))
    least = []
    for place, heading in enumerate(exhibit.headings):
        words, numbers = heading.text.split(), [""]
        if heading.kind != "text":
            told = {row[place] for row in exhibit.rows if heading.kind == "code" or isinstance(row[place], str)}
            words += [part for cell in told for part in str(cell).split()]
            numbers += [written(row[place], lang) for row in exhibit.rows if not isinstance(row[place], str)]
        widest = max(letter_mm * max(map(len, words), default=0), digit_mm * max(map(len, numbers)))
        least.append(_MARGINS_MM + widest)
    if sum(least) >= width_mm:
        return [width_mm * one / sum(least) for one in least]
    widths = least
    free = set(range(len(least)))
    while free:
        rest = width_mm - sum(least[place] for place in range(len(least)) if place not in free)
        shares = sum(exhibit.headings[place].width for place in free)
        widths = [
            rest * heading.width / shares if place in free else least[place]
            for place, heading in enumerate(exhibit.headings)
        ]
        narrow = {place for place in free if widths[place] < least[place]}
        if not narrow:
            break
        free -= narrow
    return widths


def _place(cell: Cell, heading: Heading) -> str:
    """Align what is said about a number, such as "not known", in the middle of its column."""
    return "center" if heading.kind == "number" and isinstance(cell, str) else _PLACES[heading.kind]


def _row(cells: list[str], *, heading: bool = False) -> str:
    repeated = "<w:tblHeader/>" if heading else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _below(exhibit: Exhibit, width: int, columns: int, style: str) -> str:
    """Return one cell over all columns with the source and the notes."""
    sides = "".join(f'<w:{side} w:val="nil"/>' for side in ("left", "bottom", "right"))
    told = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{escape(style)}"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(printable(text))}</w:t></w:r></w:p>"
        for text in (exhibit.source, *exhibit.notes)
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{columns}"/>'
        f"<w:tcBorders>{sides}</w:tcBorders></w:tcPr>{told}</w:tc>"
    )


def _cell(text: str, place: str, width: int, size: int, bold: bool, look: str, *, kept: bool = False) -> str:
    keep = "<w:keepNext/>" if kept else ""
    strong = "<w:b/>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'{look}{keep}<w:jc w:val="{place}"/></w:pPr><w:r><w:rPr>{strong}'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r></w:p></w:tc>'
    )
