"""The frontier of people against budget, through the plan."""

from __future__ import annotations

import dataclasses
from functools import cache

import pandas as pd
import pytest

from mangluoi.errors import PlanError
from mangluoi.reports import alternatives
from mangluoi.scenario import Plan, Result, disclose, read_plan, run
from mangluoi.scenario.choicemasks import ChoiceDoor, shown_frontier
from mangluoi.scenario.refinements import AccessRules, ForecastRules
from mangluoi.scenario.siterules import AnswerRules
from mangluoi.tables import FRONTIER, convert


def plan() -> Plan:
    """Kon Tum, whose homes may be expanded: nothing else is worked out, so that it is fast."""
    given = read_plan("kon-tum")
    return given.replace(
        actions=given.actions[:1], growth=(), forecast=ForecastRules(), access=AccessRules(location_draws=0),
        budget_vnd=8e9, answers=AnswerRules(frontier=2),
    )  # fmt: skip


@cache
def result() -> Result:
    return run(plan())


def test_each_point_is_what_the_plan_with_that_budget_serves():
    """A point of the frontier is proven, and is the answer to the plan with that much money."""
    found = result().frontier
    assert convert(FRONTIER, found)[1] == []
    assert found["budget_vnd"].tolist() == [8e9, 16e9]
    assert (found["status"] == "optimal").all()
    assert (found["people"] == found["bound"]).all()
    richer = run(plan().replace(budget_vnd=16e9, answers=AnswerRules(frontier=0)))
    assert richer.frontier.empty
    assert found["people"].tolist() == [result().solution.objective, richer.solution.objective]


def test_the_report_lists_the_frontier():
    """Every point is a row of the annex, in million VND."""
    shown = alternatives.frontier(disclose(result()))
    assert [row[1] for row in shown.rows] == [8000, 16000]
    assert [row[2] for row in shown.rows] == result().frontier["people"].astype(int).tolist()


@pytest.mark.parametrize(("group", "expected"), [("elderly", [False, True, False]), ("population", [False] * 3)])
def test_points_a_few_people_apart_are_not_shown(group: str, expected: list[bool]):
    """Two points that differ by 1 to 10 people tell of these few; published census figures need no such care."""
    found = pd.DataFrame({"people": [50.0, 55.0, 80.0], "bound": [50.0, 55.0, 80.0]})
    totals = pd.DataFrame(
        {"service": ["residential"], "group": [group], "served": [30], "covered": [100], "masked": [False]}
    )
    door = ChoiceDoor(totals, pd.DataFrame(), ["residential"], (), (), (), public=True)
    shown = shown_frontier(found, door)
    assert shown["masked"].tolist() == expected
    assert shown["people"].isna().tolist() == expected
    assert shown_frontier(found, dataclasses.replace(door, withheld=["residential"])).empty
    assert not shown_frontier(found, dataclasses.replace(door, public=False))["masked"].any()


def test_a_frontier_leads_somewhere():
    """Fewer budgets than none, and one of nothing, are refused in words."""
    with pytest.raises(PlanError) as refused:
        plan().replace(answers=AnswerRules(frontier=-1, frontier_up_to=0.0))
    assert [c.column for c in refused.value.complaints] == ["answers.frontier", "answers.frontier_up_to"]
