"""What became of a file that was read, in words."""

from __future__ import annotations

from mangluoi.reports import sentences, words
from mangluoi.reports.words import Lang, say
from mangluoi.sources import Reading
from mangluoi.tables import TABLES

__all__ = ["rows"]


def rows(reading: Reading, lang: Lang = "vi") -> list[tuple[int, str, str]]:
    """Return, for each row of the file, its number, its status and why, in words."""
    complaints: dict[int, list[str]] = {}
    for each in reading.complaints:
        if each.row is not None:
            column = _heading(reading, each.column or "", lang)
            told = sentences.complaint(each, lang)
            complaints.setdefault(each.row, []).append(f"{column}: {told}" if column else told)
    told_rows = []
    for row, status, why in reading.rows.itertuples(index=False, name=None):
        marks = [_mark(reading, mark.column, mark.code, lang) for mark in reading.marks.get(row, ())]
        plain = [say(f"row_why.{why}", lang)] if f"row_why.{why}" in words.all_keys() else []
        # A complaint says more than the mark of the same thing.
        parts = [*dict.fromkeys([*complaints.get(row, []), *(marks if status != "subtotal" else []), *plain])]
        told_rows.append((int(row), say(f"row_status.{status}", lang), "; ".join(parts)))
    return told_rows


def _mark(reading: Reading, column: str, code: str, lang: Lang) -> str:
    told = say(f"row_why.{code}", lang)
    if not column:
        return told
    return f"{_heading(reading, column, lang)}: {told}"


def _heading(reading: Reading, column: str, lang: Lang) -> str:
    """Return what stands above a column in the file; where nothing does, its Vietnamese or English name."""
    shown = {name: text for text, name in reading.columns.items()}
    return " + ".join(shown.get(name) or _declared(name, lang) for name in column.split(" + ") if name)


def _declared(name: str, lang: Lang) -> str:
    known = {table[name].heading for table in TABLES.values() if name in table.names}
    return min(sorted(known), key=len) if known and lang == "vi" else name
