"""The siting problem as arrays with labels: who could be served where, today and after every action."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import allocation, intake, reach
from mangluoi.errors import Complaint, InputError
from mangluoi.tables import ACTIONS, check

__all__ = ["Problem", "build"]


@dataclass(frozen=True, eq=False)
class Problem:
    """People, slots and actions.

    A slot is a service at a site, open today or after an action. People with the same reachable slots are one class:
    whom a place serves matters for the number served only through the slots that could serve them.

    Parameters
    ----------
    people
        People of each class, of shape ``(classes,)``.
    places
        Places of each slot today, of shape ``(slots,)``.
    link_class, link_slot
        Which class can use which slot.
    link_minutes
        Travel time of each link; zero where classes were merged whatever their minutes.
    slots
        ``site_id`` and ``service`` of each slot.
    actions
        ACTIONS rows sorted by id.
    action_slot
        The slot of each action.
    min_added, max_added
        Fewest and most places of each action, if it is done at all.
    fixed_vnd, per_place_vnd
        Its cost.
    budget_vnd
        What all actions together may cost.
    out_of_question
        Ids of actions whose slot nobody can use.
    """

    people: NDArray[np.float64]
    places: NDArray[np.float64]
    link_class: NDArray[np.int64]
    link_slot: NDArray[np.int64]
    link_minutes: NDArray[np.float64]
    slots: tuple[tuple[str, str], ...]
    actions: pd.DataFrame
    action_slot: NDArray[np.int64]
    min_added: NDArray[np.float64]
    max_added: NDArray[np.float64]
    fixed_vnd: NDArray[np.float64]
    per_place_vnd: NDArray[np.float64]
    budget_vnd: float
    out_of_question: tuple[str, ...]


def build(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    actions: pd.DataFrame,
    budget_vnd: float,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    keep_minutes: bool = False,
) -> Problem:
    """Build the problem from tables; the order of their rows does not matter.

    Parameters
    ----------
    need, times, capacity, max_minutes, admissible
        As in `access.allocate`; times lead to candidate sites too, and `admissible` says whom they would take.
    actions
        ACTIONS rows.
    budget_vnd
        What all actions together may cost.
    keep_minutes
        Whether people must also be equally far from their slots to be one class.

    Raises
    ------
    InputError
        If a table cannot be used, the budget is not above zero, an action's fewest places exceed its most, or no
        action could serve anybody.
    """
    table = check(ACTIONS, actions).sort_values("action_id", ignore_index=True)
    _check_question(table, budget_vnd)
    intake.check_capacity(capacity)

    keys = zip(capacity["site_id"], capacity["service"], strict=True)
    open_now = dict(zip(keys, capacity["capacity"], strict=True))
    slots = sorted({*open_now, *zip(table["site_id"], table["service"], strict=True)})
    number = {slot: position for position, slot in enumerate(slots)}
    all_open = allocation.open_services(pd.DataFrame(slots, columns=["site_id", "service"]), admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=all_open)
    people, link_class, link_slot, link_minutes = _classes(need, pairs, number, keep_minutes=keep_minutes)

    action_slot = np.array([number[slot] for slot in zip(table["site_id"], table["service"], strict=True)], np.int64)
    used = np.isin(action_slot, link_slot)
    if len(table) and not used.any():
        raise InputError([Complaint("nobody_in_reach")])
    return Problem(
        people=people,
        places=np.array([float(open_now.get(slot, 0.0)) for slot in slots]),
        link_class=link_class,
        link_slot=link_slot,
        link_minutes=link_minutes,
        slots=tuple(slots),
        actions=table,
        action_slot=action_slot,
        min_added=table["min_added"].to_numpy(dtype=float),
        max_added=table["max_added"].to_numpy(dtype=float),
        fixed_vnd=table["fixed_vnd"].to_numpy(dtype=float),
        per_place_vnd=table["per_place_vnd"].to_numpy(dtype=float),
        budget_vnd=float(budget_vnd),
        out_of_question=tuple(table["action_id"][~used]),
    )


def _check_question(actions: pd.DataFrame, budget_vnd: float) -> None:
    found = []
    if not math.isfinite(budget_vnd):
        found.append(Complaint("not_a_number", column="budget_vnd", value=budget_vnd))
    elif budget_vnd <= 0:
        why = f"the budget is {budget_vnd:.0f} VND, so nothing can be done; give one above zero"
        found.append(Complaint("contradiction", column="budget_vnd", value=budget_vnd, details={"why": why}))
    crossed = actions["min_added"] > actions["max_added"]
    for row in actions[crossed].itertuples():
        why = f"the action {row.action_id} adds at least {row.min_added} and at most {row.max_added} places"
        found.append(Complaint("contradiction", column="min_added", value=row.action_id, details={"why": why}))
    if found:
        raise InputError(found)


def _classes(
    need: pd.DataFrame, pairs: reach.Reach, number: dict[tuple[str, str], int], *, keep_minutes: bool
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Merge rows of need that can use the same slots (in the same minutes)."""
    amounts = need["need"].to_numpy(dtype=float)
    together: dict[tuple[tuple[int, float], ...], float] = {}
    for (_, service), rows, links in pairs.by_combo():
        slot_of_site = np.array([number.get((str(site), service), -1) for site in pairs.sites], dtype=np.int64)
        point, slot = pairs.point[links], slot_of_site[pairs.site[links]]
        minutes = np.round(pairs.minutes[links], 6) if keep_minutes else np.zeros(links.size)
        order = np.lexsort((slot, point))
        point, slot, minutes = point[order], slot[order], minutes[order]
        starts = np.searchsorted(point, np.arange(pairs.points.size + 1))
        for row in rows:
            at = pairs.row_point[row]
            if at < 0 or amounts[row] <= 0 or starts[at] == starts[at + 1]:
                continue
            own = slice(starts[at], starts[at + 1])
            key = tuple(zip(slot[own].tolist(), minutes[own].tolist(), strict=True))
            together[key] = together.get(key, 0.0) + amounts[row]
    keys = sorted(together)
    link_class = np.repeat(np.arange(len(keys)), [len(key) for key in keys]).astype(np.int64)
    link_slot = np.array([slot for key in keys for slot, _ in key], dtype=np.int64)
    link_minutes = np.array([minutes for key in keys for _, minutes in key], dtype=float)
    return np.array([together[key] for key in keys]), link_class, link_slot, link_minutes
