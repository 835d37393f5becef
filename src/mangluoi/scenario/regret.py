"""What a choice of actions reaches in one draw, what the best choice reaches there, and how far the two are apart."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import access, siting
from mangluoi.errors import InputError
from mangluoi.siting import aims, levels, problem, solver
from mangluoi.siting.aim import SERVED
from mangluoi.siting.levels import Level
from mangluoi.siting.writing import Written

__all__ = ["First", "Posed", "Sized", "compared", "first", "others", "regrets"]

#: How long the search looks for the choice that keeps closest to the nominal one: a tie-break, not a promise.
_NODES = 20


@dataclass(frozen=True)
class First:
    """What a draw showed at first: what the nominal choice reaches, what the best does, and which it is."""

    nominal: float
    best: float
    choice: frozenset[str]
    proven: bool


@dataclass(frozen=True, eq=False)
class Sized:
    """A choice of actions, with its sizes (action_id, added, cost_vnd), what it reaches, and whether that is proven."""

    reached: float
    chosen: pd.DataFrame
    proven: bool


def first(question: siting.Question, nominal: frozenset[str], *, time_limit_s: float | None) -> First:
    """Find what the nominal choice and the best one reach in a draw."""
    return Posed(question).first(nominal, time_limit_s=time_limit_s)


def others(
    question: siting.Question, plans: Sequence[frozenset[str]], *, time_limit_s: float | None
) -> list[tuple[float, bool]]:
    """Find what each of some choices reaches in a draw, and whether that is proven."""
    posed = Posed(question)
    answers = [posed.sized(plan, time_limit_s=time_limit_s, cheapest=False) for plan in plans]
    return [(one.reached, one.proven) for one in answers]


class Posed:
    """A question written as a model once, to be answered for many choices of actions.

    A choice is a set of actions that are all done; how large each is, is fitted to the question (where to act is
    decided now, how large when more is known). Where they cannot all be done, as where money falls short, those of
    them are done that serve the most.

    Parameters
    ----------
    question
        What is asked.
    """

    def __init__(self, question: siting.Question) -> None:
        self.question = question
        self.made: Written | None = None
        try:
            self.made = aims.written(question, SERVED)
        except InputError as error:
            if {complaint.problem for complaint in error.complaints} != {"nobody_in_reach"}:
                raise
            # No action could serve anybody more: what is served is what is served today.
            self._today = _today(question)
            return
        self.ids = self.made.problem.actions["action_id"].to_numpy(dtype=str)
        self.model = self.made.draft.model(-self.made.people())
        everyone = float(self.made.problem.people @ self.made.problem.weight)
        # Of whole people, a bound less than one below is a proof.
        self.gap = 0.5 / max(everyone, 1.0) if self.made.whole else 0.0

    def first(self, nominal: frozenset[str], *, time_limit_s: float | None) -> First:
        """Find what the nominal choice and the best one reach.

        Where several choices reach as much, the one that adds the fewest actions to the nominal one is told.
        """
        if self.made is None:
            return First(self._today, self._today, nominal, True)
        start = self._restricted(nominal, time_limit_s)
        reached = _reached(start)
        if start.status == "optimal" and reached >= self._at_most() - 1e-6:
            return First(reached, reached, self._done(start.values), True)
        relaxed = dataclasses.replace(self.model, whole=np.zeros_like(self.model.whole))
        most = -solver.minimise(relaxed, time_limit_s=time_limit_s).bound
        most = math.floor(most + 1e-6) if self.made.whole and math.isfinite(most) else most
        if start.status == "optimal" and reached >= most - 1e-6 * max(1.0, abs(most)):
            return First(reached, reached, self._done(start.values), True)
        answer = solver.minimise(self.model, time_limit_s=time_limit_s, relative_gap=self.gap, start=start.values)
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        best, proven = _reached(answer), answer.status in ("optimal", "infeasible")
        if answer.values is None:
            return First(reached, best, frozenset(), proven and start.status in ("optimal", "infeasible"))
        if reached >= best - (0.5 if self.made.whole else 1e-7 * max(1.0, abs(best))):
            best = max(best, reached)
            return First(reached, best, self._done(start.values), proven and start.status == "optimal")
        return First(reached, best, self._nearest(answer.values, nominal), proven)

    def sized(self, plan: Collection[str], *, time_limit_s: float | None, cheapest: bool = True) -> Sized:
        """Find what a choice reaches with its actions alone; and by which sizes, the cheapest if that is asked for."""
        none = pd.DataFrame({"action_id": [], "added": [], "cost_vnd": []})
        if self.made is None:
            return Sized(self._today, none, True)
        answer = self._restricted(frozenset(plan), time_limit_s)
        reached, proven = _reached(answer), answer.status in ("optimal", "infeasible")
        if answer.values is None:
            return Sized(reached, none, proven)
        values = answer.values
        if cheapest:
            values = self._cheapest(frozenset(plan), reached, values, time_limit_s)
        done = values[self.made.doing.done] > 0.5
        added = np.where(done, np.rint(values[self.made.doing.added]), 0.0)
        cost = self.made.problem.fixed_vnd * done + self.made.problem.per_place_vnd * added
        table = pd.DataFrame({"action_id": self.ids, "added": added, "cost_vnd": cost})
        return Sized(reached, table[done].reset_index(drop=True), proven)

    def _at_most(self) -> float:
        """Return what no choice can surpass, by people, places and money alone: no model is needed to see it."""
        assert self.made is not None
        here = self.made.problem
        if here.weighted:
            return math.inf
        near = np.bincount(here.link_slot, weights=here.people[here.link_class], minlength=here.places.size)
        adding = here.offer.target >= 0
        more = float(here.max_added[adding].sum())
        cheapest = float(here.per_place_vnd[adding].min(initial=math.inf))
        if math.isfinite(here.budget_vnd) and cheapest > 0:
            more = min(more, here.budget_vnd / cheapest)
        most = min(float(here.people.sum()), float(np.minimum(here.places, near).sum()) + more)
        return math.floor(most + 1e-6) if self.made.whole else most

    def can_do(self, plan: frozenset[str], *, time_limit_s: float | None) -> bool:
        """Say whether all actions of a choice can be done together."""
        return self.made is None or self._solved(self.model, plan, 1.0, time_limit_s, all_done=True).values is not None

    def _narrowed(self, model: solver.Model, plan: frozenset[str], *, all_done: bool) -> solver.Model:
        """Return the model in which no action but those of a plan may be done, and these must be if that is asked."""
        assert self.made is not None
        doing, offer = self.made.doing, self.made.problem.offer
        own = np.isin(self.ids, sorted(plan))
        upper = model.upper.copy()
        lower = np.zeros(upper.size) if model.lower is None else model.lower.copy()
        upper[doing.done[~own]] = 0.0
        upper[doing.added[~own]] = 0.0
        if all_done:
            # What is of use to nobody here is shut in the model; decided before, it is done and paid for all the same.
            lower[doing.done[own]] = upper[doing.done[own]] = 1.0
            upper[doing.added[own]] = offer.max_added[own]
            if doing.steps is not None:
                upper[doing.steps[own]] = np.ceil(offer.max_added[own] / offer.step[own])
        opened = self.made.problem.stands.copy()
        opened[offer.target[own & (offer.target >= 0)]] = True
        if self.made.serving is not None:
            upper[self.made.serving.people[~opened[self.made.problem.link_slot]]] = 0.0
        return dataclasses.replace(model, lower=lower, upper=upper)

    def _solved(
        self, model: solver.Model, plan: frozenset[str], gap: float, limit: float | None, *, all_done: bool
    ) -> solver.Answer:
        narrow = self._narrowed(model, plan, all_done=all_done)
        lower = np.zeros(narrow.upper.size) if narrow.lower is None else narrow.lower
        kept = np.flatnonzero((narrow.upper > 0) | (lower > 0))
        smaller = dataclasses.replace(
            narrow, cost=narrow.cost[kept], matrix=narrow.matrix[:, kept], upper=narrow.upper[kept],
            whole=narrow.whole[kept], lower=lower[kept],
        )  # fmt: skip
        answer = solver.minimise(smaller, time_limit_s=limit, relative_gap=gap)
        if answer.status == "interrupted":
            # The solver takes Ctrl-C for itself; here it stops all the draws.
            raise KeyboardInterrupt
        if answer.values is None:
            return answer
        values = np.zeros(model.cost.size)
        values[kept] = answer.values
        return dataclasses.replace(answer, values=values)

    def _restricted(self, plan: frozenset[str], limit: float | None) -> solver.Answer:
        answer = self._solved(self.model, plan, self.gap, limit, all_done=True)
        return answer if answer.values is not None else self._solved(self.model, plan, self.gap, limit, all_done=False)

    def _cheapest(
        self, plan: frozenset[str], reached: float, values: NDArray[np.float64], limit: float | None
    ) -> NDArray[np.float64]:
        """Return the cheapest sizes that reach as much, where they are found in time; else those at hand."""
        assert self.made is not None
        slack = 1e-9 * max(1.0, abs(reached))
        draft = aims.written(self.question, SERVED, self.made.problem).draft
        draft.total(-self.made.people(), high=-round(reached) if self.made.whole else -reached + slack)
        whole = plan <= self._done(values)
        answer = self._solved(draft.model(self.made.money()), plan, 0.0, limit, all_done=whole)
        return values if answer.values is None else answer.values

    def _done(self, values: NDArray[np.float64] | None) -> frozenset[str]:
        assert self.made is not None
        if values is None:
            return frozenset()
        return frozenset(str(name) for name in self.ids[values[self.made.doing.done] > 0.5])

    def _nearest(self, values: NDArray[np.float64], nominal: frozenset[str]) -> frozenset[str]:
        """Return, of the choices that reach as much, one with few actions that the nominal choice does not have."""
        assert self.made is not None
        trifle = 1.0 / (1.0 + len(self.ids))
        cost = self.made.draft.zeros()
        cost[self.made.doing.done] = np.where(np.isin(self.ids, sorted(nominal)), trifle, 1.0)
        draft = aims.written(self.question, SERVED, self.made.problem).draft
        held = float(self.made.people() @ values)
        slack = 1e-9 * max(1.0, abs(held))
        draft.total(-self.made.people(), high=-round(held) if self.made.whole else -held + slack)
        outcome = levels.descend(draft, [Level(cost, node_limit=_NODES)], start=values)
        return self._done(values if outcome.values is None else outcome.values)


def compared(
    posed: Posed, nominal: frozenset[str], found: Sequence[First], *, most: int, time_limit_s: float | None
) -> list[frozenset[str]]:
    """Return the choices that are worth comparing.

    Parameters
    ----------
    posed
        The question where all is as assumed.
    nominal
        The choice there; it comes first.
    found
        What the draws showed.
    most
        How many choices at most: the nominal one, the best of the draw in which it regrets most, the two together
        where they can all be done, and those that were found most often; of equally frequent ones the smaller, then
        by id.
    time_limit_s
        Limit of each solution.
    """
    counted = Counter(one.choice for one in found if one.choice != nominal)
    order = sorted(counted, key=lambda plan: (-counted[plan], len(plan), sorted(plan)))
    missed = [(one.best - one.nominal, -len(one.choice), sorted(one.choice)) for one in found if one.choice in counted]
    worst = [frozenset(max(missed)[2])] if missed else []
    both = [nominal | plan for plan in worst if posed.can_do(nominal | plan, time_limit_s=time_limit_s)]
    return list(dict.fromkeys([nominal, *worst, *both, *order]))[: max(most, 1)]


def regrets(best: NDArray[Any], served: NDArray[Any]) -> NDArray[np.float64]:
    """Return how much less each plan (rows) reaches in each draw (columns) than the best choice of that draw."""
    hopeless = ~np.isfinite(best)
    return np.where(hopeless, 0.0, np.where(hopeless, 0.0, best) - served).astype(np.float64)


def _reached(answer: solver.Answer) -> float:
    """Return how many are served; where what is required cannot be met, less than anything."""
    if answer.values is None:
        return -math.inf
    reached = -answer.objective
    return float(round(reached)) if abs(reached - round(reached)) < 1e-6 else reached


def _today(one: siting.Question) -> float:
    """Return how many are served, by their weight, where nothing is done."""
    counted = one.need[["point_id", "group", "service", "need"]]
    states = access.allocate(
        counted, one.capacity, one.times, max_minutes=one.max_minutes, admissible=one.admissible
    ).states
    return float(states["served"].to_numpy(dtype=float) @ problem.row_weights(counted, one.weights))
