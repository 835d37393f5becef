"""What may be shown of the answers about actions: other budgets, phases, equity, and whom each action adds.

Sums over the province that lie a few people apart tell of these few, and whom an action adds in a commune is the
difference of two counts of that commune. So both are masked as the counts themselves are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from mangluoi.scenario.detail import Reasoning
from mangluoi.scenario.masking import LARGEST_MASKED, NEVER_MASKED
from mangluoi.scenario.plan import Plan

__all__ = ["ChoiceDoor", "counts_people", "door", "shown_frontier", "shown_reasoning"]


@dataclass(frozen=True)
class ChoiceDoor:
    """What decides over what is shown of actions.

    Parameters
    ----------
    totals
        Provincial states with ``masked``.
    by_unit
        States by commune with ``masked``.
    moved
        Services that actions may add places to or take them from.
    withheld
        Services of confidential sites: what money does there would tell of them.
    sensitive
        Groups that are given for the province only.
    actions
        Ids of the actions that are shown.
    public
        Whether small counts are masked.
    """

    totals: pd.DataFrame
    by_unit: pd.DataFrame
    moved: Collection[str]
    withheld: Collection[str]
    sensitive: Collection[str]
    actions: Collection[str]
    public: bool

    @property
    def closed(self) -> bool:
        """Whether sums over all services would tell of confidential sites."""
        return bool(set(self.moved) & set(self.withheld))

    @property
    def counts_people(self) -> bool:
        """Whether small differences are of people who are not known from published figures."""
        return self.public and _of_people(self.totals, self.moved)

    def near(self, sums: pd.Series, seen: list[float] | None = None) -> list[bool]:
        """Say which provincial sums lie too near to one that is shown, or to what is served or covered today."""
        hidden = [self.public and bool(self.totals["masked"].any())] * len(sums)
        if not self.counts_people:
            return hidden
        shown = [float(self.totals[name].astype("Float64").sum()) for name in ("served", "covered")]
        shown += seen or []
        for at, people in enumerate(sums.astype(float)):
            hidden[at] |= any(0 < abs(people - one) <= LARGEST_MASKED for one in shown)
            if not hidden[at]:
                shown.append(people)
        return hidden


def _moved(plan: Plan) -> set[str]:
    return {name for rule in plan.actions for name in (rule.service, rule.from_service) if name}


def _of_people(totals: pd.DataFrame, moved: Collection[str]) -> bool:
    return bool(set(totals.loc[totals["service"].isin(list(moved)), "group"]) - {NEVER_MASKED})


def counts_people(plan: Plan, totals: pd.DataFrame) -> bool:
    """Say whether what an action adds counts people who are not known from published figures.

    Parameters
    ----------
    plan
        The plan.
    totals
        Provincial states: group, service.
    """
    return _of_people(totals, _moved(plan))


def door(
    plan: Plan,
    totals: pd.DataFrame,
    by_unit: pd.DataFrame,
    actions: pd.DataFrame,
    withheld: Collection[str],
    sensitive: Collection[str],
    public: bool,
) -> ChoiceDoor:
    """Say what decides over what is shown of a plan's actions, see `ChoiceDoor`."""
    return ChoiceDoor(totals, by_unit, _moved(plan), withheld, sensitive, set(actions["action_id"]), public)


def shown_frontier(found: pd.DataFrame, door: ChoiceDoor) -> pd.DataFrame:
    """Return what may be shown of a frontier, with ``masked``."""
    if door.closed:
        return found.iloc[:0].assign(masked=False)
    return _without(found.assign(masked=door.near(found["people"])), "people", "bound")


def shown_reasoning(given: Reasoning, door: ChoiceDoor) -> Reasoning:
    """Return what may be shown of the tables behind the chosen actions; those with counts of people get ``masked``."""

    def told(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["action_id"].isin(list(door.actions))].reset_index(drop=True)

    phases, equity = given.phases, given.equity
    if door.closed:
        phases, equity = phases.iloc[:0], equity.iloc[:0]
    both = [a or b for a, b in zip(door.near(phases["people"]), door.near(phases.get("alone", phases["people"])),
                                   strict=True)]  # fmt: skip
    few = phases.get("lost", pd.Series(0.0, index=phases.index)).between(1, LARGEST_MASKED)
    phases = phases.assign(
        masked=[one or (door.counts_people and bool(two)) for one, two in zip(both, few, strict=True)]
    )
    equity = equity.assign(masked=door.near(equity["people"]))
    return dataclasses.replace(
        given,
        adds=_adds(told(given.adds), door),
        firmness=told(given.firmness),
        flips=told(given.flips),
        phases=_without(phases, "people", "alone", "lost"),
        phase_actions=told(given.phase_actions),
        equity=_without(equity, "people", "lost", "bound"),
    )


def _without(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    for name in columns:
        if name in frame.columns:
            frame[name] = frame[name].astype(float).mask(frame["masked"].astype(bool))
    return frame


def _adds(frame: pd.DataFrame, door: ChoiceDoor) -> pd.DataFrame:
    """Mask all that an action adds to a group where any of it is small or in a commune whose counts are masked."""
    frame = frame[~frame["group"].isin(list(door.sensitive)) & ~frame["service"].isin(list(door.withheld))]
    frame = frame.reset_index(drop=True)
    if not door.public:
        return frame.assign(masked=False)
    keys = ["unit_code", "group", "service"]
    shut = set(door.by_unit.loc[door.by_unit["masked"], keys].itertuples(index=False, name=None))
    whole = set(door.totals.loc[door.totals["masked"], keys[1:]].itertuples(index=False, name=None))
    hidden = pd.Series(
        [key in shut or key[1:] in whole for key in frame[keys].itertuples(index=False, name=None)],
        index=frame.index, dtype=bool,
    )  # fmt: skip
    size = frame["people"].astype(float).abs()
    hidden = (hidden | ((size > 0) & (size <= LARGEST_MASKED))) & (frame["group"] != NEVER_MASKED)
    if len(frame):
        hidden = hidden.groupby([frame[name] for name in ("action_id", "group", "service")]).transform("any")
        # What all that an action adds comes to is shown: a small remainder would be what is masked.
        rest = frame["people"].astype(float).where(hidden, 0.0).groupby(frame["action_id"]).transform("sum").abs()
        hidden |= (rest > 0) & (rest <= LARGEST_MASKED)
    return _without(frame.assign(masked=hidden), "people")
