"""Plans that hold up: what is chosen when need, speeds and costs are not as assumed, and which choice regrets least."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import siting
from mangluoi.errors import Complaint, InputError
from mangluoi.scenario import draws, regret
from mangluoi.scenario.draws import Ranges
from mangluoi.scenario.regret import First, Posed, Sized

__all__ = ["Ranges", "Robust", "drawn", "robust", "summed_up", "swings", "tornado"]


@dataclass(frozen=True, eq=False)
class Robust:
    """What the draws showed.

    Parameters
    ----------
    draws
        What was drawn, see `draws.draw_table`.
    plans
        plan, actions (ids, joined by ", "), nominal (whether it is the best where all is as assumed), served and
        cost_vnd (in that case), worst_regret, mean_served and times_best (in how many draws nothing compared was
        better).
    served
        A row for each plan, a column for each draw: the most that can be served with the plan's actions.
    best
        For each draw, the most that can be served with any action.
    chosen
        For each action: in how many draws the best choice of that draw does it, and the share of draws. Of choices
        that serve as many, the one counts that adds the fewest actions to the nominal one.
    least_regret, most_served
        The plan with the least worst regret, and the one with the highest mean; of equal ones the nominal plan, then
        the one that is best more often.
    price
        How many fewer the plan of least regret serves than the nominal one where all is as assumed.
    price_vnd
        How much more it costs there.
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
    price_vnd: float
    proven: bool

    @property
    def regret(self) -> pd.DataFrame:
        """How many fewer each plan serves in each draw than the best choice of that draw.

        Infinite where the plan cannot meet what is required and another choice can.
        """
        short = regret.regrets(self.best.to_numpy(dtype=float), self.served.to_numpy(dtype=float))
        return pd.DataFrame(short, index=self.served.index, columns=self.served.columns)

    def _repr_html_(self) -> str:
        """Show the plans in Jupyter."""
        return f"<p>{html.escape(self.least_regret)}</p>" + str(self.plans.to_html(index=False))


def drawn(
    question: siting.Question,
    *,
    need: Mapping[str, float],
    speed: float,
    cost: float,
    stay: Mapping[str, float] | None = None,
) -> siting.Question:
    """Return a question in which need, speeds, costs and stays are other than assumed.

    Parameters
    ----------
    question
        What is asked. Its times should go beyond the thresholds where speeds may be higher.
    need
        By group, where need lies between its lower bound (0) and its upper one (1).
    speed, cost
        Factors on all speeds and costs; every minute is divided by the first.
    stay
        By service, a factor on how long people stay.
    """
    row = {"cost": cost, **{f"need_{group}": at for group, at in need.items()}}
    row |= {f"stay_{service}": at for service, at in (stay or {}).items()}
    return draws.changed(question, row).replace(times=question.times.assign(minutes=question.times["minutes"] / speed))


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
    """Draw need, speeds, costs and stays, and see which choice of actions holds up.

    In each draw the best choice is found. The nominal choice, the best one of the draw in which that one regrets most,
    the two together, and those that were found most often are then compared in every draw: all actions of a choice are
    done and no others, by sizes that are fitted to what money and need the draw has (where to act is decided now, how
    large when more is known). Where money falls short of them all, those of them are done that serve the most.

    Parameters
    ----------
    question
        What is asked, with ``lower`` and ``upper`` in its need.
    count, seed
        How many draws, and what they are drawn from.
    ranges
        How far what is assumed may be off; by default `Ranges()`. A question knows no places, so these cannot vary.
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
    if count < 1:
        raise InputError([Complaint("below_range", column="count", value=count, details={"low": 1})])
    asked = _ranges(ranges)
    table = draws.draw_table(_groups(question, asked), asked, count=count, seed=seed)
    questions = [_in_draw(question, row) for row in table.to_dict("records")]
    nominal = siting.solve(question, siting.Aim("served"), time_limit_s=time_limit_s, explain=False)
    plan = frozenset(str(name) for name in nominal.chosen["action_id"])
    found: list[First] = []
    for number, one in enumerate(questions, start=1):
        found.append(regret.first(one, plan, time_limit_s=time_limit_s))
        if progress is not None:
            progress(number)
    posed = Posed(question)
    plans = regret.compared(posed, plan, found, most=most_plans, time_limit_s=time_limit_s)
    values = [regret.others(one, plans[1:], time_limit_s=time_limit_s) for one in questions]
    sized = [posed.sized(one, time_limit_s=time_limit_s) for one in plans]
    return summed_up(
        table, plans, found, values, sized, actions=sorted(question.actions["action_id"].astype(str)),
        proven=nominal.status in ("optimal", "infeasible"),
    )  # fmt: skip


def summed_up(
    table: pd.DataFrame,
    plans: Sequence[frozenset[str]],
    found: Sequence[First],
    values: Sequence[Sequence[tuple[float, bool]]],
    sized: Sequence[Sized],
    *,
    actions: Sequence[str],
    proven: bool,
) -> Robust:
    """Bring together what the draws showed.

    Parameters
    ----------
    table
        The draws.
    plans
        The choices that were compared, the nominal one first.
    found
        What each draw showed at first.
    values
        For each draw, what the other choices reach and whether that is proven.
    sized
        What each choice reaches where all is as assumed.
    actions
        Every action that was on offer.
    proven
        Whether the nominal choice is proven to be the best there.
    """
    names = [f"P{number}" for number in range(len(plans))]
    reached = [[one.nominal for one in found]]
    reached += [[row[place][0] for row in values] for place in range(len(plans) - 1)]
    served = pd.DataFrame(reached, index=names, columns=table["draw"], dtype=float)
    # A solution stopped early may fall short of what one of the plans reaches.
    top = np.maximum([one.best for one in found], served.max(axis=0).to_numpy(dtype=float))
    lost = regret.regrets(top, served.to_numpy(dtype=float))
    summary = pd.DataFrame(
        {
            "plan": names,
            "actions": [", ".join(sorted(plan)) for plan in plans],
            "nominal": [number == 0 for number in range(len(plans))],
            "served": [one.reached for one in sized],
            "cost_vnd": [float(one.chosen["cost_vnd"].sum()) for one in sized],
            "worst_regret": lost.max(axis=1),
            "mean_served": served.mean(axis=1).to_numpy(dtype=float),
            "times_best": (lost < 0.5).sum(axis=1),
        }
    )
    least = _first(summary, "worst_regret", ascending=True)
    own = sized[names.index(least)]
    whole = all(one.proven for one in found) and all(one.proven for one in sized)
    whole &= all(good for row in values for _, good in row)
    return Robust(
        draws=table,
        plans=summary,
        served=served,
        best=pd.Series(top, index=served.columns, name="best"),
        chosen=_frequencies(actions, [one.choice for one in found]),
        least_regret=least,
        most_served=_first(summary, "mean_served", ascending=False),
        price=sized[0].reached - own.reached,
        price_vnd=float(own.chosen["cost_vnd"].sum()) - float(sized[0].chosen["cost_vnd"].sum()),
        proven=proven and whole,
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
        factor ("speed", "cost", ``need_<group>``, ``stay_<service>``), low and high: the most that can be served there;
        at_assumed; and swing, by which the table is sorted, the widest first. Need is served against other need, so
        read it as people, not as a share.
    """
    asked = _ranges(ranges)
    ends = draws.one_at_a_time(_groups(question, asked), asked)
    questions = [_in_draw(question, row) for row in ends.to_dict("records")]
    found = [regret.first(one, frozenset(), time_limit_s=time_limit_s) for one in questions]
    middle = regret.first(question, frozenset(), time_limit_s=time_limit_s)
    return swings(ends, [one.best for one in found], middle.best)


def swings(ends: pd.DataFrame, values: Sequence[float], middle: float) -> pd.DataFrame:
    """Return, for each factor, the values at its ends and how far they are apart, the widest first.

    Parameters
    ----------
    ends
        See `draws.one_at_a_time`.
    values
        What was found in each of its rows.
    middle
        What was found where all is as assumed.
    """
    rows = []
    for factor, own in ends.assign(value=list(values)).groupby("factor", sort=True):
        at = dict(zip(own["end"], own["value"], strict=True))
        low, high = (at["low"], at["high"]) if "low" in at else (min(at.values()), max(at.values()))
        rows.append((str(factor), low, high, middle, max(low, high, middle) - min(low, high, middle)))
    table = pd.DataFrame(rows, columns=["factor", "low", "high", "at_assumed", "swing"])
    return table.sort_values(["swing", "factor"], ascending=[False, True], ignore_index=True)


def _ranges(ranges: Ranges | None) -> Ranges:
    asked = ranges or Ranges()
    if asked.location:
        condition = {"condition": "a plan is stressed"}
        raise InputError([Complaint("unused_key", column="location", details=condition)])
    return asked


def _groups(question: siting.Question, ranges: Ranges) -> list[str]:
    return draws.bounded_groups(question.need) if ranges.need else []


def _in_draw(question: siting.Question, row: Mapping[Any, Any]) -> siting.Question:
    times = question.times.assign(minutes=question.times["minutes"] / row["speed"])
    return draws.changed(question, row).replace(times=times)


def _frequencies(actions: Sequence[str], found: Sequence[frozenset[str]]) -> pd.DataFrame:
    counted = Counter(name for plan in found for name in plan)
    table = pd.DataFrame({"action_id": list(actions), "draws": [counted[name] for name in actions]})
    return table.assign(share=table["draws"] / max(len(found), 1))


def _first(summary: pd.DataFrame, by: str, *, ascending: bool) -> str:
    order = summary.assign(rounded=summary[by].round(6), other=~summary["nominal"], often=-summary["times_best"])
    ranked = order.sort_values(["rounded", "other", "often", "plan"], ascending=[ascending, True, True, True])
    return str(ranked["plan"].iloc[0])
