"""Plans that hold up: what is chosen when need, speeds and costs are not as assumed, and which choice regrets least."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import access, siting
from mangluoi.errors import Complaint, InputError

__all__ = ["Ranges", "Robust", "drawn", "robust", "tornado"]

#: What is varied, in the order of the tornado.
FACTORS = ("need", "speed", "cost")


@dataclass(frozen=True)
class Ranges:
    """How far what is assumed may be off.

    Parameters
    ----------
    speed
        Lowest and highest factor on all speeds; every minute is divided by it.
    cost
        Lowest and highest factor on all costs.
    need
        Whether need lies anywhere between the lower and the upper bound of its row; a row without bounds stays.
    """

    speed: tuple[float, float] = (0.8, 1.2)
    cost: tuple[float, float] = (1.0, 1.0)
    need: bool = True

    def __post_init__(self) -> None:
        found = []
        for name in ("speed", "cost"):
            low, high = getattr(self, name)
            if not 0 < low <= high < float("inf"):
                found.append(Complaint("bounds_order", column=name, details=_bounds(low, high), value=1))
        if found:
            raise InputError(found)


def _bounds(low: float, high: float) -> dict[str, float]:
    return {"lower": low, "upper": high}


@dataclass(frozen=True, eq=False)
class Robust:
    """What the draws showed.

    Parameters
    ----------
    draws
        draw, need (a number from 0, all at the lower bounds, to 1, by group: ``need_<group>``), speed and cost.
    plans
        plan, actions (ids, joined by ", "), nominal (whether it is the best where all is as assumed), served (in that
        case), worst_regret, mean_served and times_best (in how many draws nothing compared was better).
    served
        A row for each plan, a column for each draw: the most that can be served with the plan's actions alone.
    best
        For each draw, the most that can be served with any action.
    chosen
        For each action: in how many draws the best choice of that draw does it, and the share of draws.
    least_regret, most_served
        The plan with the least worst regret, and the one with the highest mean; of equal ones the nominal plan, then
        the one that is best more often.
    price
        How many fewer the plan of least regret serves than the nominal one where all is as assumed.
    proven
        Whether every solution behind these figures is proven.
    """

    draws: pd.DataFrame
    plans: pd.DataFrame
    served: pd.DataFrame
    best: pd.Series
    chosen: pd.DataFrame
    least_regret: str
    most_served: str
    price: float
    proven: bool

    @property
    def regret(self) -> pd.DataFrame:
        """How many fewer each plan serves in each draw than the best choice of that draw.

        Infinite where the plan cannot meet what is required and another choice can.
        """
        short = _regret(self.best.to_numpy(dtype=float), self.served.to_numpy(dtype=float))
        return pd.DataFrame(short, index=self.served.index, columns=self.served.columns)

    def _repr_html_(self) -> str:
        """Show the plans in Jupyter."""
        return f"<p>{html.escape(self.least_regret)}</p>" + str(self.plans.to_html(index=False))


def drawn(question: siting.Question, *, need: dict[str, float], speed: float, cost: float) -> siting.Question:
    """Return a question in which need, speeds and costs are other than assumed.

    Parameters
    ----------
    question
        What is asked. Its times should go beyond the thresholds where speeds may be higher.
    need
        By group, where need lies between its lower bound (0) and its upper one (1).
    speed, cost
        Factors on all speeds and costs.
    """
    rows = question.need.copy()
    if need:
        at = rows["group"].map(need).astype(float)
        bounded = rows["lower"].notna() & rows["upper"].notna() & at.notna()
        low, high = rows["lower"].astype(float), rows["upper"].astype(float)
        moved = low + at * (high - low)
        # Need that stands in whole people stays so: the solver's proof leans on it.
        whole = bool((rows["need"] == rows["need"].round()).all())
        rows["need"] = rows["need"].astype(float).where(~bounded, moved.round() if whole else moved)
    times = question.times.assign(minutes=question.times["minutes"] / speed)
    actions = question.actions.copy()
    for name in ("fixed_vnd", "per_place_vnd"):
        actions[name] = actions[name].astype(float) * cost
    return question.replace(need=rows, times=times, actions=actions)


def robust(
    question: siting.Question,
    *,
    count: int = 100,
    seed: int = 0,
    ranges: Ranges | None = None,
    most_plans: int = 6,
    time_limit_s: float | None = 5.0,
    progress: Callable[[int], None] | None = None,
) -> Robust:
    """Draw need, speeds and costs, and see which choice of actions holds up.

    In each draw the best choice is found. The nominal choice and those that were found most often are then compared in
    every draw: each with its own actions alone, whose sizes are fitted to what money and need the draw has (where to
    act is decided now, how large when more is known).

    Parameters
    ----------
    question
        What is asked, with ``lower`` and ``upper`` in its need.
    count, seed
        How many draws, and what they are drawn from.
    ranges
        How far what is assumed may be off; by default `Ranges()`.
    most_plans
        How many choices are compared at most, the nominal one among them.
    time_limit_s
        Limit of each solution; what was not proven by then makes `Robust.proven` false.
    progress
        Called with the number of draws done.

    Returns
    -------
    Robust

    Raises
    ------
    InputError
        If there is nothing to choose, or no draw is asked for.

    References
    ----------
    L.J. Savage, The theory of statistical decision, JASA 46 (1951): minimax regret. P. Kouvelis, G. Yu, Robust Discrete
    Optimization and Its Applications (1997).
    """
    if count < 1 or question.actions.empty:
        name = "count" if count < 1 else "actions"
        problem = Complaint("below_range", column=name, value=0, details={"low": 1})
        raise InputError([problem])
    asked = ranges or Ranges()
    table = _draws(question, asked, count, seed)
    questions = [_of_row(question, row) for row in table.to_dict("records")]
    aim = siting.Aim("served")
    proven = True

    def solve(one: siting.Question, only: frozenset[str] | None = None) -> tuple[float, frozenset[str]]:
        nonlocal proven
        others = () if only is None else [a for a in one.actions["action_id"] if a not in only]
        try:
            answer = siting.solve(one.without(*others), aim, time_limit_s=time_limit_s, explain=False, tie_breaks=False)
        except InputError as error:
            if {complaint.problem for complaint in error.complaints} != {"nobody_in_reach"}:
                raise
            # In this draw no action could serve anybody more: what is served is what is served today.
            return _today(one), frozenset()
        proven = proven and answer.status in ("optimal", "infeasible")
        return _reached(answer), _actions(answer)

    nominal = siting.solve(question, aim, time_limit_s=time_limit_s, explain=False)
    proven = nominal.status == "optimal"
    found: list[frozenset[str]] = []
    best: list[float] = []
    for number, one in enumerate(questions, start=1):
        value, actions = solve(one)
        found.append(actions)
        best.append(value)
        if progress is not None:
            progress(number)
    plans = _compared(_actions(nominal), found, most_plans)
    names = [f"P{number}" for number in range(len(plans))]
    served = pd.DataFrame(
        [[solve(one, plan)[0] for one in questions] for plan in plans], index=names, columns=table["draw"]
    )
    # A solution stopped early may fall short of what one of the plans reaches.
    top = np.maximum(np.asarray(best, dtype=float), served.max(axis=0).to_numpy(dtype=float))
    as_assumed = [_reached(nominal), *(solve(question, plan)[0] for plan in plans[1:])]
    regret = _regret(top, served.to_numpy(dtype=float))
    summary = pd.DataFrame(
        {
            "plan": names,
            "actions": [", ".join(sorted(plan)) for plan in plans],
            "nominal": [number == 0 for number in range(len(plans))],
            "served": as_assumed,
            "worst_regret": regret.max(axis=1),
            "mean_served": served.mean(axis=1).to_numpy(dtype=float),
            "times_best": (regret < 0.5).sum(axis=1),
        }
    )
    least = _first(summary, "worst_regret", ascending=True)
    return Robust(
        draws=table,
        plans=summary,
        served=served,
        best=pd.Series(top, index=served.columns, name="best"),
        chosen=_frequencies(question, found),
        least_regret=least,
        most_served=_first(summary, "mean_served", ascending=False),
        price=as_assumed[0] - as_assumed[names.index(least)],
        proven=proven,
    )


def tornado(
    question: siting.Question, *, ranges: Ranges | None = None, time_limit_s: float | None = 20.0
) -> pd.DataFrame:
    """Return what matters most: each assumption alone at its lower and its upper end.

    Parameters
    ----------
    question
        What is asked, with ``lower`` and ``upper`` in its need.
    ranges
        How far what is assumed may be off.
    time_limit_s
        Limit of each solution.

    Returns
    -------
    DataFrame
        factor ("need", "speed" or "cost"), low and high: the most that can be served there; at_assumed; and swing, by
        which the table is sorted, the widest first. Need is served against other need, so read it as people, not as
        a share.
    """
    asked = ranges or Ranges()
    groups = _bounded(question) if asked.need else []
    aim = siting.Aim("served")

    def served(**changes: object) -> float:
        values = {"need": {}, "speed": 1.0, "cost": 1.0} | changes
        one = drawn(question, **values)  # type: ignore[arg-type]
        return siting.solve(one, aim, time_limit_s=time_limit_s, explain=False, tie_breaks=False).objective

    middle = served()
    ends: dict[str, tuple[object, object]] = {"speed": asked.speed, "cost": asked.cost}
    if groups:
        ends["need"] = (dict.fromkeys(groups, 0.0), dict.fromkeys(groups, 1.0))
    rows = []
    for factor in FACTORS:
        if factor in ends:
            low, high = (served(**{factor: end}) for end in ends[factor])
            rows.append((factor, low, high, middle, max(low, high, middle) - min(low, high, middle)))
    table = pd.DataFrame(rows, columns=["factor", "low", "high", "at_assumed", "swing"])
    return table.sort_values(["swing", "factor"], ascending=[False, True], ignore_index=True)


def _bounded(question: siting.Question) -> list[str]:
    """Return the groups that have rows with both bounds."""
    need = question.need
    if not {"lower", "upper"} <= set(need.columns):
        return []
    return sorted(need.loc[need["lower"].notna() & need["upper"].notna(), "group"].unique())


def _draws(question: siting.Question, ranges: Ranges, count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    groups = _bounded(question) if ranges.need else []
    table = pd.DataFrame({"draw": np.arange(1, count + 1)})
    for name, (low, high) in (("speed", ranges.speed), ("cost", ranges.cost)):
        table[name] = rng.uniform(low, high, count)
    for group in groups:
        table[f"need_{group}"] = rng.uniform(0.0, 1.0, count)
    return table


def _of_row(question: siting.Question, row: Mapping[Any, Any]) -> siting.Question:
    need = {str(name).removeprefix("need_"): value for name, value in row.items() if str(name).startswith("need_")}
    return drawn(question, need=need, speed=row["speed"], cost=row["cost"])


def _actions(answer: siting.Solution) -> frozenset[str]:
    return frozenset(str(name) for name in answer.chosen["action_id"])


def _compared(nominal: frozenset[str], found: Sequence[frozenset[str]], most: int) -> list[frozenset[str]]:
    """Return the nominal choice and those found most often; of equally frequent ones the smaller, then by id."""
    counted = Counter(plan for plan in found if plan != nominal)
    order = sorted(counted, key=lambda plan: (-counted[plan], len(plan), sorted(plan)))
    return [nominal, *order[: max(most - 1, 0)]]


def _today(one: siting.Question) -> float:
    """Return how many are served, by their weight, where nothing is done."""
    counted = one.need[["point_id", "group", "service", "need"]]
    served = access.allocate(
        counted, one.capacity, one.times, max_minutes=one.max_minutes, admissible=one.admissible
    ).states
    if one.weights is None:
        return float(served["served"].sum())
    keys = [key for key in ("group", "service") if key in one.weights]
    weighed = served.merge(one.weights, on=keys, how="left")
    return float((weighed["served"] * weighed["weight"].fillna(1.0)).sum())


def _reached(answer: siting.Solution) -> float:
    """Return how many are served; where what is required cannot be met, less than anything."""
    return -np.inf if answer.status == "infeasible" else float(answer.objective)


def _regret(best: np.ndarray[Any, Any], served: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    hopeless = ~np.isfinite(best)
    return np.where(hopeless, 0.0, np.where(hopeless, 0.0, best) - served)


def _frequencies(question: siting.Question, found: Sequence[frozenset[str]]) -> pd.DataFrame:
    counted = Counter(name for plan in found for name in plan)
    ids = sorted(str(name) for name in question.actions["action_id"])
    table = pd.DataFrame({"action_id": ids, "draws": [counted[name] for name in ids]})
    return table.assign(share=table["draws"] / len(found))


def _first(summary: pd.DataFrame, by: str, *, ascending: bool) -> str:
    order = summary.assign(rounded=summary[by].round(6), other=~summary["nominal"], often=-summary["times_best"])
    ranked = order.sort_values(["rounded", "other", "often", "plan"], ascending=[ascending, True, True, True])
    return str(ranked["plan"].iloc[0])
