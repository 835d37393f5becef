"""Who goes where once it is decided what is done: people on links, divided among the rows of need."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.apportion import largest_remainder
from mangluoi.siting import levels, solver
from mangluoi.siting.levels import Level
from mangluoi.siting.problem import Problem
from mangluoi.siting.writing import Written

__all__ = ["assign", "carried", "fix"]


def fix(made: Written, done: NDArray[np.bool_], added: NDArray[np.float64]) -> solver.Limits:
    """Return the limits that decide what is done."""
    columns = np.concatenate([made.doing.done, made.doing.added]).astype(np.int32)
    values = np.concatenate([done.astype(float), added])
    return columns, values, values


def carried(made: Written, other: Written, limits: solver.Limits) -> solver.Limits:
    """Return limits of what is done in one writing of a question as limits in another."""
    lower, upper = np.full(made.draft.size, -np.inf), np.full(made.draft.size, np.inf)
    known = limits[0] < made.draft.size
    lower[limits[0][known]], upper[limits[0][known]] = limits[1][known], limits[2][known]
    before = np.concatenate([made.doing.done, made.doing.added])
    columns = np.concatenate([other.doing.done, other.doing.added]).astype(np.int32)
    some = np.isfinite(lower[before]) & np.isfinite(upper[before])
    return columns[some], lower[before][some], upper[before][some]


def assign(
    made: Written, done: NDArray[np.bool_], added: NDArray[np.float64], *, at_most_people: bool = True
) -> pd.DataFrame | None:
    """Send people to the places of decided actions, within every requirement; None where that cannot be.

    Parameters
    ----------
    made
        The question, written with its minutes.
    done, added
        What is done.
    at_most_people
        Whether the most people are served first; otherwise only as many as must be, in the fewest minutes.

    Returns
    -------
    DataFrame
        ALLOCATION rows with people in them, sorted.
    """
    if made.serving is None:
        return None
    most = float(made.problem.people @ made.problem.weight)
    aims = [Level(-made.people(), whole=made.whole, largest=most), Level(made.minutes())]
    outcome = levels.descend(made.draft, aims if at_most_people else aims[1:], limits=fix(made, done, added))
    if outcome.values is None or outcome.answers[0].status == "infeasible":
        return None
    people = outcome.values[made.serving.people]
    near = np.rint(people)
    return _divided(made.question.need, made.problem, np.where(np.abs(people - near) < 1e-6, near, people))


def _divided(need: pd.DataFrame, problem: Problem, people: NDArray[np.float64]) -> pd.DataFrame:
    """Divide the people of each class among its rows, each its share of the served, one link after the other."""
    label = (need["point_id"] + "\n" + need["group"] + "\n" + need["service"]).to_numpy(dtype=str)
    amounts = need["need"].to_numpy(dtype=float)
    rows_of: dict[int, list[int]] = {}
    for row in np.argsort(label, kind="stable"):
        rows_of.setdefault(int(problem.row_class[row]), []).append(int(row))
    starts = np.searchsorted(problem.link_class, np.arange(problem.people.size + 1))
    found: list[tuple[int, int, float]] = []
    for number in range(problem.people.size):
        links = np.arange(starts[number], starts[number + 1])
        links = links[people[links] > 1e-9]
        if not links.size:
            continue
        rows = np.array(rows_of[number])
        total = float(people[links].sum())
        whole = (amounts[rows] == np.rint(amounts[rows])).all() and (people[links] == np.rint(people[links])).all()
        if whole:
            ties = label[rows].tolist()
            served = largest_remainder(amounts[rows], total=int(total), ties=ties).astype(float)
        else:
            served = amounts[rows] * (total / amounts[rows].sum())
        upto_row, upto_link = np.cumsum(served)[:, None], np.cumsum(people[links])[None, :]
        overlap = np.minimum(upto_row, upto_link) - np.maximum(upto_row - served[:, None], upto_link - people[links])
        for at, link in zip(*np.nonzero(overlap > 1e-9), strict=True):
            found.append((int(rows[at]), int(links[link]), float(overlap[at, link])))
    row = np.array([one[0] for one in found], dtype=np.int64)
    link = np.array([one[1] for one in found], dtype=np.int64)
    slots = [problem.slots[slot] for slot in problem.link_slot[link]]
    flows = pd.DataFrame(
        {
            "point_id": need["point_id"].to_numpy(dtype=object)[row],
            "group": need["group"].to_numpy(dtype=object)[row],
            "site_id": pd.Series([site for site, _ in slots], dtype=object),
            "service": need["service"].to_numpy(dtype=object)[row],
            "served": np.array([one[2] for one in found], dtype=float),
        }
    )
    return flows.sort_values(["point_id", "group", "service", "site_id"], ignore_index=True)
