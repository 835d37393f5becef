"""Where the table is on a sheet: below which headings, and which rows are not data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mangluoi.checking import Table
from mangluoi.sources import headings
from mangluoi.sources.headings import Headings
from mangluoi.viettext import fold

__all__ = ["column_numbers", "find_table", "is_blank", "is_subtotal", "is_text_only"]

_SUBTOTAL = re.compile(r"(?:tong(?: cong| so)?|cong|cong don|toan (?:tinh|huyen|xa|quoc|thanh pho))\b(?! tac)")
_MOST_HEADING_ROWS = 3


def is_blank(row: Sequence[Any]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None or not str(cell).strip() for cell in row)


def is_subtotal(row: Sequence[Any]) -> bool:
    """Whether the first words of a row say that it sums others up."""
    for cell in row[:4]:
        if isinstance(cell, str) and (key := fold(cell).strip(" .:-*")) and not key.isdecimal():
            if _SUBTOTAL.match(key):
                return True
            # A level number before the words, I, A, 1, says nothing.
            if len(key) > 4:
                return False
    return False


def column_numbers(row: Sequence[Any]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 or (1), (2), (3), or A, B, 1, 2."""
    cells = [re.sub(r"[()\s]|\.0$", "", str(cell)) for cell in row if cell is not None and str(cell).strip()]
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    return (
        len(cells) >= 3
        and len(numbers) >= 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 3
        and all(cell.isdecimal() or re.fullmatch(r"[A-Za-z]", cell) for cell in cells)
    )


def is_text_only(row: Sequence[Any], columns: Sequence[int]) -> bool:
    """Whether a row holds words in one or two cells and nothing else: a title, a group heading, a signature."""
    cells = [cell for cell in row if cell is not None and str(cell).strip()]
    placed = [row[n] for n in columns if n < len(row) and row[n] is not None and str(row[n]).strip()]
    wordy = all(isinstance(cell, str) and not re.search(r"\d", cell) for cell in cells)
    return len(cells) <= 2 and len(placed) <= 2 and wordy and len(columns) > 2


def find_table(table: Table, rows: Sequence[Sequence[Any]]) -> tuple[Headings, int] | None:
    """Find the headings of a table, in one row or in several that belong together.

    Returns
    -------
    headings, first
        The headings, their ``row`` being the last of theirs, and the position of the first heading row; None where
        no row holds the headings.
    """
    single = headings.find_headings(table, rows)
    best: tuple[Headings, int] | None = None if single is None else (single, single.row)
    for first in range(min(len(rows), 30)):
        for count in range(2, _MOST_HEADING_ROWS + 1):
            block = rows[first : first + count]
            if len(block) < count or any(is_blank(row) for row in block):
                continue
            found = headings.read_headings(table, first + count - 1, _merged(table, block))
            if best is None or len(found.columns) > len(best[0].columns):
                best = (found, first)
    if best is None or len(best[0].columns) < min(2, len(table.columns)):
        return None
    return best


def _merged(table: Table, block: Sequence[Sequence[Any]]) -> list[str]:
    """Join headings that stand above one another; a merged one holds for the cells to its right, too."""
    width = max(len(row) for row in block)
    lines: list[list[str]] = []
    for depth, row in enumerate(block):
        line = ["" if cell is None else str(cell).strip() for cell in row] + [""] * (width - len(row))
        if depth < len(block) - 1:
            for n in range(1, width):
                # Only what has something of its own below it stands under a merged heading.
                if not line[n] and any(n < len(below) and below[n] for below in block[depth + 1 :]):
                    line[n] = line[n - 1]
        lines.append(line)
    found: list[str] = []
    for n in range(width):
        stacked = list(dict.fromkeys(line[n] for line in lines if line[n]))
        # Together first, then the lowest, then the one above: what means something is what is meant.
        readings = [" ".join(stacked), *reversed(stacked)]
        found.append(next((each for each in readings if headings.means_something(table, each)), readings[0]))
    return found
