"""Rules keep the numbers they have in the plan, though those about confidential sites are not shown."""

from __future__ import annotations

import dataclasses

from mangluoi.reports.words.motives import motives
from mangluoi.scenario.confidential import Secret, kept_rules, public_plan
from mangluoi.scenario.disclosure import Disclosed

SECRET = Secret(frozenset({"S1"}), frozenset(), {}, (), ())


def _with_hidden_first(disclosed: Disclosed) -> Disclosed:
    """The made-up village, asked by a plan whose first rule expands a confidential site; the second must be done."""
    expand, build = disclosed.plan.actions
    hidden = dataclasses.replace(expand, sites=("S1",), required=True)
    asked = dataclasses.replace(
        disclosed.plan, actions=(hidden, expand, dataclasses.replace(build, sites=("A1",), required=True))
    )
    return dataclasses.replace(disclosed, plan=public_plan(asked, SECRET), kept_rules=kept_rules(asked, SECRET))


def test_an_action_finds_its_rule_behind_a_hidden_one(disclosed: Disclosed):
    """The rule of an action is that of its number in the plan itself; a hidden rule is nobody's."""
    d = _with_hidden_first(disclosed)
    assert d.kept_rules["actions"] == (2, 3)
    assert [d.rule_of(f"x/{number}") for number in (1, 2, 3)] == [None, *d.plan.actions]


def test_only_what_must_be_done_is_said_to_be_required(disclosed: Disclosed):
    """The sentence of a required rule stands at its own action, not at that of its neighbour."""
    d = _with_hidden_first(disclosed)
    row = next(disclosed.actions.itertuples())
    said = {n: motives(d, row._replace(action_id=f"x/{n}"), "vi") for n in (2, 3)}
    assert said[2][:1] != said[3][:1]
    assert "bắt buộc" in said[3][0]
