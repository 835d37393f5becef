"""The report as a sequence of blocks, the same for the document and the page."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mangluoi.reports import (
    alternatives,
    annexes,
    communes,
    decisions,
    details,
    effects,
    figures,
    keyfigures,
    mandate,
    passages,
    remarks,
    sentences,
    sizes,
)
from mangluoi.reports.charts import Chart
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

Part = Literal["situation", "access", "option", "annex"]

__all__ = ["Block", "Heading", "Item", "Line", "Part", "Picture", "Title", "story"]


@dataclass(frozen=True)
class Title:
    """Lines of the title block: kind of document, title, and what follows it."""

    kind: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2, and the key of its words."""

    text: str
    level: int = 1
    on_new_page: bool = False
    key: str = ""


@dataclass(frozen=True)
class Line:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Item:
    """An item of a list."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A map with its caption and the part of the report that it belongs to."""

    caption: str
    png: bytes
    part: Part

    @property
    def wide(self) -> bool:
        """Whether the picture is wider than high."""
        width, height = struct.unpack(">II", self.png[16:24])
        return bool(width > height)


Block = Title | Heading | Line | Item | Picture | Chart | Exhibit


def story(
    d: Disclosed, pictures: Sequence[Picture] = (), charts: Sequence[Chart] = (), *, lang: Lang = "vi"
) -> tuple[Block, ...]:
    """Return the whole report.

    Parameters
    ----------
    d
        What may be shown.
    pictures
        Print maps, each placed in its part.
    charts
        Charts, each placed in its part.
    lang
        {"vi", "en"}
    """
    return tuple(_blocks(d, pictures, charts, lang))


def _blocks(d: Disclosed, pictures: Sequence[Picture], charts: Sequence[Chart], lang: Lang) -> Iterator[Block]:
    def of_part(part: Part) -> list[Picture]:
        return [picture for picture in pictures if picture.part == part]

    def at(place: str) -> list[Chart]:
        return [chart for chart in charts if chart.place == place]

    yield _title(d, lang)

    key = keyfigures.summary(d, lang)
    if key:
        yield _heading("key", lang)
        yield from map(Item, key)

    yield _heading("basis", lang)
    yield from map(Item, passages.basis(d, lang))

    yield _heading("purpose", lang)
    for section, lines in mandate.purpose(d, lang):
        yield _heading(section, lang, 2)
        yield from map(Item, lines)

    yield _heading("situation", lang)
    yield _heading("people", lang, 2)
    yield from map(Item, passages.people(d, lang))
    yield from map(Line, passages.people_limits(d, lang))
    yield from map(Line, remarks.distinct(d, lang))
    yield _heading("facilities", lang, 2)
    yield from map(Line, passages.facilities(d, lang))
    if len(d.facilities) or sizes.facilities_known(d):
        yield figures.facilities(d, lang)
    yield from of_part("situation")

    yield _heading("access", lang)
    if sizes.facilities_known(d):
        for rule in d.plan.services:
            yield from map(Line, passages.threshold(d, rule, lang))
            yield from map(Item, passages.provision(d, rule, lang))
            yield from map(Line, passages.beyond(d, rule, lang))
            yield from map(Line, keyfigures.shortage(d, rule, lang))
            yield from map(Line, remarks.of_service(d, rule, lang))
            yield from map(Line, keyfigures.sensitivity(d, rule, lang))
        yield figures.balance(d, lang)
        yield figures.bands(d, lang)
        yield from at("access")
    else:
        yield from map(Line, passages.supply_unknown(d, lang))
        yield from map(Item, passages.need_alone(d, lang))
        yield figures.balance(d, lang)
    yield _heading("forecast", lang, 2)
    if d.detail.forecast.empty:
        yield Line(say("report.forecast.none", lang))
    else:
        yield from map(Item, remarks.forecast(d, lang))
        yield details.forecast(d, lang)
        yield from at("forecast")
    yield from of_part("access")

    yield _heading("goals", lang)
    if d.scorecard.empty:
        yield Line(say("report.goals.none", lang))
    else:
        yield Line(say("report.goals.intro", lang))
        yield decisions.targets(d, lang)

    yield _heading("option", lang)
    if sizes.facilities_known(d):
        yield from _option(d, lang)
        yield from at("option")
        yield from of_part("option")
    else:
        yield from map(Line, passages.question(d, lang))
        yield Line(say("report.option.need_alone", lang))

    yield _heading("duties", lang)
    for section, lines in mandate.duties(d, lang):
        yield _heading(section, lang, 2)
        yield from map(Item, lines)

    yield _heading("method", lang)
    yield _heading("method_how", lang, 2)
    yield from map(Item, passages.method(d, lang))
    yield _heading("method_limits", lang, 2)
    yield from map(Item, passages.limits(d, lang))
    yield _heading("method_privacy", lang, 2)
    yield from map(Line, passages.privacy(d, lang))

    yield Heading(say("report.section.annex", lang), on_new_page=True, key="annex")
    yield Line(say("report.contents_maps", lang))
    yield communes.people(d, lang)
    yield from communes.in_report(d, lang)
    # The notices stand in part VII already, and checksums in the workbook.
    for annex in (annexes.unlocated, annexes.sources, annexes.origin):
        yield annex(d, lang)
    yield from details.in_report(d, lang)
    yield from of_part("annex")


def _option(d: Disclosed, lang: Lang) -> Iterator[Block]:
    yield _heading("option_question", lang, 2)
    yield from map(Line, passages.question(d, lang))
    yield from map(Item, passages.offered(d, lang))
    yield _heading("option_actions", lang, 2)
    yield from map(Line, passages.outcome(d, lang))
    yield from map(Item, passages.chosen(d, lang))
    yield from map(Line, passages.proof(d, lang))
    if not d.actions.empty:
        yield decisions.actions(d, lang)
    yield _heading("option_compare", lang, 2)
    yield from map(Item, passages.effect(d, lang))
    yield from map(Item, keyfigures.minutes_saved(d, lang))
    yield effects.options(d, lang)
    yield decisions.budget(d, lang)
    yield from alternatives.in_report(d, lang)


def _heading(key: str, lang: Lang, level: int = 1) -> Heading:
    return Heading(say(f"report.section.{key}", lang), level, key=key)


def _title(d: Disclosed, lang: Lang) -> Title:
    return Title(
        say("report.kind", lang),
        d.plan.title,
        (
            say(
                "report.province",
                lang,
                province=sentences.province(d.province_name, lang),
                vintage=sentences.vintage(d.plan.vintage, lang),
            ),
            say("report.as_of", lang, date=sentences.date(d.plan.as_of, lang)),
            say("report.draft", lang, name=d.plan.name),
        ),
    )
