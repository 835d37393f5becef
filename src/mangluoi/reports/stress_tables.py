"""The tables of a plan's stress."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, Heading, Kind, numbered, records
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.draws import LOCATION_ENDS
from mangluoi.scenario.stress_door import DisclosedStress

__all__ = [
    "action_table", "all_tables", "chosen_table", "factor_name", "plan_name", "plan_table", "range_table",
    "regret_table", "tornado_table",
]  # fmt: skip


def plan_name(plan: str, lang: Lang, *, plain: bool = False) -> str:
    """Name a choice: PA0 is the one of the plan itself."""
    if plan == "P0" and not plain:
        return say("stress.plan_nominal", lang)
    return say("stress.plan_name", lang, number=plan.removeprefix("P"))


def factor_name(factor: str, lang: Lang) -> str:
    """Name a factor of the draws: a column of `draws.draw_table`."""
    kind, _, about = factor.partition("_")
    if not about:
        return say(f"stress.factor.{kind}", lang)
    if kind == "need":
        return say("stress.factor.need_of", lang, group=name("group", about, lang))
    return say("stress.factor.stay_of", lang, service=name("service", about, lang))


def all_tables(told: DisclosedStress, lang: Lang) -> tuple[Exhibit, ...]:
    """Return every table, in the order of the workbook."""
    made = (range_table, plan_table, action_table, chosen_table, tornado_table, regret_table)
    return tuple(make(told, lang) for make in made)


def range_table(told: DisclosedStress, lang: Lang) -> Exhibit:
    """Return the ranges that the plan states."""
    rows: list[tuple[Cell, ...]] = []
    for rule in told.shown.plan.stress:
        about = [name("group", rule.group, lang)] if rule.group else []
        about += [name("service", rule.service, lang)] if rule.service else []
        ends = ["" if end is None else exhibits.decimals(end, 2, lang) for end in (rule.lower, rule.upper)]
        rows.append((say(f"stress.factor.{rule.factor}", lang), ", ".join(about), *ends, rule.basis))
    headings = _headings(
        lang, ("factor", "text", 18), ("about", "text", 18), ("low", "number", 8), ("high", "number", 8),
        ("basis", "text", 40),
    )  # fmt: skip
    return _exhibit("ranges", headings, rows, told, lang)


def plan_table(told: DisclosedStress, lang: Lang) -> Exhibit:
    """Return the choices that were compared."""
    rows: list[tuple[Cell, ...]] = []
    for row in records(told.plans):
        roles = [key for key, is_it in (
            ("nominal", bool(row.nominal)), ("least", row.plan == told.least_regret),
            ("most", row.plan == told.most_served),
        ) if is_it]  # fmt: skip
        cost = "–" if pd.isna(row.cost_vnd) else exhibits.million(row.cost_vnd, lang)
        people = [_people(value) for value in (row.served, row.worst_regret, row.mean_served)]
        said = "; ".join(say(f"stress.role.{key}", lang) for key in roles)
        rows.append((plan_name(row.plan, lang, plain=True), said, people[0], cost, *people[1:], int(row.times_best)))
    headings = _headings(
        lang, ("plan", "code", 10), ("role", "text", 24), ("served", "number", 13), ("cost", "number", 14),
        ("worst", "number", 13), ("mean", "number", 13), ("best", "number", 10),
    )  # fmt: skip
    return _exhibit("plans", headings, rows, told, lang)


def action_table(told: DisclosedStress, lang: Lang, *, of: Collection[str] | None = None) -> Exhibit:
    """Return what each choice, or some of them, does where all is as assumed."""
    rows = [
        (
            plan_name(row.plan, lang, plain=True), *_named(row, lang), round(float(row.added)),
            exhibits.million(row.cost_vnd, lang),
        )
        for row in records(told.actions)
        if of is None or row.plan in of
    ]  # fmt: skip
    headings = _headings(
        lang, ("plan", "code", 10), ("action", "text", 16), ("place", "text", 32), ("service", "text", 22),
        ("added", "number", 9), ("cost", "number", 14),
    )  # fmt: skip
    return _exhibit("actions", headings, rows, told, lang, *_hidden(told, lang))


def chosen_table(told: DisclosedStress, lang: Lang, *, most: int | None = None) -> Exhibit:
    """Return how often each action is chosen; of the most frequent ones, if only so many are wanted."""
    shown = told.chosen if most is None else told.chosen.head(most)
    rows = [(*_named(row, lang), int(row.draws), round(100 * float(row.share), 1)) for row in records(shown)]
    headings = _headings(
        lang, ("number", "code", 6), ("action", "text", 16), ("place", "text", 34), ("service", "text", 24),
        ("draws", "number", 9), ("share", "number", 11),
    )  # fmt: skip
    notes = [say("stress.table.note_chosen", lang, made=told.made), *_hidden(told, lang)]
    if len(shown) < len(told.chosen):
        notes.append(say("stress.table.note_rest", lang, count=len(told.chosen) - len(shown)))
    return _exhibit("chosen", headings, numbered(rows), told, lang, *notes)


def tornado_table(told: DisclosedStress, lang: Lang) -> Exhibit:
    """Return what each factor alone changes."""
    rows = [
        (factor_name(row.factor, lang), *(_people(v) for v in (row.low, row.at_assumed, row.high, row.swing)))
        for row in records(told.tornado)
    ]
    headings = _headings(
        lang, ("factor", "text", 34), ("at_low", "number", 14), ("as_assumed", "number", 14), ("at_high", "number", 14),
        ("swing", "number", 12),
    )  # fmt: skip
    located = "location" in set(told.tornado["factor"])
    notes = [say("stress.table.note_location", lang, count=LOCATION_ENDS)] if located else []
    return _exhibit("tornado", headings, rows, told, lang, *notes)


def regret_table(told: DisclosedStress, lang: Lang) -> Exhibit:
    """Return what was drawn, and how much each choice falls short in each draw."""
    plans = list(told.plans["plan"])
    factors = [name for name in told.regret.columns if name != "draw" and name not in plans]
    rows = [
        (
            int(row["draw"]),
            *(exhibits.decimals(float(row[name]), 3, lang) for name in factors),
            *(_people(row[name]) for name in plans),
        )
        for row in told.regret.to_dict("records")
    ]
    headings = (
        *_headings(lang, ("draw", "code", 10)),
        *(Heading(factor_name(str(one), lang), "number", 14) for one in factors),
        *(Heading(plan_name(one, lang, plain=True), "number", 9) for one in plans),
    )
    return _exhibit("regret", headings, rows, told, lang, say("stress.table.note_need", lang))


def _people(value: Any) -> Cell:
    if pd.isna(value):
        return MASKED
    return "∞" if float(value) == float("inf") else round(float(value))


def _named(row: Any, lang: Lang) -> tuple[str, str, str]:
    """Return the kind of an action, its place and its service."""
    unit = sentences.unit_name(exhibits.text(row.unit_name, lang), lang)
    place = unit if row.kind == "build" else f"{sentences.action_name(row, lang)}, {unit}"
    return sentences.known("action", row.kind, lang), place, name("service", row.service, lang)


def _hidden(told: DisclosedStress, lang: Lang) -> tuple[str, ...]:
    return (say("stress.hidden", lang),) if told.shown.withheld_services else ()


def _headings(lang: Lang, *declared: tuple[str, Kind, float]) -> tuple[Heading, ...]:
    return tuple(
        exhibits.columns(lang, (key, kind, width))[0]
        if key == "number"
        else Heading(say(f"stress.column.{key}", lang), kind, width)
        for key, kind, width in declared
    )


def _exhibit(
    key: str, headings: tuple[Heading, ...], rows: Any, told: DisclosedStress, lang: Lang, *notes: str
) -> Exhibit:
    plain = Exhibit(
        label=say(f"stress.table.{key}", lang),
        sheet=say(f"stress.table.{key}_sheet", lang),
        unit="",
        headings=headings,
        rows=tuple(rows),
        source=say("stress.table.source", lang, name=told.shown.plan.name),
    )
    made = exhibits.noted(plain, lang)
    return replace(made, notes=(*notes, *made.notes))
