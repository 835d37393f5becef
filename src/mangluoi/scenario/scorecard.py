"""The targets of the source document: the target, today, after the actions, and the distance that is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from mangluoi.scenario.facts import Supply
from mangluoi.scenario.places import Places, without_doors
from mangluoi.scenario.plan import Plan, TargetRule

__all__ = ["Standing", "scorecard", "standing"]

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


@dataclass(frozen=True)
class Standing:
    """The province's own network today and after the actions.

    Parameters
    ----------
    facilities, sites, capacity
        What stands, without the neighbours'; capacity of the plan's services with usable and basis.
    actions
        What is done, see `choices.chosen_actions`.
    change
        site_id, service and change: places after the actions less those of today, without the neighbours'.
    offering
        (site_id, service) of what is open after them, what is new included.
    closed
        Facilities of which nothing stays open.
    """

    facilities: pd.DataFrame
    sites: pd.DataFrame
    capacity: pd.DataFrame
    actions: pd.DataFrame
    change: pd.DataFrame
    offering: Collection[tuple[str, str]]
    closed: Collection[str]

    @property
    def built(self) -> pd.DataFrame:
        """What is built, once for each place: site_id, facility_type, ownership."""
        builds = self.actions[self.actions["kind"] == "build"]
        return builds.drop_duplicates("site_id")[["site_id", "facility_type", "ownership"]]

    @property
    def kept(self) -> pd.DataFrame:
        """The facilities that stay."""
        return self.facilities[~self.facilities["facility_id"].isin(list(self.closed))]


def standing(here: Supply, offered: pd.DataFrame, actions: pd.DataFrame, today: Places, after: Places) -> Standing:
    """Compare what is open today with what is open after the actions.

    Facilities of neighbouring provinces are of use to people but are not the province's own, so they do not count.
    """
    abroad = set(here.sites.loc[here.sites["across_border"].astype(bool), "site_id"])
    own = here.sites[~here.sites["site_id"].isin(abroad)]
    neighbours = set(here.sites["facility_id"]) - set(own["facility_id"])
    keys = ["site_id", "service"]
    now, then = (
        without_doors(places.doors)[[*keys, "capacity"]].set_index(keys)["capacity"] for places in (today, after)
    )
    change = then.sub(now, fill_value=0).rename("change").reset_index()
    gone = set(now.index) - set(then.index)
    slots = here.capacity[keys].merge(own[["site_id", "facility_id"]], on="site_id")
    shut = pd.Series([key in gone for key in slots[keys].itertuples(index=False, name=None)], index=slots.index)
    all_shut = shut.groupby(slots["facility_id"]).all()
    unseen = {
        (str(site), str(service))
        for site, service in offered[keys].itertuples(index=False, name=None)
        if (site, service) not in set(now.index)
    }
    return Standing(
        facilities=here.facilities[~here.facilities["facility_id"].isin(neighbours)],
        sites=own,
        capacity=offered[~offered["site_id"].isin(abroad)],
        actions=actions,
        change=change[~change["site_id"].isin(abroad)],
        offering={(str(site), str(service)) for site, service in then.index if site not in abroad} | unseen,
        closed={str(name) for name in all_shut.index[all_shut]},
    )


def scorecard(
    plan: Plan, network: Standing, *, states: pd.DataFrame, states_after: pd.DataFrame, communes: int
) -> pd.DataFrame:
    """Measure the plan's targets.

    Returns
    -------
    DataFrame
        label, kind, unit, value, year, source, today, after, distance (what is left today, never below zero), reason
        and binding, in the order of the plan. Shares are given as 0.55.
    """
    measures: Mapping[str, Callable[[TargetRule], _Measured]] = {
        "share_nonpublic": lambda _: _share_nonpublic(network),
        "share_served": lambda rule: _share_served(rule, network.capacity, states, states_after),
        "share_offering": lambda rule: _share_offering(rule, network),
        "facility_capacity": lambda rule: _facility_capacity(rule, network),
        "count_facilities": lambda rule: _count(rule, network),
        "total_capacity": lambda rule: _total_capacity(rule, network),
        "staff_per_commune": lambda rule: _staff(rule, network.capacity, communes),
    }
    rows = []
    for rule in plan.targets:
        today, after, reason = measures[rule.kind](rule)
        left = math.nan if math.isnan(today) else max(rule.value - today, 0.0)
        rows.append(
            (rule.label, rule.kind, _UNITS[rule.kind], rule.value, rule.year, rule.source, today, after, left, reason,
             rule.binding)
        )  # fmt: skip
    columns = ["label", "kind", "unit", "value", "year", "source", "today", "after", "distance", "reason", "binding"]
    return pd.DataFrame(rows, columns=columns)


def _share_nonpublic(network: Standing) -> _Measured:
    if network.facilities.empty:
        return math.nan, math.nan, "no_data"
    today = float((network.facilities["ownership"] == "nonpublic").mean())
    owners = pd.concat([network.kept["ownership"], network.built["ownership"]])
    # Where it is open who would own a new facility, the share after building is not known.
    known = len(owners) and owners.isin(["public", "nonpublic"]).all()
    return today, float((owners == "nonpublic").mean()) if known else math.nan, "from_list"


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


def _share_offering(rule: TargetRule, network: Standing) -> _Measured:
    if network.facilities.empty:
        return math.nan, math.nan, "no_data"
    offering = set(network.capacity.loc[network.capacity["service"] == rule.service, "site_id"])
    then = {site for site, service in network.offering if service == rule.service}
    before, after = (
        set(network.sites.loc[network.sites["site_id"].isin(own), "facility_id"]) for own in (offering, then)
    )
    new = len(then & set(network.built["site_id"]))
    whole = len(network.kept) + len(network.built)
    share = (len(after) + new) / whole if whole else math.nan
    return len(before) / len(network.facilities), share, "from_list"


def _facility_capacity(rule: TargetRule, network: Standing) -> _Measured:
    own = network.sites.loc[network.sites["facility_id"] == rule.facility_id, "site_id"]
    doors = network.capacity[network.capacity["site_id"].isin(own) & (network.capacity["service"] == rule.service)]
    changed = network.change[network.change["site_id"].isin(own) & (network.change["service"] == rule.service)]
    if doors.empty:
        return math.nan, math.nan, "no_data"
    known = float(doors["usable"].sum())
    if (doors["basis"] == "unknown").any():
        return math.nan, math.nan, "capacity_unknown"
    reason = "from_residents" if (doors["basis"] == "residents").any() else ""
    return known, known + float(changed["change"].sum()), reason


def _count(rule: TargetRule, network: Standing) -> _Measured:
    def fitting(kinds: pd.Series, owners: pd.Series) -> int:
        mine = pd.Series(True, index=kinds.index)
        if rule.facility_type:
            mine &= kinds == rule.facility_type
        if rule.ownership:
            mine &= owners == rule.ownership
        return int(mine.sum())

    today = fitting(network.facilities["type"], network.facilities["ownership"])
    if rule.facility_type and not today:
        # None of a type in the list may mean that nobody listed them; that is not a zero.
        return math.nan, math.nan, "no_data"
    kept = fitting(network.kept["type"], network.kept["ownership"])
    return float(today), float(kept + fitting(network.built["facility_type"], network.built["ownership"])), "from_list"


def _total_capacity(rule: TargetRule, network: Standing) -> _Measured:
    kinds = pd.concat(
        [
            network.sites[["site_id", "type", "ownership"]],
            network.built.rename(columns={"facility_type": "type"})[["site_id", "type", "ownership"]],
        ]
    ).drop_duplicates("site_id")
    fits = pd.Series(True, index=kinds.index)
    if rule.facility_type:
        fits &= kinds["type"] == rule.facility_type
    if rule.ownership:
        fits &= kinds["ownership"] == rule.ownership
    mine = set(kinds.loc[fits, "site_id"])
    doors = network.capacity[(network.capacity["service"] == rule.service) & network.capacity["site_id"].isin(mine)]
    if doors.empty or (doors["basis"] == "unknown").all():
        return math.nan, math.nan, "capacity_unknown"
    known = float(doors["usable"].sum())
    change = network.change[(network.change["service"] == rule.service) & network.change["site_id"].isin(mine)]
    after = known + float(change["change"].sum())
    return known, after, "lower_bound" if (doors["basis"] != "declared").any() else ""


def _staff(rule: TargetRule, capacity: pd.DataFrame, communes: int) -> _Measured:
    """Staff of a service over communes; the actions add places, and who would staff them is open."""
    staff = capacity.loc[capacity["service"] == rule.service, "staff"]
    if not communes or staff.isna().all():
        return math.nan, math.nan, "no_data"
    today = float(staff.sum()) / communes
    return today, today, "lower_bound" if staff.isna().any() else "from_list"
