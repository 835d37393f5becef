"""Biểu 6, 7 and 9: targets, the chosen actions and their cost; with Biểu 8 what a proposal decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mangluoi.reports import sentences, sizes
from mangluoi.reports.exhibits import (
    Cell,
    Exhibit,
    columns,
    count,
    form,
    million,
    noted,
    numbered,
    records,
    text,
)
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["actions", "budget", "served_more", "targets", "total_cost"]


_SHARES = ("share_nonpublic", "share_served", "share_offering")
_TARGET_UNITS: Mapping[str, str] = {
    "facility_capacity": "places", "total_capacity": "places", "count_facilities": "facilities",
}  # fmt: skip


def targets(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 6: the plan's targets, today and after."""
    rows = []
    for row in records(d.scorecard):
        is_share = row.kind in _SHARES

        def value(of: Any, scaled: bool = is_share) -> Cell:
            if pd.isna(of):
                return say("report.unknown", lang)
            return round(100 * float(of), 1) if scaled else round(float(of))

        unit = say("cell.percent" if is_share else f"cell.{_TARGET_UNITS[row.kind]}", lang)
        label = (
            str(row.label)
            if pd.isna(row.reason) or not row.reason
            else f"{row.label} ({sentences.known('measured', str(row.reason), lang)})"
        )
        rows.append((label, unit, value(row.value), str(row.year), value(row.today), value(row.after),
                     value(row.distance), str(row.source)))  # fmt: skip
    exhibit = form(
        6, "targets", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("target_label", "text", 28), ("unit", "text", 9), ("target", "number", 8),
            ("year", "code", 7), ("today", "number", 10), ("after", "number", 10), ("distance", "number", 10),
            ("source", "text", 22),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return noted(exhibit, lang)


def actions(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 7: the chosen actions, with size before and after."""
    rows = []
    for row in records(d.actions.sort_values("action_id")):
        before, stands_in = (0, False) if row.kind == "build" else sizes.of_site(d, row.site_id, row.service)
        before, stands_in = (0, False) if row.kind == "reprofile" and before is None else (before, stands_in)
        after = None if before is None else 0 if row.kind == "close" else before + int(row.added)

        def size(of: int | None, from_residents: bool = stands_in) -> Cell:
            return say("cell.from_residents", lang, number=of) if from_residents else count(of, lang)

        rows.append((
            sentences.known("action", str(row.kind), lang), sentences.action_name(row, lang), text(row.unit_name, lang),
            name("service", str(row.service), lang), size(before), count(row.added, lang), size(after),
            million(row.cost_vnd, lang), served_more(d, row.served_more, lang),
        ))  # fmt: skip
    exhibit = form(
        7, "actions", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("action", "text", 9), ("facility", "text", 19), ("place", "text", 15),
            ("service", "text", 15), ("size_before", "number", 11), ("added", "number", 8),
            ("size_after", "number", 11), ("cost", "number", 11), ("served_more", "number", 9),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return noted(exhibit, lang)


def served_more(d: Disclosed, value: Any, lang: Lang) -> Cell:
    """Return how many more an action serves; a count of 1 to 10 people is not given in public."""
    return count(value, lang, masked=d.profile == "public" and bool(pd.isna(value)))


def total_cost(d: Disclosed) -> float:
    """Return what the shown actions cost together, in VND."""
    return float(d.actions["cost_vnd"].sum())


def budget(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 9: cost by kind of action; sources of funds are not known."""
    unknown = say("report.unknown", lang)
    rows: list[tuple[Cell, ...]] = []
    for kind, part in d.actions.groupby("kind", sort=True):
        cost = million(part["cost_vnd"].sum(), lang)
        rows.append((sentences.known("action", str(kind), lang), len(part), cost, *(unknown,) * 3))
    shown = numbered(rows)
    if rows:
        total = (len(d.actions), million(total_cost(d), lang), *(unknown,) * 3)
        shown = (*shown, ("", say("cell.sum", lang), *total))
    exhibit = form(
        9, "budget", lang,
        unit=say("table.unit.million", lang),
        headings=columns(
            lang, ("number", "code", 5), ("action", "text", 18), ("count", "number", 9), ("total", "number", 14),
            ("central", "number", 16), ("local", "number", 16), ("social", "number", 16),
        ),
        rows=shown,
        source=say("report.source_model", lang),
        totals=1 if rows else 0,
    )  # fmt: skip
    return noted(exhibit, lang, "funding")
