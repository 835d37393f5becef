"""Biểu 1–9: the tables that a proposal holds, from what may be shown of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import (
    Cell,
    Exhibit,
    Heading,
    Kind,
    columns,
    count,
    million,
    numbered,
    records,
    share,
    text,
)
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = [
    "actions",
    "all_forms",
    "balance",
    "bands",
    "budget",
    "facilities",
    "options",
    "people",
    "served_more",
    "sized",
    "targets",
    "total_cost",
]

_STATES = ("need", "served", "full", "out_of_reach", "unlocated")


def all_forms(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return Biểu 1–4 and 6–9; Biểu 5 (forecast) is left out, since a plan holds no forecast."""
    makers = (people, facilities, balance, bands, targets, actions, options, budget)
    return tuple(maker(d, lang) for maker in makers)


def _form(number: int, key: str, lang: Lang, **parts: Any) -> Exhibit:
    return Exhibit(
        label=say("report.table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say("table.short", lang, number=number),
        **parts,
    )


def _noted(exhibit: Exhibit, lang: Lang, *keys: str) -> Exhibit:
    return replace(exhibit, notes=exhibits.with_notes(exhibit, lang, *keys))


def people(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 1: people by commune and group."""
    groups = d.people_totals["group"].tolist()
    by_unit = {(row.unit_code, row.group): row for row in records(d.people)}
    estimated = set(d.people.loc[d.people["estimated"].astype(bool), "group"])
    shown = set(d.people["group"])

    def cell(unit: str, group: str) -> Cell:
        row = by_unit.get((unit, group))
        if row is None:
            return say("report.unknown", lang) if group in shown else say("cell.province_only", lang)
        return count(row.people, lang, masked=bool(row.masked))

    units = d.units.sort_values("unit_code")
    rows = [
        (str(unit.unit_code), str(unit.name), text(unit.above, lang), *(cell(unit.unit_code, g) for g in groups))
        for unit in records(units)
    ]
    total = tuple(count(row.people, lang, masked=bool(row.masked)) for row in records(d.people_totals))
    headings = (
        *columns(lang, ("number", "code", 5), ("code", "code", 7), ("commune", "text", 20), ("above", "text", 18)),
        *(Heading(_group_heading(g, g in estimated, lang), "number", 14) for g in groups),
    )
    exhibit = _form(
        1, "people", lang,
        unit=say("table.unit.people", lang),
        headings=headings,
        rows=(*numbered(rows), ("", "", say("cell.province", lang), "", *total)),
        source=_sources(d.people_totals, lang),
        totals=1,
    )  # fmt: skip
    keys = ["not_added"]
    if estimated:
        keys.insert(0, "estimated")
    if shown != set(groups):
        keys.append("province_only")
    return _noted(exhibit, lang, *keys)


def _group_heading(group: str, estimated: bool, lang: Lang) -> str:
    heading = name("group", group, lang)
    return say("cell.estimate", lang, text=heading) if estimated else heading


def _sources(frame: pd.DataFrame, lang: Lang) -> str:
    """Name the sources of a frame shortly; the annex lists them in full."""
    found = sorted({sentences.source(str(value), lang) for value in frame["source"].dropna() if value})
    return say("report.source", lang, source="; ".join(found) or say("report.unknown", lang))


def facilities(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 2: facilities by site; services of a site with the same figures share a row."""
    rows: list[tuple[Cell, ...]] = []
    names = d.facilities.set_index("facility_id")["name"]
    for site in records(d.sites.sort_values("site_id")):
        owner = str(names.get(site.facility_id, site.name))
        head = (
            str(site.name) if str(site.name).startswith(owner) else f"{owner} – {site.name}",
            name("type", str(site.type), lang),
            sentences.known("ownership", str(site.ownership), lang),
            say("cell.address", lang, address=text(site.address, lang), located=_located(site, lang)),
        )
        together: dict[tuple[Cell, ...], list[str]] = {}
        for place in records(d.capacity[d.capacity["site_id"] == site.site_id].sort_values("service")):
            together.setdefault(_size(place, lang), []).append(name("service", str(place.service), lang))
        for size, services in together.items():
            rows.append((*head, "; ".join(services), *size))
        if not together:
            rows.append((*head, *(say("report.unknown", lang),) * 5))
    for kind, number in sorted(d.confidential_count.items()):
        shelters = say("cell.shelters", lang, count=sentences.counted(int(number), lang))
        rows.append((shelters, name("type", kind, lang), *("–",) * 7))
    exhibit = _form(
        2, "facilities", lang,
        unit=say("table.unit.places", lang),
        headings=columns(
            lang, ("number", "code", 5), ("facility", "text", 18), ("type", "text", 13), ("ownership", "text", 8),
            ("address", "text", 16), ("service", "text", 15), ("places", "number", 8), ("residents", "number", 9),
            ("occupancy", "number", 8), ("as_of", "code", 12),
        ),
        rows=numbered(rows),
        source=_sources(pd.concat([d.facilities[["source"]], d.capacity[["source"]]]), lang),
    )  # fmt: skip
    return _noted(exhibit, lang, *(["empty"] if not rows else []))


def _located(site: Any, lang: Lang) -> str:
    if pd.isna(site.lon):
        return say("report.not_located", lang)
    return sentences.known("located", str(site.located_by), lang)


def _size(place: Any, lang: Lang) -> tuple[Cell, ...]:
    """Return size, residents, occupancy and date; a count that its source hedges says so."""
    hedge = "" if pd.isna(place.hedge) else str(place.hedge)

    def hedged(value: Any) -> Cell:
        cell = count(value, lang)
        known = hedge in _HEDGES and not isinstance(cell, str)
        return say(f"hedge.{_HEDGES[hedge]}", lang, number=cell) if known else cell

    occupied: Cell = "–" if pd.isna(place.occupancy) else round(100 * float(place.occupancy), 1)
    return (
        hedged(place.capacity),
        hedged(place.residents),
        occupied,
        sentences.short_date(text(place.as_of, lang), lang),
    )


_HEDGES: Mapping[str, str] = {"<": "under", ">": "over", "~": "about"}


def _state_rows(d: Disclosed) -> pd.DataFrame:
    return d.state_totals.sort_values(["service", "group"], ignore_index=True)


def sized(d: Disclosed, service: str) -> bool:
    """Whether the size of a service is known at any of its located sites, or none is located."""
    rows = _located_capacity(d)
    basis = rows.loc[rows["service"] == service, "basis"]
    return not len(basis) or bool((basis != "unknown").any())


def _located_capacity(d: Disclosed) -> pd.DataFrame:
    located = d.sites.loc[d.sites["lon"].notna(), "site_id"]
    return d.capacity[d.capacity["site_id"].isin(located)]


def _places(d: Disclosed, service: str, lang: Lang) -> Cell:
    """Return the places of a service that the model counts on."""
    rows = _located_capacity(d)
    rows = rows[rows["service"] == service]
    if service in d.withheld_services:
        return say("cell.withheld", lang)
    if not sized(d, service):
        return say("report.unknown", lang)
    total = int(rows["usable"].sum())
    return say("cell.at_least", lang, number=total) if (rows["basis"] != "declared").any() else total


def balance(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 3: need and capacity by service and group, today."""
    rows = []
    for row in records(_state_rows(d)):
        masked = bool(row.masked)
        states = (count(getattr(row, state), lang, masked=masked) for state in _STATES)
        service, group = name("service", row.service, lang), name("group", row.group, lang)
        places = _places(d, row.service, lang)
        rows.append((service, group, places, *states, share(row.covered, row.need, masked=masked)))
    exhibit = _form(
        3, "balance", lang,
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("number", "code", 5), ("service", "text", 17), ("group", "text", 21), ("usable", "number", 10),
            ("need", "number", 10), ("served", "number", 9), ("full", "number", 9), ("out_of_reach", "number", 9),
            ("unlocated", "number", 9), ("coverage", "number", 9),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    hidden = ["withheld"] if set(d.state_totals["service"]) & set(d.withheld_services) else []
    return _noted(exhibit, lang, "shared", "not_added", *_size_notes(d), *hidden, *([] if rows else ["empty"]))


def _size_notes(d: Disclosed) -> list[str]:
    services = set(d.state_totals["service"])
    rows = _located_capacity(d)
    notes = ["at_least"] if (rows.loc[rows["service"].isin(services), "basis"] != "declared").any() else []
    return notes + (["unknown_size"] if not all(sized(d, service) for service in services) else [])


def bands(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 4: population and need by travel-time band, people and per cent."""
    names = list(dict.fromkeys(d.bands["band"].astype(str)))
    rows: list[tuple[Cell, ...]] = []
    for (service, group), part in d.bands.groupby(["service", "group"], sort=True):
        by_band = {str(row.band): row for row in records(part)}
        head = (name("service", str(service), lang), name("group", str(group), lang))
        people_cells, share_cells = [], []
        for band in names:
            row = by_band.get(band)
            masked = row is not None and bool(row.masked)
            people_cells.append(count(None if row is None else row.people, lang, masked=masked))
            share_cells.append(share(None if row is None else row.share, 1, masked=masked))
        rows.append((*head, say("cell.people", lang), *people_cells))
        rows.append((*head, say("cell.percent", lang), *share_cells))
    fixed: tuple[tuple[str, Kind, float], ...] = (
        ("number", "code", 5),
        ("service", "text", 17),
        ("group", "text", 21),
        ("unit", "text", 8),
    )
    exhibit = _form(
        4, "bands", lang,
        unit=say("table.unit.none", lang),
        headings=(
            *columns(lang, *fixed),
            *(Heading(sentences.band(band, lang), "number", 11) for band in names),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return _noted(exhibit, lang, *(["empty"] if not rows else []))


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
    exhibit = _form(
        6, "targets", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("target_label", "text", 30), ("unit", "text", 7), ("target", "number", 8),
            ("year", "code", 7), ("today", "number", 10), ("after", "number", 10), ("distance", "number", 10),
            ("source", "text", 22),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return _noted(exhibit, lang, *(["empty"] if not rows else []))


def actions(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 7: the chosen actions, with size before and after."""
    sizes = d.capacity.set_index(["site_id", "service"])["capacity"]
    rows = []
    for row in records(d.actions.sort_values("action_id")):
        before: Any = 0 if row.kind == "build" else sizes.get((row.site_id, row.service))
        after = None if before is None or pd.isna(before) else int(before) + int(row.added)
        rows.append((
            sentences.known("action", str(row.kind), lang), sentences.action_name(row, lang), text(row.unit_name, lang),
            name("service", str(row.service), lang), count(before, lang), count(row.added, lang), count(after, lang),
            million(row.cost_vnd, lang), served_more(d, row.served_more, lang),
        ))  # fmt: skip
    exhibit = _form(
        7, "actions", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("action", "text", 9), ("facility", "text", 19), ("place", "text", 15),
            ("service", "text", 15), ("size_before", "number", 9), ("added", "number", 9),
            ("size_after", "number", 9), ("cost", "number", 11), ("served_more", "number", 9),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return _noted(exhibit, lang, *(["empty"] if not rows else []))


def served_more(d: Disclosed, value: Any, lang: Lang) -> Cell:
    """Return how many more an action serves; a count of 1 to 10 people is not given in public."""
    small = d.profile == "public" and not pd.isna(value) and 0 < round(float(value)) <= 10
    return count(value, lang, masked=small)


def total_cost(d: Disclosed) -> float:
    """Return what the shown actions cost together, in VND."""
    return float(d.actions["cost_vnd"].sum())


def options(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 8: today and the chosen option side by side."""
    rows: list[tuple[Cell, ...]] = []
    for row in records(_state_rows(d)):
        who = {"group": name("group", row.group, lang), "service": name("service", row.service, lang)}
        masked = bool(row.masked)
        before, after = (share(v, row.need, masked=masked) for v in (row.covered, row.covered_after))
        rows.append(_compared("coverage", "percent", before, after, lang, **who))
        # Where no size is known, nobody can say how many are served: the model's zero would mislead.
        known = sized(d, row.service)
        served = (row.served, row.served_after) if known else (None, None)
        gaps = (row.full + row.out_of_reach, row.full_after + row.out_of_reach_after) if known else (None, None)
        before, after = (count(v, lang, masked=masked) for v in served)
        rows.append(_compared("served", "people", before, after, lang, **who))
        before, after = (count(v, lang, masked=masked) for v in gaps)
        rows.append(_compared("gap", "people", before, after, lang, **who))
    rows.append(_compared("places", "places", 0, count(d.actions["added"].sum(), lang), lang))
    rows.append(_compared("cost", "million", 0, million(total_cost(d), lang), lang))
    exhibit = _form(
        8, "options", lang,
        unit=say("table.unit.none", lang),
        headings=columns(
            lang, ("number", "code", 5), ("measure", "text", 48), ("unit", "text", 12), ("today", "number", 12),
            ("after", "number", 12), ("change", "number", 12),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return _noted(exhibit, lang)


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
    exhibit = _form(
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
    return _noted(exhibit, lang, "funding", *(["empty"] if not rows else []))
