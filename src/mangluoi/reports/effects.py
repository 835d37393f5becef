"""Biểu 8: today and the chosen option side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sizes
from mangluoi.reports.decisions import total_cost
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, columns, count, form, million, noted, numbered, share
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["BEYOND_MINUTES", "options", "subjects"]

#: People farther than this are counted, whatever the plan's threshold is.
BEYOND_MINUTES = 60

_Pair = tuple[Cell, Cell]
#: Service, group and measure of a row, and the row.
_Row = tuple[tuple[str, str, str], tuple[Cell, ...]]
_UNITS = {
    "coverage": "percent", "served": "people", "gap": "people", "mean_minutes": "minutes", "beyond_minutes": "people",
    "worst_minutes": "minutes", "places": "places", "cost": "million",
}  # fmt: skip


def options(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 8: for each service and group what is covered, served, short and how far, and what the option costs."""
    rows = [row for _, row in _rows(d, lang)] if sizes.facilities_known(d) else []
    exhibit = form(
        8, "options", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("measure", "text", 48), ("unit", "text", 12), ("today", "number", 12),
            ("after", "number", 12), ("change", "number", 12),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    beyond = say("cell.beyond", lang)
    far = any(cell == beyond for row in rows for cell in row)
    return noted(exhibit, lang, *(("minutes_compared",) if rows else ()), *(("beyond",) if far else ()))


def subjects(d: Disclosed, lang: Lang = "vi") -> list[tuple[str, str, str]]:
    """Return service, group and measure of each row of Biểu 8; places and cost are of no service and no group."""
    return [subject for subject, _ in _rows(d, lang)]


def _rows(d: Disclosed, lang: Lang) -> Iterator[_Row]:
    pairs = d.state_totals.sort_values(["service", "group"])
    for service, groups in pairs.groupby("service", sort=True):
        for row in groups.to_dict("records"):
            for measure, compared in _of_group(d, row, lang):
                yield _row(d, (str(service), str(row["group"]), measure), compared, lang)
        yield _row(d, (str(service), "", "worst_minutes"), _worst(d, str(service), lang), lang)
    added, cost = count(d.actions["added"].sum(), lang), million(total_cost(d), lang)
    yield _row(d, ("", "", "places"), (0, added), lang)
    yield _row(d, ("", "", "cost"), (0, cost), lang)


def _row(d: Disclosed, subject: tuple[str, str, str], compared: _Pair, lang: Lang) -> _Row:
    service, group, measure = subject
    fields: dict[str, Any] = {"minutes": BEYOND_MINUTES} if measure == "beyond_minutes" else {}
    if service:
        fields["service"] = name("service", service, lang)
    if group:
        fields["group"] = name("group", group, lang)
    before, after = compared
    change: Cell = "–"
    if MASKED in compared:
        change = MASKED
    elif not isinstance(before, str) and not isinstance(after, str):
        change = round(after - before, 1) if isinstance(after - before, float) else after - before
    if d.choice_withheld:
        after, change = say("cell.withheld", lang), "–"
    told = (say(f"cell.measure_{measure}", lang, **fields), say(f"cell.{_UNITS[measure]}", lang), before, after, change)
    return subject, told


def _of_group(d: Disclosed, row: dict[Any, Any], lang: Lang) -> Iterator[tuple[str, _Pair]]:
    """Yield each measure of a group and service, today and after."""
    service, group, masked = str(row["service"]), str(row["group"]), bool(row["masked"])
    if masked and service in d.withheld_services:
        hidden = say("cell.withheld", lang)
        yield from ((key, (hidden, hidden)) for key in ("coverage", "served", "gap", "mean_minutes", "beyond_minutes"))
        return
    known = sizes.sized(d, service, group)
    yield "coverage", (
        share(row["covered"], row["need"], masked=masked), share(row["covered_after"], row["need"], masked=masked),
    )  # fmt: skip
    yield (
        "served",
        (
            sizes.people(row["served"], lang, known=known, masked=masked),
            sizes.people(row["served_after"], lang, known=known, masked=masked),
        ),
    )
    yield (
        "gap",
        (
            sizes.gap(row["full"], row["out_of_reach"], lang, known=known, masked=masked),
            sizes.gap(row["full_after"], row["out_of_reach_after"], lang, known=known, masked=masked),
        ),
    )
    yield "mean_minutes", _mean(_rows_of(d.detail.mean_minutes, service, group), d, service, lang)
    yield "beyond_minutes", _beyond(_rows_of(d.detail.curve, service, group), d, service, lang)


def _rows_of(table: pd.DataFrame, service: str, group: str) -> pd.DataFrame:
    return table[(table["service"] == service) & (table["group"] == group)]


def _mean(rows: pd.DataFrame, d: Disclosed, service: str, lang: Lang) -> _Pair:
    """Return mean minutes of those who can reach a site today; nothing where nobody can."""
    if rows.empty or bool(rows["masked"].iloc[0]):
        return _absent(rows, d, service, lang)
    row = rows.iloc[0]
    return exhibits.minutes(row["before"], lang), exhibits.minutes(row["after"], lang)


def _beyond(rows: pd.DataFrame, d: Disclosed, service: str, lang: Lang) -> _Pair:
    """Return how many people are farther than `BEYOND_MINUTES` from the nearest site."""
    at = rows[rows["minutes"].astype(float) == BEYOND_MINUTES] if len(rows) else rows
    if at.empty or bool(at["masked"].iloc[0]):
        return _absent(at, d, service, lang)
    row = at.iloc[0]
    return count(row["need"] - row["covered"], lang), count(row["need"] - row["covered_after"], lang)


def _worst(d: Disclosed, service: str, lang: Lang) -> _Pair:
    """Return the minutes of the commune that is farthest from its nearest site."""
    rows = d.minutes[d.minutes["service"] == service]
    if rows.empty:
        return _absent(rows, d, service, lang)
    first, last = (rows[column].astype(float).max(skipna=False) for column in ("minutes", "minutes_after"))
    return exhibits.minutes(first, lang), exhibits.minutes(last, lang)


def _absent(rows: pd.DataFrame, d: Disclosed, service: str, lang: Lang) -> _Pair:
    if len(rows):
        return MASKED, MASKED
    nothing = say("cell.withheld", lang) if service in d.withheld_services else "–"
    return nothing, nothing
