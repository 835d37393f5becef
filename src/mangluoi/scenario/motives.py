"""Why each action was chosen: what is lost without it, what would stand in for it, what holds it back."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import pandas as pd

from mangluoi import siting
from mangluoi.scenario import asking
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.facts import Supply
from mangluoi.scenario.plan import Plan
from mangluoi.siting.reasons import Reason

__all__ = ["COLUMNS", "clash_notice", "motives"]

#: What is told of each chosen action.
COLUMNS = ("action_id", "lost", "worse", "instead", "held_by")


def clash_notice(plan: Plan, solution: siting.Solution | None, here: Supply, spots: pd.DataFrame) -> list[Notice]:
    """Say which requirements cannot hold together; an action is named by its place, a confidential one not at all."""
    if solution is None or solution.clash is None:
        return []
    names = _names(here, spots)
    floors = {"area": ("commune", "district"), "all": ("province",)}
    rules = {}
    for target in plan.targets:
        measure = {"share_nonpublic": "share_nonpublic", "count_facilities": "count", "total_capacity": "places"}
        words = (measure.get(target.kind, ""), target.facility_type, target.ownership, target.service)
        rules["/".join(word for word in words if word)] = target.label
    demands = []
    for one in solution.clash.demands:
        parts = one.about.split("/")
        about = one.about
        if one.kind in ("required", "forbidden") and len(parts) > 1:
            about = names.get(parts[1], "…")
        elif one.kind == "land":
            about = names.get(one.about, "…")
        elif one.kind == "floor":
            kinds = floors.get(one.about, (one.about,))
            about = "/".join(rule.by for rule in plan.floors if rule.by in kinds) or one.about
        elif one.kind == "count":
            about = rules.get(one.about, one.about)
        demands.append({**dataclasses.asdict(one), "about": about})
    told = {"demands": demands, "max_minutes": solution.clash.max_minutes, "need": solution.clash.need}
    return [Notice("siting_clash", {"clash": told})]


def _names(here: Supply, spots: pd.DataFrame) -> dict[str, str]:
    """Return the names of places to build at and of sites that are not confidential."""
    shown = here.sites[~here.sites["confidential"].astype(bool)]
    return {
        **dict(zip(spots["site_id"], spots["unit_name"], strict=True)),
        **dict(zip(shown["site_id"], shown["name"], strict=True)),
    }


def motives(
    plan: Plan, asked: siting.Question, solution: siting.Solution | None, here: Supply, spots: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    """Say of each chosen action what is lost if it is ruled out, and what then takes its place.

    Parameters
    ----------
    plan, asked, solution
        The plan, its question, and the answer.
    here, spots
        Sites that stand and places to build at, for their names.

    Returns
    -------
    DataFrame
        action_id, lost (people; missing where the action is required, nothing is possible without it, or people are
        not what is sought), worse (where money, actions or minutes are sought: how many more without it), instead
        (names of what the best plan without it does besides, with semicolons; never a confidential site, nor any
        service that one offers) and held_by (budget, size, land, with semicolons).
    tuple of Reason
        What siting found, where people are sought.
    """
    aim = asking.aim_of(plan)
    if solution is None or solution.audit is None or not plan.answers.reasons:
        return pd.DataFrame(columns=list(COLUMNS)), ()
    secret = set(here.sites.loc[here.sites["confidential"].astype(bool), "site_id"])
    unnamed = set(here.capacity.loc[here.capacity["site_id"].isin(secret), "service"])
    names = _names(here, spots)

    def named(instead: pd.DataFrame) -> str:
        shown = instead[~instead["service"].isin(unnamed)]
        return "; ".join(sorted({str(names[door.rsplit("/", 1)[0]]) for door in shown["site_id"]}))

    if aim.what not in ("served", "covered"):
        return _dearer(plan, asked, solution, named), ()
    rows = []
    found = siting.reasons(asked, solution, aim=aim, time_limit_s=plan.time_limit_s)
    for reason in found:
        required = reason.action_id in set(asked.required)
        held = ";".join(stand.what for stand in reason.holds_back)
        lost = math.nan if required else reason.lost
        rows.append((reason.action_id, lost, math.nan, named(reason.next_best), held))
    return pd.DataFrame(rows, columns=list(COLUMNS)), found


def _dearer(
    plan: Plan, asked: siting.Question, solution: siting.Solution, named: Callable[[pd.DataFrame], str]
) -> pd.DataFrame:
    """Ask again without each action, where the least of something is sought."""
    known = dict(zip(solution.chosen["action_id"], solution.chosen["added"], strict=True))
    rows = []
    for name in solution.chosen["action_id"]:
        if name in asked.required:
            rows.append((name, math.nan, math.nan, "", ""))
            continue
        other = siting.solve(
            asked.without(name), asking.aim_of(plan), time_limit_s=plan.time_limit_s, explain=False, tie_breaks=False
        )
        worse = other.objective - solution.objective if other.audit is not None else math.nan
        more = [
            at
            for at, action, added in other.chosen[["action_id", "added"]].itertuples(name=None)
            if added > known.get(action, -1)
        ]
        rows.append((name, math.nan, worse, named(other.chosen.loc[more]), ""))
    return pd.DataFrame(rows, columns=list(COLUMNS))
