"""The targets of the source document: the target, today, after the actions, and the distance that is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pandas as pd

from mangluoi.scenario.plan import Plan, TargetRule

__all__ = ["scorecard"]

_UNITS = {
    "share_nonpublic": "%",
    "share_served": "%",
    "share_offering": "%",
    "facility_capacity": "người",
    "count_facilities": "cơ sở",
    "total_capacity": "người",
    "staff_per_commune": "người/xã",
}
#: today, after, reason: a figure that cannot be measured is missing, and the reason says why.
_Measured = tuple[float, float, str]


def scorecard(
    plan: Plan,
    *,
    facilities: pd.DataFrame,
    sites: pd.DataFrame,
    capacity: pd.DataFrame,
    states: pd.DataFrame,
    states_after: pd.DataFrame,
    actions: pd.DataFrame,
    communes: int,
) -> pd.DataFrame:
    """Measure the plan's targets.

    Facilities of neighbouring provinces are of use to people but are not the province's own, so they do not count.

    Returns
    -------
    DataFrame
        label, kind, unit, value, year, source, today, after, distance (what is left today, never below zero) and
        reason, in the order of the plan. Shares are given as 0.55.
    """
    abroad = set(sites.loc[sites["across_border"].astype(bool), "site_id"])
    own = set(sites.loc[~sites["site_id"].isin(abroad), "facility_id"])
    neighbours = set(sites["facility_id"]) - own
    facilities = facilities[~facilities["facility_id"].isin(neighbours)]
    capacity = capacity[~capacity["site_id"].isin(abroad)]
    measures: Mapping[str, Callable[[TargetRule], _Measured]] = {
        "share_nonpublic": lambda _: _share_nonpublic(facilities, actions),
        "share_served": lambda rule: _share_served(rule, capacity, states, states_after),
        "share_offering": lambda rule: _share_offering(rule, facilities, sites, capacity, actions),
        "facility_capacity": lambda rule: _facility_capacity(rule, sites, capacity, actions),
        "count_facilities": lambda rule: _count(rule, facilities, actions),
        "total_capacity": lambda rule: _total_capacity(rule, capacity, actions),
        "staff_per_commune": lambda rule: _staff(rule, capacity, communes),
    }
    rows = []
    for rule in plan.targets:
        today, after, reason = measures[rule.kind](rule)
        left = math.nan if math.isnan(today) else max(rule.value - today, 0.0)
        unit = _UNITS[rule.kind]
        rows.append((rule.label, rule.kind, unit, rule.value, rule.year, rule.source, today, after, left, reason))
    columns = ["label", "kind", "unit", "value", "year", "source", "today", "after", "distance", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _share_nonpublic(facilities: pd.DataFrame, actions: pd.DataFrame) -> _Measured:
    if facilities.empty:
        return math.nan, math.nan, "no_data"
    today = float((facilities["ownership"] == "nonpublic").mean())
    # Who would own a new facility is open, so the share after building is not known.
    builds = bool((actions["kind"] == "build").any())
    return today, math.nan if builds else today, "from_list"


def _share_served(
    rule: TargetRule, capacity: pd.DataFrame, states: pd.DataFrame, states_after: pd.DataFrame
) -> _Measured:
    def share(table: pd.DataFrame) -> float:
        rows = table[table["service"] == rule.service]
        if rule.group:
            rows = rows[rows["group"] == rule.group]
        need = float(rows["need"].sum())
        return float(rows["served"].sum()) / need if need else math.nan

    doors = capacity[capacity["service"] == rule.service]
    if doors.empty:
        return math.nan, math.nan, "not_offered"
    if (doors["basis"] == "unknown").any():
        return math.nan, math.nan, "capacity_unknown"
    return share(states), share(states_after), ""


def _share_offering(
    rule: TargetRule, facilities: pd.DataFrame, sites: pd.DataFrame, capacity: pd.DataFrame, actions: pd.DataFrame
) -> _Measured:
    if facilities.empty:
        return math.nan, math.nan, "no_data"
    offering = set(capacity.loc[capacity["service"] == rule.service, "site_id"])
    owners = set(sites.loc[sites["site_id"].isin(offering), "facility_id"])
    builds = actions[actions["kind"] == "build"]
    more = int((builds["service"] == rule.service).sum())
    return len(owners) / len(facilities), (len(owners) + more) / (len(facilities) + len(builds)), "from_list"


def _facility_capacity(
    rule: TargetRule, sites: pd.DataFrame, capacity: pd.DataFrame, actions: pd.DataFrame
) -> _Measured:
    own = sites.loc[sites["facility_id"] == rule.facility_id, "site_id"]
    doors = capacity[capacity["site_id"].isin(own) & (capacity["service"] == rule.service)]
    chosen = actions[actions["site_id"].isin(own) & (actions["service"] == rule.service)]
    added = float(chosen["added"].sum())
    if doors.empty:
        return math.nan, math.nan, "no_data"
    known = float(doors["usable"].sum())
    if (doors["basis"] == "unknown").any():
        return math.nan, math.nan, "capacity_unknown"
    reason = "from_residents" if (doors["basis"] == "residents").any() else ""
    return known, known + added, reason


def _count(rule: TargetRule, facilities: pd.DataFrame, actions: pd.DataFrame) -> _Measured:
    if rule.facility_type:
        count = int((facilities["type"] == rule.facility_type).sum())
        # None of a type in the list may mean that nobody listed them; that is not a zero.
        return (float(count), float(count), "from_list") if count else (math.nan, math.nan, "no_data")
    builds = int((actions["kind"] == "build").sum())
    return float(len(facilities)), float(len(facilities) + builds), "from_list"


def _total_capacity(rule: TargetRule, capacity: pd.DataFrame, actions: pd.DataFrame) -> _Measured:
    doors = capacity[capacity["service"] == rule.service]
    if doors.empty or (doors["basis"] == "unknown").all():
        return math.nan, math.nan, "capacity_unknown"
    known = float(doors["usable"].sum())
    added = float(actions.loc[actions["service"] == rule.service, "added"].sum())
    return known, known + added, "lower_bound" if (doors["basis"] != "declared").any() else ""


def _staff(rule: TargetRule, capacity: pd.DataFrame, communes: int) -> _Measured:
    """Staff of a service over communes; the actions add places, and who would staff them is open."""
    staff = capacity.loc[capacity["service"] == rule.service, "staff"]
    if not communes or staff.isna().all():
        return math.nan, math.nan, "no_data"
    today = float(staff.sum()) / communes
    return today, today, "lower_bound" if staff.isna().any() else "from_list"
