"""Excel workbooks as grids: values, never formulas; macros and links to other files are not followed."""

from __future__ import annotations

import importlib
import io
import itertools
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils import range_boundaries

from mangluoi.sources import sheets
from mangluoi.sources.sheets import Grid

__all__ = ["read_xls", "read_xlsx"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = re.compile(r"\{[^}]*\}id")
_OLD_FILE = b"\xd0\xcf\x11\xe0"


def read_xlsx(place: Path) -> list[Grid]:
    """Read every sheet of an .xlsx or .xlsm file."""
    with place.open("rb") as file:
        if file.read(4) == _OLD_FILE:
            raise sheets.unreadable(place.name, "password")
    sheets.check_packed(place)
    grids: list[Grid] = []
    with warnings.catch_warnings():
        # openpyxl warns of drop-down lists and styles that it does not carry; only values are read here.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(place, read_only=True, data_only=True, keep_links=False)
        try:
            with zipfile.ZipFile(place) as packed:
                parts = _parts(packed)
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                    rows = _until_damaged(sheet.iter_rows(values_only=True), place.name, sheet.title)
                    gathered = sheets.gathered(rows, file=place.name, sheet=sheet.title)
                    layout = _layout(packed, parts[sheet.title]) if sheet.title in parts else {}
                    grids.append(Grid(sheet.title, gathered, is_hidden=sheet.sheet_state != "visible", **layout))
        finally:
            book.close()
    return grids


def _until_damaged(rows: Iterator[tuple[Any, ...]], file: str, sheet: str) -> Iterator[tuple[Any, ...]]:
    """Give the rows, and name the last good one where the file breaks off."""
    for count in itertools.count():
        try:
            row = next(rows)
        except StopIteration:
            return
        # Whatever a parser fails with inside a sheet, the sheet is damaged there.
        except Exception as error:
            raise sheets.unreadable(file, "damaged_after", sheet=sheet, row=count) from error
        yield row


def _parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the packed file of each sheet, by the sheet's name."""
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    inside = set(packed.namelist())
    if not {book, links} <= inside:
        return {}
    targets = {
        # A target counts from the folder of the workbook, unless it starts with a slash.
        link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", "")))[1:]
        for link in ElementTree.fromstring(packed.read(links))
    }
    found: dict[str, str] = {}
    for sheet in ElementTree.fromstring(packed.read(book)).iter():
        if sheet.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            own = next((value for key, value in sheet.attrib.items() if _RELATION.fullmatch(key)), None)
            if targets.get(own) in inside:
                found[sheet.get("name", "")] = targets[own]
    return found


def _layout(packed: zipfile.ZipFile, part: str) -> dict[str, Any]:
    """Read what a read-only workbook does not tell: hidden rows, merged cells, formulas without a value."""
    merges: list[tuple[int, int, int, int]] = []
    hidden: set[int] = set()
    uncalculated: set[tuple[int, int]] = set()
    position = -1
    with packed.open(part) as content:
        for _, element in ElementTree.iterparse(content):
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                position = int(element.get("r", position + 2)) - 1
                if element.get("hidden") in ("1", "true"):
                    hidden.add(position)
                for number, cell in enumerate(element):
                    names = {inside.tag.rpartition("}")[2]: inside for inside in cell}
                    if "f" in names and not (names["v"].text if "v" in names else None) and "is" not in names:
                        at = cell.get("r")
                        uncalculated.add((position, range_boundaries(at)[0] - 1 if at else number))  # type: ignore[operator]
                element.clear()
            elif tag == "mergeCell":
                left, top, right, bottom = range_boundaries(element.get("ref", "A1"))
                if None not in (left, top, right, bottom):
                    merges.append((top - 1, left - 1, bottom - 1, right - 1))  # type: ignore[operator]
    return {"merges": tuple(merges), "hidden": frozenset(hidden), "uncalculated": frozenset(uncalculated)}


def read_xls(place: Path) -> list[Grid]:
    """Read every sheet of an .xls file; needs the extra `xls`."""
    try:
        xlrd: Any = importlib.import_module("xlrd")
    except ImportError as error:
        raise sheets.unreadable(place.name, "extra_missing", package="xlrd", extra="xls") from error
    # xlrd would print its doubts about a file.
    book = xlrd.open_workbook(str(place), formatting_info=True, logfile=io.StringIO(), ragged_rows=True)
    grids = []
    for sheet in book.sheets():
        rows = [tuple(_xls_value(xlrd, book, cell) for cell in sheet.row(n)) for n in range(sheet.nrows)]
        grids.append(
            Grid(
                sheet.name,
                sheets.gathered(rows, file=place.name, sheet=sheet.name),
                merges=tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
                hidden=frozenset(n for n, info in sheet.rowinfo_map.items() if info.hidden),
                is_hidden=sheet.visibility != 0,
            )
        )
    return grids


def _xls_value(xlrd: Any, book: Any, cell: Any) -> Any:
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    return cell.value
