"""Spreadsheet files as plain grids of cells: what is in them, before any meaning."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import openpyxl
import pandas

from mangluoi.errors import Complaint, InputError
from mangluoi.sources import encodings

__all__ = ["Grid", "read_grids"]

# Far beyond any list that people keep: a file above these is broken, or meant to do harm.
_MOST_BYTES, _MOST_GROWTH, _MOST_ROWS, _MOST_COLUMNS = 300_000_000, 100, 300_000, 500
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@dataclass(frozen=True)
class Grid:
    """One sheet: its name (None in a file without sheets) and its rows of cells, the first being row 1."""

    sheet: str | None
    rows: tuple[tuple[Any, ...], ...]


def read_grids(path: str | Path, *, encoding: str | None = None) -> list[Grid]:
    """Read every sheet of a spreadsheet file: values, never formulas; macros and links are not followed.

    Parameters
    ----------
    path
        A file that ends in .xlsx, .xlsm, .ods, .csv, .tsv or .txt, or holds geographic features (.gpkg, .geojson,
        .shp), of which points give ``lon`` and ``lat``.
    encoding
        Of a text file, where it is known; see `encodings.decode`.

    Raises
    ------
    InputError
        If the file does not exist, is absurdly large, or cannot be read.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    suffix = place.suffix.lower()
    try:
        if place.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES // 10**6} MB")
        if suffix in (".xlsx", ".xlsm"):
            return _read_workbook(place)
        if suffix == ".ods":
            return _read_ods(place)
        if suffix in (".csv", ".tsv", ".txt"):
            return [_read_csv(place, encoding)]
        if suffix in (".gpkg", ".geojson", ".shp"):
            return [_read_features(place)]
    except InputError:
        raise
    # A damaged file makes a parser fail in ways it does not document; all of them mean the same to the user.
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise InputError([Complaint("unreadable_file", file=place.name, details={"why": why})]) from error
    why = "save it as .xlsx first" if suffix == ".xls" else f"{suffix or 'no suffix'} is not known"
    raise InputError([Complaint("unreadable_file", place.name, details={"why": why})])


def _check_packed(place: Path) -> None:
    """Refuse a packed file that would grow absurdly, before anything is unpacked."""
    with zipfile.ZipFile(place) as packed:
        size = sum(member.file_size for member in packed.infolist())
    if size > _MOST_BYTES or (size > 10**7 and size > _MOST_GROWTH * place.stat().st_size):
        raise ValueError(f"it would unpack to {size // 10**6} MB")


def _read_workbook(place: Path) -> list[Grid]:
    _check_packed(place)
    grids: list[Grid] = []
    with warnings.catch_warnings():
        # openpyxl warns of drop-down lists and styles that it does not carry; only values are read here.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(place, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows: list[tuple[Any, ...]] = []
                for row in sheet.iter_rows(values_only=True):
                    rows.append(tuple(row))
                    if len(rows) > _MOST_ROWS:
                        raise ValueError(f"the sheet {sheet.title!r} has more than {_MOST_ROWS} rows")
                grids.append(Grid(sheet.title, tuple(rows)))
        finally:
            book.close()
    return grids


def _read_ods(place: Path) -> list[Grid]:
    _check_packed(place)
    with zipfile.ZipFile(place) as packed:
        root = ElementTree.fromstring(packed.read("content.xml"))
    grids: list[Grid] = []
    for sheet in root.iter(f"{_TABLE}table"):
        rows: list[tuple[Any, ...]] = []
        for line in sheet.iter(f"{_TABLE}table-row"):
            cells: list[Any] = []
            for cell in line:
                times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                # Empty cells at the end repeat to the edge of the sheet.
                cells += [_ods_value(cell)] * min(times, _MOST_COLUMNS)
            while cells and cells[-1] is None:
                cells.pop()
            times = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
            rows += [tuple(cells)] * (times if cells else min(times, 1000))
            if len(rows) > _MOST_ROWS:
                raise ValueError(f"a sheet has more than {_MOST_ROWS} rows")
        while rows and not rows[-1]:
            rows.pop()
        grids.append(Grid(sheet.get(f"{_TABLE}name"), tuple(rows)))
    return grids


def _ods_value(cell: ElementTree.Element) -> Any:
    if cell.get(f"{_OFFICE}value-type") in ("float", "currency", "percentage"):
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if cell.get(f"{_OFFICE}value-type") == "date":
        return (cell.get(f"{_OFFICE}date-value") or "")[:10]
    return "\n".join("".join(line.itertext()) for line in cell.iter(f"{_TEXT}p")) or None


def _read_csv(place: Path, encoding: str | None) -> Grid:
    text = encodings.decode(place.read_bytes(), encoding=encoding, file=place.name).text
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    mark = max(",;\t", key=lambda each: sum(line.count(each) for line in lines))
    return Grid(None, tuple(tuple(row) for row in csv.reader(io.StringIO(text), delimiter=mark)))


def _read_features(place: Path) -> Grid:
    frame = geopandas.read_file(place)
    named = [str(name) for name in frame.columns if name != frame.geometry.name]
    shapes = frame.geometry.to_crs("EPSG:4326") if frame.crs is not None else frame.geometry
    rows: list[tuple[Any, ...]] = [(*named, "lon", "lat")]
    for cells, shape in zip(frame[named].itertuples(index=False, name=None), shapes, strict=True):
        point = shape is not None and shape.geom_type == "Point" and not shape.is_empty
        at = (shape.x, shape.y) if point else (None, None)
        rows.append((*(None if pandas.isna(cell) else cell for cell in cells), *at))
    return Grid(None, tuple(rows))
