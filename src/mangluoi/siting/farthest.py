"""The worst off first: the farthest person as near as possible, and few people far away.

Nearness is to an open, admissible site, whatever its places, at whatever distance: the threshold of the question does
not matter here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import access
from mangluoi.access import allocation
from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.siting import answers, audit, levels, opening, solver
from mangluoi.siting.levels import Level
from mangluoi.siting.problem import Problem
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution
from mangluoi.siting.writing import Written, write

__all__ = ["WorstOff", "least_worst", "worst_off"]


@dataclass(frozen=True, eq=False)
class WorstOff:
    """An answer that looks after the farthest first.

    Parameters
    ----------
    solution
        Its objective is the worst time in minutes.
    beyond
        People farther than each of the bands, by its minutes; each is the least possible given those above it.
    """

    solution: Solution
    beyond: pd.Series


def least_worst(question: Question, *, time_limit_s: float | None = None, seed: int | None = 0) -> Solution:
    """Keep the farthest person as near as possible, for the least money (p-center with actions).

    The least worst time is one of the times in the table: a search by halves over these asks each time whether
    everybody can be within it, with all that the question demands.

    Parameters
    ----------
    question
        What is asked; its threshold does not matter, its budget and limits do.
    time_limit_s
        When to stop with the best answer so far and its bound. None waits for the proof.
    seed
        Carried into the answer.

    Returns
    -------
    Solution
        ``objective`` is the worst time in minutes; ``unreachable`` names the points that no site can ever serve.

    Raises
    ------
    InputError
        If the question cannot be asked, or nobody could reach any site.

    References
    ----------
    Minieka, E. (1970), "The m-center problem", *SIAM Review* 12.
    """
    start = time.perf_counter()
    problem = question.build(keep_minutes=True, any_distance=True)
    if not problem.people.size:
        raise InputError([Complaint("nobody_in_reach")])
    steps = np.unique(problem.link_minutes)
    low, high = 0, steps.size - 1
    best: tuple[Written, solver.Answer] | None = None
    status = "optimal"
    while low <= high:
        middle = (low + high) // 2
        left = None if time_limit_s is None else max(time_limit_s - (time.perf_counter() - start), 0.1)
        made, answer = _within(question, problem, float(steps[middle]), left)
        if answer.values is not None:
            best, high = (made, answer), middle - 1
        elif answer.status == "infeasible":
            low = middle + 1
        if answer.status in ("time_limit", "interrupted"):
            status = answer.status
            break
    seconds = time.perf_counter() - start
    lowest = float(steps[min(low, steps.size - 1)])
    if best is None or best[1].values is None:
        return _solution(
            question, problem, None, "infeasible" if status == "optimal" else status, lowest, seconds, seed
        )
    done = best[1].values[best[0].doing.done] > 0.5
    added = np.where(done, np.rint(best[1].values[best[0].doing.added]), 0.0)
    return _solution(question, problem, (done, added), status, lowest, seconds, seed)


def worst_off(
    question: Question, *, bands: Sequence[float], time_limit_s: float | None = None, seed: int | None = 0
) -> WorstOff:
    """Leave as few people as possible beyond the farthest band, then beyond the next, and so on.

    Parameters
    ----------
    question, time_limit_s, seed
        As in `least_worst`.
    bands
        Minutes, such as ``(120, 90, 60, 30)``; the farthest is looked after first.

    Raises
    ------
    InputError
        As `least_worst`; also if a band is not above zero.

    References
    ----------
    Ogryczak, W. (1997), "On the lexicographic minimax approach to location problems", *European Journal of Operational
    Research* 100.
    """
    start = time.perf_counter()
    wrong = [band for band in bands if not (band > 0 and math.isfinite(band))]
    if wrong or not len(bands):
        raise InputError([Complaint("below_range", column="bands", value=wrong or None, details={"low": 0})])
    problem = question.build(keep_minutes=True, any_distance=True)
    made = write(question, problem, covering=True)
    if made.opened is None or not problem.people.size:
        raise InputError([Complaint("nobody_in_reach")])
    ordered = sorted(set(bands), reverse=True)
    near = [opening.cover(made.draft, problem, made.opened, within=band) for band in ordered]
    aims = []
    for columns in near:
        cost = made.draft.zeros()
        np.subtract.at(cost, columns, problem.people)
        aims.append(Level(cost, whole=problem.whole, largest=float(problem.people.sum())))
    outcome = levels.descend(made.draft, [*aims, Level(made.money())], time_limit_s=time_limit_s)
    status = "optimal" if outcome.proven >= len(ordered) else outcome.answers[-1].status
    decided = None
    if outcome.values is not None:
        done = outcome.values[made.doing.done] > 0.5
        decided = (done, np.where(done, np.rint(outcome.values[made.doing.added]), 0.0))
    seconds = time.perf_counter() - start
    solution = _solution(question, problem, decided, status, 0.0, seconds, seed)
    beyond = pd.Series(np.nan, index=pd.Index(ordered, name="minutes"), name="people")
    if decided is not None and outcome.values is not None:
        minutes = _minutes(question, problem, *decided)
        people = question.need["need"].to_numpy(dtype=float)
        reachable, everyone = problem.row_class >= 0, float(problem.people.sum())
        beyond = pd.Series(
            [float(people[reachable & ~(minutes <= band)].sum()) for band in ordered],
            index=beyond.index,
            name=beyond.name,
        )
        for number, (columns, found) in enumerate(zip(near, beyond, strict=True)):
            promised = everyone - float(problem.people @ outcome.values[columns])
            if number < outcome.proven and abs(promised - found) > 1e-6 * max(1.0, everyone):
                raise ConservationError(f"the solver leaves {promised:g} people beyond, the audit {found:g}")
    return WorstOff(solution, beyond)


def _within(
    question: Question, problem: Problem, minutes: float, time_limit_s: float | None
) -> tuple[Written, solver.Answer]:
    """Bring everybody who can be reached at all within some minutes, for the least money."""
    made = write(question, problem, covering=True, within=minutes)
    if made.covered is not None:
        counting = made.covered[problem.weight > 0]
        made.draft.constrain(counting.size, [(np.arange(counting.size), counting, 1.0)], low=1.0)
    model = made.draft.model(made.money())
    return made, solver.minimise(model, time_limit_s=time_limit_s)


def _minutes(
    question: Question, problem: Problem, done: NDArray[np.bool_], added: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the minutes of each row of need to the nearest open, admissible site; NaN where there is none."""
    chosen = answers.chosen_table(problem, done, added)
    network = audit.after(
        question.need, question.capacity, question.admissible, chosen, problem.actions, question.pools
    )
    opened = allocation.open_services(network.capacity, network.admissible)
    found = access.nearest_minutes(question.need, question.times, admissible=opened)
    return np.asarray(found.to_numpy(dtype=float))


def _solution(
    question: Question,
    problem: Problem,
    decided: tuple[NDArray[np.bool_], NDArray[np.float64]] | None,
    status: str,
    bound: float,
    seconds: float,
    seed: int | None,
) -> Solution:
    nobody = np.zeros(len(problem.actions), dtype=bool)
    done, added = decided if decided is not None else (nobody, np.zeros(nobody.size))
    people = question.need["need"].to_numpy(dtype=float)
    lost = sorted(set(question.need["point_id"][(problem.row_class < 0) & (people > 0)]))
    worst = math.inf
    if decided is not None:
        minutes = _minutes(question, problem, done, added)[problem.row_class >= 0]
        worst = math.inf if np.isnan(minutes).any() else float(minutes.max())
    bound = worst if status == "optimal" else min(bound, worst)
    return Solution(
        chosen=answers.chosen_table(problem, done, added),
        status=status,
        objective=worst,
        bound=bound,
        gap=0.0 if worst == bound else ((worst - bound) / worst if math.isfinite(worst) else math.nan),
        seconds=seconds,
        cheapest=status == "optimal" and decided is not None,
        out_of_question=problem.out_of_question,
        audit=None,
        assignment=pd.DataFrame(columns=["point_id", "group", "site_id", "service", "served"]),
        seed=seed,
        unreachable=tuple(str(point) for point in lost),
    )
