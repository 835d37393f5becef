"""What a plan asks of siting, in terms of doors: actions, what must hold, and what is sought."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from mangluoi import siting
from mangluoi.scenario import offers
from mangluoi.scenario.facts import Area, Supply
from mangluoi.scenario.places import Places, by_door
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.setting import Setting

__all__ = ["Ground", "aim_of", "decide", "floor_of", "question", "rules_of"]


@dataclass(frozen=True)
class Ground:
    """What actions stand on.

    Parameters
    ----------
    area, supply
        The province and its facilities.
    offered
        CAPACITY of the plan's services with usable.
    located
        Sites that are on the map.
    spots
        site_id, unit_code and unit_name of the places to build at; land_m2 where it is known.
    """

    area: Area
    supply: Supply
    offered: pd.DataFrame
    located: set[str]
    spots: pd.DataFrame


def aim_of(plan: Plan) -> siting.Aim:
    """Return what the plan seeks."""
    rules = plan.siting
    return siting.Aim(
        rules.aim,
        share=rules.share,
        measure=rules.measure,
        times_covered=rules.times_covered,
        vnd_per_minute=rules.vnd_per_minute,
    )


def question(plan: Plan, ground: Ground, on: Setting, today: Places, actions: pd.DataFrame) -> siting.Question:
    """Return what the plan asks, in terms of doors.

    Parameters
    ----------
    ground, on, today
        What stands, what access is measured on, and what is open.
    actions
        ACTIONS rows by site.

    Raises
    ------
    PlanError
        If the plan forbids actions at a place that is not known.
    """
    rules = rules_of(plan, ground)
    return siting.Question(
        on.need[~on.need["point_id"].isin(on.lost)],
        on.minutes,
        today.doors,
        offers.by_doors(actions),
        on.limits,
        admissible=on.admissible,
        budget_vnd=_budget(plan),
        weights=_weights(plan),
        floors=tuple(_floors(plan, ground, on)),
        required=tuple(offers.required_actions(plan, actions)),
        forbidden=tuple(offers.forbidden_actions(plan, actions, ground.spots, ground.supply.sites)),
        land_m2=_land(plan, ground, actions),
        max_new_sites=plan.siting.max_new_sites,
        max_loss_minutes=plan.siting.max_loss_minutes,
        network=_network(ground, today) if rules else None,
        rules=rules,
        pools=today.pools,
    )


def _budget(plan: Plan) -> float | Mapping[str, float]:
    if not plan.payers:
        return plan.budget_vnd
    return {"": plan.budget_vnd, **{rule.authority: rule.budget_vnd for rule in plan.payers}}


def _weights(plan: Plan) -> pd.DataFrame | None:
    rows = [
        (need.group, need.service, rule.weight)
        for rule in plan.weights
        for need in plan.needs
        if rule.group in ("", need.group) and rule.service in ("", need.service)
    ]
    return pd.DataFrame(rows, columns=["group", "service", "weight"]) if rows else None


def floor_of(by: str, at_least: float, ground: Ground, on: Setting) -> siting.Floor:
    """Return a floor of the plan in terms of points.

    Parameters
    ----------
    by
        See `FloorRule.by`.
    at_least
        The share.
    ground, on
        The communes, and the points in them.
    """
    if by not in ("commune", "district"):
        return siting.Floor(at_least, "all" if by == "province" else by)
    points = on.points.table
    unit = points["unit_code"].astype(str)
    if by == "district":
        unit = unit.map(ground.area.units.set_index("unit_code")["above"]).astype(str)
    return siting.Floor(at_least, "area", areas=dict(zip(points["point_id"], unit, strict=True)))


def _floors(plan: Plan, ground: Ground, on: Setting) -> Iterator[siting.Floor]:
    for rule in plan.floors:
        yield floor_of(rule.by, rule.at_least, ground, on)


def _land(plan: Plan, ground: Ground, actions: pd.DataFrame) -> dict[str, float] | None:
    """Return the free land of places where actions ask for land."""
    asking = set(actions.loc[actions["land_per_place_m2"].notna(), "place_id"])
    known: dict[str, float] = {}
    if "land_m2" in ground.spots.columns:
        given = ground.spots.dropna(subset="land_m2")
        known = dict(zip(given["site_id"], given["land_m2"].astype(float), strict=True))
    units = ground.spots.set_index("site_id")["unit_code"]
    for rule in plan.land:
        for place in asking:
            if rule.site in (place, units.get(place)):
                known[place] = rule.land_m2
    return {place: free for place, free in sorted(known.items()) if place in asking} or None


def _network(ground: Ground, today: Places) -> pd.DataFrame:
    """Return which facility each door belongs to; one that offers more than the plan is about has no door."""
    here = ground.supply
    own = here.sites[~here.sites["across_border"].astype(bool)]
    of = dict(zip(own["site_id"], own["facility_id"], strict=True))
    doors = set(today.doors["site_id"])
    mine = here.capacity.loc[here.capacity["site_id"].isin(list(of)), ["site_id", "service"]]
    slots = by_door(mine).assign(facility_id=mine["site_id"].map(of))
    stays = set(slots.loc[~slots["site_id"].isin(doors), "facility_id"])
    rows = []
    neighbours = set(here.sites["facility_id"]) - set(own["facility_id"])
    for facility in here.facilities[~here.facilities["facility_id"].isin(neighbours)].to_dict("records"):
        name = facility["facility_id"]
        known = [] if name in stays else sorted(slots.loc[slots["facility_id"] == name, "site_id"])
        rows += [(at, name, facility["type"], facility["ownership"]) for at in known or [""]]
    return pd.DataFrame(rows, columns=["site_id", "place_id", "type", "ownership"])


def rules_of(plan: Plan, ground: Ground) -> tuple[siting.Rule, ...]:
    """Return the binding targets as rules of the network.

    The model knows the places of sites on the map only, those of neighbouring provinces included; what is known of the
    province's other sites counts toward the figure too, and what is the neighbours' does not.
    """
    found = []
    sites, capacity = ground.supply.sites, ground.offered
    abroad = set(sites.loc[sites["across_border"].astype(bool), "site_id"])
    for rule in plan.targets:
        if not rule.binding:
            continue
        if rule.kind == "share_nonpublic":
            found.append(siting.Rule("share_nonpublic", rule.value))
        elif rule.kind == "count_facilities":
            found.append(siting.Rule("count", rule.value, facility_type=rule.facility_type, ownership=rule.ownership))
        else:
            fits = sites["type"].isin([rule.facility_type]) | (not rule.facility_type)
            fits &= sites["ownership"].isin([rule.ownership]) | (not rule.ownership)
            own = capacity[
                (capacity["service"] == rule.service) & capacity["site_id"].isin(set(sites.loc[fits, "site_id"]))
            ]
            unseen = own[~own["site_id"].isin(ground.located | abroad)]["usable"].sum()
            foreign = 0.0
            if not rule.facility_type and not rule.ownership:
                foreign = own[own["site_id"].isin(ground.located & abroad)]["usable"].sum()
            least = max(rule.value - float(unseen) + float(foreign), 0.0)
            found.append(
                siting.Rule("places", least, facility_type=rule.facility_type, ownership=rule.ownership,
                            service=rule.service)
            )  # fmt: skip
    return tuple(found)


def decide(plan: Plan, asked: siting.Question) -> tuple[siting.Solution | None, siting.phases.Phased | None]:
    """Answer a question, phase by phase where the plan has phases; None where nothing is offered or paid.

    A plan in phases chooses, of the plans that are as good in the end, one that is good on the way.
    """
    if asked.actions.empty or plan.budget_vnd <= 0:
        return None, None
    aim, limit = aim_of(plan), plan.time_limit_s
    best = siting.solve(asked, aim, time_limit_s=limit)
    if not plan.phases or best.audit is None:
        return best, None
    given = [siting.Phase(rule.name, rule.budget_vnd, rule.years) for rule in plan.phases]
    steps = siting.phased(asked, given, aim=aim, time_limit_s=limit)
    added = steps.actions.groupby("action_id")["added"].sum()
    own = asked.actions[asked.actions["action_id"].isin(added.index)]
    if own.empty:
        return best, steps
    size = own["action_id"].map(added).astype("int64")
    fixed = asked.replace(
        actions=own.assign(min_added=size, max_added=size, step=None), required=tuple(own["action_id"]), forbidden=()
    )
    nested = siting.solve(fixed, aim, time_limit_s=limit)
    larger = max(abs(nested.objective), abs(best.bound))
    return dataclasses.replace(
        nested,
        status=best.status,
        bound=best.bound,
        gap=0.0 if larger == 0 else abs(nested.objective - best.bound) / larger,
        cheapest=best.cheapest and nested.cost_vnd <= best.cost_vnd,
        out_of_question=best.out_of_question,
        seconds=best.seconds + steps.seconds + nested.seconds,
    ), steps
