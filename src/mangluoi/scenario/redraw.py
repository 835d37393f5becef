"""A plan's question asked again in a drawn world: roads timed anew, places moved, people and costs changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mangluoi import access, siting
from mangluoi.errors import Complaint, PlanError
from mangluoi.projection import great_circle_m
from mangluoi.scenario import draws, setting, travel
from mangluoi.scenario.draws import Ranges
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.run import Asked
from mangluoi.scenario.stressrules import StressRule

__all__ = ["Setup", "ranges_of", "setup"]

# Places that lie elsewhere in their error may come within reach: so much farther than anything asks, minutes are known.
_SLACK = 0.5
# Nearer pairs say little about how long a kilometre takes.
_FAR_KM = 1.0


@dataclass(frozen=True, eq=False)
class Setup:
    """All that a draw of a plan is made of; it travels to other processes.

    Parameters
    ----------
    plan
        The plan.
    question
        What it asks of siting, about the services that its actions add to; its need with both bounds.
    ways
        How people get about.
    points
        Where people are, see `points.Points.table`.
    doors
        site_id and service of what stands and what may be built.
    sites
        site_id, lon, lat and located_within_m of these.
    ranges
        How far what is assumed may be off.
    seed
        What places are drawn from.
    """

    plan: Plan
    question: siting.Question
    ways: travel.Ways
    points: pd.DataFrame
    doors: pd.DataFrame
    sites: pd.DataFrame
    ranges: Ranges
    seed: int

    def question_in(self, row: Mapping[Any, Any]) -> siting.Question:
        """Return the question in one draw: a row of `draws.draw_table`."""
        one = draws.changed(self.question, row)
        if float(row["speed"]) == 1.0 and not row["location"]:
            return one
        furthest = max(setting.limits(self.plan).values())
        if not row["location"]:
            times = self.ways.minutes(furthest, speed=float(row["speed"]))
        else:
            times = self._moved(self.ways.minutes(furthest * (1 + _SLACK), speed=float(row["speed"])), row["location"])
        return one.replace(times=travel.door_times(self.plan, times, self.doors, self.points))

    def _moved(self, times: pd.DataFrame, draw: int) -> pd.DataFrame:
        """Return the minutes with every place moved within its error; each profile is as slow as its own pairs are."""
        columns = ["point_id", "lon", "lat", "located_within_m"]
        homes = self.points[self.points["lon"].notna()].drop_duplicates("place_id").drop(columns="point_id")
        homes = homes.rename(columns={"place_id": "point_id"})[columns]
        # Only sites that the question is about: the pace of others, confidential ones among them, changes no figure.
        times = times[times["to_id"].isin(self.sites["site_id"])]
        parts = []
        for _, own in times.groupby("mode", sort=True):
            here = homes.set_index("point_id").loc[own["from_id"], ["lon", "lat"]].to_numpy(float)
            there = self.sites.set_index("site_id").loc[own["to_id"], ["lon", "lat"]].to_numpy(float)
            km = great_circle_m(here[:, 0], here[:, 1], there[:, 0], there[:, 1]) / 1000
            far = km > _FAR_KM
            if far.any():
                pace = float(own["minutes"].to_numpy(float)[far].sum() / km[far].sum())
                seed = [self.seed, int(draw), 1]
                moved = access.moved_minutes(own, homes, self.sites, minutes_per_km=pace, seed=seed)
                own = own.assign(minutes=moved)
            parts.append(own)
        return pd.concat(parts, ignore_index=True) if parts else times


def setup(plan: Plan, asked: Asked, *, seed: int) -> Setup:
    """Bring together what the draws of a plan are made of.

    Raises
    ------
    PlanError
        If neither the figures nor the plan say how far a need may be off, or a range changes nothing.
    """
    acted = set(asked.actions["service"].dropna())
    question = asked.question
    # Floors and rules may count people whom no action is for; without them such people change nothing.
    if not question.floors and not question.rules:
        mine = question.need["service"].isin(sorted(acted))
        question = question.replace(need=question.need[mine].reset_index(drop=True))
    question = question.replace(need=_bounded(plan, question.need))
    doors = asked.doors[asked.doors["service"].isin(set(question.need["service"]))].reset_index(drop=True)
    own = question.times["to_id"].isin({travel.door(*pair) for pair in doors.itertuples(index=False, name=None)})
    question = question.replace(times=question.times[own].reset_index(drop=True))
    ranges = ranges_of(plan)
    sites = asked.sites[asked.sites["site_id"].isin(doors["site_id"])].reset_index(drop=True)
    return Setup(plan, question, asked.ways, asked.points.table, doors, sites, ranges, seed)


def ranges_of(plan: Plan) -> Ranges:
    """Return the ranges that a plan states; what it does not name stays as assumed."""
    ends = {
        (rule.factor, rule.service): (rule.lower, rule.upper)
        for rule in plan.stress
        if rule.lower is not None and rule.upper is not None
    }
    return Ranges(
        speed=ends.get(("speed", ""), (1.0, 1.0)),
        cost=ends.get(("cost", ""), (1.0, 1.0)),
        stay={service: pair for (factor, service), pair in sorted(ends.items()) if factor == "stay"},
        location=any(rule.factor == "location" for rule in plan.stress),
    )


def _bounded(plan: Plan, need: pd.DataFrame) -> pd.DataFrame:
    """Return need with both bounds: those that the figures state, else those that the plan does."""
    rows = need.assign(**{name: need[name].astype(float) if name in need else float("nan") for name in _ENDS})
    rules = [rule for rule in plan.stress if rule.factor == "need"]
    found, used = [], set()
    for (group, service), own in rows.groupby(["group", "service"], sort=True):
        rule = _rule(rules, str(group), str(service))
        for name in _ENDS:
            open_ends = own.index[own[name].isna()]
            if not len(open_ends):
                continue
            if rule is None:
                found.append(Complaint("stress_unstated", column=f"stress.need.{group}.{service}.{name}"))
                continue
            used.add(rule)
            factor = rule.lower if name == "lower" else rule.upper
            rows.loc[open_ends, name] = rows.loc[open_ends, "need"].astype(float) * float(factor or 1.0)
    for rule in rules:
        # A range of everybody may stand there for others than those whose bounds are known.
        mine = rows["group"].isin([rule.group]) & ((rows["service"] == rule.service) | (rule.service == ""))
        if rule not in used and mine.any() and not found:
            condition = {"condition": "the figures state no bounds"}
            found.append(Complaint("unused_key", column=f"stress[{plan.stress.index(rule) + 1}]", details=condition))
    if found:
        raise PlanError(found)
    return rows


_ENDS = ("lower", "upper")


def _rule(rules: list[StressRule], group: str, service: str) -> StressRule | None:
    """Return the range that is nearest to a group and service: of both, of the group, of the service, of all."""
    for key in ((group, service), (group, ""), ("", service), ("", "")):
        for rule in rules:
            if (rule.group, rule.service) == key:
                return rule
    return None
