"""Biểu 6–9: targets, the chosen actions, their effect and their cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences, sizes
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
    share,
    text,
)
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["actions", "all_decisions", "budget", "options", "served_more", "targets", "total_cost"]


def all_decisions(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return Biểu 6–9."""
    return tuple(maker(d, lang) for maker in (targets, actions, options, budget))


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


_MEASURES: Mapping[str, str] = {"coverage": "percent", "served": "people", "gap": "people"}


def options(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 8: today and the chosen option side by side."""
    rows: list[tuple[Cell, ...]] = []
    if not sizes.facilities_known(d):
        return noted(_options(rows, lang), lang)
    for row in records(d.state_totals.sort_values(["service", "group"])):
        who = {"group": name("group", row.group, lang), "service": name("service", row.service, lang)}
        masked = bool(row.masked)
        if masked and row.service in d.withheld_services:
            hidden = say("cell.withheld", lang)
            rows += [_compared(key, unit, hidden, hidden, lang, **who) for key, unit in _MEASURES.items()]
            continue
        before, after = (share(v, row.need, masked=masked) for v in (row.covered, row.covered_after))
        rows.append(_compared("coverage", "percent", before, after, lang, **who))
        known = sizes.sized(d, row.service, row.group)
        before, after = (sizes.people(v, lang, known=known, masked=masked) for v in (row.served, row.served_after))
        rows.append(_compared("served", "people", before, after, lang, **who))
        before, after = (
            sizes.gap(full, out, lang, known=known, masked=masked)
            for full, out in ((row.full, row.out_of_reach), (row.full_after, row.out_of_reach_after))
        )
        rows.append(_compared("gap", "people", before, after, lang, **who))
    rows.append(_compared("places", "places", 0, count(d.actions["added"].sum(), lang), lang))
    rows.append(_compared("cost", "million", 0, million(total_cost(d), lang), lang))
    if d.choice_withheld:
        rows = [(*row[:-2], say("cell.withheld", lang), "–") for row in rows]
    return noted(_options(rows, lang), lang)


def _options(rows: list[tuple[Cell, ...]], lang: Lang) -> Exhibit:
    return form(
        8, "options", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("measure", "text", 48), ("unit", "text", 12), ("today", "number", 12),
            ("after", "number", 12), ("change", "number", 12),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def _compared(measure: str, unit: str, before: Cell, after: Cell, lang: Lang, **who: str) -> tuple[Cell, ...]:
    change: Cell = "–"
    if exhibits.MASKED in (before, after):
        change = exhibits.MASKED
    elif not isinstance(before, str) and not isinstance(after, str):
        change = round(after - before, 1) if isinstance(after - before, float) else after - before
    return (say(f"cell.measure_{measure}", lang, **who), say(f"cell.{unit}", lang), before, after, change)


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
