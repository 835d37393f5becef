"""Phases: plans of which each contains the one before, the best in the end and good on the way."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.siting import answers, audit, levels
from mangluoi.siting.aim import SERVED, Aim
from mangluoi.siting.aims import solve
from mangluoi.siting.draft import Draft
from mangluoi.siting.levels import Level
from mangluoi.siting.network import Doing
from mangluoi.siting.problem import Problem
from mangluoi.siting.question import Question
from mangluoi.siting.writing import Written, write

__all__ = ["Phase", "Phased", "phased"]


@dataclass(frozen=True)
class Phase:
    """A stretch of years with money of its own.

    Parameters
    ----------
    name
        Such as "2026–2027".
    budget_vnd
        Money that becomes available in it; what is not spent stays for the next.
    years
        How long it lasts, so how long what stands at its end has been of use before the next.
    """

    name: str
    budget_vnd: float
    years: float = 1.0


@dataclass(frozen=True, eq=False)
class Phased:
    """A plan in phases.

    Parameters
    ----------
    actions
        ``phase``, ``action_id``, ``kind``, ``site_id``, ``service``, ``added`` and ``cost_vnd`` of what is done in each
        phase; an action that grows later has a row in each.
    phases
        One row per phase: ``phase``, ``budget_vnd`` (of all money so far), ``cost_vnd`` (so far), ``people`` served or
        covered at its end, ``alone`` (the most with the same money and no thought of later), ``lost`` (their
        difference: the price of nesting) and ``alone_proven``.
    status
        Of the nested plan, see `Solution`.
    proven
        How many of its three aims are proven: people in the end, people-years on the way, cost.
    seconds
        Time spent.
    """

    actions: pd.DataFrame
    phases: pd.DataFrame
    status: str
    proven: int
    seconds: float


def phased(
    question: Question,
    phases: Sequence[Phase],
    *,
    aim: Aim = SERVED,
    time_limit_s: float | None = None,
) -> Phased:
    """Choose actions phase by phase: the most people in the end, then the most people-years on the way.

    One model holds a copy of the actions and people for every phase. What is done stays done: y and z never fall from
    one phase to the next. The money spent so far stays within the money so far. Floors, rules and required actions
    bind at the end, all else in every phase. An action with ``phase`` waits for it.

    Parameters
    ----------
    question
        What is asked; its budget is replaced by those of the phases.
    phases
        In order, one at least.
    aim
        Aim("served") or Aim("covered").
    time_limit_s
        For the nested plan, and for each phase alone. None waits for the proof.

    Raises
    ------
    InputError
        If the question cannot be asked.
    ConservationError
        If the audit does not find what the solver promised: a bug.

    References
    ----------
    Albareda-Sambola, M., Fernández, E., Hinojosa, Y. and Puerto, J. (2009), "The multi-period incremental service
    facility location problem", *Computers & Operations Research* 36.
    """
    start = time.perf_counter()
    _check(phases, aim)
    money = np.cumsum([phase.budget_vnd for phase in phases])
    problem = question.replace(budget_vnd=float(money[-1])).build()
    draft = Draft()
    copies: list[Written] = []
    for number, budget in enumerate(money, start=1):
        last = number == len(phases)
        own = _question(question, problem, number, float(budget), last=last)
        part = dataclasses.replace(problem, budget_vnd=float(budget), floors=problem.floors if last else ())
        copies.append(
            write(own, part, serving=not aim.covers, covering=aim.covers, times_covered=aim.times_covered, draft=draft)
        )
    for before, after in itertools.pairwise(copies):
        _nest(draft, before.doing, after.doing)
    outcome = levels.descend(draft, _levels(copies, phases), time_limit_s=time_limit_s)
    if outcome.values is None:
        status = outcome.answers[0].status
        return Phased(_actions([]), _table([]), status, 0, time.perf_counter() - start)

    rows, tables = [], []
    for number, (phase, made) in enumerate(zip(phases, copies, strict=True), start=1):
        done = outcome.values[made.doing.done] > 0.5
        added = np.where(done, np.rint(outcome.values[made.doing.added]), 0.0)
        chosen = answers.chosen_table(problem, done, added)
        promised = float(made.people() @ outcome.values[: made.draft.size])
        people = _measured(made, aim, chosen, promised)
        audit.confirm_budget(float(chosen["cost_vnd"].sum()), float(money[number - 1]))
        own = _question(question, problem, number, float(money[number - 1]), last=number == len(phases))
        alone = solve(own, aim, time_limit_s=time_limit_s, explain=False, tie_breaks=False)
        best = max(alone.objective, people)
        rows.append(
            (phase.name, money[number - 1], chosen["cost_vnd"].sum(), people, best, best - people,
             alone.status == "optimal")
        )  # fmt: skip
        tables.append((phase.name, chosen))
    proven = outcome.proven
    status = "optimal" if proven >= min(2, len(outcome.answers)) else outcome.answers[min(proven, 1)].status
    return Phased(_actions(tables), _table(rows), status, proven, time.perf_counter() - start)


def _check(phases: Sequence[Phase], aim: Aim) -> None:
    found = []
    if not phases:
        found.append(Complaint("missing_key", column="phases"))
    for number, phase in enumerate(phases, start=1):
        for name in ("budget_vnd", "years"):
            value = getattr(phase, name)
            if not (value >= 0 and math.isfinite(value)):
                found.append(Complaint("negative", column=f"phases[{number}].{name}", value=value))
    if phases and sum(phase.budget_vnd for phase in phases) <= 0:
        found.append(Complaint("no_budget", column="phases", value="0"))
    if aim.what not in ("served", "covered"):
        found.append(Complaint("not_in_list", column="aim", value=aim.what, details={"nearest": "served"}))
    if found:
        raise InputError(found)


def _question(question: Question, problem: Problem, number: int, budget: float, *, last: bool) -> Question:
    """Return what is asked of one phase alone."""
    early = problem.actions["phase"].fillna(1) > number
    later = {str(name) for name in problem.actions.loc[early, "action_id"]}
    forbidden = tuple(sorted({*question.forbidden, *later}))
    own = question.replace(budget_vnd=max(budget, math.ulp(0.0)), forbidden=forbidden)
    return own if last else own.replace(floors=(), rules=(), network=None, required=())


def _nest(draft: Draft, before: Doing, after: Doing) -> None:
    """Let what is done stay done."""
    each = np.arange(before.done.size)
    for first, then in ((before.done, after.done), (before.added, after.added)):
        draft.constrain(each.size, [(each, first, 1.0), (each, then, -1.0)], high=0.0)


def _levels(copies: list[Written], phases: Sequence[Phase]) -> list[Level]:
    last = copies[-1]
    everyone = float(last.problem.people @ last.problem.weight)
    aims = [Level(-last.people(), whole=last.whole, largest=everyone)]
    on_the_way = last.draft.zeros()
    for phase, made in zip(phases[:-1], copies[:-1], strict=True):
        on_the_way -= phase.years * made.people()
    if len(copies) > 1:
        whole = last.whole and bool((on_the_way == np.rint(on_the_way)).all())
        most = everyone * sum(phase.years for phase in phases[:-1])
        aims.append(Level(on_the_way, whole=whole, largest=most))
    return [*aims, Level(last.money())]


def _measured(made: Written, aim: Aim, chosen: pd.DataFrame, promised: float) -> float:
    """Measure the people of one phase by `access`; with weights or floors the promise stands on checked flows."""
    question, problem = made.question, made.problem
    if problem.weighted or problem.floors:
        return promised
    found = float(answers.reached(question, chosen, aim, problem.actions).sum())
    if abs(found - promised) > 1e-6 * max(1.0, promised) and found < promised:
        raise ConservationError(f"the solver reaches {promised:g} people, the audit {found:g}")
    return found


def _actions(tables: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return what each phase adds to the one before."""
    columns = ["action_id", "kind", "site_id", "service", "added", "cost_vnd"]
    parts = []
    known = pd.DataFrame(columns=["added", "cost_vnd"])
    for name, chosen in tables:
        own = chosen.set_index("action_id")
        more = own[["added", "cost_vnd"]].sub(known.reindex(own.index).fillna(0.0).astype(float))
        new = (more != 0).any(axis=1) | ~own.index.isin(known.index)
        part = own.assign(added=more["added"].astype("int64"), cost_vnd=more["cost_vnd"])[new].reset_index()
        parts.append(part[columns].assign(phase=name))
        known = own[["added", "cost_vnd"]]
    if not parts:
        return pd.DataFrame(columns=["phase", *columns])
    return pd.concat(parts, ignore_index=True)[["phase", *columns]]


def _table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["phase", "budget_vnd", "cost_vnd", "people", "alone", "lost", "alone_proven"]
    return pd.DataFrame(rows, columns=columns)
