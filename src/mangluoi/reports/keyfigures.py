"""The key figures on the first page, and what speeds, sizes and the option change in them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mangluoi.reports import decisions, sentences, sizes
from mangluoi.reports.exhibits import records
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario import reach_curve
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ServiceRule

__all__ = ["minutes_saved", "sensitivity", "shortage", "summary"]


def summary(d: Disclosed, lang: Lang) -> list[str]:
    """Say in a few sentences what the report finds: facilities, need and how it is met, the option and its cost."""
    told = []
    if len(d.facilities):
        kinds = d.facilities["ownership"].value_counts()
        own = {kind: sentences.counted(int(kinds.get(kind, 0)), lang) for kind in ("public", "nonpublic")}
        told.append(say("key.facilities", lang, count=sentences.counted(len(d.facilities), lang), **own))
    for row in records(d.state_totals.sort_values(["service", "group"])):
        if not row.masked and int(row.need):
            told.append(_provision(d, row, lang))
    if not d.actions.empty:
        fields = {
            "count": sentences.counted(len(d.actions), lang), "places": int(d.actions["added"].sum()),
            "million": sentences.million(decisions.total_cost(d), lang),
        }  # fmt: skip
        told.append(say("key.option", lang, **fields))
    return told


def _provision(d: Disclosed, row: Any, lang: Lang) -> str:
    fields = {
        "group": name("group", row.group, lang), "service": name("service", row.service, lang), "need": int(row.need),
    }  # fmt: skip
    if not sizes.facilities_known(d):
        return say("key.need", lang, **fields)
    fields["share"] = sentences.percent(int(row.covered) / int(row.need), lang)
    fields["minutes"] = float(d.plan.service(row.service).max_minutes)
    if not sizes.sized(d, row.service, row.group):
        return say("key.covered", lang, **fields)
    served = {"served": int(row.served), "gap": int(row.full) + int(row.out_of_reach)}
    if d.actions.empty or row.served == row.served_after:
        return say("key.served", lang, **fields, **served)
    after = {"served_after": int(row.served_after), "gap_after": int(row.full_after) + int(row.out_of_reach_after)}
    return say("key.served_after", lang, **fields, **served, **after)


def shortage(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Say how many places are needed, there, and short, and which group is short of most.

    The groups of a service share its places and may be the same people; so each has a sentence of its own where there
    are several, and nothing is added up.
    """
    rows = d.state_totals[(d.state_totals["service"] == rule.service) & ~d.state_totals["masked"].astype(bool)]
    told = []
    for row in records(rows.sort_values("group")):
        if not sizes.sized(d, rule.service, row.group) or not int(row.need):
            continue
        places = sizes.places(d, rule.service, row.group, lang)
        lacking = int(row.full) + int(row.out_of_reach) + int(row.unlocated)
        if not lacking:
            continue
        fields = {"group": name("group", row.group, lang), "service": name("service", rule.service, lang)}
        told.append(say("key.shortage", lang, need=int(row.need), places=places, gap=lacking, **fields))
    return told


def sensitivity(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Say what coverage is if everybody rides a fifth more slowly or faster: speeds are assumptions of the model."""
    curve = d.detail.curve
    if curve.empty:
        return []
    told = []
    mine = curve[(curve["service"] == rule.service) & ~curve["masked"].astype(bool)]
    for group, part in mine.groupby("group", sort=True):
        covered = part.set_index(part["minutes"].astype(float).round(6))["covered"].astype(float)
        limits = part.loc[part["chosen"].astype(bool), "minutes"].astype(float)
        need = float(part["need"].iloc[0])
        if limits.empty or not need:
            continue
        wanted = {key: round(by * float(limits.iloc[0]), 6) for key, by in _SPEEDS.items()}
        shares = {
            key: sentences.percent(float(covered[at]) / need, lang) for key, at in wanted.items() if at in covered.index
        }
        if len(shares) == len(_SPEEDS):
            told.append(say("key.sensitivity", lang, group=name("group", str(group), lang), **shares))
    return told


_SPEEDS = {"low": reach_curve.SLOWER, "high": reach_curve.FASTER}


def minutes_saved(d: Disclosed, lang: Lang) -> list[str]:
    """Say how the option changes the mean travel time of those who can reach a site today."""
    table = d.detail.mean_minutes
    told: list[str] = []
    if table.empty or d.actions.empty:
        return told
    for row in records(table[~table["masked"].astype(bool)].sort_values(["service", "group"])):
        if pd.isna(row.before) or round(row.before) == round(row.after):
            continue
        who = {"group": name("group", row.group, lang), "service": name("service", row.service, lang)}
        told.append(say("key.minutes_saved", lang, before=round(row.before), after=round(row.after), **who))
    return told
