"""Where the table is on a sheet: below which headings, and which rows are not data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mangluoi.checking import Table
from mangluoi.sources import headings
from mangluoi.sources.headings import Headings
from mangluoi.sources.sheets import Grid
from mangluoi.tables import INPUTS
from mangluoi.viettext import compose, fold

__all__ = ["column_numbers", "find_table", "headings_at", "heads_another_table", "is_blank", "is_note", "is_subtotal"]

# With diacritics "cộng" is a sum and "công" a company; without them only a whole cell is clear.
_SUBTOTAL = re.compile(
    r"(?:tổng(?: cộng| số| chung)?|cộng(?: dồn)?)(?:$|\s*[:(=]|\s+(?:toàn|các|chung|mục|phần|huyện|xã|tỉnh|thành phố|"
    r"thị xã|thị trấn|phường|quận|[ivx]+\b|[a-d]\b|\d))|toàn (?:tỉnh|huyện|xã|quốc|thành phố|thị xã)\b"
)
_SUBTOTAL_ASCII = re.compile(r"(?:tong cong|tong so|tong|cong|toan tinh|toan huyen|toan xa|toan quoc)[ :.]*")
_NOTE = re.compile(
    r"(?:ghi chu|chu thich|nguon|nguoi lap|thu truong|tm\.|kt\.|tl\.|tuq\.|noi nhan|luu y|don vi tinh|dvt|ngay \d|"
    r"[\w .]{2,30}, ngay \d|\(\*|\*+|chu tich|giam doc|ke toan|xac nhan|thu ky|ky ten|\(ky)"
)
_MOST_HEADING_ROWS = 3


def is_blank(row: Sequence[Any]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None or not str(cell).strip() for cell in row)


def is_subtotal(row: Sequence[Any]) -> bool:
    """Whether the first words of a row say that it sums others up."""
    for cell in row[:4]:
        if not isinstance(cell, str):
            continue
        text = re.sub(r"^(?:[ivxlc]+|[a-dđ]|\d+)[.)]\s*", "", compose(cell).casefold()).strip(" .:-*")
        if not text or text.isdecimal():
            continue
        if _SUBTOTAL.match(text) or (text.isascii() and _SUBTOTAL_ASCII.fullmatch(text)):
            return True
        # A level number before the words, I, A, 1, says nothing.
        if len(text) > 4:
            return False
    return False


def column_numbers(row: Sequence[Any]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 or (1), (2), (3)=(1)+(2), or A, B, 1, 2."""
    cells = [re.sub(r"=.*|[()\s]|\.0$", "", str(cell)) for cell in row if cell is not None and str(cell).strip()]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 4]
    return (
        len(cells) >= 3
        and len(numbers) >= 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 3
        and all(cell.isdecimal() or re.fullmatch(r"[A-Za-z]", cell) for cell in cells)
    )


def is_note(row: Sequence[Any], columns: Sequence[int]) -> bool:
    """Whether a row holds words in one or two cells and nothing else: a title, a group heading, a signature."""
    cells = [cell for cell in row if cell is not None and str(cell).strip()]
    if all(isinstance(cell, str) for cell in cells) and len(cells) <= 2 and _NOTE.match(fold(str(cells[0]))):
        return True
    placed = [row[n] for n in columns if n < len(row) and row[n] is not None and str(row[n]).strip()]
    wordy = all(isinstance(cell, str) and not re.search(r"\d", cell) for cell in cells)
    return len(cells) <= 2 and len(placed) <= 2 and wordy and len(columns) > 2


def heads_another_table(table: Table, row: Sequence[Any]) -> bool:
    """Whether a row holds the headings of some table that is not this one."""
    cells = [cell for cell in row if cell is not None and str(cell).strip()]
    if len(cells) < 3 or not all(isinstance(cell, str) and not re.search(r"\d", cell) for cell in cells):
        return False
    own = headings.read_headings(table, 0, row).found
    return any(
        headings.read_headings(other, 0, row).found >= max(3, own + 1) for other in INPUTS if other.name != table.name
    )


def find_table(table: Table, grid: Grid, said: Mapping[str, str] | None = None) -> tuple[Headings, int] | None:
    """Find the headings of a table, in one row or in several that belong together.

    Parameters
    ----------
    table
        The declaration.
    grid
        The sheet.
    said
        What the user has said that headings mean, by heading.

    Returns
    -------
    headings, first
        The headings, their ``row`` being the last of theirs, and the position of the first heading row; None where
        no row holds the headings.
    """
    best: tuple[Headings, int] | None = None
    for first in range(min(len(grid.rows), 40)):
        found = headings_at(table, grid, first, said)
        # Of headings that mean as much, those in the fewest rows: what stands above them is a title.
        if found is not None and (best is None or _worth(found, first) > _worth(*best)):
            best = (found, first)
    if best is None or best[0].found < min(2, len(table.columns)):
        return None
    return best


def _worth(found: Headings, first: int) -> tuple[int, int]:
    return found.found, first - found.row


def headings_at(table: Table, grid: Grid, first: int, said: Mapping[str, str] | None = None) -> Headings | None:
    """Read the headings that begin at a row: those of one row, or of two or three that mean more together."""
    best: Headings | None = None
    for count in range(1, _MOST_HEADING_ROWS + 1):
        block = grid.rows[first : first + count]
        if len(block) < count or any(is_blank(row) for row in block):
            break
        if count == 2 and sum(not is_blank([cell]) for cell in block[0]) < 2:
            # One cell alone is a title above the headings.
            break
        if count > 1 and any(_is_number(cell) for cell in block[-1]):
            # Numbers do not stand in headings.
            break
        joined = block[0] if count == 1 else _merged(table, grid, first, count, said)
        found = headings.read_headings(table, first + count - 1, joined, said)
        if best is None or found.found > best.found:
            best = found
    return best


def _is_number(cell: Any) -> bool:
    return cell is not None and re.fullmatch(r"\s*[-+]?\d[\d.,\s]*", str(cell)) is not None


def _merged(table: Table, grid: Grid, first: int, count: int, said: Mapping[str, str] | None) -> list[str]:
    """Join headings that stand above one another; a merged one holds for the cells to its right, too."""
    block = grid.rows[first : first + count]
    width = max(len(row) for row in block)
    lines = [["" if cell is None else str(cell).strip() for cell in row] + [""] * (width - len(row)) for row in block]
    spread: set[tuple[int, int]] = set()
    for depth, line in enumerate(lines[:-1]):
        for n in range(1, width):
            # Only what has something of its own below it stands under a merged heading.
            below = any(lower[n] for lower in lines[depth + 1 :])
            if not line[n] and below and line[n - 1] and _joined(grid, first + depth, n):
                line[n] = line[n - 1]
                spread |= {(depth, n - 1), (depth, n)}
    found: list[str] = []
    for n in range(width):
        stacked = list(dict.fromkeys(line[n] for line in lines if line[n]))
        # Together first, then the lowest, then one above that holds for this column alone.
        alone = [line[n] for depth, line in enumerate(lines) if line[n] and (depth, n) not in spread]
        readings = [" ".join(stacked), *reversed(alone)]
        fitting = (
            each
            for exactly in (True, False)
            for each in readings
            if each and headings.meaning(table, each, said, exactly=exactly) is not None
        )
        found.append(next(fitting, readings[0]))
    return found


def _joined(grid: Grid, row: int, column: int) -> bool:
    """Whether a cell continues the one to its left: as merged, or, in files that keep no merges, as it seems."""
    if not grid.merges:
        return True
    return any(top <= row <= bottom and left < column <= right for top, left, bottom, right in grid.merges)
