"""OpenDocument spreadsheets as grids: values, never formulas."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mangluoi.sources import sheets
from mangluoi.sources.sheets import Grid

__all__ = ["read_ods"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def read_ods(place: Path) -> list[Grid]:
    """Read every sheet of an .ods file."""
    sheets.check_packed(place)
    with zipfile.ZipFile(place) as packed:
        root = ElementTree.fromstring(packed.read("content.xml"))
    return [_sheet(sheet, place.name) for sheet in root.iter(f"{_TABLE}table")]


def _sheet(sheet: ElementTree.Element, file: str) -> Grid:
    merges: list[tuple[int, int, int, int]] = []
    hidden: set[int] = set()

    def rows() -> Iterator[tuple[Any, ...]]:
        position = 0
        for line in sheet.iter(f"{_TABLE}table-row"):
            cells = _cells(line, position, merges)
            times = _times(line, "rows")
            if line.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                hidden.update(range(position, position + min(times, sheets.MOST_ROWS)))
            position += times
            # An empty row repeats to the end of the sheet, a million times; one too many is told all the same.
            for _ in range(min(times, sheets.MOST_ROWS + 1)):
                yield cells

    gathered = sheets.gathered(rows(), file=file, sheet=sheet.get(f"{_TABLE}name"))
    return Grid(
        sheet.get(f"{_TABLE}name"), gathered, tuple(merges), frozenset(n for n in hidden if n < len(gathered))
    )  # fmt: skip


def _times(element: ElementTree.Element, what: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{what}-repeated", "1")))


def _cells(line: ElementTree.Element, position: int, merges: list[tuple[int, int, int, int]]) -> tuple[Any, ...]:
    cells: list[Any] = []
    for cell in line:
        if cell.tag not in _CELLS:
            continue
        high, wide = (int(cell.get(f"{_TABLE}number-{what}-spanned", "1")) for what in ("rows", "columns"))
        if high > 1 or wide > 1:
            merges.append((position, len(cells), position + high - 1, len(cells) + wide - 1))
        # Empty cells at the end repeat to the edge of the sheet.
        cells += [_value(cell)] * min(_times(cell, "columns"), sheets.MOST_COLUMNS + 1)
        if len(cells) > 20 * sheets.MOST_COLUMNS:
            break
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


def _value(cell: ElementTree.Element) -> Any:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "currency", "percentage"):
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if kind == "date":
        return (cell.get(f"{_OFFICE}date-value") or "")[:10] or None
    # Only its own paragraphs: a comment on the cell has some, too.
    return "\n".join("".join(line.itertext()) for line in cell.findall(f"{_TEXT}p")) or None
