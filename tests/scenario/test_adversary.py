"""An adversary who knows the method, the plan and all that is published learns nothing of where shelters are.

For every commune where a shelter could be, all is worked out again as if it were there. Where what is published is the
same to the letter, the commune stays possible; at least eleven must.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from unittest import mock

import pytest
from hidden_places import FEWEST, answer_with, published, text_of, with_children, with_emergency, with_shelters

from mangluoi.scenario import (
    Disclosed,
    Result,
    disclose,
    disclose_stress,
    disclose_together,
    facts,
    read_plan,
    stress,
)
from mangluoi.scenario.facts import Facts
from mangluoi.scenario.plan import AccessRules, ActionRule, Plan
from mangluoi.scenario.siterules import FloorRule, LandRule, SitingRules

NEW = "2025-07-01"


@cache
def small() -> tuple[Plan, Facts]:
    """Return a province of thirteen communes, with what may be done on a small budget."""
    base = read_plan("kon-tum").replace(vintage=NEW)
    build = dataclasses.replace(base.actions[1], max_added=60)
    plan = with_emergency(
        base, "child_special", actions=(build,), budget_vnd=6e9, targets=(), access=AccessRules(location_draws=20)
    )
    given = with_children(facts.gather(plan))
    codes = given.area.codes[:13]
    area = dataclasses.replace(
        given.area, units=given.area.units[given.area.units["unit_code"].isin(codes)].reset_index(drop=True),
        cells=given.area.cells[given.area.cells["cell_code"].isin(codes)].reset_index(drop=True),
    )  # fmt: skip
    people = given.people[given.people["unit_code"].isin(codes)].reset_index(drop=True)
    return plan, dataclasses.replace(given, area=area, people=people)


def idle(plan: Plan) -> Plan:
    """Return the plan for the shelters' service and one other, with nothing to be done: quickly answered."""
    services = tuple(rule for rule in plan.services if rule.service != "residential")
    needs = tuple(rule for rule in plan.needs if rule.service != "residential")
    return dataclasses.replace(plan, services=services, needs=needs, actions=(), targets=())


@cache
def small_answer(at: tuple[str, ...]) -> Result:
    """Answer it, nothing being done, with shelters in some communes."""
    plan, given = small()
    return answer_with(idle(plan), with_shelters(given, at))


def possible(truth: Result, others: Sequence[Result], show: Callable[[Result], Disclosed]) -> int:
    """Count the answers that publish what the truth does."""
    told = published(show(truth))
    return sum(published(show(other)) == told for other in others)


def test_a_shelter_may_be_in_any_commune():
    """Put into each of eleven communes in turn, a shelter changes no letter of what is published."""
    _, given = small()
    answers = [small_answer((code,)) for code in given.area.codes[:FEWEST]]
    assert possible(answers[0], answers, disclose) == FEWEST
    # What is withheld would leave fewer: this test can fail.
    told = [str(one.coverage.to_csv()) for one in answers]
    assert max(told.count(each) for each in told) < FEWEST


def test_what_is_done_elsewhere_tells_nothing():
    """Actions of other services, their reasons and their proof are the same wherever the shelter is."""
    plan, given = small()
    ends = [answer_with(plan, with_shelters(given, [code])) for code in (given.area.codes[1], given.area.codes[-1])]
    assert len(disclose(ends[0]).actions)
    assert possible(ends[0], ends, disclose) == 2


def test_stress_tells_nothing():
    """Draws of need, speeds, costs and places show the same of the other services wherever the shelter is."""
    plan, given = small()
    ends = []
    for code in (given.area.codes[1], given.area.codes[-1]):
        with mock.patch("mangluoi.scenario.run.facts.gather", return_value=with_shelters(given, [code])):
            ends.append(disclose_stress(stress(plan, draws=2)))
    told = [{field.name: text_of(getattr(end, field.name)) for field in dataclasses.fields(end)} for end in ends]
    assert len(ends[0].regret) == 2
    assert len(ends[0].chosen)
    assert told[0] == told[1]


def test_two_scenarios_together_tell_no_more():
    """Beside a scenario with another threshold, or without the shelter, its place is no better known."""
    plan, given = small()
    plan = idle(plan)
    sooner = tuple(dataclasses.replace(service, max_minutes=30.0) for service in plan.services)
    other = dataclasses.replace(plan, name="nguong-khac", services=sooner)
    ends = []
    for code in (given.area.codes[0], given.area.codes[FEWEST - 1]):
        hidden = with_shelters(given, [code])
        ends.append([published(one) for one in disclose_together([small_answer((code,)), answer_with(other, hidden)])])
    assert ends[0] == ends[1]


def test_what_one_scenario_hides_all_hide():
    """A scenario that forgot to flag a site shows it no more than the other that did not."""
    plan, given = small()
    plan = idle(plan)
    first = small_answer((given.area.codes[3],))
    open_sites = first.sites.assign(type=first.sites["type"].replace("shelter", "general"), confidential=False)
    open_owners = first.facilities.assign(type=first.facilities["type"].replace("shelter", "general"))
    forgot = dataclasses.replace(
        first, sites=open_sites, facilities=open_owners, plan=dataclasses.replace(plan, name="quen")
    )
    assert "TL00-1" in set(disclose(forgot).sites["site_id"])
    _, shown = disclose_together([first, forgot])
    assert "TL00" not in "".join(published(shown).values())
    assert "emergency" in shown.withheld_services


def test_a_shared_budget_tells_nothing():
    """Where the budget pays for the shelters' service too, no action and no figure after the actions is published."""
    plan, given = small()
    build = ActionRule("build", "emergency", 5, 8, 50e6, 0.0, "phép thử", facility_type="swc")
    shared = dataclasses.replace(plan, actions=(*plan.actions, build))
    answers = [
        answer_with(shared, with_shelters(given, [code])) for code in (given.area.codes[0], given.area.codes[-1])
    ]
    assert len({str(one.actions.to_csv()) for one in answers}) > 1
    assert possible(answers[0], answers, disclose) == len(answers)
    shown = disclose(answers[0])
    assert shown.choice_withheld
    assert shown.actions.empty
    assert not disclose(answers[0], profile="internal").choice_withheld


@pytest.mark.parametrize(
    "changed",
    [
        {"floors": (FloorRule("commune", 0.1, "phép thử"),)},
        {"siting": SitingRules(aim="cheapest", share=0.2)},
        {"siting": SitingRules(max_loss_minutes=15.0)},
    ],
)
def test_what_counts_everybody_hides_the_choice(changed):
    """A floor, a share or a loss that counts the shelters' service too makes the choice tell of them: it is hidden."""
    plan, given = small()
    result = small_answer((given.area.codes[5],))
    asked = dataclasses.replace(result, plan=dataclasses.replace(plan, **changed))
    assert disclose(asked).choice_withheld
    assert not disclose(dataclasses.replace(result, plan=plan)).choice_withheld


def test_rules_of_a_shelter_are_not_published():
    """The land of a shelter, and that nothing may be done there, leave the published plan."""
    plan, given = small()
    result = small_answer((given.area.codes[5],))
    loud = dataclasses.replace(
        plan,
        land=(LandRule("TL00-1", 500.0, "phép thử"), LandRule("KT01-1", 900.0, "phép thử")),
        siting=SitingRules(forbidden_at=("TL00-1", "KT01-1")),
        actions=tuple(dataclasses.replace(rule, land_per_place_m2=30.0) for rule in plan.actions),
    )
    shown = disclose(dataclasses.replace(result, plan=loud)).plan
    assert [rule.site for rule in shown.land] == ["KT01-1"]
    assert shown.siting.forbidden_at == ("KT01-1",)
    assert len(shown.actions) == len(plan.actions)


def test_few_communes_hide_nothing_so_nothing_is_told():
    """In a province of fewer than eleven communes not even the number of shelters is given."""
    plan, given = small()
    codes = given.area.codes[: FEWEST - 1]
    result = small_answer((codes[0],))
    few = dataclasses.replace(result, units=result.units[result.units["unit_code"].isin(codes)])
    assert disclose(few).confidential_count == {}
    assert disclose(result).confidential_count == {"shelter": 1}
    assert plan.vintage == NEW


@pytest.mark.parametrize("name", ["kon-tum", "nghe-an"])
def test_ten_shelters_of_a_real_province(name):
    """Ten shelters at one end of a province or at the other: what is published is the same to the letter."""
    plan = idle(with_emergency(read_plan(name).replace(vintage=NEW), "child_special", actions=()))
    given = with_children(facts.gather(plan))
    codes = given.area.codes
    ends = [answer_with(plan, with_shelters(given, at)) for at in (codes[:10], codes[-10:])]
    assert ends[0].coverage["covered"].tolist() != ends[1].coverage["covered"].tolist()
    assert possible(ends[0], ends, disclose) == 2
    assert disclose(ends[0]).confidential_count == {"shelter": 10}


def test_no_checksum_tells_what_a_file_hides():
    """The plan's checksum is that of the plan as published, and a file that holds a shelter has none."""
    plan, given = small()
    result = small_answer((given.area.codes[2],))
    inputs = [{"file": "so-lieu.xlsx", "sha256": "1" * 64, "bytes": 1}, *result.provenance["inputs"]]
    hiding = dataclasses.replace(
        result, plan=dataclasses.replace(plan, inputs=dataclasses.replace(plan.inputs, workbook="so-lieu.xlsx")),
        provenance={**result.provenance, "inputs": inputs},
    )  # fmt: skip
    shown = disclose(hiding)
    assert shown.provenance["inputs"][0] == {"file": "so-lieu.xlsx", "sha256": None, "bytes": None}
    assert all(row["sha256"] for row in shown.provenance["inputs"][1:])
    assert shown.provenance["plan_sha256"] == hashlib.sha256(shown.plan.to_toml().encode()).hexdigest()


def test_names_are_taken_out_of_every_text():
    """Whoever wrote a shelter's name or address into a source, a basis or a title: it is not shown."""
    plan, given = small()
    result = small_answer((given.area.codes[4],))
    site = result.sites.set_index("site_id").loc["TL00-1"]
    told = f"theo {site['name']} ({site['address']})"
    loud = dataclasses.replace(
        result, plan=dataclasses.replace(plan, source=told, title=told.upper()),
        facilities=result.facilities.assign(source=told),
        totals=result.totals.assign(source="gan nha an toan bi mat 00"),
    )  # fmt: skip
    for profile in ("public", "internal"):
        text = "".join(published(disclose(loud, profile=profile)).values()).casefold()
        assert "bí mật 00" not in text
        assert "bi mat 00" not in text
        assert "ngõ kín" not in text
