"""A plan under stress: seeded draws of all that it says may be off, and which of its choices hold up."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.scenario import draws as drawing
from mangluoi.scenario import redraw, regret, robust
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.redraw import Setup
from mangluoi.scenario.regret import First, Posed
from mangluoi.scenario.result import Result
from mangluoi.scenario.robust import Robust
from mangluoi.scenario.run import Asked, answered
from mangluoi.scenario.siterules import AnswerRules

__all__ = ["Progress", "Stress", "stress"]

#: Called with the name of a part of the work ("run", "draws", "compare"), how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

#: So many draws go to a process at once: what they are made of travels with them.
_TOGETHER = 5
_Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Stress:
    """What a plan's stress showed. Nothing in it is masked: show it through `disclose_stress` only.

    Parameters
    ----------
    result
        The plan's answer where all is as assumed.
    asked
        How many draws were asked for; fewer were made where the work was interrupted.
    seed
        What they were drawn from.
    robust
        The choices, the draws and what each choice reaches in each draw: people in the services that the plan's
        actions add to.
    tornado
        factor, low, high (people served by the plan's own choice where that factor alone is at its end), at_assumed,
        swing; widest first. The ends of "location" are the least and the most of some drawn sets of places.
    sizes
        plan, action_id, added and cost_vnd: each choice where all is as assumed.
    actions
        action_id, kind, site_id, service, name, unit_name of every action on offer.
    """

    result: Result
    asked: int
    seed: int
    robust: Robust
    tornado: pd.DataFrame
    sizes: pd.DataFrame
    actions: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Stress: {self.plan.name}, {self.asked} draws asked for, seed {self.seed}>"

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.result.plan

    @property
    def whole(self) -> bool:
        """Whether all the draws that were asked for were made."""
        return len(self.robust.draws) == self.asked


def stress(
    plan: Plan,
    *,
    draws: int = 100,
    seed: int = 1,
    most_plans: int = 6,
    time_limit_s: float = 10.0,
    executor: Executor | None = None,
    remembered: MutableMapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Stress:
    """Draw what a plan says may be off, and see which of its choices hold up.

    The draws are made of the plan's ``[[stress]]`` ranges: need between the bounds that the figures state (growth
    included) or else those of the plan; speeds, with every road timed anew; costs; stays, which change how many people
    a place takes in; and where places lie within their error. In each draw the best choice of actions is found, and
    the plan's own choice and others that came up are compared in all of them.

    Parameters
    ----------
    plan
        The question.
    draws, seed
        How many draws, and what they are drawn from.
    most_plans
        How many choices are compared at most.
    time_limit_s
        Limit of each solution; what was not proven by then makes `Robust.proven` false.
    executor
        Where to work: any executor of `concurrent.futures`. None works here.
    remembered
        What an earlier call with the same arguments found; it gains what this one finds, so that one that was
        interrupted goes on where it stopped.
    progress
        See `Progress`.

    Returns
    -------
    Stress
        After Ctrl-C, of the draws that were finished by then; a second one raises.

    Raises
    ------
    InputError
        If the plan has nothing to choose, does not say how far need may be off, or no draw is asked for.
    KeyboardInterrupt
        If no draw was finished by then.

    References
    ----------
    L.J. Savage, The theory of statistical decision, JASA 46 (1951). P. Kouvelis, G. Yu, Robust Discrete Optimization
    and Its Applications (1997).
    """
    if draws < 1:
        raise InputError([Complaint("below_range", column="draws", value=draws, details={"low": 1})])
    if plan.siting.aim != "served" or plan.weights:
        raise InputError([Complaint("contradiction", column="siting.aim", details={"reason": "stress_of_people"})])
    # The plan's own choice is all that is asked here; what else an answer may hold is worked out for nothing.
    lean = plan.replace(answers=AnswerRules(frontier=0))
    tell: Progress = progress or (lambda *_: None)
    tell("run", 0, 1)
    result, asked = answered(lean)
    if asked is None or result.solution is None:
        raise InputError([Complaint("contradiction", column="actions", details={"reason": "nothing_to_stress"})])
    if result.solution.status == "infeasible":
        raise InputError([Complaint("contradiction", column="actions", details={"reason": "plan_clashes"})])
    tell("run", 1, 1)
    made = redraw.setup(plan, asked, seed=seed)
    groups = drawing.bounded_groups(made.question.need)
    table = drawing.draw_table(groups, made.ranges, count=draws, seed=seed)
    ends = drawing.one_at_a_time(groups, made.ranges)
    work = _Work(made, time_limit_s, executor, {} if remembered is None else remembered, tell)
    nominal = frozenset(str(name) for name in result.solution.chosen["action_id"])
    rows: list[_Row] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    alone: list[_Row] = [{str(name): value for name, value in row.items()} for row in ends.to_dict("records")]
    first = work.first([*rows, *alone], nominal)
    done = [number for number in range(len(rows)) if number in first]
    if not done:
        raise KeyboardInterrupt
    found = [first[number] for number in done]
    posed = Posed(made.question)
    plans = regret.compared(posed, nominal, found, most=most_plans, time_limit_s=time_limit_s)
    values = work.others([rows[number] for number in done], plans[1:])
    sized = [posed.sized(one, time_limit_s=time_limit_s) for one in plans]
    summed = robust.summed_up(
        table.iloc[done].reset_index(drop=True), plans, found, values, sized,
        actions=sorted(made.question.actions["action_id"].astype(str)), proven=result.solution.status == "optimal",
    )  # fmt: skip
    measured = [number for number in range(len(alone)) if len(rows) + number in first]
    complete = _complete(ends.iloc[measured])
    told = [first[len(rows) + number].nominal for number in complete.index]
    return Stress(
        result=dataclasses.replace(result, plan=plan),
        asked=draws,
        seed=seed,
        robust=summed,
        tornado=robust.swings(complete, told, sized[0].reached),
        sizes=pd.concat([one.chosen.assign(plan=f"P{number}") for number, one in enumerate(sized)], ignore_index=True)[
            ["plan", "action_id", "added", "cost_vnd"]
        ],
        actions=_named(asked, result),
    )


def _complete(ends: pd.DataFrame) -> pd.DataFrame:
    """Return the factors both of whose ends were reached before the work was interrupted."""
    whole = ends.groupby("factor")["end"].transform("size")
    return ends[(whole == 2) | ((ends["factor"] == "location") & (whole == drawing.LOCATION_ENDS))]


def _named(asked: Asked, result: Result) -> pd.DataFrame:
    """Return every action on offer with the name of its place."""
    spots = asked.spots.assign(name=asked.spots["unit_name"])
    columns = ["site_id", "name", "unit_name"]
    places = pd.concat([result.sites[columns], spots[columns]], ignore_index=True)
    own = asked.actions[["action_id", "kind", "site_id", "service"]]
    named = own.merge(places, on="site_id", how="left", validate="many_to_one")
    return named.sort_values("action_id", ignore_index=True)


def _first_of(made: Setup, rows: Sequence[_Row], nominal: frozenset[str], limit: float) -> list[First]:
    return [regret.first(made.question_in(row), nominal, time_limit_s=limit) for row in rows]


def _others_of(
    made: Setup, rows: Sequence[_Row], plans: Sequence[frozenset[str]], limit: float
) -> list[list[tuple[float, bool]]]:
    return [regret.others(made.question_in(row), plans, time_limit_s=limit) for row in rows]


@dataclass
class _Work:
    """The draws as work: here or in other processes, remembered as they are done."""

    made: Setup
    limit: float
    executor: Executor | None
    remembered: MutableMapping[str, Any]
    tell: Progress

    def first(self, rows: Sequence[_Row], nominal: frozenset[str]) -> dict[int, First]:
        """Return what each row showed, by its place; fewer of them where the work was interrupted."""
        places = {name: at for at, name in enumerate(sorted(self.made.question.actions["action_id"].astype(str)))}
        names = list(places)
        found: dict[int, First] = {}

        def keep(number: int, key: str, one: First) -> None:
            found[number] = one
            # By place, not by id: what is remembered names nothing.
            choice = sorted(places[name] for name in one.choice)
            self.remembered[key] = [one.nominal, one.best, choice, one.proven]

        keys = [_key("first", row, [places[name] for name in nominal]) for row in rows]
        for number, key in enumerate(keys):
            if key in self.remembered:
                reached, best, choice, proven = self.remembered[key]
                found[number] = First(reached, best, frozenset(names[at] for at in choice), proven)
        left = [number for number in range(len(rows)) if number not in found]
        self.tell("draws", len(found), len(rows))
        try:
            for number, one in self._through(_first_of, rows, left, nominal):
                keep(number, keys[number], one)
                self.tell("draws", len(found), len(rows))
        except KeyboardInterrupt:
            pass
        return found

    def others(self, rows: Sequence[_Row], plans: Sequence[frozenset[str]]) -> list[list[tuple[float, bool]]]:
        """Return what each choice reaches in each row, and whether that is proven."""
        if not plans:
            return [[] for _ in rows]
        places = {name: at for at, name in enumerate(sorted(self.made.question.actions["action_id"].astype(str)))}
        about = [sorted(places[name] for name in plan) for plan in plans]
        keys = [[_key("other", row, one) for one in about] for row in rows]
        found: dict[int, list[tuple[float, bool]]] = {}
        for number, own in enumerate(keys):
            if all(key in self.remembered for key in own):
                found[number] = [(self.remembered[key][0], self.remembered[key][1]) for key in own]
        left = [number for number in range(len(rows)) if number not in found]
        self.tell("compare", len(found), len(rows))
        for number, reached in self._through(_others_of, rows, left, plans):
            found[number] = reached
            for key, one in zip(keys[number], reached, strict=True):
                self.remembered[key] = list(one)
            self.tell("compare", len(found), len(rows))
        return [found[number] for number in range(len(rows))]

    def _through(
        self, do: Callable[..., list[Any]], rows: Sequence[_Row], left: Sequence[int], about: Any
    ) -> Iterator[tuple[int, Any]]:
        """Do the rows that are left, and give each answer as it comes."""
        if self.executor is None:
            for number in left:
                yield number, do(self.made, [rows[number]], about, self.limit)[0]
            return
        waiting: dict[Future[list[Any]], Sequence[int]] = {}
        try:
            for at in range(0, len(left), _TOGETHER):
                part = left[at : at + _TOGETHER]
                waiting[self.executor.submit(do, self.made, [rows[n] for n in part], about, self.limit)] = part
            for future in as_completed(waiting):
                yield from zip(waiting[future], future.result(), strict=True)
        finally:
            for future in waiting:
                future.cancel()


def _key(kind: str, row: _Row, about: Sequence[int]) -> str:
    """Name one piece of work by all that it follows from, within one plan and seed."""
    values = sorted((name, repr(value)) for name, value in row.items() if name not in ("factor", "end", "draw"))
    text = repr((kind, values, sorted(about)))
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:20]}"
