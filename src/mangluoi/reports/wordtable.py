"""An exhibit as a Word table.

The XML is written directly: a table of several thousand rows takes python-docx minutes, cell by cell.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from mangluoi.reports.exhibits import Cell, Exhibit, Heading, written
from mangluoi.reports.sentences import printable
from mangluoi.reports.words import Lang

__all__ = ["table"]

_TWIPS_PER_MM = 56.7
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_PLACES = {"text": "left", "code": "center", "number": "right"}


def table(exhibit: Exhibit, lang: Lang, *, width_mm: float) -> Any:
    """Return the table as a ``w:tbl`` element.

    Parameters
    ----------
    exhibit
        What to write.
    lang
        {"vi", "en"}
    width_mm
        Width of the text on the page.
    """
    # A column is never narrower than the longest word of its heading.
    shares = [
        max(heading.width, 1.1 * max(map(len, heading.text.split())), _longest_code(exhibit, place))
        for place, heading in enumerate(exhibit.headings)
    ]
    widths = [round(width_mm * _TWIPS_PER_MM * share / sum(shares)) for share in shares]
    # Half points: many columns need smaller letters.
    size = 17 if len(exhibit.headings) > 11 else 19 if len(exhibit.headings) > 7 else 21
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [
        _cell(heading.text, "center", width, size, True)
        for heading, width in zip(exhibit.headings, widths, strict=True)
    ]
    rows = [_row(head, heading=True)]
    first_total = len(exhibit.rows) - exhibit.totals
    for place, row in enumerate(exhibit.rows):
        cells = [
            _cell(written(cell, lang), _place(cell, heading), width, size, place >= first_total)
            for cell, heading, width in zip(row, exhibit.headings, widths, strict=True)
        ]
        rows.append(_row(cells))
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _longest_code(exhibit: Exhibit, place: int) -> float:
    """Return the room for the codes of a column, which must not be broken: a broken code is read as two."""
    if exhibit.headings[place].kind != "code" or not exhibit.rows:
        return 0.0
    return 2 + 1.3 * max(len(part) for row in exhibit.rows for part in str(row[place]).split() or [""])


def _place(cell: Cell, heading: Heading) -> str:
    """Align what is said about a number, such as "not known", in the middle of its column."""
    return "center" if heading.kind == "number" and isinstance(cell, str) else _PLACES[heading.kind]


def _row(cells: list[str], *, heading: bool = False) -> str:
    repeated = "<w:tblHeader/>" if heading else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, place: str, width: int, size: int, bold: bool) -> str:
    strong = "<w:b/>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="10" w:after="10"/><w:jc w:val="{place}"/></w:pPr><w:r><w:rPr>{strong}'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r></w:p></w:tc>'
    )
