"""Plans side by side, as a reader sees them: assumptions, results, and whom a change moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from mangluoi.reports import sentences, sizes
from mangluoi.reports.bar_chart import bar_chart
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, Heading, columns, numbered, records, with_notes
from mangluoi.reports.story import Block, Item, Line, Picture, Title
from mangluoi.reports.story import Heading as Section
from mangluoi.reports.words import Lang, all_keys, name, say
from mangluoi.scenario import comparison
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = [
    "assumption_table",
    "change_sentences",
    "comparison_story",
    "difference_story",
    "figure_table",
    "moved_table",
]


_STATES = ("served", "full", "out_of_reach", "unlocated")
_MEASURES = ("need", "covered", "served", "full", "out_of_reach", "gap", "unlocated")
_OF_SERVICES = ("mean_minutes", "worst_minutes", "beyond", "added")
_OF_PLANS = ("actions", "cost_vnd")
# Nobody can say how many are served where no site gives its size.
_BY_SIZE = ("served", "full", "gap")


def comparison_story(
    shown: Sequence[Disclosed], pictures: Sequence[Picture] = (), *, lang: Lang = "vi"
) -> tuple[Block, ...]:
    """Return the comparison of several plans.

    Parameters
    ----------
    shown
        Results that were disclosed together.
    pictures
        Small maps of all of them.
    lang
        {"vi", "en"}
    """
    names = [one.plan.name for one in shown]
    title = say("compare.title", lang, names=", ".join(names))
    return _counted(
        (
            Title(say("compare.kind", lang), title, _lines(shown, lang)),
            *_plans(shown, lang),
            Section(say("compare.heading_assumptions", lang)),
            assumption_table(shown, lang=lang),
            Section(say("compare.heading_figures", lang)),
            *_chart(shown, lang),
            figure_table(shown, lang=lang),
            *pictures,
        ),
        lang,
    )


def difference_story(before: Disclosed, after: Disclosed, *, lang: Lang = "vi") -> tuple[Block, ...]:
    """Return what changes from one plan to another: every assumption in words, and the people whom it moves.

    Parameters
    ----------
    before, after
        Two results that were disclosed together.
    lang
        {"vi", "en"}
    """
    pair = (before, after)
    title = say("compare.title_diff", lang, before=before.plan.name, after=after.plan.name)
    told = change_sentences(before, after, lang=lang)
    blocks: list[Block] = [Title(say("compare.kind_diff", lang), title, _lines(pair, lang)), *_plans(pair, lang)]
    blocks.append(Section(say("compare.heading_assumptions", lang)))
    blocks += [Item(text) for text in told] or [Line(say("compare.same_assumptions", lang))]
    blocks += [Section(say("compare.heading_figures", lang)), figure_table(pair, lang=lang)]
    blocks.append(Section(say("compare.heading_moved", lang)))
    if before.plan.vintage != after.plan.vintage:
        return _counted((*blocks, Line(say("compare.communes_differ", lang))), lang)
    blocks += [Item(text) for text in _people_moved(pair, lang)]
    return _counted((*blocks, moved_table(before, after, lang=lang)), lang)


def _counted(blocks: Sequence[Block], lang: Lang) -> tuple[Block, ...]:
    """Give each table its number, in the order in which they stand."""
    told: list[Block] = []
    for block in blocks:
        if isinstance(block, Exhibit):
            number = 1 + sum(isinstance(one, Exhibit) for one in told)
            block = replace(block, label=say("compare.table.label", lang, number=number, title=block.label))
        told.append(block)
    return tuple(told)


def _chart(shown: Sequence[Disclosed], lang: Lang) -> Iterator[Block]:
    """Draw the share of need that is served, where its numbers are known."""
    labels: list[str] = []
    values: dict[str, list[float]] = {one.plan.name: [] for one in shown}
    at = {(row.plan, row.measure, row.group, row.service): row for row in records(comparison.key_figures(shown))}
    for service, group in sorted({(s, g) for _, measure, g, s in at if measure == "need"}):
        shares = [_share(at, one, group, service) for one in shown]
        if not all(math.isnan(share) for share in shares):
            labels.append(f"{name('service', service, lang)} – {name('group', group, lang)}")
            for one, share in zip(shown, shares, strict=True):
                values[one.plan.name].append(share)
    if labels:
        drawn = bar_chart(
            labels, values, axis=say("compare.axis_served", lang), unknown=say("report.unknown", lang), lang=lang
        )
        yield Picture(say("compare.caption_served", lang), drawn, "option")


def _share(at: Mapping[tuple[str, str, str, str], Any], one: Disclosed, group: str, service: str) -> float:
    need, served = (at.get((one.plan.name, measure, group, service)) for measure in ("need", "served"))
    if need is None or served is None or need.masked or not need.after or not sizes.sized(one, service, group):
        return math.nan
    return 100 * float(served.after) / float(need.after)


def _lines(shown: Sequence[Disclosed], lang: Lang) -> tuple[str, ...]:
    told = [
        say(
            "report.province",
            lang,
            province=sentences.province(one.province_name, lang),
            vintage=sentences.vintage(one.plan.vintage, lang),
        )
        for one in shown
    ]
    return tuple(dict.fromkeys(told))


def _plans(shown: Sequence[Disclosed], lang: Lang) -> Iterator[Block]:
    yield Section(say("compare.heading_plans", lang))
    for one in shown:
        plan = one.plan
        yield Item(say("compare.plan_item", lang, name=plan.name, title=plan.title, question=plan.question))


def _value(value: Any, lang: Lang) -> str:
    """Write the value of an assumption."""
    if value is None or value == "" or value == ():
        return say("compare.absent", lang)
    if isinstance(value, bool):
        return say("assumed.yes" if value else "assumed.no", lang)
    if isinstance(value, tuple):
        return "; ".join(_value(item, lang) for item in value)
    if isinstance(value, int | float):
        digits = 0 if float(value).is_integer() else max(0, len(repr(float(value)).partition(".")[2]))
        return format_number(float(value), min(digits, 8), lang=lang)
    for prefix in ("assumed", "mode"):
        if f"{prefix}.{value}" in all_keys():
            return say(f"{prefix}.{value}", lang)
    return str(value)


def _entry(key: str, entry: str, lang: Lang) -> str:
    """Name an entry of a list in words: what it is about, by the names of services, groups and kinds."""
    parts = entry.split("/")
    kinds: Mapping[str, tuple[str, ...]] = {
        "services": ("service",),
        "needs": ("group", "service"),
        "actions": ("action", "service", "type"),
        "stress": ("factor", *(("service",) if parts[0] == "stay" else ("group", "service"))),
    }
    of = kinds.get(key.split(".")[0], ())
    told = []
    for place, part in enumerate(parts):
        plain, number, rest = part.partition(" #")
        if place >= len(of):
            told.append(part)
        elif of[place] == "factor":
            told.append(sentences.known("stress.factor", plain, lang) + number + rest)
        elif of[place] == "action":
            told.append(sentences.known("action", plain, lang) + number + rest)
        else:
            told.append(name(of[place], plain, lang) + number + rest)  # type: ignore[arg-type]
    return ", ".join(told)


def assumption_table(shown: Sequence[Disclosed], *, lang: Lang = "vi") -> Exhibit:
    """Return the assumptions that differ, one row each and a column for each plan."""
    table = comparison.changes([one.plan for one in shown])
    names = [one.plan.name for one in shown]
    rows = [
        (
            say(f"assumption.{row['key']}", lang),
            _entry(row["key"], row["entry"], lang),
            *(_value(row[plan], lang) for plan in names),
        )
        for row in table.to_dict("records")
    ]
    width = max(14.0, 60.0 / len(names))
    headings = (
        *columns(lang, ("number", "code", 5)),
        Heading(say("compare.column.assumption", lang), "text", 22),
        Heading(say("compare.column.entry", lang), "text", 22),
        *(Heading(plan, "text", width) for plan in names),
    )
    return _exhibit("assumptions", headings, numbered(rows), lang, *([] if rows else ["compare.same_assumptions"]))


def figure_table(shown: Sequence[Disclosed], *, lang: Lang = "vi") -> Exhibit:
    """Return what each plan comes to after its actions, one row for each measure and a column for each plan."""
    table = comparison.key_figures(shown)
    names = [one.plan.name for one in shown]
    at = {(row.plan, row.measure, row.group, row.service): row for row in records(table)}
    pairs = sorted({(row.service, row.group) for row in records(table) if row.measure == "need"})
    services = sorted({row.service for row in records(table) if row.measure in _OF_SERVICES})
    asked = [(measure, group, service) for service, group in pairs for measure in _MEASURES]
    asked += [(measure, "", service) for service in services for measure in _OF_SERVICES]
    asked += [(measure, "", "") for measure in _OF_PLANS]
    rows = []
    for measure, group, service in asked:
        cells = [
            say("report.unknown", lang)
            if measure in _BY_SIZE and not sizes.sized(one, service, group)
            else _figure(at.get((one.plan.name, measure, group, service)), measure, lang)
            for one in shown
        ]
        rows.append(
            (
                name("service", service, lang) if service else "",
                name("group", group, lang) if group else "",
                say(f"compare.measure.{measure}", lang),
                *cells,
            )
        )
    headings = (
        *columns(lang, ("number", "code", 5), ("service", "text", 17), ("group", "text", 21)),
        Heading(say("compare.column.measure", lang), "text", 24),
        *(Heading(plan, "number", 13) for plan in names),
    )
    keys = ("compare.note_after", "compare.note_groups", "compare.note_communes")
    return _exhibit("figures", headings, numbered(rows), lang, *keys)


def _figure(row: Any, measure: str, lang: Lang) -> Cell:
    if row is None:
        # A service that no action adds to gains nothing; any other figure that is absent is not known.
        return 0 if measure == "added" else say("compare.absent", lang)
    if row.masked:
        return MASKED
    if pd.isna(row.after):
        return say("report.unknown", lang)
    if measure == "cost_vnd":
        return round(float(row.after) / 1e6, 1)
    return round(float(row.after), 1) if measure == "mean_minutes" else round(float(row.after))


def moved_table(before: Disclosed, after: Disclosed, *, lang: Lang = "vi") -> Exhibit:
    """Return whom the change moves between the states, by commune and group; only rows in which something changes."""
    table = comparison.moved(before, after)
    units = before.units.set_index("unit_code")
    unknown = say("report.unknown", lang)
    changes = ("need_change", *(f"{state}_change" for state in _STATES))
    rows = []
    for row in table.sort_values(["service", "group", "unit_code"]).to_dict("records"):
        unit = units.loc[row["unit_code"]]
        need = "" if pd.isna(row["need"]) else round(float(row["need"]))
        known = _is_sized((before, after), row["service"], row["group"])
        cells = [
            _signed(row[change], lang) if known or change.removesuffix("_change") not in _BY_SIZE else unknown
            for change in changes
        ]
        names = (name("group", row["group"], lang), name("service", row["service"], lang))
        rows.append((str(row["unit_code"]), str(unit["name"]), *names, need, *cells))
    headings = (
        *columns(lang, ("number", "code", 5), ("code", "code", 7), ("commune", "text", 20), ("group", "text", 20)),
        *columns(lang, ("service", "text", 16)),
        *(Heading(say(f"compare.column.{key}", lang), "number", 11) for key in ("need", *changes)),
    )
    exhibit = _exhibit("moved", headings, numbered(rows), lang, *([] if rows else ["compare.same_people"]))
    if not table.attrs["masked"]:
        return exhibit
    told = say("compare.communes_masked", lang, count=table.attrs["masked"])
    return replace(exhibit, notes=(*exhibit.notes, told))


def _is_sized(shown: Sequence[Disclosed], service: str, group: str) -> bool:
    return all(sizes.sized(one, service, group) for one in shown)


def _signed(value: float, lang: Lang) -> Cell:
    """Write a change with its sign; none at all as a dash."""
    whole = round(float(value))
    if whole == 0:
        return "–"
    return ("+" if whole > 0 else "−") + format_number(abs(whole), lang=lang)


def change_sentences(before: Disclosed, after: Disclosed, *, lang: Lang = "vi") -> list[str]:
    """Say every assumption that changes from one plan to another in one sentence each."""
    told = []
    for key, entry, old, new in comparison.changes([before.plan, after.plan]).itertuples(index=False, name=None):
        about = say("compare.entry", lang, name=_entry(key, entry, lang)) if entry else ""
        kind = "added" if old is None else "dropped" if new is None else "changed"
        words = {"before": _value(old, lang), "after": _value(new, lang)}
        told.append(say(f"compare.{kind}", lang, what=say(f"assumption.{key}", lang), entry=about, **words))
    return told


def _people_moved(pair: Sequence[Disclosed], lang: Lang) -> Iterator[str]:
    """Say for the province how many more there are in each state."""
    rows = records(comparison.key_figures(pair))
    at = {(row.plan, row.measure, row.group, row.service): row for row in rows}
    old, new = (one.plan.name for one in pair)
    for group, service in sorted({(g, s) for plan, measure, g, s in at if plan == new and measure == "need"}):
        names = {"group": name("group", group, lang), "service": name("service", service, lang)}
        if (old, "need", group, service) not in at:
            continue
        both = [(at[old, state, group, service], at[new, state, group, service]) for state in _STATES]
        if any(row.masked for states in both for row in states):
            yield say("compare.people_masked", lang, **names)
            continue
        change = [round(now.after - was.after) for was, now in both]
        if any(change):
            known = _is_sized(pair, service, group)
            cells = {
                state: str(_signed(value, lang)) if known or state not in _BY_SIZE else say("report.unknown", lang)
                for state, value in zip(_STATES, change, strict=True)
            }
            yield say("compare.people_item", lang, **names, **cells)


def _exhibit(
    key: str, headings: tuple[Heading, ...], rows: tuple[tuple[Cell, ...], ...], lang: Lang, *notes: str
) -> Exhibit:
    made = Exhibit(
        label=say(f"compare.table.{key}", lang),
        sheet=say(f"compare.table.{key}_sheet", lang),
        unit="",
        headings=headings,
        rows=rows,
        source=say("compare.table.source", lang),
        lang=lang,
    )
    return replace(made, notes=(*(say(note, lang) for note in notes), *with_notes(made, lang)))
