"""Spreadsheet files as plain grids of cells: what is in them, before any meaning."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from mangluoi.errors import Complaint, InputError

__all__ = ["Grid", "read_grids"]


@dataclass(frozen=True)
class Grid:
    """One sheet: its name (None in a file without sheets) and its rows of cells, the first being row 1."""

    sheet: str | None
    rows: tuple[tuple[Any, ...], ...]


def read_grids(path: str | Path) -> list[Grid]:
    """Read every sheet of a spreadsheet file: values, never formulas.

    Parameters
    ----------
    path
        A file that ends in .xlsx, .xlsm or .csv.

    Raises
    ------
    InputError
        If the file does not exist or cannot be read.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    suffix = place.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return _read_workbook(place)
    if suffix == ".csv":
        return [_read_csv(place)]
    raise InputError(
        [Complaint("unreadable_file", str(path), details={"why": f"{suffix or 'no suffix'} is not known"})]
    )


def _read_workbook(place: Path) -> list[Grid]:
    grids: list[Grid] = []
    try:
        with warnings.catch_warnings():
            # openpyxl warns of drop-down lists and styles that it does not carry; only values are read here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(place, read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                    grids.append(Grid(sheet.title, tuple(tuple(row) for row in sheet.iter_rows(values_only=True))))
            finally:
                book.close()
    # A damaged file makes the parser fail in ways it does not document; all of them mean the same to the user.
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise InputError([Complaint("unreadable_file", file=place.name, details={"why": why})]) from error
    return grids


def _read_csv(place: Path) -> Grid:
    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"not UTF-8 text ({error})"
        raise InputError([Complaint("unreadable_file", file=place.name, details={"why": why})]) from error
    first_line = text.split("\n", 1)[0]
    mark = max(",;\t", key=first_line.count)
    try:
        rows = tuple(tuple(row) for row in csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as error:
        raise InputError([Complaint("unreadable_file", file=place.name, details={"why": str(error)})]) from error
    return Grid(None, rows)
