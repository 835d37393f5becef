"""Text files with marks between the cells, in any encoding that Vietnamese offices use."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from mangluoi.sources import encodings, sheets
from mangluoi.sources.sheets import Grid

__all__ = ["read_csv"]

_MARKS = ",;\t|"
_LOOKED_AT = 200


def read_csv(place: Path, *, encoding: str | None = None) -> Grid:
    """Read a .csv, .tsv or .txt file; a row is a record, which may hold line breaks between quotes."""
    decoded = encodings.decode(place.read_bytes(), encoding=encoding, file=place.name)
    text = decoded.text
    # Excel may name the mark in a first line of its own.
    mark = text[4] if text.lower().startswith("sep=") and len(text) > 5 else _mark(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    gathered = sheets.gathered((tuple(row) for row in rows), file=place.name, sheet=None)
    told = "" if decoded.encoding == "utf-8" else decoded.encoding
    return Grid(None, gathered, encoding=told, lost=decoded.lost)


def _mark(text: str) -> str:
    """Find the mark that cuts most lines into the same number of cells, more than one."""
    best, most = ",", 0
    for mark in _MARKS:
        widths: dict[int, int] = {}
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark)):
            if number == _LOOKED_AT:
                break
            if len(row) > 1:
                widths[len(row)] = widths.get(len(row), 0) + 1
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > most:
            best, most = mark, score
    return best
