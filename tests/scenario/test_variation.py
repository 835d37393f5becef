"""Scenarios made in Python: the choices that are named change, nothing else, and a file says the same."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mangluoi.errors import PlanError
from mangluoi.scenario import Result, decisions, facts, plan_with, read_plan, run, save_scenario
from mangluoi.scenario.kept import Kept
from mangluoi.scenario.plan import FloorRule, Plan, SitingRules
from mangluoi.scenario.saving import base_of

PLANS = ("binh-phuoc", "dong-thap", "kon-tum", "nghe-an", "yen-bai")
COMMUNES = ("23284", "23293")


def named(plan: Plan, name: str) -> Plan:
    return dataclasses.replace(plan, name=name)


def test_only_what_is_named_changes():
    """Threshold, mode, money and places change; everything else stays as it was."""
    plan = read_plan("kon-tum")
    got = plan_with(
        plan,
        max_minutes={"residential": 90},
        profiles={"counselling": "car"},
        budget_vnd=1e9,
        expand={"residential": ["KT02-1"]},
        build={"residential": COMMUNES},
        aim="cheapest",
        share=0.9,
        floors={"commune": 0.5},
        basis="thử",
    )
    assert got.siting == dataclasses.replace(plan.siting, aim="cheapest", share=0.9)
    assert got.floors == (FloorRule("commune", 0.5, "thử"),)
    assert got.service("residential") == dataclasses.replace(plan.service("residential"), max_minutes=90.0)
    assert got.service("counselling") == dataclasses.replace(plan.service("counselling"), profile="car")
    assert got.budget_vnd == 1e9
    assert got.actions[0] == dataclasses.replace(plan.actions[0], sites=("KT02-1",))
    assert got.actions[1] == dataclasses.replace(plan.actions[1], sites=COMMUNES)
    same = {name: getattr(plan, name) for name in ("services", "actions", "budget_vnd", "siting", "floors")}
    assert dataclasses.replace(got, **same) == plan


def test_places_can_only_be_taken_away():
    """A site that the plan's rule does not name is not added, and a rule without any place left is gone."""
    plan = read_plan("kon-tum")
    got = plan_with(plan, expand={"residential": ["KT01-1", "KT99-1"]}, build={"residential": []})
    assert [rule.kind for rule in got.actions] == ["expand"]
    assert got.actions[0].sites == ("KT01-1",)


def test_every_stranger_is_named_at_once():
    """Services that the plan has no rule for come in one error, with the nearest one."""
    with pytest.raises(PlanError) as error:
        plan_with(
            read_plan("kon-tum"),
            max_minutes={"residental": 9},
            profiles={"day": "car"},
            build={"counselling": ["23284"]},
            aim="cheap",
            floors={"xa": 0.5},
        )
    assert [(c.problem, c.column, c.value) for c in error.value.complaints] == [
        ("not_in_list", "max_minutes", "residental"),
        ("not_in_list", "profiles", "day"),
        ("not_in_list", "build", "counselling"),
        ("not_in_list", "aim", "cheap"),
        ("not_in_list", "floors", "xa"),
    ]


def test_a_contradicting_choice_is_refused():
    """What a plan's file may not say, a scenario may not say either."""
    with pytest.raises(PlanError) as error:
        plan_with(read_plan("kon-tum"), budget_vnd=-1, max_minutes={"residential": -5})
    assert {c.column for c in error.value.complaints} == {"budget_vnd", "services[1].max_minutes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kich-ban")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_saved_scenario_reads_back_as_the_same_plan(folder: Path, data: st.DataObject):
    """Whatever changes, the file inherits and `read_plan` gives the plan back; lists may lose, gain and reorder."""
    base = data.draw(st.sampled_from(PLANS))
    plan = read_plan(base)
    services = [rule.service for rule in plan.services]
    changed = plan_with(
        plan,
        max_minutes=data.draw(st.dictionaries(st.sampled_from(services), st.integers(0, 600))),
        profiles=data.draw(st.dictionaries(st.sampled_from(services), st.sampled_from(["car", "walk", "motorbike"]))),
        budget_vnd=data.draw(st.sampled_from([plan.budget_vnd, 0.0, 1.5e9])),
        build={
            rule.service: data.draw(st.lists(st.sampled_from(COMMUNES), unique=True))
            for rule in plan.actions
            if rule.kind == "build"
        },
    )
    changed = changed.replace(
        name="kich-ban",
        title=data.draw(st.sampled_from([plan.title, 'Thử "ngoặc" \\ và\nxuống dòng'])),
        targets=tuple(data.draw(st.permutations(plan.targets))) if data.draw(st.booleans()) else (),
        floors=data.draw(st.sampled_from([(), (FloorRule("commune", 0.25, "thử"),)])),
        siting=data.draw(
            st.sampled_from([plan.siting, SitingRules(aim="cheapest", share=0.8, forbidden_at=("23284",))])
        ),
        roads=dataclasses.replace(plan.roads, speed_factor=data.draw(st.sampled_from([1.0, 0.8]))),
    )
    place = folder / "kich-ban.toml"
    place.unlink(missing_ok=True)
    assert read_plan(save_scenario(changed, place, base=base_of(plan))) == changed
    assert tomllib.loads(place.read_text(encoding="utf-8"))["base"] == base


def test_a_scenario_says_only_what_differs(tmp_path: Path):
    """One changed threshold is an entry of two keys."""
    plan = read_plan("kon-tum")
    changed = named(plan_with(plan, max_minutes={"residential": 90}), "chin-muoi")
    save_scenario(changed, tmp_path / "a.toml", base=base_of(plan))
    assert tomllib.loads((tmp_path / "a.toml").read_text(encoding="utf-8")) == {
        "base": "kon-tum",
        "name": "chin-muoi",
        "services": [{"service": "residential", "max_minutes": 90.0}],
    }


def test_files_and_decisions_of_the_base_come_along(tmp_path: Path):
    """In another folder the workbook is the base's own, and what a person decided about places is copied."""
    (tmp_path / "goc").mkdir()
    (tmp_path / "moi").mkdir()
    text = read_plan("kon-tum").to_toml().replace('workbook = ""', 'workbook = "so-lieu.xlsx"')
    (tmp_path / "goc" / "kon-tum.toml").write_text(text, encoding="utf-8")
    plan = read_plan(tmp_path / "goc" / "kon-tum.toml")
    kept = decisions.write(decisions.file_beside(plan.folder, plan.name), decisions.checked([], file=""))
    made = save_scenario(named(plan, "thu"), tmp_path / "moi" / "thu.toml", base=base_of(plan))
    got = read_plan(made)
    assert (got.folder / got.inputs.workbook).resolve() == (tmp_path / "goc" / "so-lieu.xlsx").resolve()
    assert decisions.file_beside(got.folder, got.name).read_bytes() == kept.read_bytes()


def test_a_plan_without_a_file_is_written_whole(tmp_path: Path):
    """Without a base the file stands alone."""
    plan = named(read_plan("nghe-an"), "rieng")
    assert base_of(plan) is None
    assert read_plan(save_scenario(plan, tmp_path / "rieng.toml")) == plan


def test_nothing_is_written_over(tmp_path: Path):
    """A file that says something else stays; the same scenario may be saved again; the base's name is refused."""
    plan = read_plan("kon-tum")
    place = tmp_path / "a.toml"
    save_scenario(named(plan, "a"), place, base=base_of(plan))
    before = place.read_bytes()
    save_scenario(named(plan, "a"), place, base=base_of(plan))
    with pytest.raises(PlanError) as error:
        save_scenario(named(plan.replace(budget_vnd=1.0), "a"), place, base=base_of(plan))
    assert [c.problem for c in error.value.complaints] == ["file_exists"]
    assert place.read_bytes() == before
    with pytest.raises(PlanError) as error:
        save_scenario(plan, tmp_path / "b.toml", base=base_of(plan))
    assert [c.problem for c in error.value.complaints] == ["same_name"]


def tables(result: Result) -> dict[str, pd.DataFrame]:
    return {
        declared.name: value
        for declared in dataclasses.fields(result)
        if isinstance(value := getattr(result, declared.name), pd.DataFrame)
    }


def test_what_is_kept_changes_no_figure():
    """An answer that shares facts and minutes with another is that of a fresh run, table by table."""
    plan = read_plan("kon-tum").replace(vintage="2025-07-01", budget_vnd=3e9)
    scenarios = [plan, plan_with(plan, max_minutes={"residential": 60}, profiles={"counselling": "car"})]
    kept = Kept()
    first, shared = (run(one, kept=kept, figures_only=True) for one in scenarios)
    fresh = run(scenarios[1], figures_only=True)
    for name, table in tables(fresh).items():
        pd.testing.assert_frame_equal(tables(shared)[name], table, obj=name)
    assert [n.key for n in first.notices].count("figures_only") == 1


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Facts are gathered once for plans that differ in money alone, and anew when a file is another."""
    plan = read_plan("kon-tum").replace(folder=tmp_path)
    plan = plan.replace(inputs=dataclasses.replace(plan.inputs, workbook="so-lieu.xlsx"))
    gathered: list[bytes] = []
    monkeypatch.setattr(facts, "gather", lambda _: gathered.append((tmp_path / "so-lieu.xlsx").read_bytes()))
    kept = Kept()
    for content in (b"one", b"other"):
        (tmp_path / "so-lieu.xlsx").write_bytes(content)
        kept.gather(plan)
        kept.gather(plan.replace(budget_vnd=1.0))
    assert gathered == [b"one", b"other"]


def test_a_commune_of_another_province_is_refused():
    """Where may be built is checked against the province when the plan is answered."""
    plan = plan_with(read_plan("kon-tum"), build={"residential": ["23284", "99999"]})
    with pytest.raises(PlanError) as error:
        run(plan, figures_only=True)
    assert {(c.problem, c.column, c.value) for c in error.value.complaints} >= {
        ("unknown_reference", "actions[2].sites", "99999")
    }
