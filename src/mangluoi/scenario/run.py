"""The order of work: from a plan to a result. This folder alone knows all the stages."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pandas as pd

from mangluoi import access, demand, siting, supply
from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.scenario import choices, facts, measures, need_only, notice, origin, travel
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Result
from mangluoi.scenario.scorecard import scorecard

__all__ = ["STAGES", "run"]

_LOG = logging.getLogger(__name__)

#: The stages of a run, in order.
STAGES = ("read", "need", "travel", "access", "siting", "audit")

_STATES = ["served", "full", "out_of_reach", "unlocated"]


def run(plan: Plan, *, progress: Callable[[str], None] | None = None) -> Result:
    """Answer a plan.

    Parameters
    ----------
    plan
        The question.
    progress
        Called with the name of each stage (see `STAGES`) as it begins.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        If the plan's inputs cannot be used; every complaint is listed.
    ConservationError
        If people went missing between two stages: a bug.
    """
    stages = origin.Stages()

    def begin(name: str) -> origin.Stages:
        _LOG.info("%s: %s", plan.name, name)
        if progress is not None:
            progress(name)
        return stages

    with begin("read").stage("read"):
        given = facts.gather(plan)
        where, here, people = given.area, given.supply, given.people
        unlocated = _unlocated(where, here)
    with begin("need").stage("need"):
        need = _need(plan, people)
        if plan.supply.listed == "part":
            return need_only.result(plan, given, need, unlocated, stages)
        offered = here.capacity[here.capacity["service"].isin([rule.service for rule in plan.services])]
        may = supply.admissible(here.sites, here.facilities, offered[["site_id", "service"]])
    with begin("travel").stage("travel"):
        spots = travel.candidates(where)
        on_map = here.sites[here.sites["lon"].notna()]
        located = {str(site) for site in on_map["site_id"]}
        actions = choices.offered_actions(plan, offered, located, spots)
        building = spots[spots["site_id"].isin(actions.loc[actions["kind"] == "build", "site_id"])]
        every = pd.concat([on_map[["site_id", "lon", "lat"]], building[["site_id", "lon", "lat"]]], ignore_index=True)
        furthest = max([*travel.BAND_EDGES, *(rule.max_minutes for rule in plan.services)])
        profiles = sorted({rule.profile for rule in plan.services})
        times, road_notices = travel.minutes_by_profile(plan, where, every, profiles=profiles, max_minutes=furthest)
        doors = pd.concat([offered[["site_id", "service"]], actions[["site_id", "service"]]]).drop_duplicates()
        minutes = travel.door_times(plan, times, doors[doors["site_id"].isin(every["site_id"])])
    with begin("access").stage("access"):
        limits = {rule.service: rule.max_minutes for rule in plan.services}
        here_now = offered[offered["site_id"].isin(located)]
        places = _by_door(here_now[["site_id", "service"]].assign(capacity=here_now["usable"]))
        may_enter = _by_door(pd.concat([may, choices.new_admissible(plan, actions)], ignore_index=True))
        lost = {str(code) for code in where.units.loc[where.units["lon"].isna(), "unit_code"]}
        before = access.allocate(need, places, minutes, max_minutes=limits, admissible=may_enter, unlocated=lost)
    with begin("siting").stage("siting"):
        solution = _solve(plan, need[~need["point_id"].isin(lost)], minutes, places, actions, limits, may_enter)
    with begin("audit").stage("audit"):
        after_places = places if solution is None else _add(places, solution.chosen)
        after = access.allocate(need, after_places, minutes, max_minutes=limits, admissible=may_enter, unlocated=lost)
        conserve(people, need, before.states, after.states)
        gains = {}
        doing = pd.DataFrame(columns=["action_id"]) if solution is None else solution.chosen
        for name in doing["action_id"]:
            # Measured by doing all but this one: people move between sites, so a site's own count says too much.
            others = doing[doing["action_id"] != name]
            without = access.allocate(
                need, _add(places, others), minutes, max_minutes=limits, admissible=may_enter, unlocated=lost
            )
            gains[name] = float(after.states["served"].sum() - without.states["served"].sum())
        chosen = choices.chosen_actions(solution, actions, here.sites, spots, gains)
        coverage = measures.coverage(need, minutes, limits, may_enter, places, after_places)
        nearest = measures.nearest(plan, where, minutes, may_enter, places, after_places)
        bands = measures.bands(plan, need, people, minutes, may_enter, places)
        card = scorecard(
            plan,
            facilities=here.facilities,
            sites=here.sites,
            capacity=offered,
            states=before.states,
            states_after=after.states,
            actions=chosen,
        )
    unknown = _by_door(here_now[here_now["basis"] == "unknown"][["site_id", "service"]])
    near_unknown = access.coverage(need, minutes, max_minutes=limits, admissible=measures.open_now(may_enter, unknown))
    notices = (
        *here.notices,
        *choices.dropped_sites(plan, here.sites, located),
        *road_notices,
        *notice.of_plan(plan, where, here, given.totals, people, solution),
        *notice.full_for_want_of_figures(before.states, near_unknown),
    )
    return Result(
        plan=plan,
        province_name=where.province_name,
        units=where.units,
        cells=where.cells,
        facilities=here.facilities,
        sites=here.sites,
        capacity=here.capacity,
        totals=given.totals,
        people=people,
        need=need,
        times=times,
        nearest=nearest,
        coverage=coverage,
        states=before.states,
        states_after=after.states,
        gap=measures.gap(before.states, after.states),
        flows=_without_doors(before.flows),
        flows_after=_without_doors(after.flows),
        bands=bands,
        actions=chosen,
        solution=solution,
        scorecard=card,
        unlocated=unlocated,
        notices=notice.unique(notices),
        provenance=origin.provenance(plan, stages),
    )


def conserve(people: pd.DataFrame, need: pd.DataFrame, *states: pd.DataFrame) -> None:
    """Check that nobody went missing: the four states sum to need, exactly, in every row, and need stands on people.

    Raises
    ------
    ConservationError
        If they do not.
    """
    for table in states:
        apart = table[_STATES].sum(axis=1) != table["need"]
        if apart.any() or len(table) != len(need) or table["need"].sum() != need["need"].sum():
            raise ConservationError(f"the four states do not sum to need in {int(apart.sum())} rows")
    known = set(zip(people["unit_code"], people["group"], strict=True))
    if not set(zip(need["point_id"], need["group"], strict=True)) <= known:
        raise ConservationError("need stands where no people were counted")


def _need(plan: Plan, people: pd.DataFrame) -> pd.DataFrame:
    """Turn people into need by the plan's rates."""
    rates = pd.DataFrame(
        [(rule.group, rule.service, rule.rate) for rule in plan.needs], columns=["group", "service", "rate"]
    )
    if rates.empty:
        raise InputError([Complaint("missing_key", column="needs")])
    return demand.need(people, rates)


def _by_door(table: pd.DataFrame) -> pd.DataFrame:
    """Name each service at each site as a door, see `travel.door`."""
    return table.assign(site_id=table["site_id"].astype(str) + "/" + table["service"].astype(str))


def _without_doors(flows: pd.DataFrame) -> pd.DataFrame:
    return flows.assign(site_id=[str(name).rsplit("/", 1)[0] for name in flows["site_id"]])


def _solve(
    plan: Plan,
    need: pd.DataFrame,
    minutes: pd.DataFrame,
    places: pd.DataFrame,
    actions: pd.DataFrame,
    limits: dict[str, float],
    admissible: pd.DataFrame,
) -> siting.Solution | None:
    if actions.empty or plan.budget_vnd <= 0:
        return None
    return siting.max_served(
        need,
        minutes,
        capacity=places,
        actions=_by_door(actions),
        budget_vnd=plan.budget_vnd,
        max_minutes=limits,
        admissible=admissible,
        time_limit_s=plan.time_limit_s,
    )


def _add(places: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the places after the chosen actions."""
    added = chosen[["site_id", "service", "added"]].rename(columns={"added": "capacity"})
    both = pd.concat([places, added[added["capacity"] > 0]], ignore_index=True)
    return both.groupby(["site_id", "service"], sort=True)["capacity"].sum().reset_index()


def _unlocated(where: facts.Area, here: facts.Supply) -> pd.DataFrame:
    names = where.units.set_index("unit_code")["name"]
    units = pd.DataFrame(
        {
            "kind": "unit",
            "id": where.unlocated["unit_code"],
            "name": where.unlocated["unit_code"].map(names),
            "reason": where.unlocated["reason"],
            "candidates": None,
        }
    )
    parts = [part for part in (here.unlocated, units) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else here.unlocated
