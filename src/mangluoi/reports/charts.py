"""The charts of a report, each with its caption, its source, and the table of the figures that are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from mangluoi.maps import drawing
from mangluoi.reports import alternatives, chart_paper, details, exhibits, line_charts, sentences, sizes, state_bars
from mangluoi.reports.chart_paper import Drawing
from mangluoi.reports.exhibits import Cell, Exhibit, columns, numbered, records
from mangluoi.reports.line_charts import Curve, Panel
from mangluoi.reports.state_bars import Bar
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["Chart", "all_charts"]

Place = Literal["access", "forecast", "option"]

_STATES = ("served", "full", "out_of_reach", "unlocated")


@dataclass(frozen=True)
class Chart:
    """A chart of the report.

    Parameters
    ----------
    number
        "Hình 1": the first in the report.
    place
        The part of the report where it stands.
    caption
        With its number.
    description
        What it shows, in words, for somebody who cannot see it.
    source
        Where the figures come from, and of which date they are.
    figures
        The table of what is drawn.
    draw
        Makes the sheet.
    """

    number: int
    place: Place
    caption: str
    description: str
    source: str
    figures: Exhibit
    draw: Callable[[], drawing.Page]

    @cached_property
    def drawing(self) -> Drawing:
        """The drawing, made once."""
        with drawing.style():
            return chart_paper.saved(
                self.draw(), name=f"hinh-{self.number}", title=self.caption, description=self.description
            )


@dataclass(frozen=True)
class _Draft:
    """A chart before it has a number."""

    key: str
    place: Place
    description: str
    figures: Exhibit
    draw: Callable[[], drawing.Page]


def all_charts(d: Disclosed, lang: Lang = "vi") -> tuple[Chart, ...]:
    """Return every chart of which something may be shown, in the order of the report.

    Parameters
    ----------
    d
        What may be shown.
    lang
        {"vi", "en"}
    """
    made = (_states(d, lang), _coverage(d, lang), _lorenz(d, lang), _forecast(d, lang), _frontier(d, lang))
    found = []
    for number, draft in enumerate([draft for draft in made if draft is not None], start=1):
        caption = say("charts.caption", lang, number=number, title=say(f"charts.title.{draft.key}", lang))
        sheet = say("charts.sheet", lang, number=number)
        source = say("charts.source", lang, date=sentences.date(d.plan.as_of, lang), sheet=sheet)
        figures = replace(draft.figures, label=caption, sheet=sheet)
        found.append(Chart(number, draft.place, caption, draft.description, source, figures, draft.draw))
    return tuple(found)


def _table(lang: Lang, headings: tuple[exhibits.Heading, ...], rows: Sequence[tuple[Cell, ...]], unit: str) -> Exhibit:
    return Exhibit(
        label="", sheet="", unit=say(f"table.unit.{unit}", lang), headings=headings, rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def _who(row_service: str, row_group: str, lang: Lang) -> str:
    return say("charts.who", lang, group=name("group", row_group, lang), service=name("service", row_service, lang))


def _states(d: Disclosed, lang: Lang) -> _Draft | None:
    """Draw what becomes of the need of each group, today and after."""
    if not sizes.facilities_known(d):
        return None
    names = [say(f"charts.state.{state}", lang) for state in (*_STATES, "unknown")]
    groups: list[tuple[str, list[Bar]]] = []
    rows: list[tuple[Cell, ...]] = []
    for row in records(d.state_totals.sort_values(["service", "group"])):
        if row.masked or not int(row.need):
            continue
        known = sizes.sized(d, row.service, row.group)
        bars = []
        for time, ending in (("today", ""), ("after", "_after")):
            if time == "after" and d.actions.empty:
                continue
            counts = [int(getattr(row, f"{state}{ending if state != 'unlocated' else ''}")) for state in _STATES]
            parts = tuple(count if known or place > 1 else None for place, count in enumerate(counts))
            bars.append(Bar(say(f"charts.{time}", lang), int(row.need), parts))
            cells = (say("report.unknown", lang) if part is None else part for part in parts)
            who = (name("service", row.service, lang), name("group", row.group, lang))
            rows.append((*who, say(f"charts.{time}", lang), int(row.need), *cells))
        groups.append((_who(str(row.service), str(row.group), lang), bars))
    if not groups:
        return None
    if not any(None in bar.parts for _, bars in groups for bar in bars):
        names = names[:-1]
    headings = columns(
        lang, ("number", "code", 5), ("service", "text", 22), ("group", "text", 26), ("time", "text", 14),
        ("need", "number", 10), ("served", "number", 10), ("full", "number", 10), ("out_of_reach", "number", 10),
        ("unlocated", "number", 10),
    )  # fmt: skip
    told = "; ".join(
        say(
            "charts.told.states", lang, who=who, time=bar.label, need=bar.need,
            parts=", ".join(
                f"{label} {exhibits.written(part, lang)}"
                for label, part in zip(names, bar.parts, strict=False)
                if part is not None
            ),
        )
        for who, bars in groups
        for bar in bars
    )  # fmt: skip
    figures = _table(lang, headings, rows, "people")
    return _Draft("states", "access", told, figures, lambda: state_bars.states(groups, names, lang=lang))


def _coverage(d: Disclosed, lang: Lang) -> _Draft | None:
    """Draw coverage by threshold, by service; curves that nothing moves are drawn once."""
    table = d.detail.curve
    shown = table[~table["masked"].astype(bool)] if len(table) else table
    if shown.empty:
        return None
    sheet, told = [], []
    rows: list[tuple[Cell, ...]] = []
    for service, mine in shown.groupby("service", sort=True):
        curves, marked = [], []
        for group, part in mine.groupby("group", sort=True):
            need = float(part["need"].iloc[0])
            if not need:
                continue
            shares = {key: tuple(100 * part[key].astype(float) / need) for key in ("covered", "covered_after")}
            moved = shares["covered"] != shares["covered_after"]
            minutes = (0.0, *map(float, part["minutes"]))
            before = (shares["covered"][0] if part["minutes"].iloc[0] == 0 else np.nan, *shares["covered"])
            after = (np.nan, *shares["covered_after"]) if moved else None
            curves.append(Curve(name("group", str(group), lang), minutes, before, after))
            limits = [float(one) for one in part.loc[part["chosen"], "minutes"]]
            marked += limits
            for row in records(part):
                who = (name("service", str(service), lang), name("group", str(group), lang))
                share = (100 * float(row.covered) / need, 100 * float(row.covered_after) / need)
                rows.append((*who, exhibits.written(_trimmed(row.minutes), lang), *(round(one, 1) for one in share)))
                if row.chosen:
                    fields = {"before": round(share[0], 1), "after": round(share[1], 1), "minutes": float(row.minutes)}
                    told.append(say("charts.told.coverage", lang, who=_who(str(service), str(group), lang), **fields))
        if curves:
            sheet.append(Panel(name("service", str(service), lang), tuple(curves), tuple(dict.fromkeys(marked))))
    if not sheet:
        return None
    headings = columns(
        lang, ("number", "code", 5), ("service", "text", 26), ("group", "text", 32), ("minutes_allowed", "code", 10),
        ("today", "number", 12), ("after", "number", 12),
    )  # fmt: skip
    figures = _table(lang, headings, rows, "percent")
    return _Draft("coverage", "access", " ".join(told), figures, lambda: line_charts.coverage(sheet, lang=lang))


def _trimmed(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _lorenz(d: Disclosed, lang: Lang) -> _Draft | None:
    """Draw how places are shared over people in need, by service, where every commune may be shown."""
    table = d.detail.ratios
    if table.empty:
        return None
    gini = d.detail.fairness.set_index("service")["gini"]
    sheet, rows, told = {}, [], []
    for service, part in table.groupby("service", sort=True):
        if part["masked"].astype(bool).any() or pd.isna(gini.get(service)):
            continue
        order = part.sort_values(["ratio", "unit_code"])
        need, held = order["need"].astype(float), (order["need"] * order["ratio"]).astype(float)
        people, places = ((0.0, *(100 * one.cumsum() / one.sum())) for one in (need, held))
        index = exhibits.decimals(float(gini[service]), 2, lang)
        called = name("service", str(service), lang)
        sheet[say("charts.gini", lang, service=called, gini=index)] = (people, places)
        tenths = np.interp(np.arange(10, 101, 10), people, places)
        rows += [(called, f"{10 * place}", round(float(value), 1)) for place, value in enumerate(tenths, start=1)]
        half = round(float(tenths[4]), 1)
        told.append(say("charts.told.lorenz", lang, service=called, half=half, gini=index))
    if not sheet:
        return None
    headings = columns(
        lang,
        ("number", "code", 5),
        ("service", "text", 40),
        ("people_share", "code", 24),
        ("places_share", "number", 24),
    )
    figures = _table(lang, headings, rows, "percent")
    return _Draft("lorenz", "access", " ".join(told), figures, lambda: line_charts.lorenz(sheet, lang=lang))


def _forecast(d: Disclosed, lang: Lang) -> _Draft | None:
    """Draw need in the years to come, from what is counted today."""
    table = d.detail.forecast
    shown = table[~table["masked"].astype(bool)] if len(table) else table
    sheet: dict[str, dict[str, tuple[list[float], list[float]]]] = {}
    told = []
    today = {(row.service, row.group): row.need for row in records(d.state_totals[~d.state_totals["masked"]])}
    start = int(d.plan.as_of[:4])
    for (service, group), part in shown.groupby(["service", "group"], sort=True):
        rows = part.sort_values("year")
        base = today.get((service, group))
        lines = {}
        for key, column in (("low", "lower"), ("medium", "need"), ("high", "upper")):
            years, values = list(map(float, rows["year"])), list(map(float, rows[column]))
            if np.isnan(values).any():
                continue
            if base is not None and not pd.isna(base) and d.plan.forecast.analysed is None and start < years[0]:
                years, values = [float(start), *years], [float(base), *values]
            lines[say(f"charts.{key}", lang)] = (years, values)
        if lines:
            who = _who(str(service), str(group), lang)
            sheet[who] = lines
            last = rows.iloc[-1]
            ends = {"low": round(last["lower"]), "high": round(last["upper"]), "need": round(last["need"])}
            told.append(say("charts.told.forecast", lang, who=who, year=str(int(last["year"])), **ends))
    if not sheet:
        return None
    figures = details.forecast(d, lang)
    return _Draft("forecast", "forecast", " ".join(told), figures, lambda: line_charts.forecast(sheet, lang=lang))


def _frontier(d: Disclosed, lang: Lang) -> _Draft | None:
    """Draw the most people for each budget, where the run worked it out and what it sums may be shown."""
    if d.frontier.empty or d.frontier["masked"].any() or d.frontier[["people", "bound"]].isna().any(axis=None):
        return None
    points = d.frontier.sort_values("budget_vnd")
    billion = tuple(points["budget_vnd"].astype(float) / 1e9)
    people, bounds = (tuple(points[key].astype(float)) for key in ("people", "bound"))
    told = say("charts.told.frontier", lang, least=round(people[0]), most=round(people[-1]), budget=float(billion[-1]))
    chosen = float(d.plan.budget_vnd) / 1e9
    return _Draft(
        "frontier", "option", told, alternatives.frontier(d, lang),
        lambda: line_charts.frontier(
            billion, people, bounds, chosen=chosen, aim=say("charts.axis.served", lang), lang=lang
        ),
    )  # fmt: skip
