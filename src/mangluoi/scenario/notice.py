"""What a reader of the figures must know: every estimate, assumption and gap in the data of a run."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from mangluoi import shipped, siting
from mangluoi.scenario import facts
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.plan import Plan

__all__ = ["full_for_want_of_figures", "of_plan", "of_refinements", "unique"]


def of_plan(
    plan: Plan,
    where: facts.Area,
    here: facts.Supply,
    totals: pd.DataFrame,
    people: pd.DataFrame,
    solution: siting.Solution | None,
) -> list[Notice]:
    """Collect what a reader of the figures must know."""
    notices = [Notice("boundaries_approximate", {})]
    if plan.vintage < "2025-07-01" and plan.as_of < plan.vintage:
        notices.append(Notice("old_list_stands_in", {"as_of": plan.vintage}))
    if plan.vintage != plan.province_vintage:
        notices.append(Notice("restated", {"vintage": plan.vintage}))
    for group, rows in people[people["estimated"]].groupby("group", sort=True):
        given = totals[totals["group"] == group]
        fields: dict[str, object] = {
            "group": str(group),
            "rule": str(rows["basis"].iloc[0]),
            "source": "; ".join(sorted(set(given["source"]))[:1]),
            "as_of": "; ".join(sorted(set(given["as_of"]))),
        }
        notices.append(Notice("people_estimated", fields))
    for rule in plan.needs:
        fields = {"group": rule.group, "service": rule.service, "rate": rule.rate, "basis": rule.basis}
        notices.append(Notice("need_rate_assumed", fields))
    for service in plan.services:
        fields = {"service": service.service, "minutes": service.max_minutes, "mode": service.profile}
        notices.append(Notice("thresholds_chosen", fields))
    if len({rule.group for rule in plan.needs}) > 1:
        notices.append(Notice("groups_overlap", {}))
    unknown = int((here.capacity["basis"] == "unknown").sum())
    if unknown:
        fields = {"count": unknown, "rule": plan.supply.where_capacity_unknown}
        notices.append(Notice("capacity_unknown", fields))
    floors = int((here.capacity["basis"] == "residents").sum())
    if floors:
        notices.append(Notice("capacity_from_residents", {"count": floors}))
    names = where.units.set_index("unit_code")["name"]
    for code, reason in where.unlocated[["unit_code", "reason"]].itertuples(index=False, name=None):
        notices.append(Notice("unit_unlocated", {"name": str(names[code]), "reason": str(reason)}))
    groups = shipped.frame("norms/groups.csv")
    if set(groups.loc[groups["sensitive"] == "yes", "group"]) & {rule.group for rule in plan.needs}:
        notices.append(Notice("sensitive_province_only", {}))
    if solution is None and plan.actions:
        notices.append(Notice("no_money", {}))
    elif solution is None:
        notices.append(Notice("no_actions", {}))
    else:
        for basis in dict.fromkeys(rule.basis for rule in plan.actions):
            notices.append(Notice("cost_assumed", {"basis": basis}))
        notices.append(Notice("not_terrain_checked", {}))
        if solution.status not in ("optimal", "infeasible"):
            notices.append(Notice("time_limit_reached", {"gap": solution.gap}))
    return notices


def of_refinements(plan: Plan, here: facts.Supply, totals: pd.DataFrame) -> list[Notice]:
    """Say on which further rules the figures stand."""
    names = here.sites.set_index("site_id")["name"].astype(str)
    told = [
        Notice("need_law", {"group": need.group, "service": need.service, "law": need.law})
        for need in plan.needs
        if need.law
    ]
    for mode in plan.modes:
        minutes = plan.service(mode.service).max_minutes if mode.max_minutes is None else mode.max_minutes
        for profile in mode.profiles:
            fields = {
                "group": mode.group, "service": mode.service, "mode": profile, "minutes": minutes, "basis": mode.basis,
            }  # fmt: skip
            told.append(Notice("mode_chosen", fields))
    for pool in plan.pools:
        name = str(names.get(pool.site, pool.site))
        told.append(Notice("pool_stated", {"name": name, "capacity": pool.capacity, "basis": pool.basis}))
    for rule in plan.refusals:
        name = str(names.get(rule.site, rule.site))
        told.append(Notice("admission_limited", {"name": name, "basis": rule.basis}))
    for growth in plan.growth:
        dates = sorted(set(totals.loc[totals["group"] == growth.group, "as_of"].astype(str)))
        if len(dates) > 1:
            told.append(Notice("growth_from_earliest", {"group": growth.group, "as_of": dates[0]}))
    return told


def full_for_want_of_figures(states: pd.DataFrame, near_unknown: pd.Series) -> list[Notice]:
    """Count who meets a full house within reach of a site whose size nobody gave: more places may exist than known.

    Parameters
    ----------
    states
        STATES rows.
    near_unknown
        On the same index, people covered by a site of unknown size.
    """
    people = states["full"].where(near_unknown > 0, 0.0).groupby(states["service"]).sum()
    return [
        Notice("unknown_capacity_in_reach", {"people": int(count), "service": str(service)})
        for service, count in people.items()
        if count > 0
    ]


def unique(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Drop notices that were given twice, such as one for each profile."""
    seen: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        seen.setdefault((notice.key, repr(sorted(notice.fields.items()))), notice)
    return tuple(seen.values())
