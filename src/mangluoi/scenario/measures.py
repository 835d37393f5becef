"""What is measured on an answer: coverage, minutes, travel-time bands and gap, before and after the actions."""

from __future__ import annotations

import pandas as pd

from mangluoi import access
from mangluoi.scenario import facts, travel
from mangluoi.scenario.places import Places
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.setting import Setting, open_now

__all__ = ["bands", "coverage", "gap", "nearest"]


def coverage(setting: Setting, today: Places, after: Places) -> pd.DataFrame:
    """Sum coverage by group and service, before and after, by the one definition of `access.coverage`."""
    covered = {name: setting.covered(now) for name, now in (("covered", today), ("covered_after", after))}
    table = setting.need[["group", "service", "need"]].assign(**covered)
    return table.groupby(["group", "service"], as_index=False, sort=True)[["need", "covered", "covered_after"]].sum()


def _served_groups(plan: Plan, service: str) -> list[str]:
    """Return the groups that a service is planned for; without any, everybody."""
    return sorted({rule.group for rule in plan.needs if rule.service == service}) or ["population"]


def nearest(plan: Plan, where: facts.Area, setting: Setting, today: Places, after: Places) -> pd.DataFrame:
    """Return minutes from every commune to the nearest site that takes any group the service is planned for."""
    parts = []
    for rule in plan.services:
        groups = _served_groups(plan, rule.service)
        rows = pd.DataFrame({"point_id": where.codes, "group": "population", "service": rule.service, "need": 1.0})
        found = {}
        for name, now in (("minutes", today), ("minutes_after", after)):
            taken = open_now(now.admissible(setting.admissible), now.doors)
            mine = taken[(taken["service"] == rule.service) & taken["group"].isin(groups)]
            sites = set(mine["site_id"])
            found[name] = access.nearest_minutes(rows, setting.minutes, sites=sites).to_numpy()
        parts.append(pd.DataFrame({"unit_code": where.codes, "service": rule.service, **found}))
    return pd.concat(parts, ignore_index=True)


def bands(plan: Plan, setting: Setting, today: Places) -> pd.DataFrame:
    """Count people by travel-time band, for the need of each group and, whatever they need, for the population."""
    need, admissible, population = setting.need, setting.admissible, setting.points.everybody
    parts = []
    for rule in plan.services:
        own = need[need["service"] == rule.service]
        mine = open_now(admissible[admissible["service"] == rule.service], today.doors)
        everybody = population.assign(group="population", service=rule.service)
        anyone = mine[mine["group"].isin(_served_groups(plan, rule.service))][["site_id", "service"]].drop_duplicates()
        rows = own[own["group"] != "population"]
        for part, allowed in ((rows, mine), (everybody, anyone)):
            if len(part):
                parts.append(access.bands(part, setting.minutes, edges=travel.BAND_EDGES, admissible=allowed))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["group", "service"])
    if table.empty:
        return table.assign(band=[], people=[], share=[])
    table["band"] = table["over_minutes"].map("{:g}".format) + "-" + table["to_minutes"].map("{:g}".format)
    last = table["to_minutes"].isna()
    table.loc[last, "band"] = ">" + table.loc[last, "over_minutes"].map("{:g}".format)
    ordered = table.sort_values(["service", "group", "over_minutes"], ignore_index=True)
    return ordered[["service", "group", "band", "people", "share"]]


def gap(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the gap of every row before and after."""
    keys = ["point_id", "group", "service"]
    now, then = access.gap(before)[[*keys, "gap"]], access.gap(after)[[*keys, "gap"]]
    return now.merge(then, on=keys, suffixes=("", "_after"), validate="one_to_one")
