"""The order of work: from a plan to a result. This folder alone knows all the stages."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mangluoi import access, demand, siting
from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.scenario import (
    admission,
    asking,
    candidates,
    certainty,
    choices,
    facts,
    forecast,
    frontier,
    margins,
    measures,
    motives,
    need_only,
    notice,
    offers,
    origin,
    points,
    reach_curve,
    reasoning,
    scorecard,
    setting,
    sharing,
    traces,
    travel,
)
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.kept import Kept
from mangluoi.scenario.places import Places, by_door, open_today, without_doors
from mangluoi.scenario.plan import AnswerRules, Plan
from mangluoi.scenario.result import Notice, Result

__all__ = ["STAGES", "Asked", "answered", "run"]

_LOG = logging.getLogger(__name__)

#: The stages of a run, in order.
STAGES = ("read", "need", "travel", "access", "siting", "audit")

_STATES = ["served", "full", "out_of_reach", "unlocated"]
# Sites that lie elsewhere in their error may come within reach: so much farther than anything asks, minutes are known.
_SLACK = 0.5
# Minutes beyond the thresholds within which a site counts whose way must not become much longer.
_DAY = 1440.0
_NOTHING_BESIDES = AnswerRules(frontier=0, reasons=False)


@dataclass(frozen=True, eq=False)
class Asked:
    """What a run asked, and on what: enough to ask it again where something is other than assumed.

    Parameters
    ----------
    question
        What was asked of siting.
    actions
        The same actions by site instead of by door: action_id, kind, site_id, service.
    points
        People at points.
    spots
        Where something new may be built: site_id, unit_code, unit_name, lon, lat.
    doors
        site_id and service of what stands and of what may be built.
    sites
        site_id, lon, lat and located_within_m of these; one that may be built stands where it is said to be built.
    ways
        How people get there.
    """

    question: siting.Question
    actions: pd.DataFrame
    points: points.Points
    spots: pd.DataFrame
    doors: pd.DataFrame
    sites: pd.DataFrame
    ways: travel.Ways


def run(
    plan: Plan,
    *,
    progress: Callable[[str], None] | None = None,
    figures_only: bool = False,
    kept: Kept | None = None,
) -> Result:
    """Answer a plan.

    Parameters
    ----------
    plan
        The question.
    progress
        Called with the name of each stage (see `STAGES`) as it begins.
    figures_only
        Whether to leave out the answers of `AnswerRules` and the tables of `Result.detail`; every other figure is the
        same, a notice says so, and so does the plan of the result.
    kept
        What was read and measured for answers before, see `Kept`; the answer is the same without.

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
    return answered(plan, progress=progress, figures_only=figures_only, kept=kept)[0]


def answered(
    plan: Plan,
    *,
    progress: Callable[[str], None] | None = None,
    figures_only: bool = False,
    kept: Kept | None = None,
) -> tuple[Result, Asked | None]:
    """Answer a plan as `run` does, and return what was asked too; None where need alone is answered."""
    plan = dataclasses.replace(plan, answers=_NOTHING_BESIDES) if figures_only else plan
    stages = origin.Stages()
    kept = Kept() if kept is None else kept

    def begin(name: str) -> origin.Stages:
        _LOG.info("%s: %s", plan.name, name)
        if progress is not None:
            progress(name)
        return stages

    with begin("read").stage("read"):
        given = kept.gather(plan)
        where, here, people = given.area, given.supply, given.people
        unlocated = _unlocated(where, here)
    with begin("need").stage("need"):
        asked = _of_year(plan, people)
        need = _need(plan, asked)
        if plan.supply.listed == "part":
            return need_only.result(plan, given, need, unlocated, stages), None
        at = points.place(plan, where, need, asked)
        offered = here.capacity[here.capacity["service"].isin([rule.service for rule in plan.services])]
        may = admission.admissible(plan, here, offered)
    with begin("travel").stage("travel"):
        spots = candidates.candidates(plan, where)
        on_map = here.sites[here.sites["lon"].notna()]
        located = {str(site) for site in on_map["site_id"]}
        actions = offers.offered_actions(plan, offered, located, spots)
        building = spots[spots["site_id"].isin(actions.loc[actions["kind"] == "build", "site_id"])]
        every = pd.concat([on_map[["site_id", "lon", "lat"]], building[["site_id", "lon", "lat"]]], ignore_index=True)
        ground = asking.Ground(where, here, offered, located, spots)
        doors = pd.concat([offered[["site_id", "service"]], actions[["site_id", "service"]]]).drop_duplicates()
        doors = doors[doors["site_id"].isin(every["site_id"])]
        laid = kept.ways(plan, where, every, profiles=_profiles(plan), homes=at.places)
        times, minutes, beyond = _travel(kept, plan, laid, at, doors)
    with begin("access").stage("access"):
        new = offers.new_admissible(plan, here, actions, offered)
        on = setting.Setting(
            points=at, minutes=minutes, farther=beyond, limits=setting.limits(plan), lost=frozenset(at.lost()),
            admissible=by_door(pd.concat([may, new], ignore_index=True)), even=plan.access.even_occupancy,
        )  # fmt: skip
        today = open_today(plan, offered, located)
        before = on.allocate(today)
    with begin("siting").stage("siting"):
        asked_of_sites = asking.question(plan, ground, on, today, actions)
        asked_of_sites = asked_of_sites.replace(times=_asked_minutes(kept, plan, laid, at, doors, on))
        solution, steps = asking.decide(plan, asked_of_sites)
        why, reasons = motives.motives(plan, asked_of_sites, solution, here, spots)
        behind = reasoning.of_choice(plan, ground, on, asked_of_sites, solution, steps, reasons)
        curve = frontier.frontier(plan, None if solution is None else asked_of_sites)
    with begin("audit").stage("audit"):
        found = _audit(on, today, before, asked_of_sites.actions, solution)
        conserve(asked, need, found.states, found.states_after)
        chosen = choices.chosen_actions(solution, actions, here.sites, spots, found.gains, why)
        card = scorecard.scorecard(
            plan, scorecard.standing(here, offered, chosen, today, found.places), states=found.states,
            states_after=found.states_after, communes=len(where.units),
        )  # fmt: skip
        detail = (
            Detail()
            if figures_only
            else _detail(plan, given, on, today, found.places, before, actions, spots, asked, may)
        )
    notices = (
        *((Notice("figures_only"),) if figures_only else ()),
        *here.notices,
        *choices.dropped_sites(plan, here.sites, located),
        *laid.notices,
        *at.notices,
        *notice.of_plan(plan, where, here, given.totals, people, solution),
        *notice.of_refinements(plan, here, given.totals),
        *motives.clash_notice(plan, solution, here, spots),
        *notice.full_for_want_of_figures(before.states, _near_unknown(on, offered, located)),
    )
    sites = every.merge(here.sites[["site_id", "located_within_m"]], on="site_id", how="left")
    # Coordinates that were given count as exact, and so does the place where something is said to be built.
    sites = sites.fillna({"located_within_m": 0.0})
    asked_again = Asked(asked_of_sites, actions, at, spots, doors, sites, laid)
    result = Result(
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
        nearest=measures.nearest(plan, where, on, today, found.places),
        coverage=measures.coverage(on, today, found.places),
        states=found.states,
        states_after=found.states_after,
        gap=measures.gap(found.states, found.states_after),
        flows=at.flows_by_unit(without_doors(before.flows)),
        flows_after=at.flows_by_unit(without_doors(found.after.flows)),
        bands=measures.bands(plan, on, today),
        actions=chosen,
        solution=solution,
        scorecard=card,
        unlocated=unlocated,
        notices=notice.unique(notices),
        provenance=origin.provenance(plan, stages),
        frontier=curve,
        reasoning=behind,
        detail=detail,
    )
    return result, asked_again


def _asked_minutes(
    kept: Kept, plan: Plan, laid: travel.Ways, at: points.Points, doors: pd.DataFrame, on: setting.Setting
) -> pd.DataFrame:
    """Return minutes from points to doors as far as siting asks: larger thresholds too, or however long a way is."""
    further = reasoning.FARTHER if plan.answers.flips else 0.0
    if plan.siting.max_loss_minutes is not None:
        further = _DAY
    if not further:
        return on.minutes
    far = kept.minutes(laid, max(on.limits.values()) + further)
    return travel.door_times(plan, far, doors, at.table)


def _travel(
    kept: Kept, plan: Plan, laid: travel.Ways, at: points.Points, doors: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return travel times between places, minutes from points to doors, and the same farther out."""
    furthest = max([*travel.BAND_EDGES, *setting.limits(plan).values()])
    slack = furthest * _SLACK if plan.access.location_draws else 0.0
    farther = kept.minutes(laid, furthest + slack)
    times = farther[farther["minutes"] <= furthest].reset_index(drop=True)
    minutes, beyond = (travel.door_times(plan, part, doors, at.table) for part in (times, farther))
    return times, minutes, beyond


@dataclass(frozen=True)
class _Audit:
    """The answer measured again: what is open and who is served after the actions, and what each of them brings."""

    places: Places
    after: access.Allocation
    states: pd.DataFrame
    states_after: pd.DataFrame
    gains: dict[str, float]


def _audit(
    on: setting.Setting,
    today: Places,
    before: access.Allocation,
    actions: pd.DataFrame,
    solution: siting.Solution | None,
) -> _Audit:
    """Measure what the chosen actions do, and what each adds to all the others: people move between sites.

    A site's own count would say too much.
    """
    doing = pd.DataFrame(columns=["action_id", "kind", "site_id", "service", "added"])
    doing = doing if solution is None else solution.chosen
    places = today if solution is None else today.after(doing, actions, on.need)
    after = on.allocate(places)
    gains = {}
    for name in doing["action_id"]:
        without = on.allocate(today.after(doing[doing["action_id"] != name], actions, on.need))
        gains[name] = float(after.states["served"].sum() - without.states["served"].sum())
    by_unit = on.points.by_unit
    return _Audit(places, after, by_unit(before.states), by_unit(after.states), gains)


def _detail(
    plan: Plan,
    given: facts.Facts,
    on: setting.Setting,
    today: Places,
    after: Places,
    before: access.Allocation,
    actions: pd.DataFrame,
    spots: pd.DataFrame,
    people: pd.DataFrame,
    may: pd.DataFrame,
) -> Detail:
    """Measure what stands behind the main figures."""
    here = given.supply
    offered = here.capacity[here.capacity["service"].isin([rule.service for rule in plan.services])]
    shares = sharing.ratios(plan, on, today, offered)
    return Detail(
        ranges=certainty.ranges(plan, on, today, before, here.sites),
        usage=margins.usage(plan, on, today, before, offered),
        new_sites=margins.new_sites(on, today, actions, spots),
        by_band=certainty.states_by_band(on, today, before, edges=travel.BAND_EDGES),
        ratios=shares,
        fairness=sharing.fairness_of(plan, given.area, people, shares),
        by_norm=margins.by_norm(plan, here.capacity),
        forecast=forecast.forecast(plan, given.people),
        distinct=sharing.distinct(plan, people),
        traces=traces.traces(plan, given, may),
        curve=reach_curve.reach_curve(on, today, after),
        mean_minutes=reach_curve.mean_minutes(on, today, after),
        minutes_per_km=certainty.minutes_per_km(on, here.sites),
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


def _of_year(plan: Plan, people: pd.DataFrame) -> pd.DataFrame:
    """Return the people whose need is analysed: as counted, or carried to the year that the plan names."""
    if plan.forecast.analysed is None:
        return people
    return forecast.grown(plan, people, plan.forecast.analysed)


def _profiles(plan: Plan) -> list[str]:
    ridden = {profile for rule in plan.modes for profile in rule.profiles}
    return sorted({rule.profile for rule in plan.services} | ridden)


def _near_unknown(on: setting.Setting, offered: pd.DataFrame, located: set[str]) -> pd.Series:
    """Return how many people are within reach of a service whose size nobody gave."""
    unknown = offered[offered["site_id"].isin(located) & (offered["basis"] == "unknown")]
    return on.covered(Places(by_door(unknown[["site_id", "service"]])))


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
