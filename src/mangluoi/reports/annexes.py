"""The full tables behind the report: by commune, what is not located, sources, notices, provenance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mangluoi import shipped
from mangluoi.reports import exhibits, sentences, sizes
from mangluoi.reports.exhibits import Cell, Exhibit, Heading, columns, minutes, numbered, records, text
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = [
    "all_annexes",
    "minutes_by_commune",
    "notices",
    "origin",
    "provenance",
    "sources",
    "states",
    "states_by_pair",
    "unlocated",
]

_COUNTS = (
    "need", "served", "full", "out_of_reach", "unlocated", "served_after", "full_after", "out_of_reach_after",
)  # fmt: skip


# What nobody can say where no size is known.
_OF_SIZE = ("served", "full", "served_after", "full_after")


def _counts(d: Disclosed) -> tuple[str, ...]:
    """Return the columns of the states; without a list of facilities only need is known."""
    return _COUNTS if sizes.facilities_known(d) else ("need",)


def all_annexes(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return every annex, in order."""
    makers = (states, minutes_by_commune, unlocated, sources, provenance, notices)
    return tuple(maker(d, lang) for maker in makers)


def _annex(number: int, key: str, lang: Lang, *keys: str, **parts: Any) -> Exhibit:
    exhibit = Exhibit(
        label=say("report.annex_table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say(f"table.sheet.{key}", lang),
        key=key,
        **parts,
    )
    empty = () if exhibit.rows else ("empty",)
    return replace(exhibit, notes=exhibits.with_notes(exhibit, lang, *keys, *empty))


def states(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List the four states by commune, group and service, before and after."""
    units = d.units.set_index("unit_code")[["name", "above"]]
    pairs = zip(d.state_totals["service"], d.state_totals["group"], strict=True)
    sized = {pair: sizes.sized(d, *pair) for pair in pairs}
    rows = []
    for row in records(d.states.sort_values(["service", "group", "unit_code"])):
        unit = units.loc[row.unit_code]
        known = sized[row.service, row.group]
        counts = (
            sizes.people(getattr(row, key), lang, known=known or key not in _OF_SIZE, masked=bool(row.masked))
            for key in _counts(d)
        )
        service, group = name("service", row.service, lang), name("group", row.group, lang)
        rows.append((str(row.unit_code), str(unit["name"]), text(unit["above"], lang), service, group, *counts))
    unsized = ("unknown_size",) if sizes.facilities_known(d) and not all(sized.values()) else ()
    return _annex(
        1, "states", lang, "not_added", *unsized,
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("number", "code", 6), ("code", "code", 7), ("commune", "text", 18), ("above", "text", 16),
            ("service", "text", 16), ("group", "text", 18), *((key, "number", 9) for key in _counts(d)),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def states_by_pair(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """List the four states by commune, one table for each group and service; short enough to print."""
    whole = states(d, lang)
    tables: dict[tuple[Cell, Cell], list[tuple[Cell, ...]]] = {}
    for row in whole.rows:
        tables.setdefault((row[4], row[5]), []).append((*row[1:4], *row[6:]))
    widths = (5.0, 7.0, 18.0, 16.0, *(8.0 for _ in _counts(d)))
    kept = [heading for place, heading in enumerate(whole.headings) if place not in (4, 5)]
    headings = tuple(replace(heading, width=width) for heading, width in zip(kept, widths, strict=True))
    found = []
    for number, ((service, group), rows) in enumerate(tables.items(), start=1):
        title = say("table.title.states_of", lang, group=group, service=service)
        hidden = all(row[3] == exhibits.MASKED for row in rows)
        exhibit = replace(
            whole,
            label=say("report.annex_table", lang, number=f"1.{number}", title=title),
            headings=headings,
            rows=() if hidden else numbered(rows),
            notes=(),
        )
        unknown = any(say("report.unknown", lang) in row for row in exhibit.rows)
        keys = ["all_masked"] if hidden else ["unknown_size"] if unknown else []
        notes = exhibits.with_notes(exhibit, lang, *keys)
        found.append(replace(exhibit, notes=notes))
    return tuple(found)


def minutes_by_commune(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List minutes from each commune to the nearest site of each service, before and after."""
    services = sorted(set(d.minutes["service"]))
    times = d.minutes.set_index(["unit_code", "service"])[["minutes", "minutes_after"]]
    rows = []
    for unit in records(d.units.sort_values("unit_code")):
        found = [times.loc[(unit.unit_code, service)] for service in services]
        cells = [minutes(value, lang) for pair in found for value in (pair["minutes"], pair["minutes_after"])]
        rows.append((str(unit.unit_code), str(unit.name), text(unit.above, lang), *cells))
    pairs = [
        Heading(say(f"cell.{key}_of", lang, service=name("service", service, lang)), "number", 11, f"{key}:{service}")
        for service in services
        for key in ("minutes", "minutes_after")
    ]
    fixed = columns(lang, ("number", "code", 5), ("code", "code", 7), ("commune", "text", 18), ("above", "text", 16))
    exhibit = _annex(
        2, "minutes", lang,
        unit=say("table.unit.minutes", lang),
        headings=(*fixed, *pairs),
        rows=numbered(rows) if services else (),
        source=say("report.source_model", lang),
    )  # fmt: skip
    if any(say("cell.beyond", lang) in row for row in rows):
        return replace(exhibit, notes=(*exhibit.notes, say("note.beyond", lang)))
    return exhibit


def unlocated(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List what has no place on the map, and why."""
    rows: list[tuple[Cell, ...]] = []
    for row in records(d.unlocated.sort_values(["kind", "id"])):
        reason = sentences.known("reason", str(row.reason), lang)
        rows.append((say(f"cell.{row.kind}", lang), str(row.id), str(row.name), reason, _candidates(row.candidates)))
    return _annex(
        3, "unlocated", lang,
        unit="",
        headings=columns(
            lang, ("number", "code", 5), ("kind", "text", 14), ("code", "code", 10), ("name", "text", 30),
            ("reason", "text", 28), ("candidates", "text", 18),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def _candidates(found: Any) -> str:
    """Write the units that a name may stand for, as the review workbook does."""
    if not isinstance(found, list | tuple):
        return sentences.listed(found)
    return "; ".join(f"{name} [{code} · {vintage}]" for code, vintage, name in found)


def sources(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List every source in full, with what it is used for."""
    rows: list[tuple[Cell, ...]] = [
        (say("cell.plan", lang), str(d.plan.source), sentences.short_date(d.plan.as_of, lang))
    ]
    for row in records(d.people_totals):
        rows.append(
            (name("group", row.group, lang), text(row.source, lang), sentences.short_date(text(row.as_of, lang), lang))
        )
    for frame, label in ((d.facilities, "facility"), (d.capacity, "places")):
        told = frame[["source", "as_of"]].dropna(subset=["source"]).drop_duplicates().sort_values(["source", "as_of"])
        for row in records(told):
            rows.append(
                (say(f"column.{label}", lang), str(row.source), sentences.short_date(text(row.as_of, lang), lang))
            )
    return _annex(
        4, "sources", lang,
        unit="",
        headings=columns(
            lang, ("number", "code", 5), ("used_for", "text", 26), ("source", "text", 58), ("as_of", "text", 16)
        ),
        rows=numbered(rows),
        source=say("report.source", lang, source="plan.toml, provenance.json"),
    )  # fmt: skip


def notices(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List everything that a reader of the figures must know."""
    rows = [(told,) for told in sentences.notices(d.notices, lang)]
    return _annex(
        6, "notices", lang,
        unit="",
        headings=columns(lang, ("number", "code", 5), ("notice", "text", 100)),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip


def provenance(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List inputs, versions and what is masked. Times are left out: they change from run to run."""
    rows = _about(d, lang)
    for given in d.provenance.get("inputs", ()):
        digest = f"SHA-256 {given['sha256']}" if given["sha256"] else say("secrecy.no_checksum", lang)
        rows.append((say("cell.input", lang, name=str(given["file"])), digest))
    for package, version in sorted(dict(d.provenance.get("packages", {})).items()):
        rows.append((say("cell.package", lang, name=package), text(version, lang)))
    return _provenance(rows, lang)


def _about(d: Disclosed, lang: Lang) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        (say("cell.plan", lang), d.plan.name),
        (say("cell.profile", lang), say(f"cell.profile_{d.profile}", lang)),
        (say("cell.vintage", lang), sentences.vintage(d.plan.vintage, lang)),
    ]
    if d.solution:
        rows.append((say("cell.solver", lang), sentences.known("status", str(d.solution["status"]), lang)))
    for table, masked in sorted(d.masked_count.items()):
        rows.append((say(f"cell.masked_{table}", lang), int(masked)))
    return rows


def origin(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """List what `provenance` does, as short as it can be printed: own files with checksums, shipped ones counted."""
    rows = _about(d, lang)
    ours = {file.relative_to(shipped.folder()).as_posix() for file in shipped.folder().rglob("*")}
    shipped_ones = 0
    for given in d.provenance.get("inputs", ()):
        if str(given["file"]) in ours:
            shipped_ones += 1
            continue
        digest = f"SHA-256 {given['sha256'][:16]}…" if given["sha256"] else say("secrecy.no_checksum", lang)
        rows.append((say("cell.input", lang, name=str(given["file"])), digest))
    rows.append((say("cell.input_shipped", lang), shipped_ones))
    packages = sorted(dict(d.provenance.get("packages", {})).items())
    rows.append((say("cell.input_versions", lang), ", ".join(f"{name} {text(v, lang)}" for name, v in packages)))
    told = _provenance(rows, lang)
    return replace(told, notes=(*told.notes, say("note.checksums", lang, sheet=told.sheet)))


def _provenance(rows: list[tuple[Cell, ...]], lang: Lang) -> Exhibit:
    return _annex(
        5, "provenance", lang,
        unit="",
        headings=columns(lang, ("number", "code", 5), ("what", "text", 34), ("value", "text", 66)),
        rows=numbered(rows),
        source=say("report.source", lang, source="provenance.json"),
    )  # fmt: skip
