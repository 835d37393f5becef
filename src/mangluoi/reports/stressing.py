"""A plan's stress as a reader sees it: what holds up, at what price, and what matters most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from mangluoi.reports import sentences, stress_tables
from mangluoi.reports.charts import Chart
from mangluoi.reports.exhibits import Exhibit, records
from mangluoi.reports.state_bars import Swing, tornado
from mangluoi.reports.story import Block, Heading, Item, Line, Title
from mangluoi.reports.stress_tables import factor_name, plan_name
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.stress_door import DisclosedStress
from mangluoi.viettext import format_number

__all__ = ["answers", "chart", "stress_story"]

# The workbook lists them all.
_MOST_ACTIONS = 20
_FACTORS = ("need", "speed", "cost", "stay", "location")


def stress_story(told: DisclosedStress, *, lang: Lang = "vi") -> tuple[Block, ...]:
    """Return the whole report of a stress.

    Parameters
    ----------
    told
        What may be shown.
    lang
        {"vi", "en"}
    """
    blocks: list[Block] = []
    for block in _blocks(told, lang):
        if isinstance(block, Exhibit):
            number = 1 + sum(isinstance(one, Exhibit) for one in blocks)
            block = replace(block, label=say("stress.table.label", lang, number=number, title=block.label))
        blocks.append(block)
    return tuple(blocks)


def _blocks(told: DisclosedStress, lang: Lang) -> Iterator[Block]:
    d = told.shown
    lines = (
        say(
            "report.province",
            lang,
            province=sentences.province(d.province_name, lang),
            vintage=sentences.vintage(d.plan.vintage, lang),
        ),
        say("report.as_of", lang, date=sentences.date(d.plan.as_of, lang)),
        say("report.draft", lang, name=d.plan.name),
    )
    yield Title(say("stress.kind", lang), say("stress.title", lang, title=d.plan.title), lines)
    yield Heading(say("stress.heading_answer", lang))
    yield from map(Item, answers(told, lang=lang))
    yield Heading(say("stress.heading_ranges", lang))
    yield from map(Item, _varied(told, lang))
    yield stress_tables.range_table(told, lang)
    yield Heading(say("stress.heading_plans", lang))
    yield stress_tables.plan_table(told, lang)
    yield stress_tables.action_table(told, lang, of={"P0", told.least_regret, told.most_served})
    yield Heading(say("stress.heading_chosen", lang))
    yield stress_tables.chosen_table(told, lang, most=_MOST_ACTIONS)
    yield Heading(say("stress.heading_tornado", lang))
    drawn = chart(told, lang=lang)
    if drawn is not None:
        yield drawn
    yield stress_tables.tornado_table(told, lang)
    yield Heading(say("stress.heading_method", lang))
    told_of = ("regret", "sizes", "speed")
    yield from (Item(say(f"stress.method_{key}", lang)) for key in told_of)
    yield Item(say("stress.method_pool", lang, count=len(told.plans)))
    yield Line(say(f"report.privacy.{'internal' if d.profile == 'internal' else 'masked'}", lang))


def answers(told: DisclosedStress, *, lang: Lang = "vi") -> list[str]:
    """Say in sentences what holds up, at what price, and what matters most."""
    said = [say("stress.made", lang, made=told.made, seed=str(told.seed))]
    if told.made < told.asked:
        said.append(say("stress.interrupted", lang, made=told.made, asked=told.asked))
    plans = told.plans.set_index("plan")
    least = plan_name(told.least_regret, lang)
    if told.least_regret == "P0":
        said.append(say("stress.stays", lang, plan=least))
    else:
        said.append(say("stress.robust", lang, plan=least))
        if told.open:
            worst, nominal = (_people(plans["worst_regret"][one], lang) for one in (told.least_regret, "P0"))
            said.append(say("stress.robust_people", lang, plan=least, worst=worst, nominal=nominal))
            said.append(_price(told, lang))
    mean = float(plans["mean_served"][told.most_served])
    most = plan_name(told.most_served, lang)
    if math.isnan(mean):
        said.append(say("stress.most", lang, plan=most))
    else:
        said.append(say("stress.most_people", lang, plan=most, mean=format_number(mean, 1, lang=lang)))
    said += _described(told, lang)
    if not told.open:
        said.append(say("stress.closed", lang))
    if not told.proven:
        said.append(say("stress.unproven", lang))
    return said


def _price(told: DisclosedStress, lang: Lang) -> str:
    if math.isnan(told.price_vnd):
        return say("stress.price_unknown", lang)
    key = "price_saved" if told.price_vnd < 0 else "price"
    million = sentences.million(abs(told.price_vnd), lang)
    if told.price == 0 and told.price_vnd == 0:
        return say("stress.price_nothing", lang)
    if told.price == 0:
        return say(f"stress.{key}_alone", lang, million=million)
    return say(f"stress.{key}", lang, people=_people(told.price, lang), million=million)


def _people(value: float, lang: Lang) -> str:
    return say("stress.few", lang) if pd.isna(value) else format_number(float(value), 0, lang=lang)


def _varied(told: DisclosedStress, lang: Lang) -> Iterator[str]:
    services = "; ".join(name("service", service, lang) for service in told.services)
    if services:
        yield say("stress.counted", lang, services=services)
    yield say("stress.need_bounds", lang)
    stated = {rule.factor for rule in told.shown.plan.stress} | {"need"}
    held = [say(f"stress.factor.{factor}", lang) for factor in _FACTORS if factor not in stated]
    if held:
        yield say("stress.held", lang, factors="; ".join(held))


def chart(told: DisclosedStress, *, lang: Lang = "vi") -> Chart | None:
    """Return the tornado; None where nothing of it may be shown."""
    known = told.tornado.dropna(subset=["low", "high", "at_assumed"])
    if known.empty:
        return None
    middle = float(known["at_assumed"].iloc[0])
    swings = [Swing(factor_name(row.factor, lang), float(row.low), float(row.high)) for row in records(known)]
    table = stress_tables.tornado_table(told, lang)
    line = say("stress.as_assumed", lang, people=format_number(middle, 0, lang=lang))
    return Chart(
        number=1,
        place="option",
        caption=say("charts.caption", lang, number=1, title=say("stress.caption", lang)),
        description=" ".join([line, *_described(told, lang)]),
        source=f"{table.source} {line}",
        figures=table,
        draw=lambda: tornado(swings, centre=middle, axis=say("stress.axis", lang), lang=lang),
    )


def _described(told: DisclosedStress, lang: Lang) -> Iterator[str]:
    widest = told.tornado.dropna(subset=["low", "high", "at_assumed"]).head(1)
    for row in records(widest[widest["swing"] > 0]):
        ends = sorted((row.low, row.high, row.at_assumed))
        low, high = (format_number(float(end), 0, lang=lang) for end in (ends[0], ends[-1]))
        yield say("stress.matters", lang, factor=factor_name(row.factor, lang), low=low, high=high)
