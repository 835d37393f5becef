"""Slots that are open after the actions, and who is within reach of one.

A slot is open if it stands and is neither closed nor emptied, or if an action adds places to it. With o whether it is
open: o ≤ Σy of the actions that open it and o ≥ each of them; o = 1 − Σy of those that close it; and where places move
away from it, o ≤ places left ≤ (most places)·o.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting.draft import Draft
from mangluoi.siting.network import Doing
from mangluoi.siting.problem import Problem

__all__ = ["Opening", "cover", "open_slots"]


@dataclass(frozen=True, eq=False)
class Opening:
    """Whether each slot is open: a column, or -1 where no action changes it.

    Parameters
    ----------
    column
        By slot.
    always
        Whether each slot is open whatever is done.
    gate
        For each of the problem's gates and slot, the column that says whether both are open.
    """

    column: NDArray[np.int64]
    always: NDArray[np.bool_]
    gate: dict[tuple[int, int], int]


def open_slots(draft: Draft, problem: Problem, doing: Doing) -> Opening:
    """Write whether each slot is open."""
    offer = problem.offer
    column = np.full(problem.places.size, -1, dtype=np.int64)
    touched = {*offer.source[offer.source >= 0].tolist()}
    touched |= {slot for slot in offer.target[offer.target >= 0].tolist() if not problem.stands[slot]}
    for slot in sorted(touched):
        opened = int(draft.columns(1, upper=1.0, whole=True)[0])
        column[slot] = opened
        gaining = np.flatnonzero(offer.target == slot)
        closing = np.flatnonzero((offer.source == slot) & offer.closes)
        moving = np.flatnonzero((offer.source == slot) & ~offer.closes)
        if not problem.stands[slot]:
            each = np.arange(gaining.size)
            draft.constrain(1, [(0, opened, 1.0), (0, doing.done[gaining], -1.0)], high=0.0)
            draft.constrain(
                gaining.size, [(each, np.full(gaining.size, opened), 1.0), (each, doing.done[gaining], -1.0)], low=0.0
            )
            continue
        draft.constrain(
            1,
            [(0, opened, 1.0), (0, doing.done[closing], 1.0)],
            low=-np.inf if moving.size else 1.0,
            high=1.0,
        )
        if moving.size:
            places = problem.places[slot]
            most = places + float(problem.max_added[gaining].sum())
            left = [
                (0, doing.added[moving], 1.0),
                (0, doing.added[gaining], -1.0),
                (0, doing.done[closing], places),
            ]
            draft.constrain(1, [(0, opened, 1.0), *left], high=places)
            draft.constrain(1, [(0, opened, most), *left], low=places)
    gate = {}
    gated = np.flatnonzero(problem.link_gate >= 0)
    for number, slot in sorted({(int(problem.link_gate[link]), int(problem.link_slot[link])) for link in gated}):
        both = int(draft.columns(1, upper=1.0, whole=True)[0])
        gate[number, slot] = both
        admitting = np.array(problem.gates[number])
        draft.constrain(1, [(0, both, 1.0), (0, doing.done[admitting], -1.0)], high=0.0)
        if column[slot] >= 0:
            draft.constrain(1, [(0, [both, column[slot]], [1.0, -1.0])], high=0.0)
    return Opening(column, problem.stands & (column < 0), gate)


def cover(
    draft: Draft,
    problem: Problem,
    opening: Opening,
    *,
    times_covered: int = 1,
    within: float | None = None,
) -> NDArray[np.int64]:
    """Write who is covered, and return the column of each class: covered, not covered, or in part.

    For whole o the best cover is whole, so it needs no integrality, unless each must be covered more than once.

    Parameters
    ----------
    draft, problem, opening
        Where to write, and what.
    times_covered
        By how many open slots a class must be reached to be covered.
    within
        Minutes within which a slot counts; None counts every link.
    """
    count = problem.people.size
    near = np.ones(problem.link_slot.size, bool) if within is None else problem.link_minutes <= within
    open_gate = problem.link_gate < 0
    anyway = np.bincount(
        problem.link_class[near & open_gate],
        weights=opening.always[problem.link_slot[near & open_gate]],
        minlength=count,
    )
    covered = draft.columns(count, upper=1.0, whole=times_covered > 1)
    asked = np.flatnonzero(anyway < times_covered)
    position = np.full(count, -1, dtype=np.int64)
    position[asked] = np.arange(asked.size)
    links = np.flatnonzero(near & (position[problem.link_class] >= 0))
    columns = np.array(
        [
            opening.column[slot] if gate < 0 else opening.gate[gate, slot]
            for gate, slot in zip(problem.link_gate[links].tolist(), problem.link_slot[links].tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    some = columns >= 0
    draft.constrain(
        asked.size,
        [
            (np.arange(asked.size), covered[asked], float(times_covered)),
            (position[problem.link_class[links[some]]], columns[some], -1.0),
        ],
        high=anyway[asked],
    )
    return covered
