"""What would change the plan: how much dearer, how much less need, how near a threshold before an action goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mangluoi.siting import solver
from mangluoi.siting.aim import SERVED, Aim
from mangluoi.siting.aims import solve, written
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution

__all__ = ["CostFlip", "cost_flip", "near_optimal", "need_flips", "threshold_flips"]


@dataclass(frozen=True)
class CostFlip:
    """How dear an action may become and still be part of a best plan.

    Parameters
    ----------
    stays
        The largest factor on its cost that was tried at which it stays.
    goes
        The smallest at which it goes; None where it stays at the largest factor looked at.
    """

    stays: float
    goes: float | None


def cost_flip(
    question: Question,
    action_id: str,
    *,
    aim: Aim = SERVED,
    up_to: float = 4.0,
    within: float = 0.05,
    time_limit_s: float | None = None,
) -> CostFlip:
    """Find by halves how dear an action may become before a best plan does without it.

    The dearer the action, the less a plan with it can do; what can be done without it does not change. So there is one
    factor at which it goes, and every factor tried is a question asked again.

    Parameters
    ----------
    question
        The question.
    action_id
        The action.
    aim
        Aim("served") or Aim("covered").
    up_to
        The largest factor to look at.
    within
        How near to the flip to come, as a difference of factors.
    time_limit_s
        For each question.
    """
    without = _value(question.without(action_id), aim, time_limit_s)
    own = (question.actions["action_id"] == action_id).to_numpy()

    def stays(factor: float) -> bool:
        dearer = question.actions.copy()
        for column in ("fixed_vnd", "per_place_vnd"):
            dearer.loc[own, column] = dearer.loc[own, column].astype(float) * factor
        forced = question.replace(actions=dearer, required=tuple(sorted({*question.required, action_id})))
        return _value(forced, aim, time_limit_s) >= without

    if stays(up_to):
        return CostFlip(up_to, None)
    low, high = 1.0, up_to
    if not stays(low):
        return CostFlip(0.0, low)
    while high - low > within:
        middle = (low + high) / 2
        low, high = (middle, high) if stays(middle) else (low, middle)
    return CostFlip(low, high)


def need_flips(
    question: Question,
    action_id: str,
    factors: Sequence[float],
    *,
    aim: Aim = SERVED,
    time_limit_s: float | None = None,
) -> pd.DataFrame:
    """Say at which factors on all need an action stays part of a best plan.

    Parameters
    ----------
    question, action_id, aim, time_limit_s
        As in `cost_flip`.
    factors
        Factors on need; whole people stay whole, see `Question.with_need`.

    Returns
    -------
    DataFrame
        ``factor`` and ``stays``.
    """
    need = question.need["need"].to_numpy(dtype=float)

    def changed(factor: float) -> Question:
        return question.with_need(need * factor)

    rows = [(factor, _stays(changed(factor), action_id, aim, time_limit_s)) for factor in factors]
    return pd.DataFrame(rows, columns=["factor", "stays"])


def threshold_flips(
    question: Question,
    action_id: str,
    changes: Sequence[float],
    *,
    aim: Aim = SERVED,
    time_limit_s: float | None = None,
) -> pd.DataFrame:
    """Say at which changes of the threshold, in minutes, an action stays part of a best plan.

    Parameters
    ----------
    question, action_id, aim, time_limit_s
        As in `cost_flip`; the travel times must go as far as the thresholds do.
    changes
        Minutes to add to every threshold.

    Returns
    -------
    DataFrame
        ``change_minutes`` and ``stays``.
    """

    def changed(more: float) -> Question:
        given = question.max_minutes
        if isinstance(given, Mapping):
            return question.replace(max_minutes={name: max(minutes + more, 0.0) for name, minutes in given.items()})
        return question.replace(max_minutes=max(given + more, 0.0))

    rows = [(more, _stays(changed(more), action_id, aim, time_limit_s)) for more in changes]
    return pd.DataFrame(rows, columns=["change_minutes", "stays"])


def near_optimal(
    question: Question,
    solution: Solution,
    *,
    aim: Aim = SERVED,
    within: float = 0.01,
    plans: int = 20,
    time_limit_s: float | None = None,
) -> pd.DataFrame:
    """Say how often each action is part of the plans that come near to the best.

    The best plans are found one after the other, each with another set of actions than all before (sizes aside), until
    none is left within the distance, or enough are found.

    Parameters
    ----------
    question, aim, time_limit_s
        As in `cost_flip`.
    solution
        The question's answer.
    within
        How far below its people a plan may stay, as a share.
    plans
        How many plans to find at most.

    Returns
    -------
    DataFrame
        ``action_id``, ``plans`` (those it is part of), ``of`` (all that were found), ``all_found`` (whether there are
        no more), for the actions of any of them, the most frequent first.

    References
    ----------
    Balas, E. and Jeroslow, R. (1972), "Canonical cuts on the unit hypercube", *SIAM Journal on Applied Mathematics* 23.
    """
    made = written(question, aim)
    people = made.people()
    made.draft.total(people, low=solution.objective * (1 - within) - 1e-7)
    count = np.zeros(made.doing.done.size, dtype=np.int64)
    found, all_found = 0, False
    while found < plans:
        answer = solver.minimise(made.draft.model(-people), time_limit_s=time_limit_s)
        if answer.values is None or answer.status != "optimal":
            all_found = answer.status == "infeasible"
            break
        done = answer.values[made.doing.done] > 0.5
        count += done
        found += 1
        sign = np.where(done, -1.0, 1.0)
        made.draft.constrain(1, [(0, made.doing.done, sign)], low=1.0 - float(done.sum()))
    table = pd.DataFrame(
        {"action_id": made.problem.actions["action_id"], "plans": count, "of": found, "all_found": all_found}
    )
    ordered = table[table["plans"] > 0].sort_values(["plans", "action_id"], ascending=[False, True])
    return ordered.reset_index(drop=True)


def _value(question: Question, aim: Aim, time_limit_s: float | None) -> float:
    answer = solve(question, aim, time_limit_s=time_limit_s, explain=False, tie_breaks=False)
    return answer.objective


def _stays(question: Question, action_id: str, aim: Aim, time_limit_s: float | None) -> bool:
    forced = question.replace(required=tuple(sorted({*question.required, action_id})))
    with_it = _value(forced, aim, time_limit_s)
    return with_it > -math.inf and with_it >= _value(question.without(action_id), aim, time_limit_s)
