"""What else could be done: other budgets, other phases, and how firm the choice of sites is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import Cell, Exhibit, Heading, columns, count, million, numbered, records, text
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["adds", "all_alternatives", "equity", "frontier", "in_report", "phase_actions", "phases"]


def all_alternatives(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return every table that holds anything, in order."""
    made = (*in_report(d, lang), adds(d, lang))
    return tuple(exhibit for exhibit in made if exhibit.rows)


def in_report(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return the tables that the report itself holds."""
    made = (frontier(d, lang), phases(d, lang), phase_actions(d, lang), equity(d, lang))
    return tuple(exhibit for exhibit in made if exhibit.rows)


def _annex(
    number: int, key: str, lang: Lang, *, headings: tuple[Heading, ...], rows: Sequence[tuple[Cell, ...]]
) -> Exhibit:
    exhibit = Exhibit(
        label=say("report.annex_table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say(f"table.sheet.{key}", lang),
        key=key,
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
            million(row.budget_vnd, lang),
            *(_reached(value, lang, masked=bool(row.masked)) for value in (row.people, row.bound)),
            million(row.cost_vnd, lang), count(row.actions, lang), sentences.known("status", str(row.status), lang),
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


def _reached(value: Any, lang: Lang, *, masked: bool) -> Cell:
    return say("cell.not_reached", lang) if not masked and pd.isna(value) else count(value, lang, masked=masked)


def phases(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List what each phase reaches, and the price of nesting."""
    rows = [
        (
            str(row.phase), float(row.years), million(row.budget_vnd, lang), million(row.cost_vnd, lang),
            *(count(value, lang, masked=bool(row.masked)) for value in (row.people, row.alone, row.lost)),
        )
        for row in records(d.reasoning.phases)
    ]  # fmt: skip
    return _annex(
        16, "phases", lang,
        headings=columns(
            lang, ("number", "code", 5), ("phase", "text", 20), ("years", "number", 8), ("money_so_far", "number", 16),
            ("cost_so_far", "number", 16), ("people_then", "number", 14), ("people_alone", "number", 14),
            ("lost_by_nesting", "number", 12),
        ),
        rows=rows,
    )  # fmt: skip


def _acted(d: Disclosed, lang: Lang) -> dict[str, tuple[str, str]]:
    """Name each shown action: what is done, and where."""
    return {
        str(row.action_id): (
            sentences.known("action", str(row.kind), lang),
            text(row.unit_name if row.kind == "build" else row.name, lang),
        )
        for row in records(d.actions)
    }


def phase_actions(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List what is done in each phase."""
    named = _acted(d, lang)
    rows = [
        (str(row.phase), *named[str(row.action_id)], count(row.added, lang), million(row.cost_vnd, lang))
        for row in records(d.reasoning.phase_actions)
    ]
    return _annex(
        17, "phase_actions", lang,
        headings=columns(
            lang, ("number", "code", 5), ("phase", "text", 20), ("action", "text", 16), ("facility", "text", 36),
            ("added", "number", 10), ("cost", "number", 14),
        ),
        rows=rows,
    )  # fmt: skip


def equity(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List how many fewer are served in all where every part must reach a share."""
    rows = [
        (
            say(f"part.{row.by}", lang), round(100 * float(row.at_least), 1),
            *(_reached(value, lang, masked=bool(row.masked)) for value in (row.people, row.lost)),
            sentences.known("status", str(row.status), lang),
        )
        for row in records(d.reasoning.equity)
    ]  # fmt: skip
    return _annex(
        18, "equity", lang,
        headings=columns(
            lang, ("number", "code", 5), ("part", "text", 18), ("floor", "number", 12),
            ("people_reached", "number", 16), ("fewer", "number", 14), ("proven", "text", 24),
        ),
        rows=rows,
    )  # fmt: skip


def adds(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List whom each action adds, by commune and group."""
    named = _acted(d, lang)
    units = d.units.set_index("unit_code")["name"]
    rows = [
        (
            *named[str(row.action_id)], str(units[row.unit_code]), name("group", str(row.group), lang),
            name("service", str(row.service), lang), count(row.people, lang, masked=bool(row.masked)),
        )
        for row in records(d.reasoning.adds)
    ]  # fmt: skip
    return _annex(
        19, "adds", lang,
        headings=columns(
            lang, ("number", "code", 5), ("action", "text", 16), ("facility", "text", 32), ("commune", "text", 20),
            ("group", "text", 20), ("service", "text", 16), ("more_people", "number", 10),
        ),
        rows=rows,
    )  # fmt: skip
