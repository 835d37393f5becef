"""The public questions about places for a budget and a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mangluoi.siting.aim import Aim
from mangluoi.siting.aims import solve
from mangluoi.siting.question import Question
from mangluoi.siting.solution import Solution

__all__ = ["max_served"]


def max_served(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    actions: pd.DataFrame,
    budget_vnd: float | Mapping[str, float] | None,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    time_limit_s: float | None = None,
    seed: int | None = 0,
    **requirements: Any,
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
        What all actions together may cost, or those of each authority; above zero. None does not limit them.
    max_minutes
        The threshold in minutes, for all services or by service.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where, candidate sites included. None
        admits all.
    time_limit_s
        When to stop with the best answer so far and its bound. None waits for the proof.
    seed
        Carried into the answer; nothing is drawn at random here, so it changes nothing.
    **requirements
        Any other field of `Question`: weights, floors, required and forbidden actions, land, rules, …

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
    question = Question(
        need,
        times,
        capacity,
        actions,
        max_minutes,
        admissible=admissible,
        budget_vnd=budget_vnd,
        **requirements,
    )
    return solve(question, Aim("served"), time_limit_s=time_limit_s, seed=seed)
