"""Spreadsheet files as plain grids of cells: what is in them, before any meaning."""

from __future__ import annotations

import logging
from pathlib import Path

from mangluoi.errors import Complaint, InputError
from mangluoi.sources import encodings, features, opendocument, plaintext, sheets, workbooks
from mangluoi.sources.sheets import Grid

__all__ = ["SUFFIXES", "Grid", "read_grids"]

#: The kinds of file that can be read.
SUFFIXES = (
    ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".gpkg", ".geojson", ".shp", ".parquet",
)  # fmt: skip

_log = logging.getLogger(__name__)


def read_grids(path: str | Path, *, encoding: str | None = None) -> list[Grid]:
    """Read every sheet of a spreadsheet file: values, never formulas; macros and links are not followed.

    Parameters
    ----------
    path
        A file with one of `SUFFIXES`. Geographic features give their attributes, ``lon`` and ``lat``, a sheet for
        each layer.
    encoding
        Of its text, where it is known; see `encodings.decode`.

    Raises
    ------
    InputError
        If the file does not exist, is absurdly large, or cannot be read; the complaint names the reason and, where
        one is known, the row.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    suffix = place.suffix.lower()
    if suffix not in SUFFIXES:
        raise sheets.unreadable(place.name, "unknown_suffix", suffix=suffix or place.name)
    if place.stat().st_size > sheets.MOST_BYTES:
        raise sheets.unreadable(place.name, "too_large", mb=sheets.MOST_BYTES // 10**6)
    try:
        return _read(place, suffix, encoding)
    except InputError:
        raise
    # A damaged file makes a parser fail in ways it does not document; all of them mean the same to the user.
    except Exception as error:
        _log.info("%s: %s: %s", place.name, type(error).__name__, error)
        raise sheets.unreadable(place.name, "damaged") from error


def _read(place: Path, suffix: str, encoding: str | None) -> list[Grid]:
    if suffix in (".csv", ".tsv", ".txt"):
        return [plaintext.read_csv(place, encoding=encoding)]
    if suffix in (".xlsx", ".xlsm"):
        found = workbooks.read_xlsx(place)
    elif suffix == ".xls":
        found = workbooks.read_xls(place)
    elif suffix == ".ods":
        found = opendocument.read_ods(place)
    elif suffix == ".parquet":
        found = [features.read_parquet(place)]
    else:
        found = features.read_features(place)
    # A workbook is Unicode by itself, but its text may have been typed in a font of other letters.
    return [encodings.mended(grid, file=place.name, encoding=encoding) for grid in found]
