"""The public questions about siting."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import transport
from mangluoi.siting import audit, objectives, problem, solver
from mangluoi.siting.solution import Solution

__all__ = ["max_served"]

# How near to the fewest minutes the last level goes, and how long it looks: a tie-break, not a promise.
_NEAR_ENOUGH, _NODES = 0.01, 20


def max_served(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    actions: pd.DataFrame,
    budget_vnd: float,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    time_limit_s: float | None = None,
    seed: int | None = 0,
) -> Solution:
    """Choose the actions that let the most people be served for a budget, and of those the cheapest.

    That the most are served is proven, and that it costs least. Where several choices are equal in both, the one of
    the fewest actions is taken, expanding rather than building, and of those the one nearest to the people served,
    sought within one per cent.

    Parameters
    ----------
    need
        NEED rows of the points that are on the map.
    times
        TRAVEL_TIMES rows of one mode, from points to existing and candidate sites.
    capacity
        ``site_id``, ``service`` and ``capacity`` of what is open today.
    actions
        ACTIONS rows: what may be done.
    budget_vnd
        What all actions together may cost; above zero.
    max_minutes
        The threshold in minutes, for all services or by service.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where, candidate sites included. None
        admits all.
    time_limit_s
        When to stop with the best answer so far and its bound. None waits for the proof.
    seed
        Carried into the answer; nothing is drawn at random here, so it changes nothing.

    Returns
    -------
    Solution
        ``objective`` is the number of people served after the actions, by the audit.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.
    ConservationError
        If the audit does not find what the solver promised: a bug.
    """
    start = time.perf_counter()
    question = problem.build(
        need,
        times,
        capacity=capacity,
        actions=actions,
        budget_vnd=budget_vnd,
        max_minutes=max_minutes,
        admissible=admissible,
    )
    whole = bool(all((part == np.rint(part)).all() for part in (question.people, question.places)))
    everyone = float(question.people.sum())
    # People are whole: a bound less than one person above the answer proves it.
    near = 0.5 / max(everyone, 1.0) if whole else 0.0
    first = solver.minimise(objectives.most_served(question), time_limit_s=time_limit_s, relative_gap=near)
    added = _added(question, first)
    served = _served(question, added)
    bound = min(-first.bound, everyone)
    if whole:
        bound = max(float(math.floor(bound + 1e-6)), served)
    proven = first.status == "optimal"

    left = None if time_limit_s is None else max(time_limit_s - first.seconds, 1.0)
    second = solver.minimise(objectives.least_cost(question, served), time_limit_s=left)
    cheaper = _added(question, second)
    cost = float(objectives.action_cost(question, added).sum())
    if second.values is not None and float(objectives.action_cost(question, cheaper).sum()) <= cost:
        added = cheaper
        cost = float(objectives.action_cost(question, added).sum())
    third = solver.minimise(objectives.fewest_actions(question, served, cost), node_limit=_NODES)
    fewer = _added(question, third)
    if third.values is not None and _served(question, fewer) >= served:
        added = fewer
    nearer = problem.build(
        need, times, capacity=capacity, actions=actions, budget_vnd=budget_vnd, max_minutes=max_minutes,
        admissible=admissible, keep_minutes=True,
    )  # fmt: skip
    fourth = solver.minimise(
        objectives.fewest_minutes(nearer, served, cost, float(objectives.effort(question)[added > 0].sum())),
        relative_gap=_NEAR_ENOUGH,
        node_limit=_NODES,
    )
    near_by = _added(nearer, fourth)
    if fourth.values is not None and _served(nearer, near_by) >= served:
        added = near_by
    chosen = _chosen(question, added)
    seconds = time.perf_counter() - start

    measured = audit.measure(need, times, chosen, capacity=capacity, max_minutes=max_minutes, admissible=admissible)
    audit.confirm(measured, served)
    audit.confirm_budget(float(chosen["cost_vnd"].sum()), budget_vnd)
    return Solution(
        chosen=chosen,
        status="optimal" if proven else first.status,
        objective=measured.served_after,
        bound=served if proven else bound,
        gap=0.0 if proven or bound <= 0 else (bound - served) / bound,
        seconds=seconds,
        cheapest=proven and second.status == "optimal",
        out_of_question=question.out_of_question,
        audit=measured,
        assignment=measured.after.flows,
        seed=seed,
    )


def _added(question: problem.Problem, answer: solver.Answer) -> NDArray[np.float64]:
    """Return the places added by each action; none where the solver found no answer in time."""
    actions = len(question.actions)
    if answer.values is None:
        return np.zeros(actions)
    links = question.link_class.size
    return np.rint(answer.values[links : links + actions])


def _served(question: problem.Problem, added: NDArray[np.float64]) -> float:
    """Return how many people can be served with the places that an answer adds."""
    places = question.places + np.bincount(question.action_slot, weights=added, minlength=question.places.size)
    network = transport.Transport(
        people=question.people,
        places=places,
        row=question.link_class,
        slot=question.link_slot,
        minutes=np.zeros(question.link_class.size),
        pool=np.full(places.size, -1, dtype=np.int64),
        pool_places=np.zeros(0),
    )
    return float(transport.serve_most(network).sum())


def _chosen(question: problem.Problem, added: NDArray[np.float64]) -> pd.DataFrame:
    table = question.actions[["action_id", "kind", "site_id", "service"]].assign(
        added=added.astype(np.int64), cost_vnd=objectives.action_cost(question, added)
    )
    return table[table["added"] > 0].reset_index(drop=True)
