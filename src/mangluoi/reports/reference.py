"""The page of documentation about the tables, made from their declarations."""

from __future__ import annotations

from mangluoi import shipped
from mangluoi.reports.template import choices
from mangluoi.tables import INPUTS, TABLES, Column, Table

__all__ = ["GLOSSARY_START", "glossary", "tables_reference"]

#: What the written part of the glossary begins with.
GLOSSARY_START = "## Groups, services and facility types"

_KINDS = {
    "text": "text", "code": "code (text)", "whole": "whole number", "number": "number", "date": "date",
    "flag": "yes/no",
}  # fmt: skip


def glossary() -> str:
    """Return the list of groups, services and facility types in both languages, as Markdown."""
    parts = [f"{GLOSSARY_START} · Nhóm, dịch vụ, loại hình", ""]
    parts += ["Written from `data/norms/*.csv`; do not edit it by hand.", ""]
    parts += ["| id | English | Tiếng Việt |", "|---|---|---|"]
    for file, column in (("groups", "group"), ("services", "service"), ("facility_types", "type")):
        rows = shipped.frame(f"norms/{file}.csv")
        parts += [f"| `{row[column]}` | {row['name_en']} | {row['name_vi']} |" for row in rows.to_dict("records")]
    return "\n".join(parts) + "\n"


def tables_reference() -> str:
    """Return the page ``docs/tables.md``: every declared table and column, as Markdown."""
    parts = [
        "# Tables",
        "",
        "Written by `mangluoi.reports.reference.tables_reference` from `mangluoi/tables.py`; do not edit it by hand.",
        "",
        "The tables marked *input* are the sheets of the workbook that `mangluoi template` writes.",
    ]
    for table in TABLES.values():
        parts += ["", *_table(table)]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> list[str]:
    mark = f" (input: sheet “{table.sheet}”)" if table in INPUTS else ""
    lines = [
        f"## {table.name.upper()}{mark}",
        "",
        table.meaning,
        "",
        f"Key: {', '.join(f'`{name}`' for name in table.key)}.",
        "",
        "| column | heading | kind | unit | required | range or values | meaning |",
        "|---|---|---|---|---|---|---|",
    ]
    return lines + [_row(column) for column in table.columns]


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`", column.heading, _KINDS[column.kind], column.unit, "yes" if column.required else "",
        _range(column), column.meaning,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _range(column: Column) -> str:
    if column.choices is not None:
        return ", ".join(f"`{value}`" for value, _ in choices(column, "en"))
    low = "" if column.low is None else f"≥ {column.low:g}"
    high = "" if column.high is None else f"≤ {column.high:g}"
    return ", ".join(part for part in (low, high) if part)
