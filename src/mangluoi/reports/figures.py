"""Biểu 1–4: people, facilities, need and capacity, travel time; with Biểu 6–9 the tables that a proposal holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mangluoi.reports import decisions, details, effects, sentences, sizes
from mangluoi.reports.exhibits import (
    Cell,
    Exhibit,
    Heading,
    Kind,
    columns,
    count,
    form,
    noted,
    numbered,
    records,
    share,
    text,
)  # fmt: skip
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["all_forms", "balance", "bands", "facilities", "facility_rows", "people"]

_STATES = ("need", "served", "full", "out_of_reach", "unlocated")


def all_forms(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return Biểu 1–4 and 6–9, and Biểu 5 (forecast) where the plan states a growth."""
    makers = (people, facilities, balance, bands)
    ahead = () if d.detail.forecast.empty else (details.forecast(d, lang),)
    decided = (decisions.targets, decisions.actions, effects.options, decisions.budget)
    return (*(maker(d, lang) for maker in makers), *ahead, *(maker(d, lang) for maker in decided))


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
        *(Heading(_group_heading(g, g in estimated, lang), "number", 14, f"group:{g}") for g in groups),
    )
    exhibit = form(
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
    return noted(exhibit, lang, *keys)


def _group_heading(group: str, estimated: bool, lang: Lang) -> str:
    heading = name("group", group, lang)
    return say("cell.estimate", lang, text=heading) if estimated else heading


def _sources(frame: pd.DataFrame, lang: Lang) -> str:
    """Name the sources of a frame shortly; the annex lists them in full."""
    found = sorted({sentences.source(str(value), lang) for value in frame["source"].dropna() if value})
    return say("report.source", lang, source="; ".join(found) or say("report.unknown", lang))


def facilities(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 2: facilities by site; services of a site with the same figures share a row."""
    rows = [row for _, _, row in facility_rows(d, lang)]
    for kind, number in sorted(d.confidential_count.items()):
        shelters = say("cell.shelters", lang, count=sentences.counted(int(number), lang))
        rows.append((shelters, name("type", kind, lang), *("–",) * 7))
    exhibit = form(
        2, "facilities", lang,
        unit=say("table.unit.places", lang),
        headings=columns(
            lang, ("number", "code", 5), ("facility", "text", 26), ("type", "text", 20), ("ownership", "text", 9),
            ("address", "text", 27), ("service", "text", 26), ("places", "number", 9), ("residents", "number", 11),
            ("occupancy", "number", 9), ("as_of", "code", 12),
        ),
        rows=numbered(rows),
        source=_sources(pd.concat([d.facilities[["source"]], d.capacity[["source"]]]), lang),
    )  # fmt: skip
    return noted(exhibit, lang)


def facility_rows(d: Disclosed, lang: Lang) -> list[tuple[str, tuple[str, ...], tuple[Cell, ...]]]:
    """Return the rows of Biểu 2 that are about a site, each with its site and services; see `facilities`."""
    rows: list[tuple[str, tuple[str, ...], tuple[Cell, ...]]] = []
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
            together.setdefault(_size(place, lang), []).append(str(place.service))
        for size, services in together.items():
            named = "; ".join(name("service", service, lang) for service in services)
            rows.append((str(site.site_id), tuple(services), (*head, named, *size)))
        if not together:
            rows.append((str(site.site_id), (), (*head, *(say("report.unknown", lang),) * 5)))
    return rows


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


def balance(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 3: need and capacity by service and group, today."""
    rows = []
    for row in records(d.state_totals.sort_values(["service", "group"])):
        masked = bool(row.masked)
        known = sizes.sized(d, row.service, row.group)
        states = (
            sizes.people(getattr(row, state), lang, known=known or state not in ("served", "full"), masked=masked)
            if row.service not in d.withheld_services
            else sizes.withheld(getattr(row, state), lang, masked=masked)
            for state in _STATES
        )
        service, group = name("service", row.service, lang), name("group", row.group, lang)
        places = sizes.places(d, row.service, row.group, lang)
        rows.append((service, group, places, *states, share(row.covered, row.need, masked=masked)))
    exhibit = form(
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
    return noted(exhibit, lang, "shared", "not_added", *sizes.notes(d), *hidden)


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
    exhibit = form(
        4, "bands", lang,
        unit=say("table.unit.none", lang),
        headings=(
            *columns(lang, *fixed),
            *(Heading(sentences.band(band, lang), "number", 11, f"band:{band}") for band in names),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return noted(exhibit, lang, *(("bands",) if rows else ()))
