"""What more money, or more equity, changes: the frontier of people against budget, and the price of equity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.siting import network
from mangluoi.siting.aim import SERVED, Aim
from mangluoi.siting.aims import solve
from mangluoi.siting.floors import Floor
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution

__all__ = ["every_step", "frontier", "price_of_equity"]

_COLUMNS = ["budget_vnd", "people", "bound", "gap", "cost_vnd", "status", "actions", "seconds"]


def frontier(
    question: Question,
    budgets_vnd: Sequence[float],
    *,
    aim: Aim = SERVED,
    cheapest: bool = True,
    time_limit_s: float | None = None,
) -> pd.DataFrame:
    """Return the most people served, or covered, for each budget; every point is proven or carries its bound.

    From the largest budget down: an answer that is proven to be the best (and the cheapest, where that is asked) is
    also the best for every smaller budget that still pays for it, so it is not sought again.

    Parameters
    ----------
    question
        What is asked; its budget is replaced, that of each authority stays.
    budgets_vnd
        The budgets.
    aim
        Aim("served") or Aim("covered").
    cheapest
        Whether the least cost for as many is sought too, which takes longer; else `cost_vnd` is that of any best plan.
    time_limit_s
        For each point.

    Returns
    -------
    DataFrame
        ``budget_vnd``, ``people``, ``bound``, ``gap``, ``cost_vnd``, ``status``, ``actions`` (ids, with semicolons)
        and ``seconds``, sorted by budget.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    _check_aim(aim)
    rows = []
    known: Solution | None = None
    for budget in sorted(set(budgets_vnd), reverse=True):
        seconds = 0.0
        proven = known is not None and (known.cheapest if cheapest else known.status == "optimal")
        if known is None or not proven or known.cost_vnd > budget:
            asked = question.replace(budget_vnd=_in_all(question, budget))
            known = solve(asked, aim, time_limit_s=time_limit_s, explain=False, tie_breaks=cheapest)
            seconds = known.seconds
        rows.append(_row(budget, known, seconds))
    return pd.DataFrame(rows[::-1], columns=_COLUMNS)


def _in_all(question: Question, budget: float) -> float | dict[str, float]:
    """Return a budget of all actions together beside those of each authority."""
    if isinstance(question.budget_vnd, Mapping):
        return {**question.budget_vnd, "": budget}
    return budget


def every_step(
    question: Question, *, aim: Aim = SERVED, most_points: int = 50, time_limit_s: float | None = None
) -> pd.DataFrame:
    """Return the frontier itself: every number of people that is worth its money, with the least that it costs.

    From the question's budget down: the next point is the best for any amount below the cost of the last.

    Parameters
    ----------
    question, aim, time_limit_s
        As in `frontier`; the budget of the question is the largest looked at.
    most_points
        After how many points to stop.

    Returns
    -------
    DataFrame
        As `frontier`, ``budget_vnd`` being the cost of each point.

    Raises
    ------
    InputError
        If the question cannot be asked.

    References
    ----------
    Bérubé, J.-F., Gendreau, M. and Potvin, J.-Y. (2009), "An exact ε-constraint method for bi-objective combinatorial
    optimization problems", *European Journal of Operational Research* 194.
    """
    _check_aim(aim)
    rows: list[tuple[object, ...]] = []
    unit = network.cost_unit(question.replace(budget_vnd=None).build())
    asked = question
    while len(rows) < most_points:
        answer = solve(asked, aim, time_limit_s=time_limit_s, explain=False)
        if answer.audit is None:
            break
        rows.append(_row(answer.cost_vnd, answer, answer.seconds))
        if answer.cost_vnd <= 0 or not answer.cheapest:
            break
        # The next smaller sum of costs is at least a unit below; half a unit keeps the solver's tolerance away.
        asked = question.replace(budget_vnd=_in_all(question, answer.cost_vnd - unit / 2))
    return pd.DataFrame(rows[::-1], columns=_COLUMNS)


def price_of_equity(
    question: Question, floors: Sequence[Floor], *, aim: Aim = SERVED, time_limit_s: float | None = None
) -> pd.DataFrame:
    """Return how many people fewer are served, or covered, under each floor than with the question's own floors.

    Parameters
    ----------
    question, aim, time_limit_s
        As in `frontier`.
    floors
        Floors, each added alone to those of the question.

    Returns
    -------
    DataFrame
        ``by``, ``at_least``, ``people`` (missing where the floor cannot be reached), ``lost``, ``bound`` and
        ``status``, in the order of `floors`.

    Raises
    ------
    InputError
        If the question cannot be asked.

    References
    ----------
    Bertsimas, D., Farias, V. and Trichakis, N. (2011), "The price of fairness", *Operations Research* 59.
    """
    _check_aim(aim)
    free = solve(question, aim, time_limit_s=time_limit_s, explain=False)
    rows = []
    for floor in floors:
        asked = question.replace(floors=(*question.floors, floor))
        answer = solve(asked, aim, time_limit_s=time_limit_s, explain=False)
        people = math.nan if answer.audit is None else answer.objective
        rows.append((floor.by, floor.at_least, people, free.objective - people, answer.bound, answer.status))
    return pd.DataFrame(rows, columns=["by", "at_least", "people", "lost", "bound", "status"])


def _check_aim(aim: Aim) -> None:
    if aim.what not in ("served", "covered"):
        raise InputError([Complaint("not_in_list", column="aim", value=aim.what, details={"nearest": "served"})])


def _row(budget: float, answer: Solution, seconds: float) -> tuple[object, ...]:
    people = math.nan if answer.audit is None else answer.objective
    ids = ";".join(answer.chosen["action_id"])
    return (budget, people, answer.bound, answer.gap, answer.cost_vnd, answer.status, ids, seconds)
