"""The full tables behind the report: by commune, what is not located, sources, notices, provenance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import Cell, Exhibit, columns, count, minutes, numbered, text
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["all_annexes", "minutes_by_commune", "notices", "provenance", "sources", "states", "unlocated"]

_COUNTS = (
    "need", "served", "full", "out_of_reach", "unlocated", "served_after", "full_after", "out_of_reach_after",
)  # fmt: skip


def all_annexes(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return every annex, in order."""
    makers = (states, minutes_by_commune, unlocated, sources, notices, provenance)
    return tuple(maker(d, lang) for maker in makers)


def _annex(number: int, key: str, lang: Lang, *keys: str, **parts: Any) -> Exhibit:
    exhibit = Exhibit(
        label=say("report.annex_table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say(f"table.sheet.{key}", lang),
        **parts,
    )
    empty = () if exhibit.rows else ("empty",)
    return replace(exhibit, notes=exhibits.with_notes(exhibit, lang, *keys, *empty))


def _units(d: Disclosed) -> pd.DataFrame:
    return d.units.set_index("unit_code")[["name", "above"]]


def states(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List the four states by commune, group and service, before and after."""
    units = _units(d)
    rows = []
    for row in d.states.sort_values(["service", "group", "unit_code"]).itertuples(index=False):
        unit = units.loc[row.unit_code]
        counts = (count(getattr(row, key), lang, masked=bool(row.masked)) for key in _COUNTS)
        service, group = name("service", row.service, lang), name("group", row.group, lang)
        rows.append((str(row.unit_code), str(unit["name"]), text(unit["above"], lang), service, group, *counts))
    return _annex(
        1, "states", lang, "model", "not_added",
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("number", "number", 6), ("code", "code", 7), ("commune", "text", 18), ("above", "text", 16),
            ("service", "text", 16), ("group", "text", 18), *((key, "number", 9) for key in _COUNTS),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def minutes_by_commune(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List minutes from each commune to the nearest site of each service, before and after."""
    units = _units(d)
    rows = []
    for row in d.minutes.sort_values(["service", "unit_code"]).itertuples(index=False):
        unit = units.loc[row.unit_code]
        times = (minutes(row.minutes, lang), minutes(row.minutes_after, lang))
        service = name("service", row.service, lang)
        rows.append((str(row.unit_code), str(unit["name"]), text(unit["above"], lang), service, *times))
    beyond = say("report.beyond", lang)
    exhibit = _annex(
        2, "minutes", lang, "model",
        unit=say("table.unit.minutes", lang),
        headings=columns(
            lang, ("number", "number", 6), ("code", "code", 8), ("commune", "text", 24), ("above", "text", 20),
            ("service", "text", 22), ("minutes", "number", 11), ("minutes_after", "number", 12),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    if any(beyond in row for row in rows):
        return replace(exhibit, notes=(*exhibit.notes, say("note.beyond", lang)))
    return exhibit


def unlocated(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List what has no place on the map, and why."""
    rows: list[tuple[Cell, ...]] = []
    for row in d.unlocated.sort_values(["kind", "id"]).itertuples(index=False):
        reason = sentences.known("reason", str(row.reason), lang)
        rows.append(
            (say(f"cell.{row.kind}", lang), str(row.id), str(row.name), reason, sentences.listed(row.candidates))
        )
    return _annex(
        3, "unlocated", lang,
        unit=say("report.none", lang),
        headings=columns(
            lang, ("number", "number", 5), ("kind", "text", 14), ("code", "code", 10), ("name", "text", 30),
            ("reason", "text", 28), ("candidates", "text", 18),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def sources(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List every source in full, with what it is used for."""
    rows: list[tuple[Cell, ...]] = [(say("cell.plan", lang), str(d.plan.source), sentences.date(d.plan.as_of, lang))]
    for row in d.people_totals.itertuples(index=False):
        rows.append((name("group", row.group, lang), text(row.source, lang), text(row.as_of, lang)))
    for frame, label in ((d.facilities, "facility"), (d.capacity, "places")):
        told = frame[["source", "as_of"]].dropna(subset=["source"]).drop_duplicates().sort_values(["source", "as_of"])
        for row in told.itertuples(index=False):
            rows.append((say(f"column.{label}", lang), str(row.source), text(row.as_of, lang)))
    return _annex(
        4, "sources", lang,
        unit=say("report.none", lang),
        headings=columns(
            lang, ("number", "number", 5), ("used_for", "text", 26), ("source", "text", 58), ("as_of", "text", 16)
        ),
        rows=numbered(rows),
        source=say("report.source", lang, source="plan.toml, provenance.json"),
    )  # fmt: skip


def notices(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List everything that a reader of the figures must know."""
    rows = [(sentences.notice(told, lang),) for told in d.notices]
    return _annex(
        5, "notices", lang,
        unit=say("report.none", lang),
        headings=columns(lang, ("number", "number", 5), ("notice", "text", 100)),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def provenance(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List inputs, versions and what is masked. Times are left out: they change from run to run."""
    rows: list[tuple[Cell, ...]] = [
        (say("cell.plan", lang), d.plan.name),
        (say("cell.profile", lang), say(f"cell.profile_{d.profile}", lang)),
        (say("cell.vintage", lang), d.plan.vintage),
    ]
    if d.solution:
        rows.append((say("cell.solver", lang), sentences.known("status", str(d.solution["status"]), lang)))
    for table, masked in sorted(d.masked_count.items()):
        rows.append((say("cell.masked_rows", lang, table=table), int(masked)))
    for given in d.provenance.get("inputs", ()):
        rows.append((say("cell.input", lang, name=str(given["file"])), f"SHA-256 {given['sha256']}"))
    for package, version in sorted(dict(d.provenance.get("packages", {})).items()):
        rows.append((say("cell.package", lang, name=package), text(version, lang)))
    return _annex(
        6, "provenance", lang,
        unit=say("report.none", lang),
        headings=columns(lang, ("number", "number", 5), ("what", "text", 34), ("value", "text", 66)),
        rows=numbered(rows),
        source=say("report.source", lang, source="provenance.json"),
    )  # fmt: skip
