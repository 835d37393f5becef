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

    Classes that the same slots would cover have one column together. Those that lack one slot only are covered as far
    as any of theirs is open; for whole o that is whole, so it needs no integrality, unless more than one is lacking.

    Parameters
    ----------
    draft, problem, opening
        Where to write, and what.
    times_covered
        By how many open slots a class must be reached to be covered.
    within
        Minutes within which a slot counts; None counts every link.
    """
    near = np.ones(problem.link_slot.size, bool) if within is None else problem.link_minutes <= within
    ungated = problem.link_gate < 0
    anyway = np.bincount(
        problem.link_class[near & ungated],
        weights=opening.always[problem.link_slot[near & ungated]],
        minlength=problem.people.size,
    )
    lacking = np.maximum(times_covered - anyway, 0).astype(np.int64)
    links = np.flatnonzero(near & (lacking[problem.link_class] > 0))
    columns = opening.column[problem.link_slot[links]]
    for at in np.flatnonzero(problem.link_gate[links] >= 0):
        columns[at] = opening.gate[int(problem.link_gate[links[at]]), int(problem.link_slot[links[at]])]
    links, columns = links[columns >= 0], columns[columns >= 0]
    order = np.lexsort((columns, problem.link_class[links]))
    columns = columns[order]
    ends = np.searchsorted(problem.link_class[links][order], np.arange(problem.people.size + 1))
    keys = [(columns[ends[at] : ends[at + 1]].tobytes(), lack) for at, lack in enumerate(lacking.tolist())]
    sets = sorted(set(keys))
    number = {key: at for at, key in enumerate(sets)}
    needed = np.array([lack for _, lack in sets], dtype=float)
    able = np.array([len(key) // columns.itemsize >= lack for key, lack in sets], dtype=float)
    several = needed > 1
    covered = np.zeros(len(sets), dtype=np.int64)
    for kind in (False, True):
        own = np.flatnonzero(several == kind)
        covered[own] = draft.columns(own.size, upper=able[own], lower=(needed[own] == 0).astype(float), whole=kind)
    asked = np.flatnonzero((needed > 0) & (able > 0))
    openers = [np.frombuffer(sets[at][0], dtype=columns.dtype) for at in asked]
    row = np.repeat(np.arange(asked.size), [len(own) for own in openers])
    column = np.concatenate([np.zeros(0, columns.dtype), *openers])
    draft.constrain(asked.size, [(np.arange(asked.size), covered[asked], needed[asked]), (row, column, -1.0)], high=0.0)
    return covered[[number[key] for key in keys]] if keys else covered
