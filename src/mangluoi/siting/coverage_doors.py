"""The public questions about coverage without capacity: cover the most, cover enough, keep the farthest near."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import access
from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.siting import cover_models, solver, uncapped
from mangluoi.siting.solution import Solution

__all__ = ["max_cover", "p_center", "set_cover"]

Costs = Mapping[str, float] | pd.Series


def max_cover(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float,
    p: int | None = None,
    budget_vnd: float | None = None,
    costs_vnd: Costs | None = None,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    time_limit_s: float | None = None,
    seed: int | None = 0,
) -> Solution:
    """Choose the sites that bring the most people within the threshold (MCLP).

    Parameters
    ----------
    demand
        ``point_id`` and ``need``, summed by point.
    times
        TRAVEL_TIMES rows of one mode, from points to existing and candidate sites.
    max_minutes
        The threshold.
    p, budget_vnd
        How many new sites may be chosen, and for how much; at least one of the two.
    costs_vnd
        Cost of each candidate.
    existing, required, forbidden
        Sites that stand, must be chosen, must not be.
    time_limit_s
        When to stop with the best answer so far and its bound.
    seed
        Carried into the answer; nothing is drawn at random here.

    Returns
    -------
    Solution
        ``objective`` is the number of people within the threshold of an open site, measured by `access.coverage`.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.

    References
    ----------
    Church, R. and ReVelle, C. (1974), "The maximal covering location problem", *Papers in Regional Science* 32.
    """
    start = time.perf_counter()
    if p is None and budget_vnd is None:
        raise InputError([Complaint("contradiction", details={"why": "give p, a budget, or both"})])
    question = uncapped.build(
        demand,
        times,
        existing=existing,
        required=required,
        forbidden=forbidden,
        costs_vnd=costs_vnd,
        max_minutes=max_minutes,
        p=p,
        budget_vnd=budget_vnd,
    )
    merged = cover_models.classes(question)
    model = cover_models.most_covered(question, merged, p=p, budget_vnd=budget_vnd)
    answer = solver.minimise(model, time_limit_s=time_limit_s, relative_gap=_whole_gap(question.people))
    chosen = _chosen(question, answer)
    covered = _covered(demand, times, question, chosen, max_minutes)
    everyone = float(question.people.sum())
    bound = min(merged.anyway - answer.bound, everyone)
    if (question.people == np.rint(question.people)).all():
        bound = float(math.floor(bound + 1e-6))
    return _solution(question, chosen, answer, covered, max(bound, covered), start, seed)


def set_cover(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float,
    share: float = 1.0,
    times_covered: int = 1,
    costs_vnd: Costs | None = None,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    time_limit_s: float | None = None,
    seed: int | None = 0,
) -> Solution:
    """Choose the fewest sites, or the cheapest, that bring a share of people within the threshold (LSCP).

    Parameters
    ----------
    demand, times, max_minutes, existing, required, forbidden, time_limit_s, seed
        As in `max_cover`.
    share
        Share of all people to be covered, above 0 and at most 1.
    times_covered
        By how many sites each must be covered; 2 asks for a backup.
    costs_vnd
        Cost of each candidate. None counts sites.

    Returns
    -------
    Solution
        ``objective`` is the number of new sites, or their cost. The status is ``infeasible`` where even all sites
        together cover fewer; ``unreachable`` then names the points that none covers.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971), "The location of emergency service facilities",
    *Operations Research* 19.
    """
    start = time.perf_counter()
    if not 0 < share <= 1 or times_covered < 1:
        why = f"the share must be in (0, 1] and people covered at least once, got {share} and {times_covered}"
        raise InputError([Complaint("contradiction", details={"why": why})])
    question = uncapped.build(
        demand,
        times,
        existing=existing,
        required=required,
        forbidden=forbidden,
        costs_vnd=costs_vnd,
        max_minutes=max_minutes,
    )
    merged = cover_models.classes(question, backup=times_covered > 1)
    everyone = float(uncapped.need_of(demand)["need"].sum())
    at_least = share * everyone * (1 - 1e-12)
    model = cover_models.smallest_set(
        question, merged, at_least=at_least, by_cost=costs_vnd is not None, times_covered=times_covered
    )
    if at_least > float(question.people.sum()):
        answer = solver.Answer(None, "infeasible", math.inf, math.inf, 0.0)
    else:
        answer = solver.minimise(model, time_limit_s=time_limit_s)
    chosen = _chosen(question, answer)
    new = chosen & ~question.existing
    if answer.status != "infeasible":
        covered = _covered(demand, times, question, chosen, max_minutes)
        if answer.values is not None and times_covered == 1 and covered < at_least * (1 - 1e-9):
            raise ConservationError(f"the solver covers {at_least:g} people, the audit {covered:g}")
    objective = float(question.cost_vnd[new].sum()) if costs_vnd is not None else float(new.sum())
    if answer.values is None:
        objective = float("inf")
    bound = answer.bound if costs_vnd is not None else float(np.ceil(answer.bound - 1e-6))
    return _solution(question, chosen, answer, objective, min(bound, objective), start, seed)


def p_center(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    p: int,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    time_limit_s: float | None = None,
    seed: int | None = 0,
) -> Solution:
    """Choose the sites that keep the farthest person as near as possible.

    The least worst time is one of the times in the table: a search by halves over these asks each time whether p sites
    cover everybody within it.

    Parameters
    ----------
    demand, times, existing, required, forbidden, time_limit_s, seed
        As in `max_cover`.
    p
        How many new sites may be chosen.

    Returns
    -------
    Solution
        ``objective`` is the worst time in minutes. The status is ``infeasible`` where no p sites are within reach of
        everybody.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.

    References
    ----------
    Minieka, E. (1970), "The m-center problem", *SIAM Review* 12.
    """
    start = time.perf_counter()
    question = uncapped.build(demand, times, existing=existing, required=required, forbidden=forbidden, p=p)
    steps = np.unique(question.minutes)
    low, high = 0, steps.size - 1
    best: solver.Answer | None = None
    status = "optimal"
    while low <= high and not question.unreachable:
        middle = (low + high) // 2
        left = None if time_limit_s is None else max(time_limit_s - (time.perf_counter() - start), 0.1)
        answer = _within(question, float(steps[middle]), left)
        enough = answer.values is not None and _count(question, answer) <= p
        if not enough and answer.status == "time_limit" and answer.bound <= p:
            status = "time_limit"
            break
        if enough:
            best, high = answer, middle - 1
        else:
            low = middle + 1
    if best is None or best.values is None:
        failed = solver.Answer(None, "infeasible" if status == "optimal" else status, math.inf, math.inf, 0.0)
        nothing = np.zeros(question.sites.size, dtype=bool)
        return _solution(question, nothing, failed, math.inf, math.inf, start, seed)
    chosen = _chosen(question, best)
    worst = float(access.nearest_minutes(_rows(demand), times, sites=question.sites[chosen].tolist()).max())
    proof = solver.Answer(best.values, status, worst, worst, 0.0)
    bound = worst if status == "optimal" else float(steps[min(low, steps.size - 1)])
    return _solution(question, chosen, proof, worst, min(bound, worst), start, seed)


def _within(question: uncapped.Uncapped, minutes: float, time_limit_s: float | None) -> solver.Answer:
    """Cover everybody within some minutes by the fewest sites."""
    near = question.minutes <= minutes
    if np.unique(question.point[near]).size < question.points.size:
        return solver.Answer(None, "infeasible", math.inf, math.inf, 0.0)
    part = uncapped.narrowed(question, near)
    merged = cover_models.classes(part)
    everyone = float(question.people.sum())
    model = cover_models.smallest_set(part, merged, at_least=everyone * (1 - 1e-12), by_cost=False)
    return solver.minimise(model, time_limit_s=time_limit_s)


def _count(question: uncapped.Uncapped, answer: solver.Answer) -> int:
    return int((_chosen(question, answer) & ~question.existing).sum())


def _whole_gap(people: NDArray[np.float64]) -> float:
    """Return the relative gap at which whole people are proven: less than one person apart."""
    return 0.5 / max(float(people.sum()), 1.0) if (people == np.rint(people)).all() else 0.0


def _chosen(question: uncapped.Uncapped, answer: solver.Answer) -> NDArray[np.bool_]:
    """Return which sites are open in an answer; where there is none, those that stand or must be chosen."""
    if answer.values is None:
        return question.existing | question.required
    return np.asarray(answer.values[: question.sites.size] > 0.5)


def _rows(demand: pd.DataFrame) -> pd.DataFrame:
    need = uncapped.need_of(demand)
    return need[need["need"] > 0]


def _covered(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    question: uncapped.Uncapped,
    chosen: NDArray[np.bool_],
    max_minutes: float,
) -> float:
    sites = question.sites[chosen].tolist()
    return float(access.coverage(uncapped.need_of(demand), times, max_minutes=max_minutes, sites=sites).sum())


def _solution(
    question: uncapped.Uncapped,
    chosen: NDArray[np.bool_],
    answer: solver.Answer,
    objective: float,
    bound: float,
    start: float,
    seed: int | None,
) -> Solution:
    distance = abs(objective - bound)
    larger = max(abs(objective), abs(bound))
    finite = math.isfinite(objective) and math.isfinite(bound)
    gap = math.nan if not finite else (distance / larger if larger > 0 else 0.0)
    seconds = time.perf_counter() - start
    proven = answer.status == "optimal"
    return Solution(
        chosen=uncapped.table(question, chosen),
        status=answer.status,
        objective=objective,
        bound=objective if proven else bound,
        gap=0.0 if proven else gap,
        seconds=seconds,
        cheapest=False,
        out_of_question=(),
        audit=None,
        assignment=uncapped.nearest(question, chosen),
        seed=seed,
        unreachable=question.unreachable,
    )
