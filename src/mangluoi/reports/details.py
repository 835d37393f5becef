"""The tables behind the main figures: use of sites, ranges, states by band, one more site, sharing, norms, forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences, sizes
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, Heading, columns, count, numbered, records, text
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.tables import TABLES

__all__ = [
    "all_details", "bands", "fairness", "forecast", "in_report", "new_sites", "norms", "ranges", "ratios", "traces",
    "uses",
]  # fmt: skip

# So many communes stand in the report; the workbook lists them all.
_FIRST = 15
_MINUTES = ("mean_minutes", "median_minutes", "p90_minutes")


def all_details(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return every table that holds anything, in order, in full."""
    made = (
        uses(d, lang), ranges(d, lang), bands(d, lang), new_sites(d, lang), fairness(d, lang), norms(d, lang),
        ratios(d, lang), traces(d, lang),
    )  # fmt: skip
    return tuple(exhibit for exhibit in made if exhibit.rows)


def in_report(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return the tables that the report itself holds; of the longest the best rows, or none."""
    made = (
        uses(d, lang), ranges(d, lang), bands(d, lang), new_sites(d, lang, first=True), fairness(d, lang),
        norms(d, lang),
    )  # fmt: skip
    return tuple(exhibit for exhibit in made if exhibit.rows)


def _annex(
    number: int, key: str, lang: Lang, *keys: str, headings: Sequence[Heading], rows: Sequence[tuple[Cell, ...]],
    unit: str = "none",
) -> Exhibit:  # fmt: skip
    """Make an annex; columns in which no row says anything are left out."""
    told = [place for place in range(len(headings)) if not rows or any(row[place] != "–" for row in rows)]
    exhibit = Exhibit(
        label=say("report.annex_table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say(f"table.sheet.{key}", lang),
        key=key,
        unit=say(f"table.unit.{unit}", lang),
        source=say("report.source_model", lang),
        headings=tuple(headings[place] for place in told),
        rows=tuple(tuple(row[place] for place in told) for row in rows),
    )
    return replace(exhibit, notes=exhibits.with_notes(exhibit, lang, *keys))


def _one(value: Any, *, masked: bool = False) -> Cell:
    """Return a number with one decimal; a masked or absent one is no zero."""
    if masked:
        return MASKED
    return "–" if pd.isna(value) else round(float(value), 1)


def _whole(value: Any, lang: Lang, *, masked: bool = False) -> Cell:
    return "–" if not masked and pd.isna(value) else count(value, lang, masked=masked)


def _range(low: Any, high: Any, lang: Lang, *, masked: bool = False) -> Cell:
    if masked:
        return MASKED
    if pd.isna(low) and pd.isna(high):
        return "–"
    ends = [
        say("report.unknown", lang) if pd.isna(end) else exhibits.written(round(float(end)), lang)
        for end in (low, high)
    ]
    return f"{ends[0]} – {ends[1]}"


def _site_names(d: Disclosed) -> dict[str, str]:
    return dict(zip(d.sites["site_id"].astype(str), d.sites["name"].astype(str), strict=True))


def uses(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List who each service at a site is near to and serves, what one more place would bring, and its turnover."""
    sites = _site_names(d)
    rows = []
    for row in records(d.detail.usage):
        masked = bool(row.masked)
        unknown = pd.isna(row.capacity)
        served = say("report.unknown", lang) if unknown and not masked else _whole(row.served, lang, masked=masked)
        rows.append((
            sites.get(str(row.site_id), str(row.site_id)), name("service", str(row.service), lang),
            count(row.capacity, lang), _whole(row.within_reach, lang, masked=masked), served,
            _one(100 * row.occupancy, masked=masked), _one(row.mean_minutes, masked=masked),
            _one(row.longest_minutes, masked=masked), _gain(row, lang), _one(row.free_now),
            _one(row.admissions_per_year),
        ))  # fmt: skip
    return _annex(
        7, "uses", lang, "uses",
        headings=columns(
            lang, ("number", "code", 5), ("facility", "text", 24), ("service", "text", 16), ("usable", "number", 9),
            ("within_reach", "number", 10), ("served", "number", 9), ("occupancy", "number", 9),
            ("mean_minutes", "number", 9), ("longest_minutes", "number", 9), ("one_more", "text", 17),
            ("free_now", "number", 8), ("admissions", "number", 10),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def _gain(row: Any, lang: Lang) -> Cell:
    """Say what one more place would bring."""
    if bool(row.masked):
        return MASKED
    if pd.isna(row.served_gain):
        return "–"
    if row.served_gain > 0:
        return say("cell.one_more_served", lang)
    if row.minutes_change < -0.05:
        return say("cell.one_more_minutes", lang, minutes=round(-float(row.minutes_change), 1))
    return say("cell.one_more_nothing", lang)


def ranges(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Tell how far the main figures may lie from what they say, and minutes to the nearest site."""
    rows = []
    for row in records(d.detail.ranges.sort_values(["service", "group"])):
        masked = bool(row.masked)
        rows.append((
            name("service", str(row.service), lang), name("group", str(row.group), lang),
            _whole(row.need, lang, masked=masked), _range(row.need_lower, row.need_upper, lang, masked=masked),
            _whole(row.covered, lang, masked=masked),
            _range(row.covered_lower, row.covered_upper, lang, masked=masked or bool(row.withheld)),
            *_served(d, row, lang),
            *(_one(getattr(row, key), masked=masked or bool(row.withheld)) for key in _MINUTES),
        ))  # fmt: skip
    return _annex(
        8, "ranges", lang, "ranges", "quantiles",
        headings=columns(
            lang, ("number", "code", 5), ("service", "text", 16), ("group", "text", 18), ("need", "number", 9),
            ("need_range", "number", 13), ("covered", "number", 9), ("covered_range", "number", 13),
            ("served", "number", 9), ("served_range", "number", 13), ("served_nearest", "number", 10),
            ("mean_minutes", "number", 8), ("median_minutes", "number", 8), ("p90_minutes", "number", 8),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def _served(d: Disclosed, row: Any, lang: Lang) -> tuple[Cell, Cell, Cell]:
    """Return who is served, at the bounds of need and at the nearest site; without a size nobody can say."""
    masked, others = bool(row.masked), bool(row.masked) or bool(row.withheld)
    if not masked and not sizes.sized(d, row.service, row.group):
        unknown = say("report.unknown", lang)
        return unknown, unknown, unknown
    wholly = sizes.wholly_sized(d, row.service, row.group)
    return (
        _whole(row.served, lang, masked=masked),
        _range(row.served_lower, row.served_upper, lang, masked=others),
        # Where a nearest site is of a size that nobody gives, nobody knows how many it would serve either.
        _whole(row.served_nearest, lang, masked=others) if others or wholly else say("report.unknown", lang),
    )


def bands(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Sum the states of need by travel-time band."""
    rows = []
    for row in records(d.detail.by_band):
        known = sizes.sized(d, row.service, row.group)
        counts = (
            sizes.people(getattr(row, key), lang, known=known or key not in ("served", "full"), masked=bool(row.masked))
            for key in ("need", "served", "full", "out_of_reach", "unlocated")
        )
        who = (name("service", str(row.service), lang), name("group", str(row.group), lang))
        rows.append((*who, sentences.band(str(row.band), lang), *counts))
    return _annex(
        9, "by_band", lang, unit="people",
        headings=columns(
            lang, ("number", "code", 5), ("service", "text", 20), ("group", "text", 24), ("band", "text", 20),
            ("need", "number", 9), ("served", "number", 9), ("full", "number", 9), ("out_of_reach", "number", 9),
            ("unlocated", "number", 9),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def new_sites(d: Disclosed, lang: Lang = "vi", *, first: bool = False) -> Exhibit:
    """Tell what one more site at each commune would bring, each by itself; the best ones first."""
    table = d.detail.new_sites
    if first:
        table = table.groupby("service", sort=True).head(_FIRST)
    rows = []
    for row in records(table):
        masked = bool(row.masked)
        rows.append((
            str(row.unit_code), text(row.unit_name, lang), name("service", str(row.service), lang), int(row.places),
            _whole(row.served_gain, lang, masked=masked), _whole(row.covered_gain, lang, masked=masked),
        ))  # fmt: skip
    keys = ("new_sites", "first") if first and len(table) < len(d.detail.new_sites) else ("new_sites",)
    return _annex(
        10, "new_sites", lang, *keys, unit="people",
        headings=columns(
            lang, ("number", "code", 5), ("code", "code", 8), ("commune", "text", 26), ("service", "text", 24),
            ("places", "number", 11), ("served_more", "number", 14), ("covered_more", "number", 14),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def fairness(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Tell how evenly places are shared over people in need."""
    keys = ("mean", "worst_tenth")
    indices = ("gini", "theil", "palma", "concentration")
    poor = ("poor_share", "poor_depth", "poor_severity")
    rows = []
    for row in records(d.detail.fairness):
        masked = bool(row.masked)
        cells: list[Cell] = [_one(getattr(row, key), masked=masked) for key in keys]
        cells += [_index(getattr(row, key), lang, masked=masked) for key in indices]
        cells.append(_one(100 * row.poor_share, masked=masked))
        cells += [_index(getattr(row, key), lang, masked=masked) for key in poor[1:]]
        rows.append((name("service", str(row.service), lang), *cells))
    method = say(f"ratio.{d.plan.access.ratio_method}", lang)
    exhibit = _annex(
        11, "fairness", lang, "fairness",
        headings=columns(
            lang, ("number", "code", 5), ("service", "text", 22), ("ratio", "number", 11),
            ("worst_tenth", "number", 11), ("gini", "number", 8), ("theil", "number", 8), ("palma", "number", 8),
            ("concentration", "number", 10), ("poor_share", "number", 10), ("poor_depth", "number", 9),
            ("poor_severity", "number", 9),
        ),
        rows=numbered(rows),
    )  # fmt: skip
    ranked = say(f"ratio.{d.plan.access.ranked_by}", lang)
    return replace(exhibit, notes=(*exhibit.notes, say("note.ratio", lang, method=method, ranked=ranked)))


def _index(value: Any, lang: Lang, *, masked: bool) -> Cell:
    """Write an index with two decimals; without bound is said in a sign, absent in another."""
    if masked:
        return MASKED
    if pd.isna(value):
        return "–"
    return "∞" if float(value) == float("inf") else exhibits.decimals(float(value), 2, lang)


def norms(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Tell how many people land, bedrooms and staff would allow by the norms that the plan names."""
    sites = _site_names(d)
    rows = []
    for row in records(d.detail.by_norm):
        measured = (
            _whole(getattr(row, key), lang) for key in ("declared", "residents", "by_land", "by_bedroom", "by_staff")
        )
        binding = "–" if pd.isna(row.binding) else say(f"measure.{row.binding}", lang)
        rows.append((
            sites.get(str(row.site_id), str(row.site_id)), name("service", str(row.service), lang), *measured,
            _whole(row.by_norm, lang), binding, "–" if pd.isna(row.article) else str(row.article),
        ))  # fmt: skip
    return _annex(
        12, "norms", lang, "norms", unit="places",
        headings=columns(
            lang, ("number", "code", 5), ("facility", "text", 24), ("service", "text", 16), ("places", "number", 9),
            ("residents", "number", 10), ("by_land", "number", 9), ("by_bedroom", "number", 9),
            ("by_staff", "number", 9), ("by_norm", "number", 9), ("binding", "text", 12), ("article", "text", 22),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def ratios(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List places per 100 people in need by commune, those who compete for them counted."""
    table = d.detail.ratios
    units = d.units.set_index("unit_code")
    services = sorted(set(table["service"]))
    by_key = {(row.unit_code, row.service): row for row in records(table)}
    rows = []
    for code in sorted(set(table["unit_code"])):
        cells: list[Cell] = []
        for service in services:
            row = by_key.get((code, service))
            cells.append("–" if row is None else _one(row.ratio, masked=bool(row.masked)))
        rows.append((str(code), str(units.at[code, "name"]), text(units.at[code, "above"], lang), *cells))
    fixed = columns(lang, ("number", "code", 5), ("code", "code", 7), ("commune", "text", 20), ("above", "text", 18))
    named: Sequence[Heading] = [Heading(name("service", s, lang), "number", 14, f"service:{s}") for s in services]
    exhibit = _annex(13, "ratios", lang, unit="ratio", headings=(*fixed, *named), rows=numbered(rows))
    method = say(f"ratio.{d.plan.access.ratio_method}", lang)
    ranked = say(f"ratio.{d.plan.access.ranked_by}", lang)
    return replace(exhibit, notes=(*exhibit.notes, say("note.ratio", lang, method=method, ranked=ranked)))


def traces(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List the rows of the inputs, and the rules of the plan, that each row of Biểu 1–6 stands on."""
    rows = []
    for row in records(d.detail.traces):
        kind = TABLES[row.table].sheet if row.table in TABLES and lang == "vi" else say(f"trace.{row.table}", lang)
        group = name("group", str(row.group), lang) if row.group else ""
        as_of = sentences.short_date(str(row.as_of), lang)
        at = (int(row.form), str(row.row), group, kind, str(row.key), _place(row, lang))
        rows.append((*at, as_of, str(row.source)))
    return _annex(
        14, "traces", lang, "traces",
        headings=columns(
            lang, ("number", "code", 5), ("form", "code", 6), ("row", "text", 18), ("group", "text", 22),
            ("table", "text", 12), ("key", "text", 26), ("file_row", "text", 20), ("as_of", "text", 10),
            ("source", "text", 40),
        ),
        rows=numbered(rows),
    )  # fmt: skip


def _place(row: Any, lang: Lang) -> str:
    """Say in which row of which file an input stands."""
    if not row.file:
        return "–"
    where = f"{row.file}, {row.sheet}" if row.sheet else str(row.file)
    return say("trace.file_row", lang, file=where, row=str(row.line))


def forecast(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 5: need in the years to come, low, as stated and high."""
    rows = []
    for row in records(d.detail.forecast):
        masked = bool(row.masked)
        cells = (_whole(getattr(row, key), lang, masked=masked) for key in ("people", "lower", "need", "upper"))
        who = (name("service", str(row.service), lang), name("group", str(row.group), lang))
        rows.append((*who, str(row.year), *cells))
    exhibit = exhibits.form(
        5, "forecast", lang,
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("number", "code", 5), ("service", "text", 22), ("group", "text", 26), ("year", "code", 8),
            ("people", "number", 13), ("low", "number", 12), ("medium", "number", 12), ("high", "number", 12),
        ),
        rows=numbered(rows),
        source=say("report.source_growth", lang, source="; ".join(dict.fromkeys(rule.basis for rule in d.plan.growth))),
    )  # fmt: skip
    return exhibits.noted(exhibit, lang, "not_added")
