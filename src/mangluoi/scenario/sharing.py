"""How evenly access is shared: places per person by commune, and the figures of inequality over them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi import access, demand
from mangluoi.access import decay, fairness
from mangluoi.scenario.facts import Area
from mangluoi.scenario.places import Places
from mangluoi.scenario.plan import AccessRules, Plan
from mangluoi.scenario.setting import Setting, open_now

__all__ = ["distinct", "fairness_of", "ratios"]


def _decay(rules: AccessRules) -> decay.Decay | None:
    minutes, weights = rules.ratio_minutes, rules.ratio_weights
    if rules.ratio_decay == "step":
        return decay.step(minutes, weights)
    if rules.ratio_decay == "gaussian":
        return decay.gaussian(minutes[0])
    if rules.ratio_decay == "exponential":
        return decay.exponential(minutes[0])
    if rules.ratio_decay == "power":
        return decay.power(weights[0], from_minutes=minutes[0])
    return None


def ratios(plan: Plan, on: Setting, today: Places, capacity: pd.DataFrame) -> pd.DataFrame:
    """Return places per 100 people in need by commune and service, for services of which some size is known.

    Parameters
    ----------
    capacity
        site_id, service and basis: how sizes are known.

    Returns
    -------
    DataFrame
        unit_code, service, need and ratio; communes without need have none.
    """
    known = set(capacity.loc[capacity["basis"] != "unknown", "service"])
    doors = today.doors[today.doors["service"].isin(known)]
    need = on.need[on.need["service"].isin(known) & ~on.need["point_id"].isin(on.lost)].reset_index(drop=True)
    if doors.empty or need.empty:
        return pd.DataFrame(columns=["unit_code", "service", "need", "ratio"])
    value = access.catchment(
        need,
        doors,
        on.minutes[on.minutes["to_id"].isin(doors["site_id"])],
        method=plan.access.ratio_method,
        max_minutes=on.limits,
        decay=_decay(plan.access),
        admissible=open_now(on.admissible, doors),
    )
    # Availability is in places already; the others are places per person.
    held = value if plan.access.ratio_method == "spatial_availability" else value * need["need"]
    unit = need["point_id"].map(on.points.table.set_index("point_id")["unit_code"])
    sums = need.assign(unit_code=unit, held=held).groupby(["unit_code", "service"], sort=True)[["need", "held"]].sum()
    sums = sums[sums["need"] > 0].reset_index()
    return sums.assign(ratio=100 * sums["held"] / sums["need"]).drop(columns="held")


def fairness_of(plan: Plan, where: Area, people: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return how evenly places are shared over people in need, by service.

    Returns
    -------
    DataFrame
        service, mean, gini, theil, palma, worst_tenth, concentration (missing where nothing ranks the communes), and
        poor_share, poor_depth, poor_severity (missing without a poverty line).
    """
    rank = _rank(plan, where, people)
    rows = []
    for service, part in shares.groupby("service", sort=True):
        value, weight = (part.set_index("unit_code")[name].astype(float) for name in ("ratio", "need"))
        place = rank.reindex(value.index)
        ranked = bool(place.notna().all()) and len(place) > 0
        line = plan.access.poverty_line
        poor = [
            fairness.poverty(value, weight, line=line, alpha=alpha) if line is not None else np.nan
            for alpha in (0.0, 1.0, 2.0)
        ]
        rows.append((
            service, float((value * weight).sum() / weight.sum()), fairness.gini(value, weight),
            fairness.theil(value, weight), fairness.palma(value, weight), fairness.worst_off(value, weight),
            fairness.concentration(value, weight, place) if ranked else np.nan, *poor,
        ))  # fmt: skip
    columns = [
        "service", "mean", "gini", "theil", "palma", "worst_tenth", "concentration", "poor_share", "poor_depth",
        "poor_severity",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _rank(plan: Plan, where: Area, people: pd.DataFrame) -> pd.Series:
    """Return what ranks communes, low for the least remote or poor; missing where it is not known."""
    counts = people.pivot(index="unit_code", columns="group", values="people").astype("Float64").astype(float)
    if "population" not in counts:
        return pd.Series(dtype=float)
    everybody = counts["population"].where(counts["population"] > 0)
    if plan.access.ranked_by == "poverty":
        return counts[plan.access.poor_group] / everybody if plan.access.poor_group in counts else everybody * np.nan
    return where.units.set_index("unit_code")["area_km2"].astype(float) / everybody


def distinct(plan: Plan, people: pd.DataFrame) -> pd.DataFrame:
    """Return how many different people the groups of each service are together, by the stated overlaps or as a bound.

    Returns
    -------
    DataFrame
        service, groups (a tuple), summed, lower and upper; one row per service with several groups that are counted
        in every commune. The population, which holds everybody, is left out.
    """
    stated = pd.DataFrame(
        [(rule.group_a, rule.group_b, rule.rate) for rule in plan.overlaps], columns=["group_a", "group_b", "rate"]
    )
    rows = []
    for rule in plan.services:
        groups = sorted({need.group for need in plan.needs if need.service == rule.service} - {"population"})
        mine = people[people["group"].isin(groups)]
        counted = mine.groupby("group")["unit_code"].nunique()
        if len(groups) < 2 or len(counted) < len(groups) or counted.nunique() > 1:
            continue
        overlaps = stated[stated["group_a"].isin(groups) & stated["group_b"].isin(groups)]
        found = demand.together(mine, groups, overlaps=overlaps if len(overlaps) else None)
        summed = int(mine["people"].sum())
        rows.append((rule.service, tuple(groups), summed, int(found["lower"].sum()), int(found["upper"].sum())))
    return pd.DataFrame(rows, columns=["service", "groups", "summed", "lower", "upper"])
