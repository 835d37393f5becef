"""What more or less money would do: the most people for each budget, proven or with a bound."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi import siting
from mangluoi.scenario import asking
from mangluoi.scenario.plan import Plan
from mangluoi.tables import FRONTIER

__all__ = ["frontier"]


def frontier(plan: Plan, asked: siting.Question | None) -> pd.DataFrame:
    """Return FRONTIER: the most people served (or covered) at each of the plan's budgets.

    Parameters
    ----------
    plan
        The plan; `Plan.answers` says at how many budgets, and up to which.
    asked
        What it asks of sites; None where nothing is offered.

    Notes
    -----
    With an aim that asks for money, actions or minutes, the people of that aim's measure are counted.
    """
    steps = plan.answers.frontier
    if asked is None or steps == 0:
        return pd.DataFrame(columns=FRONTIER.names)
    # Whole đồng: a budget of a fraction of one would make the solver's units too fine.
    budgets = [float(round(plan.budget_vnd * plan.answers.frontier_up_to * k / steps)) for k in range(1, steps + 1)]
    aim = (
        siting.Aim("covered", times_covered=plan.siting.times_covered)
        if asking.aim_of(plan).covers
        else siting.Aim("served")
    )
    found = siting.frontier(asked, budgets, aim=aim, cheapest=False, time_limit_s=plan.time_limit_s)
    counted = [len([name for name in str(ids).split(";") if name]) for ids in found["actions"]]
    # No plan holds what must hold for that little money: then there is no bound either.
    none = ~np.isfinite(found["bound"].astype(float))
    found[["bound", "gap"]] = found[["bound", "gap"]].mask(none)
    return found.assign(actions=counted)[FRONTIER.names]
