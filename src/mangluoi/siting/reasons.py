"""Why this site: what each chosen action adds, what would stand in for it, what holds it back.

Every figure is that of a question asked again: without the action, with more money, with a higher limit. None is read
off a dual price, which would speak of a model without whole sites.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mangluoi.errors import ConservationError
from mangluoi.siting import answers, levels
from mangluoi.siting.aim import SERVED, Aim
from mangluoi.siting.aims import cheapest, lean, solve
from mangluoi.siting.levels import Level
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution

__all__ = ["Reason", "Stand", "reasons"]


@dataclass(frozen=True)
class Stand:
    """What holds an action, or the whole plan, back.

    Parameters
    ----------
    what
        {"budget", "size", "land"}
    gain
        How many more people would be served or covered without it.
    """

    what: str
    gain: float


@dataclass(frozen=True, eq=False)
class Reason:
    """Why one action was chosen.

    Parameters
    ----------
    action_id
        The action.
    adds
        People whom it adds: fewer would be served (or covered) if all the other chosen actions were done and this one
        were not.
    by_row
        The same by ``point_id``, ``group`` and ``service``; only rows that change. A row may lose where people of
        another take the place.
    lost
        People lost if this action were ruled out and the rest of the plan chosen anew; missing where nothing is
        possible without it.
    next_best
        What the plan chosen anew has besides, or has more of, where it keeps all it can of this one: ``action_id``,
        ``kind``, ``site_id``, ``service``, ``added`` (more than before) and ``cost_vnd`` (of the whole action).
    holds_back
        What would let more people be served if it gave in; empty where all that could be won is won.
    proven
        Whether every one of the answers behind these figures is proven.
    """

    action_id: str
    adds: float
    by_row: pd.DataFrame
    lost: float
    next_best: pd.DataFrame
    holds_back: tuple[Stand, ...]
    proven: bool


def reasons(
    question: Question, solution: Solution, *, aim: Aim = SERVED, time_limit_s: float | None = None
) -> tuple[Reason, ...]:
    """Say of each chosen action why it was chosen.

    Parameters
    ----------
    question
        The question as it was asked.
    solution
        Its answer.
    aim
        Aim("served") or Aim("covered"), as it was asked with.
    time_limit_s
        For each question that is asked again. None waits for the proof.

    Returns
    -------
    tuple of Reason
        In the order of `solution.chosen`.
    """
    table = question.build().actions
    limits = _limits(question, solution, aim, time_limit_s)
    found = []
    for row in solution.chosen.to_dict("records"):
        name = str(row["action_id"])
        without = _replanned(question.without(name), solution, aim, time_limit_s)
        adds, by_row = _leave_out(question, solution, name, aim, table)
        size = _size(question, solution, name, aim, time_limit_s)
        found.append(
            Reason(
                action_id=name,
                adds=adds,
                by_row=by_row,
                lost=solution.objective - without.people,
                next_best=_more(solution.chosen, without.chosen),
                holds_back=tuple(stand for stand, _ in (*limits, *size)),
                proven=without.proven and all(sure for _, sure in (*limits, *size)),
            )
        )
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Replanned:
    """Another plan: its people (missing where there is none), its actions, and whether it is proven to be the best."""

    people: float
    chosen: pd.DataFrame
    proven: bool


def _replanned(question: Question, solution: Solution, aim: Aim, time_limit_s: float | None) -> _Replanned:
    """Find the best plan for another question that keeps as much as possible of the plan that is known.

    Among the plans of the most people: the fewest actions that the known plan does not have, then the least money.
    """
    made = lean(question, aim)
    known = set(solution.chosen["action_id"])
    changes = made.draft.zeros()
    changes[made.doing.done] = (~made.problem.actions["action_id"].isin(known)).to_numpy(dtype=float)
    everyone = float(made.problem.people @ made.problem.weight)
    aims = [
        Level(-made.people(), whole=made.whole, largest=everyone),
        Level(changes, whole=True, largest=float(changes.sum())),
        cheapest(made),
    ]
    outcome = levels.descend(made.draft, aims, time_limit_s=time_limit_s)
    first = outcome.answers[0]
    none = solution.chosen.iloc[:0]
    if outcome.values is None:
        return _Replanned(math.nan, none, first.status == "infeasible")
    done = outcome.values[made.doing.done] > 0.5
    added = np.where(done, np.rint(outcome.values[made.doing.added]), 0.0)
    chosen = answers.chosen_table(made.problem, done, added)
    if made.problem.weighted or made.problem.floors:
        return _Replanned(-first.objective, chosen, first.status == "optimal")
    people = float(answers.reached(question, chosen, aim, made.problem.actions).sum())
    if first.status == "optimal" and abs(people + first.objective) > 1e-6 * max(1.0, people):
        raise ConservationError(f"the solver reaches {-first.objective:g} people, the audit {people:g}")
    return _Replanned(people, chosen, first.status == "optimal")


def _leave_out(
    question: Question, solution: Solution, name: str, aim: Aim, actions: pd.DataFrame
) -> tuple[float, pd.DataFrame]:
    """Measure the chosen actions with and without one, by `access`."""
    rest = solution.chosen[solution.chosen["action_id"] != name]
    change = answers.reached(question, solution.chosen, aim, actions) - answers.reached(question, rest, aim, actions)
    rows = question.need[["point_id", "group", "service"]].assign(people=change)
    changed = rows[rows["people"] != 0].sort_values(["point_id", "group", "service"], ignore_index=True)
    return float(change.sum()), changed


def _more(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that a plan has besides those of another, or has more of."""
    known = dict(zip(before["action_id"], before["added"], strict=True))
    more = after["added"] - after["action_id"].map(known).fillna(0).astype(after["added"].dtype)
    new = ~after["action_id"].isin(known)
    return after.assign(added=more)[(more > 0) | new].reset_index(drop=True)


def _gain(question: Question, solution: Solution, aim: Aim, time_limit_s: float | None) -> tuple[float, bool]:
    """Return how many more are served or covered in another question, and whether that is proven."""
    answer = solve(question, aim, time_limit_s=time_limit_s, explain=False, tie_breaks=False)
    return answer.objective - solution.objective, answer.status == "optimal"


def _limits(question: Question, solution: Solution, aim: Aim, time_limit_s: float | None) -> list[tuple[Stand, bool]]:
    """Return what holds the whole plan back: its money."""
    if question.budget_vnd is None:
        return []
    gain, sure = _gain(question.replace(budget_vnd=None), solution, aim, time_limit_s)
    return [(Stand("budget", gain), sure)] if gain > 0 else []


def _size(
    question: Question, solution: Solution, name: str, aim: Aim, time_limit_s: float | None
) -> list[tuple[Stand, bool]]:
    """Return whether an action's own limit, or the land of its place, holds it back."""
    found = []
    actions = question.actions
    row = actions[actions["action_id"] == name].iloc[0]
    added = int(solution.chosen.loc[solution.chosen["action_id"] == name, "added"].sum())
    if added >= int(row["max_added"]) > 0 and row["kind"] in ("build", "expand"):
        larger = actions.copy()
        most = 2 * int(row["max_added"]) - int(row["min_added"])
        larger.loc[actions["action_id"] == name, "max_added"] = most
        gain, sure = _gain(question.replace(actions=larger), solution, aim, time_limit_s)
        if gain > 0:
            found.append((Stand("size", gain), sure))
    place = row.get("place_id")
    place = place if isinstance(place, str) else str(row["site_id"])
    if place in (question.land_m2 or {}):
        free = {key: value for key, value in (question.land_m2 or {}).items() if key != place}
        gain, sure = _gain(question.replace(land_m2=free), solution, aim, time_limit_s)
        if gain > 0:
            found.append((Stand("land", gain), sure))
    return found
