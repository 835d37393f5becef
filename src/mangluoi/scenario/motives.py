"""Why each action was chosen: what is lost without it, what would stand in for it, what holds it back."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mangluoi import siting
from mangluoi.scenario.facts import Supply
from mangluoi.scenario.places import Places, by_door
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Notice
from mangluoi.scenario.setting import Setting

__all__ = ["COLUMNS", "clash_notice", "motives", "question"]

#: What is told of each chosen action.
COLUMNS = ("action_id", "lost", "instead", "held_by")


def question(plan: Plan, on: Setting, today: Places, actions: pd.DataFrame, required: list[str]) -> siting.Question:
    """Return what the plan asks, in terms of doors.

    Parameters
    ----------
    actions
        ACTIONS rows by site.
    required
        Ids of actions that must be done.
    """
    return siting.Question(
        on.need[~on.need["point_id"].isin(on.lost)],
        on.minutes,
        today.doors[["site_id", "service", "capacity"]],
        by_door(actions),
        on.limits,
        admissible=on.admissible,
        budget_vnd=plan.budget_vnd,
        required=tuple(required),
    )


def clash_notice(solution: siting.Solution | None, here: Supply, spots: pd.DataFrame) -> list[Notice]:
    """Say which requirements cannot hold together; an action is named by its place, a confidential one not at all."""
    if solution is None or solution.clash is None:
        return []
    names = _names(here, spots)
    demands = []
    for one in solution.clash.demands:
        parts = one.about.split("/")
        about = names.get(parts[1], "…") if one.kind in ("required", "forbidden") and len(parts) > 1 else one.about
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
    asked: siting.Question,
    solution: siting.Solution | None,
    here: Supply,
    spots: pd.DataFrame,
    *,
    time_limit_s: float,
) -> pd.DataFrame:
    """Say of each chosen action what is lost if it is ruled out, and what then takes its place.

    Parameters
    ----------
    asked, solution
        The question, and its answer.
    here, spots
        Sites that stand and places to build at, for their names.
    time_limit_s
        For each question that is asked again.

    Returns
    -------
    DataFrame
        action_id, lost (people; missing where the action is required or nothing is possible without it), instead
        (names of what the best plan without it does besides, with semicolons; never a confidential site, nor any
        service that one offers) and held_by (budget, size, with semicolons).
    """
    if solution is None or solution.audit is None:
        return pd.DataFrame(columns=list(COLUMNS))
    secret = set(here.sites.loc[here.sites["confidential"].astype(bool), "site_id"])
    unnamed = set(here.capacity.loc[here.capacity["site_id"].isin(secret), "service"])
    names = _names(here, spots)
    rows = []
    for reason in siting.reasons(asked, solution, time_limit_s=time_limit_s):
        required = reason.action_id in set(asked.required)
        shown = reason.next_best[~reason.next_best["service"].isin(unnamed)]
        instead = sorted({str(names[door.rsplit("/", 1)[0]]) for door in shown["site_id"]})
        held = ";".join(stand.what for stand in reason.holds_back)
        rows.append((reason.action_id, float("nan") if required else reason.lost, "; ".join(instead), held))
    return pd.DataFrame(rows, columns=list(COLUMNS))
