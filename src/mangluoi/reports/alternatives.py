"""What else could be done: other budgets, other phases, and how firm the choice of sites is."""

from __future__ import annotations

from collections.abc import Sequence

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import Cell, Exhibit, Heading, columns, count, million, numbered, records
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["all_alternatives", "frontier", "in_report"]


def all_alternatives(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return every table that holds anything, in order."""
    return tuple(exhibit for exhibit in (frontier(d, lang),) if exhibit.rows)


def in_report(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return the tables that the report itself holds."""
    return all_alternatives(d, lang)


def _annex(
    number: int, key: str, lang: Lang, *, headings: tuple[Heading, ...], rows: Sequence[tuple[Cell, ...]]
) -> Exhibit:
    exhibit = Exhibit(
        label=say("report.annex_table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say(f"table.sheet.{key}", lang),
        unit=say("table.unit.none", lang),
        source=say("report.source_model", lang),
        headings=headings,
        rows=numbered(rows),
    )
    return exhibits.noted(exhibit, lang, key)


def frontier(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List the most people for each budget."""
    rows = [
        (
            million(row.budget_vnd, lang), count(row.people, lang, masked=bool(row.masked)),
            count(row.bound, lang, masked=bool(row.masked)), million(row.cost_vnd, lang), count(row.actions, lang),
            sentences.known("status", str(row.status), lang),
        )
        for row in records(d.frontier)
    ]  # fmt: skip
    return _annex(
        15, "frontier", lang,
        headings=columns(
            lang, ("number", "code", 5), ("budget", "number", 16), ("people_most", "number", 14),
            ("people_bound", "number", 12), ("cost", "number", 14), ("actions_count", "number", 9),
            ("proven", "text", 24),
        ),
        rows=rows,
    )  # fmt: skip
