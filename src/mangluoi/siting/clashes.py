"""Why a question has no answer: a smallest set of requirements that clash, and what each would have to give.

A set of requirements clashes if nothing fulfils it, and is smallest if no smaller set clashes. It is found by turns:
the smallest set that meets every set of requirements already known to be worth giving up either clashes, and is then
smallest, or can be fulfilled, and what it leaves out is one more set worth giving up.

Ignatiev, A., Previti, A., Liffiton, M. and Marques-Silva, J. (2015), "Smallest MUS extraction with minimal hitting set
dualization", *CP 2015*.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mangluoi.siting import solver
from mangluoi.siting.draft import Requirement
from mangluoi.siting.writing import Written

__all__ = ["Clash", "Demand", "find"]


@dataclass(frozen=True)
class Demand:
    """One of the requirements that clash.

    Parameters
    ----------
    kind
        {"budget", "target", "floor", "required", "forbidden", "land", "new_sites", "loss", "count"}
    about
        What it is about: an authority, an action, a place, or what a floor or a count speaks of.
    limit
        What is demanded: VND, people, sites, square metres; missing where the demand is no single number.
    needed
        What it would have to be for the question to have an answer, the rest unchanged; missing where it is no single
        number, or where giving in here alone does not help.
    """

    kind: str
    about: str
    limit: float | None
    needed: float | None


@dataclass(frozen=True)
class Clash:
    """A smallest set of requirements that cannot hold together.

    Parameters
    ----------
    demands
        The requirements.
    max_minutes
        The threshold, or the thresholds by service, under which they clash.
    need
        All need that the question counts, by its weight; a share of it is a target.
    """

    demands: tuple[Demand, ...]
    max_minutes: float | Mapping[str, float]
    need: float

    def __str__(self) -> str:
        return " + ".join(f"{one.kind} {one.about}".strip() for one in self.demands)


def find(made: Written) -> Clash:
    """Return a smallest clashing set of the requirements of a model that has no answer."""
    everything = made.draft.requirements
    core = _smallest(made, everything)
    problem = made.problem
    need = float(problem.people @ problem.weight) + problem.unreached
    demands = tuple(_demand(made, one) for one in core)
    return Clash(demands, made.question.max_minutes, need)


def _possible(made: Written, kept: Collection[Requirement], everything: Collection[Requirement]) -> bool:
    model = made.draft.model(made.draft.zeros(), without=set(everything) - set(kept))
    return solver.minimise(model).status != "infeasible"


def _smallest(made: Written, everything: list[Requirement]) -> list[Requirement]:
    worth_giving_up: list[set[Requirement]] = []
    while True:
        core = _meeting(worth_giving_up, everything)
        if not _possible(made, core, everything):
            return core
        kept = list(core)
        for one in everything:
            if one not in kept and _possible(made, [*kept, one], everything):
                kept.append(one)
        worth_giving_up.append(set(everything) - set(kept))


def _meeting(sets: list[set[Requirement]], everything: list[Requirement]) -> list[Requirement]:
    """Return the smallest set that has an element of each of the sets, the first in order among several."""
    several = [one for one in everything if any(one in own for own in sets)]
    for size in range(len(several) + 1):
        for chosen in itertools.combinations(several, size):
            if all(own & set(chosen) for own in sets):
                return list(chosen)
    return several


def _demand(made: Written, one: Requirement) -> Demand:
    """Say what is demanded, and how much less would do if all else stays."""
    kind, about = one
    sides = made.draft.sides(one)
    unit = made.unit if kind == "budget" else 1.0
    if len(sides) != 1 or kind in ("required", "forbidden", "loss", "floor"):
        return Demand(kind, about, None, None)
    side = limit = sides[0] * unit
    if kind == "budget":
        # The row stands in whole units of money; what was given to spend may lie between two.
        limit = made.problem.budgets_vnd[about] if about else made.problem.budget_vnd
    model, slack = made.draft.relaxed(one)
    answer = solver.minimise(model)
    if answer.values is None:
        return Demand(kind, about, limit, None)
    given = float(answer.values[slack]) * unit
    return Demand(kind, about, limit, side + given if made.draft.above(one) else side - given)
