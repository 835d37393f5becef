"""Aims in order: each is reached as far as possible without giving up anything of those before."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import blocks, solver
from mangluoi.siting.draft import Draft, Requirement

__all__ = ["Level", "Outcome", "descend"]


@dataclass(frozen=True, eq=False)
class Level:
    """One aim.

    Parameters
    ----------
    cost
        What is minimised, over the draft's columns.
    whole
        Whether every answer's cost is whole, so that a bound less than one below it proves it.
    largest
        With `whole`: no answer's cost is further from zero than this.
    relative_gap, node_limit
        See `solver.minimise`; for aims that only break ties.
    count
        A cost whose values are whole in every answer, such as the number of actions: what it is at least is found
        first and rounded up, which lifts the bound.
    """

    cost: NDArray[np.float64]
    whole: bool = False
    largest: float = np.inf
    relative_gap: float = 0.0
    node_limit: int | None = None
    count: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came out of the aims.

    Parameters
    ----------
    values
        The columns, or None where no answer was found.
    answers
        The solver's answer to each aim that was tried.
    limits
        Limits of some variables that every answer as good in all aims keeps to; None where none were found.
    """

    values: NDArray[np.float64] | None
    answers: tuple[solver.Answer, ...]
    limits: solver.Limits | None = None

    @property
    def proven(self) -> int:
        """How many aims, counted from the first, are proven."""
        for number, answer in enumerate(self.answers):
            if answer.status != "optimal":
                return number
        return len(self.answers)


def descend(
    draft: Draft,
    levels: Sequence[Level],
    *,
    time_limit_s: float | None = None,
    without: Collection[Requirement] = (),
    start: NDArray[np.float64] | None = None,
    limits: solver.Limits | None = None,
    better: Callable[[NDArray[np.float64]], bool] | None = None,
) -> Outcome:
    """Minimise one cost after the other, each bounded by what was reached.

    After a time limit or Ctrl-C the remaining aims are left out: the answer is good, but not proven, in the first that
    is not.

    Parameters
    ----------
    draft
        The model; it gains one row per aim but the last.
    levels
        The aims, the most important first.
    time_limit_s
        For all of them together; None waits.
    without
        Requirements to leave out.
    start
        An answer to begin from.
    limits
        Limits of some variables that all aims keep to.
    better
        Whether an answer of a later aim may replace the one before. None accepts all.
    """
    began = time.perf_counter()
    values, answers = start, []
    for number, level in enumerate(levels):
        left = None if time_limit_s is None else max(time_limit_s - (time.perf_counter() - began), 0.1)
        answer = _solved(draft, draft.model(level.cost, without=without), level, limits, values, left)
        answers.append(answer)
        if answer.values is None:
            return Outcome(None if number == 0 else values, tuple(answers))
        if number == 0 or better is None or better(answer.values):
            values = answer.values
            limits = limits if answer.limits is None else answer.limits
        if answer.status in ("interrupted", "infeasible") or number == len(levels) - 1:
            break
        if values is None:
            break
        reached = float(level.cost @ values[: level.cost.size])
        # Far below what the solver forgives: a slack of about that size has led it to false proofs.
        slack = min(1e-12 * max(1.0, abs(reached)), 1e-7)
        draft.total(
            np.concatenate([level.cost, np.zeros(draft.size - level.cost.size)]),
            high=round(reached) if level.whole else reached + slack,
        )
    return Outcome(values, tuple(answers), limits)


def _solved(
    draft: Draft,
    model: solver.Model,
    level: Level,
    limits: solver.Limits | None,
    start: NDArray[np.float64] | None,
    time_limit_s: float | None,
) -> solver.Answer:
    """Reach one aim, from an answer to the aims before it and within the limits that they set."""
    if limits is not None:
        lower, upper = model.least.copy(), model.upper.copy()
        lower[limits[0]], upper[limits[0]] = limits[1], limits[2]
        model = dataclasses.replace(model, lower=lower, upper=upper)
    return blocks.minimise(
        model,
        shared=draft.shared if draft.flows else draft.shared[:0],
        whole=level.whole,
        largest=level.largest,
        time_limit_s=time_limit_s,
        relative_gap=level.relative_gap,
        node_limit=level.node_limit,
        count=None if level.count is None else _padded(level.count, draft.size),
        start=None if start is None else _padded(start, draft.size),
    )


def _padded(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.concatenate([values, np.zeros(size - values.size)])
