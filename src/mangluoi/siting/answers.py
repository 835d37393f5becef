"""From columns to an answer: what was chosen, who goes where, and the objective as the audit measures it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import ConservationError
from mangluoi.siting import audit, flows, solver
from mangluoi.siting.aim import Aim
from mangluoi.siting.clashes import Clash
from mangluoi.siting.levels import Outcome
from mangluoi.siting.problem import Problem, row_weights
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution
from mangluoi.siting.writing import Written, write

__all__ = ["chosen_table", "measured", "nothing", "reached"]


def chosen_table(problem: Problem, done: NDArray[np.bool_], added: NDArray[np.float64]) -> pd.DataFrame:
    """Return the chosen actions as rows of `Solution.chosen`."""
    cost = np.where(done, problem.fixed_vnd + problem.per_place_vnd * added, 0.0)
    columns = ["action_id", "kind", "site_id", "service"]
    table = problem.actions[columns].assign(added=added.astype(np.int64), cost_vnd=cost)
    return table[done].reset_index(drop=True)


def reached(question: Question, chosen: pd.DataFrame, aim: Aim, actions: pd.DataFrame) -> pd.Series:
    """Measure by `access` who is served, or covered, once some actions are done: people of each row of need."""
    network = audit.after(question.need, question.capacity, question.admissible, chosen, actions, question.pools)
    if aim.covers:
        by = aim.times_covered
        return audit.covered(question.need, question.times, network, question.max_minutes, by=by).astype(float)
    return audit.served(question.need, question.times, network, question.max_minutes)


def nothing(
    made: Written, aim: Aim, first: solver.Answer, clash: Clash | None, seconds: float, seed: int | None
) -> Solution:
    """Return the answer that there is none, with the requirements that clash."""
    problem = made.problem
    none = np.zeros(len(problem.actions), dtype=bool)
    most = aim.what in ("served", "covered")
    return Solution(
        chosen=chosen_table(problem, none, np.zeros(none.size)),
        status=first.status,
        objective=-math.inf if most else math.inf,
        bound=_bound(made, aim, first.bound),
        gap=math.nan,
        seconds=seconds,
        cheapest=False,
        out_of_question=problem.out_of_question,
        audit=None,
        assignment=pd.DataFrame(columns=["point_id", "group", "site_id", "service", "served"]),
        seed=seed,
        clash=clash,
    )


def measured(
    made: Written,
    aim: Aim,
    outcome: Outcome,
    done: NDArray[np.bool_],
    added: NDArray[np.float64],
    *,
    seconds: float,
    seed: int | None,
) -> Solution:
    """Measure an answer by `access`.

    Raises
    ------
    ConservationError
        If it is not what the solver promised, or breaks a requirement: a bug.
    """
    question, problem, first = made.question, made.problem, outcome.answers[0]
    chosen = chosen_table(problem, done, added)
    _confirm_money(problem, chosen)
    network = audit.after(
        question.need, question.capacity, question.admissible, chosen, problem.actions, question.pools
    )
    both = audit.measure(
        question.need,
        question.times,
        chosen,
        capacity=question.capacity,
        max_minutes=question.max_minutes,
        admissible=question.admissible,
        actions=problem.actions,
        pools=question.pools,
    )
    assignment, minutes = both.after.flows, math.nan
    if aim.covers:
        people = reached(question, chosen, aim, problem.actions)
    elif aim.what == "served" and not problem.weighted and not problem.floors:
        people = both.after.states["served"]
    else:
        assignment = _assignment(made, aim, done, added)
        minutes = audit.confirm_flows(assignment, question.need, question.times, network, question.max_minutes)
        people = audit.by_row(question.need, assignment)
    audit.confirm_floors(question.need, people, question.floors)
    total = audit.weighed(people, row_weights(question.need, question.weights))
    if aim.share is not None:
        everyone = audit.weighed(question.need["need"], row_weights(question.need, question.weights))
        audit.confirm_share(total, aim.share * everyone)
    spent = float(chosen["cost_vnd"].sum()) - float(problem.offer.saved_vnd[done].sum())
    objective = {
        "served": total,
        "covered": total,
        "cheapest": float(chosen["cost_vnd"].sum()),
        "fewest": float(len(chosen)),
        "minutes": minutes,
        "total": spent + aim.vnd_per_minute * minutes,
    }[aim.what]
    proven = first.status == "optimal"
    if proven:
        sign = -1.0 if aim.what in ("served", "covered") else 1.0
        _confirm_promise(objective, sign * first.objective * _unit(made, aim), _unit(made, aim))
    bound = objective if proven else _bound(made, aim, first.bound, objective)
    larger = max(abs(objective), abs(bound))
    return Solution(
        chosen=chosen,
        status=first.status,
        objective=objective,
        bound=bound,
        gap=0.0 if larger == 0 else abs(objective - bound) / larger,
        seconds=seconds,
        cheapest=proven and (aim.what == "cheapest" or outcome.proven > 1) and aim.what not in ("minutes", "total"),
        out_of_question=problem.out_of_question,
        audit=both,
        assignment=assignment,
        seed=seed,
    )


def _assignment(made: Written, aim: Aim, done: NDArray[np.bool_], added: NDArray[np.float64]) -> pd.DataFrame:
    """Send people to the places of an answer, by what the aim asks."""
    problem = made.problem if aim.by_minutes else made.question.build(keep_minutes=True)
    near = write(made.question, problem, serving=True, share=aim.share)
    flow = flows.assign(near, done, added, at_most_people=aim.what == "served")
    if flow is None:
        raise ConservationError("the chosen actions do not fulfil what was asked")
    return flow


def _unit(made: Written, aim: Aim) -> float:
    if aim.what == "total":
        return made.total_unit(aim.vnd_per_minute)
    return made.unit if aim.what == "cheapest" else 1.0


def _bound(made: Written, aim: Aim, least: float, objective: float | None = None) -> float:
    """Return what no answer can surpass, from the solver's least value."""
    if aim.what in ("served", "covered"):
        most = min(-least, float(made.problem.people @ made.problem.weight))
        if made.whole and math.isfinite(most):
            most = math.floor(most + 1e-6)
        return most if objective is None else max(most, objective)
    least = least * _unit(made, aim)
    if aim.what == "fewest" and math.isfinite(least):
        least = math.ceil(least - 1e-6)
    return least if objective is None else min(least, objective)


def _confirm_money(problem: Problem, chosen: pd.DataFrame) -> None:
    audit.confirm_budget(float(chosen["cost_vnd"].sum()), problem.budget_vnd)
    for name, amount in problem.budgets_vnd.items():
        own = problem.actions.loc[problem.actions["authority"] == name, "action_id"]
        audit.confirm_budget(float(chosen.loc[chosen["action_id"].isin(own), "cost_vnd"].sum()), amount)


def _confirm_promise(objective: float, promised: float, unit: float) -> None:
    if abs(objective - promised) > 1e-6 * max(1.0, unit, abs(promised)):
        raise ConservationError(f"the solver promises {promised:g}, the audit finds {objective:g}")
