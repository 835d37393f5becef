"""The public question about places for a budget, where there are thousands of sites."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError
from mangluoi.siting import audit, capacity_kernels, capacity_search, problem
from mangluoi.siting.capacity_bound import Network
from mangluoi.siting.problem import Problem
from mangluoi.siting.solution import Solution

__all__ = ["max_served_large", "network_of"]

# Columns of ACTIONS that tie actions to each other; the slots would not fall apart.
_TIES = ("exclusive", "requires", "bundle")


def max_served_large(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    actions: pd.DataFrame,
    budget_vnd: float,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    gap: float = 0.005,
    time_limit_s: float | None = 600.0,
    seed: int | None = 0,
) -> Solution:
    """Choose the actions that let the most people be served for a budget, among thousands of sites.

    The question of `max_served`, answered to within a gap: the bound of a Lagrangian relaxation and plans from exact
    models of a part of the actions. Neither the cheapest nor the nearest of equal plans is sought.

    Parameters
    ----------
    need, times, capacity, actions, budget_vnd, max_minutes, admissible
        As in `max_served`. Actions expand or build, one place at a time, and do not depend on each other; up to six
        may add to one service of a site.
    gap
        Distance of plan and bound, relative to the bound, that is good enough; zero seeks the proof.
    time_limit_s
        When to stop with the best plan so far and its bound; the audit comes on top. None searches until neither plan
        nor bound gets better.
    seed
        Seed of the neighbourhoods in which the plan is bettered.

    Returns
    -------
    Solution
        ``objective`` is the number of people served after the actions, by the audit. Status ``bounded`` says that the
        gap asked for was reached, or that the search rests; ``interrupted``, that Ctrl-C ended it.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.
    ConservationError
        If the audit does not find what was promised: a bug.

    References
    ----------
    Cornuejols, G., Sridharan, R. and Thizy, J. (1991), "A comparison of heuristics and relaxations for the capacitated
    plant location problem", *European Journal of Operational Research* 50; Current, J. and Storbeck, J. (1988),
    "Capacitated covering models", *Environment and Planning B* 15.
    """
    start = time.perf_counter()
    if not 0 <= gap < 1:
        raise InputError([Complaint("contradiction", details={"reason": "gap_out_of_range", "gap": gap})])
    question = problem.build(
        need,
        times,
        capacity=capacity,
        actions=actions,
        budget_vnd=budget_vnd,
        max_minutes=max_minutes,
        admissible=admissible,
    )
    network, order = network_of(question)
    whole = bool(all((part == np.rint(part)).all() for part in (question.people, question.places)))
    until = math.inf if time_limit_s is None else start + time_limit_s
    found = capacity_search.serve_most(network, whole=whole, gap=gap, until=until, seed=0 if seed is None else seed)
    added = np.zeros(order.size)
    added[order] = found.plan.added
    chosen = _chosen(question, added)
    seconds = time.perf_counter() - start

    measured = audit.measure(need, times, chosen, capacity=capacity, max_minutes=max_minutes, admissible=admissible)
    audit.confirm(measured, found.plan.people)
    audit.confirm_budget(float(chosen["cost_vnd"].sum()), budget_vnd)
    served, proven = measured.served_after, found.status == "optimal"
    bound = served if proven else max(found.bound, served)
    return Solution(
        chosen=chosen,
        status=found.status,
        objective=served,
        bound=bound,
        gap=(bound - served) / bound if bound > 0 else 0.0,
        seconds=seconds,
        cheapest=False,
        out_of_question=question.out_of_question,
        audit=measured,
        assignment=measured.after.flows,
        seed=seed,
    )


def network_of(question: Problem) -> tuple[Network, NDArray[np.int64]]:
    """Return a problem as a network, and which action of the problem each of its actions is.

    Raises
    ------
    InputError
        If actions depend on each other, come in steps, or too many add to one slot.
    """
    table = question.actions
    found = []
    for row in table[~table["kind"].isin(("expand", "build"))].itertuples():
        found.append(_refused("large_kind", name=row.action_id, kind=row.kind))
    for column in (name for name in _TIES if name in table.columns):
        for name in table.loc[table[column].notna() & (table[column] != ""), "action_id"]:
            found.append(_refused("large_depends", name=name, column=column))
    if "step" in table.columns:
        for name in table.loc[table["step"].notna() & (table["step"] != 1), "action_id"]:
            found.append(_refused("large_steps", name=name))
    if found:
        raise InputError(found)
    order = np.lexsort((table["action_id"].to_numpy(dtype=str), question.per_place_vnd, question.action_slot))
    slots = question.places.size
    count = np.bincount(question.action_slot[question.action_slot >= 0], minlength=slots)
    for slot in np.flatnonzero(count > capacity_kernels.MOST_ACTIONS):
        site, service = question.slots[slot]
        found.append(_refused("large_crowd", count=int(count[slot]), service=service, site=site))
    if found:
        raise InputError(found)
    links = np.lexsort((question.link_class, question.link_slot))
    sizes = np.bincount(question.link_slot, minlength=slots)
    useful = ~table["action_id"].isin(question.out_of_question).to_numpy()
    network = Network(
        people=question.people,
        places=question.places,
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        link_class=question.link_class[links],
        first=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        least=(question.min_added * useful)[order],
        most=(question.max_added * useful)[order],
        fixed=question.fixed_vnd[order],
        per_place=question.per_place_vnd[order],
        budget=question.budget_vnd,
    )
    return network, order


def _refused(reason: str, **fields: Any) -> Complaint:
    """Say what only `max_served` can answer."""
    return Complaint("contradiction", details={"reason": reason, **fields})


def _chosen(question: Problem, added: NDArray[np.float64]) -> pd.DataFrame:
    cost = np.where(added > 0, question.fixed_vnd + question.per_place_vnd * added, 0.0)
    columns = ["action_id", "kind", "site_id", "service"]
    table = question.actions[columns].assign(added=added.astype(np.int64), cost_vnd=cost)
    return table[table["added"] > 0].reset_index(drop=True)
