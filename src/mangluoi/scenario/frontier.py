"""What more or less money would do: the most people for each budget, proven or with a bound."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from mangluoi import siting
from mangluoi.scenario.masking import LARGEST_MASKED, NEVER_MASKED
from mangluoi.scenario.plan import Plan
from mangluoi.tables import FRONTIER

__all__ = ["frontier", "shown_frontier"]

COLUMNS = [column.name for column in FRONTIER.columns]


def frontier(plan: Plan, asked: siting.Question | None) -> pd.DataFrame:
    """Return FRONTIER: the most people served (or covered) at each of the plan's budgets.

    Parameters
    ----------
    plan
        The plan; `Plan.answers` says at how many budgets, and up to which.
    asked
        What it asks of sites; None where nothing is offered.
    """
    steps = plan.answers.frontier
    if asked is None or steps == 0:
        return pd.DataFrame(columns=COLUMNS)
    # Whole đồng: a budget of a fraction of one would make the solver's units too fine.
    budgets = [float(round(plan.budget_vnd * plan.answers.frontier_up_to * k / steps)) for k in range(1, steps + 1)]
    found = siting.frontier(asked, budgets, cheapest=False, time_limit_s=plan.time_limit_s)
    counted = [len([name for name in str(ids).split(";") if name]) for ids in found["actions"]]
    return found.assign(actions=counted)[COLUMNS]


def shown_frontier(
    found: pd.DataFrame, totals: pd.DataFrame, *, moved: Collection[str], withheld: Collection[str], public: bool
) -> pd.DataFrame:
    """Return what may be shown of a frontier, with ``masked``.

    Parameters
    ----------
    found
        FRONTIER.
    totals
        Provincial states with ``masked``: the people of the frontier are their sum.
    moved
        Services that actions add places to or take them from.
    withheld
        Services of confidential sites: what money buys there would tell of them.
    public
        Whether small counts are masked.
    """
    if set(moved) & set(withheld):
        return found.iloc[:0].assign(masked=False)
    hidden = [public and bool(totals["masked"].any())] * len(found)
    if public and set(totals.loc[totals["service"].isin(list(moved)), "group"]) - {NEVER_MASKED}:
        # Two points that lie a few people apart tell of these few, as does one near to what is served today.
        seen = [float(totals[name].astype("Float64").sum()) for name in ("served", "covered")]
        for at, people in enumerate(found["people"]):
            hidden[at] |= any(0 < abs(people - one) <= LARGEST_MASKED for one in seen)
            if not hidden[at]:
                seen.append(float(people))
    shown = found.assign(masked=hidden)
    for name in ("people", "bound"):
        shown[name] = shown[name].astype(float).mask(shown["masked"])
    return shown
