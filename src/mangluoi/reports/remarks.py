"""Sentences on how sure the main figures are, and on what one more site would bring."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mangluoi.reports import sentences, sizes
from mangluoi.reports.exhibits import records
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ServiceRule

__all__ = ["distinct", "forecast", "of_service"]

# So many communes are named as the best for one more site; the annex lists more.
_NAMED = 3


def of_service(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Say how far coverage may lie off, how long people travel, and what another rule or one more site would change."""
    table = d.detail.ranges
    if table.empty or rule.service in d.withheld_services:
        return []
    rows = table[(table["service"] == rule.service) & ~table["masked"].astype(bool)].sort_values("group")
    told = [*_interval(d, rows, lang), *_minutes(rows, lang)]
    for row in records(rows):
        # Whoever goes to a site of unknown size counts as not served, which says nothing about the rule.
        if sizes.wholly_sized(d, rule.service, row.group) and row.served_nearest < row.served:
            fields = {"group": name("group", row.group, lang), "served": int(row.served)}
            told.append(say("report.remarks.nearest", lang, nearest=int(row.served_nearest), **fields))
    return [*told, *_best(d, rule.service, lang)]


def _interval(d: Disclosed, rows: pd.DataFrame, lang: Lang) -> list[str]:
    known = rows[rows["covered_lower"].notna()]
    if known.empty:
        return []
    parts = [
        say("report.remarks.between", lang, group=name("group", row.group, lang),
            low=int(row.covered_lower), high=int(row.covered_upper))
        for row in records(known)
    ]  # fmt: skip
    rules = d.plan.access
    return [
        say("report.remarks.interval", lang, groups="; ".join(parts), draws=rules.location_draws,
            seed=rules.location_seed, speed=float(d.detail.minutes_per_km))
    ]  # fmt: skip


def _minutes(rows: pd.DataFrame, lang: Lang) -> list[str]:
    parts = []
    for row in records(rows[rows["reached"] > 0]):
        # Where half of the people are too far, it says nothing that a tenth of them is.
        ends = ["median"] if pd.isna(row.median_minutes) else ["median", "p90"]
        told = say("report.remarks.and", lang).join(_within(getattr(row, f"{key}_minutes"), key, lang) for key in ends)
        fields = {"group": name("group", row.group, lang), "mean": round(row.mean_minutes)}
        parts.append(say("report.remarks.of_group", lang, ends=told, **fields))
    return [say("report.remarks.travel", lang, groups="; ".join(parts))] if parts else []


def _within(minutes: Any, share: str, lang: Lang) -> str:
    if pd.isna(minutes):
        return say(f"report.remarks.{share}_beyond", lang)
    return say(f"report.remarks.{share}", lang, n=round(minutes))


def _best(d: Disclosed, service: str, lang: Lang) -> list[str]:
    """Name the communes where one more site by itself would serve the most more."""
    table = d.detail.new_sites
    told = []
    mine = table[(table["service"] == service) & ~table["masked"].astype(bool)] if len(table) else table
    for places, rows in mine.groupby("places", sort=True):
        best = rows[rows["served_gain"] > 0].head(_NAMED)
        named = [
            say("report.remarks.place_gain", lang, name=sentences.unit_name(str(row.unit_name), lang),
                gain=int(row.served_gain))
            for row in records(best)
        ]  # fmt: skip
        if named:
            told.append(say("report.remarks.best", lang, places=int(str(places)), names=", ".join(named)))
    return told


def distinct(d: Disclosed, lang: Lang) -> list[str]:
    """Say for services with several groups how many different people these are, at least and at most."""
    told = []
    for row in records(d.detail.distinct):
        if bool(row.masked):
            continue
        fields = {
            "service": name("service", row.service, lang),
            "groups": ", ".join(name("group", group, lang) for group in row.groups),
        }
        if row.lower == row.upper:
            told.append(say("report.people.distinct", lang, people=int(row.upper), **fields))
        else:
            told.append(say("report.people.distinct_bounds", lang, low=int(row.lower), high=int(row.upper), **fields))
    return told


def forecast(d: Disclosed, lang: Lang) -> list[str]:
    """Say by which growth need is carried forward, and on what basis."""
    told = []
    if d.plan.forecast.analysed is not None:
        told.append(say("report.forecast.analysed", lang, year=str(d.plan.forecast.analysed)))
    # Groups that are said to grow alike share a sentence.
    alike: dict[tuple[float, str], list[str]] = {}
    for rule in d.plan.growth:
        alike.setdefault((rule.rate, rule.basis), []).append(name("group", rule.group, lang))
    for (rate, basis), groups in alike.items():
        fields = {"rate": sentences.percent(rate, lang), "basis": sentences.stop(basis)}
        told.append(say("report.forecast.growth", lang, group="; ".join(groups), **fields))
    return told
