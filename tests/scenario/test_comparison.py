"""Plans side by side: what differs is named once each, and people who leave one state arrive in another."""

from __future__ import annotations

import dataclasses
import typing
from functools import cache

import pytest

from mangluoi.errors import InputError
from mangluoi.scenario import Disclosed, disclose_together, read_plan, run
from mangluoi.scenario.comparison import assumptions, changes, key_figures, moved
from mangluoi.scenario.inheritance import ENTRY_KEYS
from mangluoi.scenario.plan import Plan
from real_answers import answer


def other(plan: Plan) -> Plan:
    """Return the plan with a tighter threshold and a lower rate."""
    rule, rate = plan.services[0], plan.needs[-1]
    return plan.replace(
        name="khac",
        services=(dataclasses.replace(rule, max_minutes=rule.max_minutes / 4), *plan.services[1:]),
        needs=(*plan.needs[:-1], dataclasses.replace(rate, rate=rate.rate * 0.8)),
    )


@cache
def pair(profile: typing.Literal["public", "internal"] = "internal") -> list[Disclosed]:
    """Answer two plans of one province."""
    plan = read_plan("kon-tum")
    return disclose_together([answer("kon-tum", plan.vintage), run(other(plan))], profile=profile)


def test_every_list_of_entries_says_what_tells_its_entries_apart():
    """A list of tables that a plan may hold can be inherited from, compared and checked by an editor."""
    hints = typing.get_type_hints(Plan)
    lists = {
        name
        for name, hint in hints.items()
        if typing.get_origin(hint) is tuple and dataclasses.is_dataclass(typing.get_args(hint)[0])
    }
    assert lists == set(ENTRY_KEYS)


@pytest.mark.parametrize("name", ["nghe-an", "kon-tum", "dong-thap", "binh-phuoc", "yen-bai"])
def test_no_assumption_is_lost(name):
    """Every value of the plan stands among its assumptions, entries of lists by their keys."""
    plan = read_plan(name)
    told = assumptions(plan)
    assert told["budget_vnd", ""] == plan.budget_vnd
    for rule in plan.services:
        assert told["services.max_minutes", rule.service] == rule.max_minutes
    for rule in plan.needs:
        assert told["needs.rate", f"{rule.group}/{rule.service}"] == rule.rate
    assert sum(key == "actions.per_place_vnd" for key, _ in told) == len(plan.actions)


def test_plans_that_are_the_same_do_not_differ():
    """The name of a plan is no assumption."""
    plan = read_plan("kon-tum")
    assert changes([plan, plan.replace(name="khac")]).empty


def test_exactly_what_was_changed_is_named():
    """One row for each changed assumption, with both values."""
    plan = read_plan("kon-tum")
    table = changes([plan, other(plan)])
    assert set(zip(table["key"], table["entry"], strict=True)) == {
        ("services.max_minutes", plan.services[0].service),
        ("needs.rate", f"{plan.needs[-1].group}/{plan.needs[-1].service}"),
    }
    row = table[table["key"] == "services.max_minutes"].iloc[0]
    assert (row["kon-tum"], row["khac"]) == (plan.services[0].max_minutes, plan.services[0].max_minutes / 4)


def test_an_entry_that_only_one_plan_has_is_named():
    """An entry that was dropped leaves None on its side."""
    plan = read_plan("kon-tum")
    table = changes([plan, plan.replace(name="khac", targets=plan.targets[1:])])
    assert set(table["entry"]) == {plan.targets[0].label}
    assert table["khac"].isna().all()


def test_two_plans_of_one_name_are_refused():
    """Their columns could not be told apart."""
    plan = read_plan("kon-tum")
    with pytest.raises(InputError, match="name of its own"):
        changes([plan, plan])


def test_key_figures_are_those_of_the_result():
    """Need, served and cost are the sums of the result's own tables."""
    shown = pair()
    table = key_figures(shown).set_index(["plan", "measure", "group", "service"])["after"]
    for one in shown:
        for row in one.state_totals.itertuples():
            assert table[one.plan.name, "served", row.group, row.service] == row.served_after
            gap = row.full_after + row.out_of_reach_after
            assert table[one.plan.name, "gap", row.group, row.service] == gap
        assert table[one.plan.name, "cost_vnd", "", ""] == one.actions["cost_vnd"].sum()


def test_nobody_is_lost_between_two_plans():
    """In every commune the changes of the four states sum to the change of need."""
    table = moved(*pair())
    states = table[["served_change", "full_change", "out_of_reach_change", "unlocated_change"]].sum(axis=1)
    assert len(table)
    assert (states == table["need_change"]).all()


def test_moving_back_is_the_opposite():
    """What one way moves, the other way moves back."""
    keys = ["unit_code", "group", "service"]
    there, back = moved(*pair()), moved(*reversed(pair()))
    columns = [name for name in there if name.endswith("_change")]
    assert (there.set_index(keys)[columns] + back.set_index(keys)[columns] == 0).all().all()


def test_masked_communes_are_counted_and_left_out():
    """In public no masked commune is compared; how many is told."""
    shown = pair("public")
    hidden = {(row.unit_code, row.group, row.service) for one in shown for row in one.states.itertuples() if row.masked}
    table = moved(*shown)
    assert not hidden & set(table[["unit_code", "group", "service"]].itertuples(index=False, name=None))
    assert table.attrs["masked"] == len(hidden)


def test_communes_of_two_vintages_are_not_compared():
    """Old and new communes are not the same areas."""
    shown = disclose_together([answer("kon-tum", "2025-06-30"), answer("kon-tum", "2025-07-01")], profile="internal")
    with pytest.raises(InputError, match="vintage"):
        moved(*shown)
