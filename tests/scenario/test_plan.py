"""Plans: strict when read, whole when written, changed only by replacing."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest

from mangluoi import shipped
from mangluoi.errors import PlanError
from mangluoi.scenario.plan import Plan, read_plan
from mangluoi.scenario.strict import read_settings

NAMES = sorted(place.stem for place in shipped.plans_folder().glob("*.toml"))


def problems(error: pytest.ExceptionInfo[PlanError]) -> set[tuple[str, str]]:
    return {(c.problem, str(c.column)) for c in error.value.complaints}


def test_five_plans_ship():
    """There is one plan for each source document."""
    assert NAMES == ["binh-phuoc", "dong-thap", "kon-tum", "nghe-an", "yen-bai"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_survives_being_written(name: str):
    """The TOML that a plan writes, every default filled in, reads back as the same plan."""
    plan = read_plan(name)
    settings, found = read_settings(Plan, tomllib.loads(plan.to_toml()))
    assert not found
    assert Plan(**settings) == plan
    written = tomllib.loads(plan.to_toml())
    assert {"inputs", "time_limit_s"} <= set(written)
    assert "include_drug_rehab" in written["supply"]


@pytest.mark.parametrize("name", NAMES)
def test_every_assumption_of_a_plan_says_what_it_stands_on(name: str):
    """Thresholds, rates, costs and targets each carry their basis or source."""
    plan = read_plan(name)
    rules = (*plan.services, *plan.needs, *plan.actions, *plan.locations)
    assert all(len(rule.basis) > 20 for rule in rules)
    assert all(len(target.source) > 10 for target in plan.targets)


def test_every_mistake_is_named_at_once(tmp_path):
    """Unknown keys (with the nearest known one), missing keys and wrong types come in one error."""
    text = read_plan("nghe-an").to_toml()
    text = text.replace("budget_vnd", "buget_vnd", 1).replace("max_minutes = 120.0", 'max_minutes = "xa"', 1)
    text = text.replace('terrain = "by_area"', 'terrain = "hilly"', 1)
    place = tmp_path / "plan.toml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as error:
        read_plan(place)
    assert problems(error) == {
        ("unknown_key", "buget_vnd"),
        ("missing_key", "budget_vnd"),
        ("wrong_type", "services[1].max_minutes"),
        ("not_in_list", "roads.terrain"),
    }
    nearest = {c.column: c.details.get("nearest") for c in error.value.complaints}
    assert nearest["buget_vnd"] == "budget_vnd"
    assert all(c.file == str(place) for c in error.value.complaints)


def test_unknown_ids_and_impossible_numbers_are_refused():
    """What the types do not say is checked too: groups, services, ranges, references between tables."""
    plan = read_plan("nghe-an")
    bad_need = dataclasses.replace(plan.needs[0], group="elderli", rate=1.5)
    bad_service = dataclasses.replace(plan.services[0], max_minutes=-1.0)
    with pytest.raises(PlanError) as error:
        plan.replace(needs=(bad_need,), services=(bad_service, *plan.services[2:]), budget_vnd=-1.0, stays=())
    assert problems(error) == {
        ("not_in_list", "needs[1].group"),
        ("above_range", "needs[1].rate"),
        ("below_range", "services[1].max_minutes"),
        ("below_range", "budget_vnd"),
    }
    nearest = next(c.details["nearest"] for c in error.value.complaints if c.problem == "not_in_list")
    assert nearest == "elderly"


def test_replacing_leaves_the_plan_as_it_was():
    """A scenario is the base plan with something replaced; the base stays, and an unknown key is refused."""
    plan = read_plan("nghe-an")
    other = plan.replace(budget_vnd=60e9)
    assert (plan.budget_vnd, other.budget_vnd) == (200e9, 60e9)
    assert other != plan
    with pytest.raises(PlanError, match="budget_vnd"):
        plan.replace(budget=60e9)


def test_a_missing_plan_is_one_clear_error(tmp_path):
    """A file that is not there is named."""
    with pytest.raises(PlanError) as error:
        read_plan(tmp_path / "khong-co.toml")
    assert [c.problem for c in error.value.complaints] == ["missing_file"]


def test_broken_toml_says_where(tmp_path):
    """A file that is not TOML is refused with the line."""
    place = tmp_path / "plan.toml"
    place.write_text("name = \n", encoding="utf-8")
    with pytest.raises(PlanError, match="line 1"):
        read_plan(place)


def test_a_target_must_be_measurable():
    """A share above 1, a target without what its kind needs, and a key of the other kind of action are refused."""
    plan = read_plan("yen-bai")
    share = dataclasses.replace(plan.targets[0], value=55.0)
    served = dataclasses.replace(plan.targets[1], service="")
    build = dataclasses.replace(plan.actions[1], max_size=100)
    with pytest.raises(PlanError) as error:
        plan.replace(targets=(share, served), actions=(build,))
    assert problems(error) == {
        ("above_range", "targets[1].value"),
        ("missing_key", "targets[2].service"),
        ("unused_key", "actions[1].max_size"),
    }


def test_a_road_file_knows_no_terrain_by_area():
    """With real roads the terrain must be chosen, not fall back to the plain."""
    plan = read_plan("nghe-an")
    with pytest.raises(PlanError, match=r"roads\.terrain"):
        plan.replace(inputs=dataclasses.replace(plan.inputs, roads="nghe-an.osm.pbf"))
