"""One question, many aims: the order of aims of each, the solving, and the answer measured by the audit."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import ample, answers, clashes, flows, levels
from mangluoi.siting.aim import Aim
from mangluoi.siting.levels import Level, Outcome
from mangluoi.siting.problem import Problem
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution
from mangluoi.siting.writing import Written, write

__all__ = ["cheapest", "lean", "solve", "written"]

# How near to the fewest minutes the last level goes, and how long it looks: a tie-break, not a promise.
_NEAR_ENOUGH, _NODES = 0.01, 20


def written(question: Question, aim: Aim, problem: Problem | None = None) -> Written:
    """Write a question and the share that an aim asks for.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    if problem is None:
        problem = question.build(keep_minutes=aim.by_minutes)
    return write(
        question,
        problem,
        serving=not aim.covers,
        covering=aim.covers,
        times_covered=aim.times_covered,
        share=aim.share,
    )


def lean(question: Question, aim: Aim) -> Written:
    """Write a question without the links that no answer within its budget needs, where only served people count.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    if aim.covers or aim.by_minutes:
        return written(question, aim)
    return written(question, aim, ample.spared(question.build()))


def solve(
    question: Question,
    aim: Aim,
    *,
    time_limit_s: float | None = None,
    seed: int | None = 0,
    explain: bool = True,
    tie_breaks: bool = True,
) -> Solution:
    """Answer a question.

    Parameters
    ----------
    question, aim
        What is asked, and what is sought.
    time_limit_s
        When to stop with the best answer so far and its bound. None waits for the proof.
    seed
        Carried into the answer; nothing is drawn at random here.
    explain
        Whether an infeasible question is answered with the smallest clashing set of requirements.

    tie_breaks
        Whether, among the best, the cheapest is sought, and so on. Without, only the objective is.

    Returns
    -------
    Solution
        ``objective`` is measured by the audit, without the solver. After Ctrl-C the status is "interrupted".

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.
    ConservationError
        If the audit does not find what the solver promised: a bug.
    """
    start = time.perf_counter()
    made = lean(question, aim)
    aims = _levels(made, aim)
    outcome = levels.descend(made.draft, aims if tie_breaks else aims[:1], time_limit_s=time_limit_s)
    first = outcome.answers[0]
    if outcome.values is None:
        clash = clashes.find(written(question, aim)) if explain and first.status == "infeasible" else None
        return answers.nothing(made, aim, first, clash, time.perf_counter() - start, seed)
    done, added = _decided(made, outcome.values)
    if tie_breaks and aim.what == "served" and outcome.answers[-1].status != "interrupted":
        done, added = _nearer(question, made, outcome, done, added)
    seconds = time.perf_counter() - start
    return answers.measured(made, aim, outcome, done, added, seconds=seconds, seed=seed)


def _levels(made: Written, aim: Aim) -> list[Level]:
    """Return the aims in their order; those after the first break ties."""
    whole = made.whole
    money = cheapest(made)
    count = made.count()
    effort = Level(made.effort(), node_limit=_NODES, count=count)
    if aim.what in ("served", "covered"):
        everyone = float(made.problem.people @ made.problem.weight)
        return [Level(-made.people(), whole=whole, largest=everyone), money, effort]
    if aim.what == "cheapest":
        return [money, effort]
    if aim.what == "fewest":
        return [Level(count, whole=True, largest=float(count.sum())), money]
    if aim.what == "minutes":
        return [Level(made.minutes()), money, effort]
    total = made.unit * made.money(saving=True) + aim.vnd_per_minute * made.minutes()
    return [Level(total / made.total_unit(aim.vnd_per_minute)), effort]


def cheapest(made: Written) -> Level:
    """Return the aim of the least money; whole where every cost is whole in units of the model."""
    problem = made.problem
    most = float((problem.fixed_vnd + problem.per_place_vnd * problem.max_added).sum()) / made.unit
    return Level(made.money(), whole=_whole(made.money()), largest=most)


def _whole(cost: NDArray[np.float64]) -> bool:
    return bool((cost == np.rint(cost)).all())


def _decided(made: Written, values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    done = values[made.doing.done] > 0.5
    return done, np.where(done, np.rint(values[made.doing.added]), 0.0)


def _nearer(
    question: Question, made: Written, outcome: Outcome, done: NDArray[np.bool_], added: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Among plans that serve as many for as much by as few actions, take one near to the people served.

    Without the limits on cost and actions, many small sites would be scattered next to the very people they serve.
    """
    if outcome.values is None or not done.any():
        return done, added
    near = write(question, question.build(keep_minutes=True), serving=True)
    for cost, of in ((-near.people(), -made.people()), (near.money(), made.money()), (near.effort(), made.effort())):
        reached = float(of @ outcome.values[: of.size])
        near.draft.total(cost, high=round(reached) if _whole(of) and made.whole else reached + 1e-7)
    settled = levels.descend(near.draft, [Level(near.minutes())], limits=flows.fix(near, done, added))
    count = None
    if outcome.proven == len(outcome.answers):
        # That fewer actions would do is ruled out already; said here, it lifts the bound.
        near.draft.total(near.count(), low=float(done.sum()))
    else:
        count = near.count()
    nearest = Level(near.minutes(), relative_gap=_NEAR_ENOUGH, node_limit=_NODES, count=count)
    limits = None if outcome.limits is None else flows.carried(made, near, outcome.limits)
    answer = levels.descend(near.draft, [nearest], start=settled.values, limits=limits)
    if answer.values is None or answer.answers[0].status == "infeasible":
        return done, added
    return _decided(near, answer.values)
