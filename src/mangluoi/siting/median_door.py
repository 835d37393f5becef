"""The public question about total travel: the p-median."""

from __future__ import annotations

import math
import time
from collections.abc import Collection

import numpy as np
import pandas as pd

from mangluoi import access
from mangluoi.errors import ConservationError
from mangluoi.siting import median, solver, uncapped, uncapped_answer
from mangluoi.siting.solution import Solution

__all__ = ["p_median"]

# An exact core of more pairs than this is not attempted: the solver would not finish, and the bound stands.
_MOST_PAIRS = 400_000
_ROUNDS = 600


def p_median(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    p: int,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    gap: float = 0.0,
    time_limit_s: float | None = None,
    seed: int | None = 0,
) -> Solution:
    """Choose the sites from which everybody together is least far.

    Minimise Σ people × minutes to the nearest open site. A greedy answer is improved by interchange, bounded by
    Lagrange, and what the bound leaves open is decided exactly where it is small enough.

    Parameters
    ----------
    demand
        ``point_id`` and ``need``, summed by point.
    times
        TRAVEL_TIMES rows of one mode, from points to existing and candidate sites. A point must go to a site that it
        has a time to; points without any are named in the answer and left out.
    p
        How many new sites may be chosen.
    existing, required, forbidden
        Sites that stand, must be chosen, must not be.
    gap
        Distance of answer and bound, relative to the answer, that is good enough; zero asks for the proof.
    time_limit_s
        When to stop with the best answer so far and its bound. None waits for the proof, if one can be had.
    seed
        Carried into the answer; nothing is drawn at random here.

    Returns
    -------
    Solution
        ``objective`` is people × minutes, measured by `access.nearest_minutes`. Status ``bounded`` says that the bound
        stands but was not closed; ``infeasible``, that no answer was found or can be that serves every point.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.

    References
    ----------
    Hakimi, S. (1964), *Operations Research* 12; ReVelle, C. and Swain, R. (1970), *Geographical Analysis* 2.
    """
    start = time.perf_counter()
    question = uncapped.build(demand, times, existing=existing, required=required, forbidden=forbidden, p=p)
    pairs = median.pairs_of(question, p)
    until = math.inf if time_limit_s is None else start + 0.8 * time_limit_s
    first, stopped = pairs.given.copy(), False
    try:
        median.interchange(pairs, first, until=until)
    except KeyboardInterrupt:
        stopped = True
        median.open_greedily(pairs, first)
    relaxed = median.relax(pairs, first, rounds=1 if stopped else _ROUNDS, until=until, gap=gap)
    open_sites, value = relaxed.incumbent, median.total(pairs, relaxed.incumbent)
    # Nobody is nearer than the nearest of all sites, however little is known.
    bound = max(relaxed.value, float(np.sort(pairs.cost[pairs.start[:-1]]).sum()))
    stopped = stopped or relaxed.stopped
    status = "optimal" if value - bound <= 1e-9 * max(value, 1.0) else "interrupted" if stopped else "bounded"
    if status == "bounded" and value - bound > gap * max(value, 1.0):
        try:
            model, sites, links = median.core(pairs, relaxed, value)
            if links.size <= _MOST_PAIRS:
                left = None if time_limit_s is None else max(time_limit_s - (time.perf_counter() - start), 0.1)
                answer = solver.minimise(model, time_limit_s=left, relative_gap=gap)
                status, bound = _closed(answer, value, bound, gap)
                if answer.values is not None and answer.objective < value:
                    trial = pairs.given.copy()
                    trial[sites[answer.values[: sites.size] > 0.5]] = True
                    if median.total(pairs, trial) < value:
                        open_sites, value = trial, median.total(pairs, trial)
        except KeyboardInterrupt:
            status = "interrupted"
    if value >= pairs.penalty:
        # A bound below the penalty leaves open whether every point can be served: that is not a proof.
        status = "infeasible" if status == "optimal" or bound >= pairs.penalty else status
        bound = math.inf if status == "infeasible" else bound
        return uncapped_answer.solution(
            question, question.given, status=status, objective=math.inf, bound=bound, start=start, seed=seed
        )  # fmt: skip
    need = uncapped_answer.needed(demand)
    need = need[~need["point_id"].isin(question.unreachable)]
    sites_open = question.sites[open_sites].tolist()
    minutes = access.nearest_minutes(need, uncapped.rows_to(times, sites_open), sites=sites_open)
    objective = float((minutes * need["need"]).sum())
    if abs(objective - value) > 1e-6 * max(1.0, value):
        raise ConservationError(f"the solver sums to {value:g} person-minutes, the audit to {objective:g}")
    return uncapped_answer.solution(
        question, open_sites, status=status, objective=objective, bound=min(bound, objective), start=start, seed=seed
    )  # fmt: skip


def _closed(answer: solver.Answer, value: float, bound: float, gap: float) -> tuple[str, float]:
    """Return status and bound after the exact core: it holds every answer below the best known, if there is one."""
    if answer.status == "infeasible":
        return "optimal", value
    if answer.status == "optimal" and not gap:
        return "optimal", min(answer.objective, value)
    return "bounded" if answer.status == "optimal" else answer.status, max(bound, min(answer.bound, value))
