"""What is measured on an answer: coverage, minutes, travel-time bands and gap, before and after the actions."""

from __future__ import annotations

import pandas as pd

from mangluoi import access
from mangluoi.scenario import facts, travel
from mangluoi.scenario.plan import Plan

__all__ = ["bands", "coverage", "gap", "nearest", "open_now"]


def open_now(admissible: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return who may be taken where, at what is open."""
    return admissible[admissible["site_id"].isin(places["site_id"])]


def coverage(
    need: pd.DataFrame,
    minutes: pd.DataFrame,
    limits: dict[str, float],
    admissible: pd.DataFrame,
    places: pd.DataFrame,
    after: pd.DataFrame,
) -> pd.DataFrame:
    """Sum coverage by group and service, before and after, by the one definition of `access.coverage`."""
    covered = {
        name: access.coverage(need, minutes, max_minutes=limits, admissible=open_now(admissible, now))
        for name, now in (("covered", places), ("covered_after", after))
    }
    table = need[["group", "service", "need"]].assign(**covered)
    return table.groupby(["group", "service"], as_index=False, sort=True)[["need", "covered", "covered_after"]].sum()


def _served_groups(plan: Plan, service: str) -> list[str]:
    """Return the groups that a service is planned for; without any, everybody."""
    return sorted({rule.group for rule in plan.needs if rule.service == service}) or ["population"]


def nearest(
    plan: Plan,
    where: facts.Area,
    minutes: pd.DataFrame,
    admissible: pd.DataFrame,
    places: pd.DataFrame,
    after: pd.DataFrame,
) -> pd.DataFrame:
    """Return minutes from every commune to the nearest site that takes any group the service is planned for."""
    parts = []
    for rule in plan.services:
        groups = _served_groups(plan, rule.service)
        mine = admissible[(admissible["service"] == rule.service) & admissible["group"].isin(groups)]
        rows = pd.DataFrame({"point_id": where.codes, "group": "population", "service": rule.service, "need": 1.0})
        found = {}
        for name, now in (("minutes", places), ("minutes_after", after)):
            sites = set(open_now(mine, now)["site_id"])
            found[name] = access.nearest_minutes(rows, minutes, sites=sites).to_numpy()
        parts.append(pd.DataFrame({"unit_code": where.codes, "service": rule.service, **found}))
    return pd.concat(parts, ignore_index=True)


def bands(
    plan: Plan,
    need: pd.DataFrame,
    people: pd.DataFrame,
    minutes: pd.DataFrame,
    admissible: pd.DataFrame,
    places: pd.DataFrame,
) -> pd.DataFrame:
    """Count people by travel-time band, for the need of each group and, whatever they need, for the population."""
    population = people[people["group"] == "population"]
    parts = []
    for rule in plan.services:
        own = need[need["service"] == rule.service]
        mine = open_now(admissible[admissible["service"] == rule.service], places)
        everybody = pd.DataFrame(
            {
                "point_id": population["unit_code"],
                "group": "population",
                "service": rule.service,
                "need": population["people"].astype(float),
            }
        )
        anyone = mine[mine["group"].isin(_served_groups(plan, rule.service))][["site_id", "service"]].drop_duplicates()
        rows = own[own["group"] != "population"]
        for part, allowed in ((rows, mine), (everybody, anyone)):
            if len(part):
                parts.append(access.bands(part, minutes, edges=travel.BAND_EDGES, admissible=allowed))
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
