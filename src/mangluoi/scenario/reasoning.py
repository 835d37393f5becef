"""What stands behind a choice of actions: whom each adds, how firm it is, when it is done, and what equity costs."""

from __future__ import annotations

import pandas as pd

from mangluoi import siting
from mangluoi.scenario import asking
from mangluoi.scenario.detail import Reasoning
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.points import Points
from mangluoi.scenario.setting import Setting
from mangluoi.siting.reasons import Reason

__all__ = ["FARTHER", "equity", "firmness", "flips", "of_choice", "whom"]

_FACTORS = (0.8, 1.2)
_MINUTES = (-15.0, 15.0)
#: How much farther than its thresholds a plan that asks for flips looks.
FARTHER = max(_MINUTES)


def whom(reasons: tuple[Reason, ...], points: Points) -> pd.DataFrame:
    """Sum whom each action adds by commune, group and service."""
    unit = points.table.set_index("point_id")["unit_code"]
    parts = [one.by_row.assign(action_id=one.action_id) for one in reasons if len(one.by_row)]
    if not parts:
        return Reasoning().adds
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(unit_code=rows["point_id"].map(unit))
    sums = rows.groupby(["action_id", "unit_code", "group", "service"], sort=True)["people"].sum().reset_index()
    return sums[sums["people"] != 0].reset_index(drop=True)


def firmness(plan: Plan, asked: siting.Question, solution: siting.Solution) -> pd.DataFrame:
    """Return how often each chosen action is part of the plans that come near to the best."""
    if not plan.answers.near_optimal or plan.siting.aim not in ("served", "covered"):
        return Reasoning().firmness
    found = siting.near_optimal(
        asked, solution, aim=asking.aim_of(plan), within=plan.answers.near_within, plans=plan.answers.near_optimal,
        time_limit_s=plan.time_limit_s,
    )  # fmt: skip
    return found[found["action_id"].isin(solution.chosen["action_id"])].reset_index(drop=True)


def flips(plan: Plan, asked: siting.Question, solution: siting.Solution) -> pd.DataFrame:
    """Return what change of cost, need or threshold makes a best plan do without each action that is not required."""
    if not plan.answers.flips or plan.siting.aim not in ("served", "covered"):
        return Reasoning().flips
    limit, aim = plan.time_limit_s, asking.aim_of(plan)
    rows = []
    for name in solution.chosen["action_id"]:
        if name in asked.required:
            continue
        cost = siting.cost_flip(asked, name, aim=aim, within=0.1, time_limit_s=limit)
        rows.append((name, "cost", cost.stays, float("nan") if cost.goes is None else cost.goes))
        need = siting.need_flips(asked, name, _FACTORS, aim=aim, time_limit_s=limit)
        minutes = siting.threshold_flips(asked, name, _MINUTES, aim=aim, time_limit_s=limit)
        for what, table, column, plain in (("need", need, "factor", 1.0), ("minutes", minutes, "change_minutes", 0.0)):
            for below in (True, False):
                own = table[(table[column] < plain) == below].sort_values(column, ascending=not below)
                stays, goes = plain, float("nan")
                for change, kept in own[[column, "stays"]].itertuples(index=False, name=None):
                    if not kept:
                        goes = change
                        break
                    stays = change
                rows.append((name, what, stays, goes))
    return pd.DataFrame(rows, columns=["action_id", "what", "stays", "goes"])


def equity(plan: Plan, asked: siting.Question, ground: asking.Ground, on: Setting) -> pd.DataFrame:
    """Return how many fewer are served in all if every part of the province must reach a share."""
    if not plan.answers.equity or plan.siting.aim not in ("served", "covered"):
        return Reasoning().equity
    kinds = ("district", "group") if plan.vintage < "2025-07-01" else ("commune", "group")
    floors = [(by, share) for by in kinds for share in plan.answers.equity]
    found = siting.price_of_equity(
        asked, [asking.floor_of(by, share, ground, on) for by, share in floors], aim=asking.aim_of(plan),
        time_limit_s=plan.time_limit_s,
    )  # fmt: skip
    return found.assign(by=[by for by, _ in floors])


def of_choice(
    plan: Plan,
    ground: asking.Ground,
    on: Setting,
    asked: siting.Question,
    solution: siting.Solution | None,
    steps: siting.phases.Phased | None,
    reasons: tuple[Reason, ...],
) -> Reasoning:
    """Work out what stands behind an answer, as far as the plan asks for it."""
    if solution is None or solution.audit is None:
        return Reasoning()
    tables = {}
    if steps is not None:
        years = [rule.years for rule in plan.phases]
        tables["phases"] = steps.phases.assign(years=years[: len(steps.phases)])
        tables["phase_actions"] = steps.actions[["phase", "action_id", "added", "cost_vnd"]]
    return Reasoning(
        adds=whom(reasons, on.points),
        firmness=firmness(plan, asked, solution),
        flips=flips(plan, asked, solution),
        equity=equity(plan, asked, ground, on),
        **tables,
    )
