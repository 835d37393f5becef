"""A question written as a model: the blocks that it needs, and every requirement as rows that can be named."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import conformance, losses, network, opening
from mangluoi.siting.draft import Draft, Entry
from mangluoi.siting.network import Doing, Serving
from mangluoi.siting.opening import Opening
from mangluoi.siting.problem import Problem
from mangluoi.siting.question import Question

__all__ = ["Written", "write"]


@dataclass(frozen=True, eq=False)
class Written:
    """A model with names for its columns.

    Parameters
    ----------
    question, problem, draft, doing
        What was written.
    serving
        People on links; None where capacity does not matter.
    opened
        Which slots are open; None where nothing asks.
    covered
        How much of each class is covered; None where capacity matters.
    """

    question: Question
    problem: Problem
    draft: Draft
    doing: Doing
    serving: Serving | None
    opened: Opening | None
    covered: NDArray[np.int64] | None

    def people(self) -> NDArray[np.float64]:
        """Return people served, or covered, by their weight, as a cost over the columns."""
        cost = self.draft.zeros()
        if self.serving is not None:
            cost[self.serving.people] = self.problem.weight[self.problem.link_class]
        if self.covered is not None:
            np.add.at(cost, self.covered, self.problem.people * self.problem.weight)
        return cost

    def reach(self, share: float) -> None:
        """Demand that a share of all need, by its weight, is served or covered; of whole people, whole people."""
        problem = self.problem
        wanted = share * (float(problem.people @ problem.weight) + problem.unreached)
        low = math.ceil(wanted - 1e-9) if self.whole else wanted
        self.draft.total(self.people(), low=low, wanted=("target", ""))

    def minutes(self) -> NDArray[np.float64]:
        """Return the minutes of all people served, as a cost over the columns."""
        cost = self.draft.zeros()
        if self.serving is not None:
            cost[self.serving.people] = self.problem.link_minutes
        return cost

    def money(self, *, saving: bool = False) -> NDArray[np.float64]:
        """Return the money that the actions cost, in units of `network.cost_unit`, as a cost over the columns."""
        return network.money(self.draft, self.problem, self.doing, saving=saving) / self.unit

    def count(self) -> NDArray[np.float64]:
        """Return the number of actions that are done, as a cost over the columns."""
        cost = self.draft.zeros()
        cost[self.doing.done] = 1.0
        return cost

    def effort(self) -> NDArray[np.float64]:
        """Return what each action counts: one, and a trifle more where something new is built, so expanding wins."""
        builds = (self.problem.actions["kind"] == "build").to_numpy()
        cost = self.draft.zeros()
        cost[self.doing.done] = np.where(builds, 1.0 + 1.0 / (1.0 + 2.0 * len(builds)), 1.0)
        return cost

    @property
    def unit(self) -> float:
        """The unit of money in the model, in VND."""
        return network.cost_unit(self.problem)

    def total_unit(self, vnd_per_minute: float) -> float:
        """Return a unit of money, in VND, in which neither a minute of a person nor an action is of no account.

        A solver takes costs that differ by less than its tolerance for the same, once for every person.
        """
        dearest = float(np.abs(self.money(saving=True)).max(initial=0.0)) * self.unit
        return max(min(self.unit, 100.0 * vnd_per_minute), dearest / 1e8) if vnd_per_minute else self.unit

    @property
    def whole(self) -> bool:
        """Whether people, places and weights are whole."""
        return self.problem.whole and bool((self.problem.weight == np.rint(self.problem.weight)).all())


def write(
    question: Question,
    problem: Problem,
    *,
    serving: bool = False,
    covering: bool = False,
    times_covered: int = 1,
    within: float | None = None,
    share: float | None = None,
    draft: Draft | None = None,
) -> Written:
    """Write a question, with whatever capacity or coverage it is about, and all its requirements.

    Parameters
    ----------
    question, problem
        The question, and its arrays.
    serving, covering
        Whether people are served at places, or covered whatever the places.
    times_covered, within
        See `opening.cover`.
    share
        Share of all need, by its weight, that is to be served or covered.
    draft
        What to add to; None begins anew.

    Raises
    ------
    InputError
        If a rule about the network cannot be measured.
    """
    draft = Draft() if draft is None else draft
    doing = network.do(draft, problem, useless=bool(question.rules or question.required))
    network.limit_budgets(draft, problem, doing)
    network.limit_choice(
        draft,
        problem,
        doing,
        required=question.required,
        forbidden=question.forbidden,
        land_m2=question.land_m2,
        max_new_sites=question.max_new_sites,
    )
    opened = None
    if covering or question.rules or question.max_loss_minutes is not None:
        opened = opening.open_slots(draft, problem, doing)
    if opened is not None and question.max_loss_minutes is not None:
        losses.cap_losses(
            draft,
            problem,
            opened,
            question.need,
            question.times,
            admissible=question.admissible,
            max_loss_minutes=question.max_loss_minutes,
        )
    if opened is not None and question.rules and question.network is not None:
        conformance.conform(draft, problem, doing, opened, question.network, question.rules)
    served, covered = None, None
    if serving:
        # Floors of one kind keep the flow a network, whose corners are whole; several kinds, or a total in which
        # people count differently, may not.
        mixed = len(problem.floors) > 1 or (problem.weighted and share is not None)
        served = network.serve(draft, problem, doing, whole=mixed and problem.whole)
    if covering and opened is not None:
        covered = opening.cover(draft, problem, opened, times_covered=times_covered, within=within)
    written = Written(question, problem, draft, doing, served, opened, covered)
    _floors(written)
    if share is not None:
        written.reach(share)
    return written


def _floors(written: Written) -> None:
    """Write that every part has at least its people served (or covered)."""
    problem, draft = written.problem, written.draft
    for rows in problem.floors:
        if written.serving is not None:
            entries: list[Entry] = [(rows.part[problem.link_class], written.serving.people, 1.0)]
        elif written.covered is not None:
            entries = [(rows.part, written.covered, problem.people)]
        else:
            continue
        draft.constrain(len(rows.parts), entries, low=rows.needed, wanted=("floor", rows.name), shared=True)
