"""One sheet of any file as a plain grid of cells, and how large one may be."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mangluoi.errors import Complaint, InputError

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Grid", "check_packed", "gathered", "unreadable"]

# Far beyond any list that people keep: a file above these is broken, or meant to do harm.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 300_000_000, 300_000, 500
_MOST_GROWTH, _MOST_PARTS = 100, 10_000


@dataclass(frozen=True)
class Grid:
    """One sheet: its rows of cells, the first being row 1, and what the cells alone do not say.

    Parameters
    ----------
    sheet
        Its name; None in a file without sheets.
    rows
        The cells; positions count from 0.
    merges
        First row, first column, last row and last column of merged cells; only the first cell holds the value.
    hidden
        Positions of hidden rows: read like the others, and marked.
    uncalculated
        Row and column of formulas that were saved without a value.
    faults
        What is wrong with the geometry of a row: "missing_geometry", "self_crossing", "not_finite", "malformed", or
        "not_a_place" and its kind.
    is_hidden
        Whether the whole sheet is hidden.
    encoding
        What the text was in, where it was not Unicode to begin with.
    lost
        How many characters could not be read.
    """

    sheet: str | None
    rows: tuple[tuple[Any, ...], ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden: frozenset[int] = frozenset()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    faults: Mapping[int, str] = field(default_factory=dict)
    is_hidden: bool = False
    encoding: str = ""
    lost: int = 0


def unreadable(file: str, reason: str, *, sheet: str | None = None, **details: Any) -> InputError:
    """Return the error for a file that cannot be read; `reason` is a key of `errors.WHYS`."""
    return InputError([Complaint("unreadable_file", file, sheet, details={"reason": reason, **details})])


def check_packed(place: Path) -> None:
    """Refuse a packed file that would grow absurdly, or has an odd inside, before anything is unpacked."""
    with zipfile.ZipFile(place) as packed:
        members = packed.infolist()
        size = sum(member.file_size for member in members)
        if len(members) > _MOST_PARTS:
            raise unreadable(place.name, "too_many_parts", count=len(members))
        if size > MOST_BYTES or (size > 10**7 and size > _MOST_GROWTH * place.stat().st_size):
            raise unreadable(place.name, "grows_absurdly", mb=size // 10**6)
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with packed.open(member) as part:
                    start = part.read(4096)
                # Entities, declared only in a document type, are the one way for XML to grow or to reach outside.
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise unreadable(place.name, "declares_entities")


def gathered(rows: Iterable[tuple[Any, ...]], *, file: str, sheet: str | None) -> tuple[tuple[Any, ...], ...]:
    """Gather the rows of a sheet, without the empty ones that formatting leaves behind its end.

    Raises
    ------
    InputError
        If there are absurdly many rows or columns.
    """
    kept: list[tuple[Any, ...]] = []
    blanks = 0
    for row in rows:
        width = len(row)
        while width and (row[width - 1] is None or (isinstance(row[width - 1], str) and not row[width - 1].strip())):
            width -= 1
        if not width:
            blanks += 1
            continue
        if len(kept) + blanks >= MOST_ROWS:
            raise unreadable(file, "too_many_rows", sheet=sheet, count=MOST_ROWS)
        kept += [()] * blanks
        if width > MOST_COLUMNS:
            raise unreadable(file, "too_many_columns", sheet=sheet, row=len(kept) + 1, count=MOST_COLUMNS)
        kept.append(row[:width])
        blanks = 0
    return tuple(kept)
