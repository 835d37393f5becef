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
from mangluoi.siting import cover_exact, cover_models, solver, uncapped, uncapped_answer
from mangluoi.siting import cover_reduction as reduction
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
        raise InputError([Complaint("contradiction", details={"reason": "p_or_budget"})])
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
    chosen, found_bound, status = _most(question, p, budget_vnd, time_limit_s, start)
    sites = question.sites[chosen].tolist()
    covered = float(
        access.coverage(
            uncapped.need_of(demand), uncapped.rows_to(times, sites), max_minutes=max_minutes, sites=sites
        ).sum()
    )
    if status == "optimal" and covered < found_bound - 1e-6 * max(1.0, found_bound):
        raise ConservationError(f"the solver covers {found_bound:g} people, the audit {covered:g}")
    bound = max(found_bound, covered)
    return uncapped_answer.solution(
        question, chosen, status=status, objective=covered, bound=bound, start=start, seed=seed
    )  # fmt: skip


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
        details = {"reason": "share_and_times", "share": share, "times": times_covered}
        raise InputError([Complaint("contradiction", details=details)])
    question = uncapped.build(
        demand,
        times,
        existing=existing,
        required=required,
        forbidden=forbidden,
        costs_vnd=costs_vnd,
        max_minutes=max_minutes,
    )
    by_cost = costs_vnd is not None
    everyone = float(uncapped.need_of(demand)["need"].sum())
    at_least = share * everyone * (1 - 1e-12)
    if at_least > float(question.people.sum()):
        chosen, bound, status = question.given, math.inf, "infeasible"
    else:
        chosen, bound, status = _fewest(question, at_least, by_cost, times_covered, time_limit_s)
    new = chosen & ~question.existing
    objective = float(question.cost_vnd[new].sum()) if by_cost else float(new.sum())
    if not _enough(question, chosen, at_least, times_covered):
        objective = math.inf
    elif times_covered == 1:
        sites = question.sites[chosen].tolist()
        rows = uncapped.rows_to(times, sites)
        covered = float(access.coverage(uncapped.need_of(demand), rows, max_minutes=max_minutes, sites=sites).sum())
        if covered < at_least * (1 - 1e-9):
            raise ConservationError(f"the solver covers {at_least:g} people, the audit {covered:g}")
    bound = bound if by_cost else float(np.ceil(bound - 1e-6))
    return uncapped_answer.solution(
        question, chosen, status=status, objective=objective, bound=min(bound, objective), start=start, seed=seed
    )  # fmt: skip


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
    chosen, status = None, "optimal"
    while low <= high and not question.unreachable:
        middle = (low + high) // 2
        left = None if time_limit_s is None else max(time_limit_s - (time.perf_counter() - start), 0.1)
        near = uncapped.narrowed(question, question.minutes <= float(steps[middle]))
        everyone = float(question.people.sum()) * (1 - 1e-12)
        trial, bound, own = near.given, math.inf, "infeasible"
        if (np.diff(near.start) > 0).all():
            trial, bound, own = _fewest(near, everyone, False, 1, left)
        enough = _enough(near, trial, everyone, 1) and int((trial & ~question.existing).sum()) <= p
        if not enough and own in ("time_limit", "interrupted") and bound <= p:
            status = own
            break
        if enough:
            chosen, high = trial, middle - 1
        else:
            low = middle + 1
    if chosen is None:
        status = "infeasible" if status == "optimal" else status
        return uncapped_answer.solution(
            question, question.given, status=status, objective=math.inf, bound=math.inf, start=start, seed=seed
        )  # fmt: skip
    sites = question.sites[chosen].tolist()
    minutes = access.nearest_minutes(uncapped_answer.needed(demand), uncapped.rows_to(times, sites), sites=sites)
    worst = float(minutes.max())
    bound = worst if status == "optimal" else min(float(steps[min(low, steps.size - 1)]), worst)
    return uncapped_answer.solution(
        question, chosen, status=status, objective=worst, bound=bound, start=start, seed=seed
    )


def _most(
    question: uncapped.Uncapped, p: int | None, budget_vnd: float | None, time_limit_s: float | None, start: float
) -> tuple[NDArray[np.bool_], float, str]:
    """Return the open sites that cover most, the bound and the status."""
    wanted = question.required & ~question.existing
    left_p = None if p is None else float(p - int(wanted.sum()))
    left_money = None if budget_vnd is None else budget_vnd - float(question.cost_vnd[wanted].sum())
    whole = uncapped_answer.is_whole(question.people)
    until = math.inf if time_limit_s is None else start + time_limit_s
    weight = np.ones(question.sites.size) if left_money is None else question.cost_vnd
    cover = reduction.from_pairs(question.start, question.site, question.people, weight, question.given)
    chosen = question.given
    if left_p is None or left_money is None:
        limit = left_p if left_money is None else left_money
        assert limit is not None
        found = cover_exact.most(cover, limit, whole=whole, until=until)
        chosen[cover.site[found.choice.is_open]] = True
        return chosen, found.bound, found.status
    model = cover_models.most_covered(cover, [(np.ones(cover.site.size), left_p), (cover.cost, left_money)])
    everyone = max(float(question.people.sum()), 1.0)
    answer = solver.minimise(model, time_limit_s=time_limit_s, relative_gap=0.5 / everyone if whole else 0.0)
    if answer.values is not None:
        chosen[cover.site[answer.values[: cover.site.size] > 0.5]] = True
    bound = min(cover.anyway - answer.bound, everyone)
    return chosen, float(math.floor(bound + 1e-6)) if whole else bound, answer.status


def _fewest(
    question: uncapped.Uncapped, at_least: float, by_cost: bool, times_covered: int, time_limit_s: float | None
) -> tuple[NDArray[np.bool_], float, str]:
    """Return the fewest or cheapest open sites that cover enough, the bound and the status."""
    price = np.where(question.existing, 0.0, question.cost_vnd if by_cost else 1.0)
    chosen = question.given
    if times_covered == 1:
        cover = reduction.from_pairs(question.start, question.site, question.people, price, chosen)
        given, spent = np.zeros(cover.site.size, dtype=bool), float(price[chosen].sum())
    else:
        # A second site counts, so neither what stands nor what another covers may be left out.
        cover = reduction.unmerged(question.start, question.site, question.people, price)
        given, spent = chosen[cover.site], 0.0
    model = cover_models.smallest_set(
        cover, at_least=at_least, cost=cover.cost, given=given, times_covered=times_covered
    )  # fmt: skip
    answer = solver.minimise(model, time_limit_s=time_limit_s)
    if answer.values is not None:
        chosen[cover.site[answer.values[: cover.site.size] > 0.5]] = True
    return chosen, answer.bound + spent, answer.status


def _enough(question: uncapped.Uncapped, chosen: NDArray[np.bool_], at_least: float, times_covered: int) -> bool:
    """Return whether open sites cover enough people often enough, among the pairs of the question."""
    times = np.bincount(question.point, weights=chosen[question.site], minlength=question.points.size)
    return float(question.people[times >= times_covered].sum()) >= at_least * (1 - 1e-9)
