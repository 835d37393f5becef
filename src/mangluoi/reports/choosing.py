"""What was sought and what may be done, in sentences, and why each action was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.exhibits import records
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ActionRule

__all__ = ["aim", "done", "may", "proven", "tied", "why"]

# So many communes are named for an action; the workbook lists them all.
_COMMUNES = 3


def aim(d: Disclosed, lang: Lang) -> list[str]:
    """Say what was sought and what had to hold."""
    rules = d.plan.siting
    fields: dict[str, Any] = {"share": sentences.percent(rules.share or 0.0, lang), "value": rules.vnd_per_minute}
    bare = "_all" if rules.share == 0 and rules.aim in ("cheapest", "fewest") else ""
    told = [say("report.option.aim" if rules.aim == "served" else f"choosing.aim_{rules.aim}{bare}", lang, **fields)]
    if rules.aim in ("cheapest", "fewest") and not bare:
        told.append(say(f"asked.{rules.measure}", lang))
    if rules.times_covered > 1:
        told.append(say("asked.times_covered", lang, count=rules.times_covered))
    if any(action.kind == "build" for action in d.plan.actions):
        if rules.candidates == "list":
            told.append(say("asked.from_list", lang, file=d.plan.inputs.candidates))
        elif rules.candidates == "grid":
            told.append(say("asked.from_grid", lang, km=float(rules.grid_km or 0.0)))
    for weight in d.plan.weights:
        parts = [name(kind, getattr(weight, kind), lang) for kind in ("group", "service") if getattr(weight, kind)]
        who = ", ".join(f"«{part}»" for part in parts) or say("choosing.everybody", lang)
        told.append(
            say("choosing.weighted", lang, who=who, weight=weight.weight, basis=sentences.stop(weight.basis))
        )  # fmt: skip
    for floor in d.plan.floors:
        share, part = sentences.percent(floor.at_least, lang), say(f"part.{floor.by}", lang)
        told.append(say("choosing.floor", lang, part=part, share=share, basis=sentences.stop(floor.basis)))
    for budget in d.plan.payers:
        million, basis = sentences.million(budget.budget_vnd, lang), sentences.stop(budget.basis)
        told.append(say("choosing.budget_of", lang, authority=budget.authority, million=million, basis=basis))
    for target in d.plan.targets:
        if target.binding:
            told.append(say("choosing.binding", lang, label=target.label, source=target.source))
    if rules.max_new_sites is not None:
        told.append(say("choosing.new_sites", lang, count=rules.max_new_sites))
    if rules.max_loss_minutes is not None:
        told.append(say("choosing.loss", lang, minutes=rules.max_loss_minutes))
    return told


def tied(d: Disclosed, rule: ActionRule, lang: Lang) -> Iterator[str]:
    """Say where a rule builds, in which sizes, and with which other actions it is done or not done."""
    if rule.kind == "build" and rule.sites:
        names = d.units.set_index("unit_code")["name"]
        places = [sentences.unit_name(str(names[one]), lang) if one in names.index else one for one in rule.sites]
        yield say("asked.at", lang, places="; ".join(places))
    if rule.sizes:
        yield say("asked.sizes", lang, sizes="; ".join(str(size) for size in rule.sizes))
    if rule.step > 1:
        yield say("asked.steps", lang, step=rule.step)
    for key in ("exclusive", "bundle"):
        if getattr(rule, key):
            yield say(f"asked.{key}", lang, word=getattr(rule, key))
    if rule.requires:
        yield say("asked.requires", lang, names="; ".join(f"«{one}»" for one in rule.requires))
    if rule.required:
        yield say("asked.required", lang)


def may(d: Disclosed, rule: ActionRule, lang: Lang) -> str:
    """Say what a rule other than building and expanding offers."""
    named = d.sites.set_index("site_id")["name"]
    listed, origins = (
        "; ".join(sorted(str(named[site]) for site in sites if site in named.index))
        for sites in (rule.sites, rule.from_sites)
    )
    return say(
        f"choosing.may_{rule.kind}", lang,
        service=name("service", rule.service, lang), source=name("service", rule.from_service or rule.service, lang),
        low=rule.min_added, high=rule.max_added, million=sentences.million(rule.per_place_vnd, lang),
        sites=say("choosing.at_sites", lang, sites=listed) if listed else "",
        origins=say("choosing.at_sites", lang, sites=origins) if origins else "",
        target=listed or say("choosing.elsewhere", lang),
        group=name("group", rule.group, lang) if rule.group else say("choosing.everybody", lang),
        basis=sentences.stop(rule.basis),
    )  # fmt: skip


def done(row: Any, lang: Lang, **fields: Any) -> str:
    """Say what was chosen, other than building and expanding."""
    source = row.from_service if isinstance(row.from_service, str) else row.service
    origin = ""
    if isinstance(row.from_name, str) and row.from_site_id != row.site_id:
        origin = say("choosing.origin", lang, name=row.from_name)
    return say(
        f"choosing.{row.kind}", lang, **fields, origin=origin,
        name=sentences.action_name(row, lang), source=name("service", source, lang),
        group=name("group", row.group, lang) if isinstance(row.group, str) else say("choosing.everybody", lang),
    )  # fmt: skip


def why(d: Disclosed, row: Any, lang: Lang) -> Iterator[str]:
    """Say whom an action adds, what takes its place where the least of something is sought, and how firm it is."""
    mine = d.reasoning.adds[d.reasoning.adds["action_id"] == row.action_id]
    shown = mine[~mine["masked"].astype(bool)] if len(mine) else mine
    groups = shown.groupby("group", sort=True)["people"].sum()
    if len(groups) > 1:
        parts = [
            say("choosing.group_count", lang, group=name("group", str(group), lang), people=round(float(people)))
            for group, people in groups.items()
        ]
        yield say("choosing.adds_groups", lang, groups="; ".join(parts))
    units = shown.groupby("unit_code", sort=True)["people"].sum().sort_values(ascending=False, kind="stable")
    names = d.units.set_index("unit_code")["name"]
    best = [
        say("choosing.commune_count", lang, commune=sentences.unit_name(str(names[code]), lang), people=round(people))
        for code, people in units.head(_COMMUNES).items()
        if people >= 0.5
    ]
    if best:
        yield say("choosing.adds_communes", lang, communes=", ".join(best))
    if pd.notna(row.worse):
        kind = {"cheapest": "money", "fewest": "actions", "minutes": "minutes", "total": "money"}[d.plan.siting.aim]
        instead = row.instead or say("choosing.nothing_instead", lang)
        kind = kind if abs(float(row.worse)) > 1e-6 else "nothing"
        yield say(
            f"choosing.worse_{kind}", lang, instead=instead, million=sentences.million(float(row.worse), lang),
            count=round(float(row.worse)), minutes=round(float(row.worse)),
        )  # fmt: skip
    for one in records(d.reasoning.firmness[d.reasoning.firmness["action_id"] == row.action_id]):
        within = sentences.percent(d.plan.answers.near_within, lang)
        yield say("choosing.firm", lang, plans=int(one.plans), of=int(one.of), within=within)
    for one in records(d.reasoning.flips[d.reasoning.flips["action_id"] == row.action_id]):
        if one.what == "cost":
            key, factor = ("stays", one.stays) if pd.isna(one.goes) else ("goes", one.goes)
            yield say(f"choosing.flip_cost_{key}", lang, factor=exhibits.decimals(float(factor), 2, lang))
        elif pd.notna(one.goes) and one.what == "need":
            yield say("choosing.flip_need", lang, factor=exhibits.decimals(float(one.goes), 2, lang))
        elif pd.notna(one.goes):
            sign = "+" if one.goes > 0 else "–"
            yield say("choosing.flip_minutes", lang, minutes=f"{sign}{abs(one.goes):g}")


def proven(d: Disclosed, lang: Lang) -> str:
    """Say of which aim it is proven that nothing is better."""
    sought = d.plan.siting.aim
    return say("report.option.proof_optimal" if sought == "served" else f"choosing.proof_optimal_{sought}", lang)
