"""The explorer without a browser: what a click computes, shows, saves and refuses."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mangluoi.errors import InputError, MissingExtraError
from mangluoi.scenario import facts, plan_with, read_plan
from mangluoi.scenario.plan import FloorRule, Plan, SitingRules
from mangluoi.widget import Explorer, choices, explore

PLANS = ("binh-phuoc", "dong-thap", "kon-tum", "nghe-an", "yen-bai")
PLACES = {("build", "residential"): ["23284", "23293"], ("expand", "residential"): ["KT01-1", "KT02-1"]}


@pytest.fixture(scope="module")
def opened() -> Explorer:
    return explore("dong-thap")


@pytest.fixture
def explorer(opened: Explorer) -> Iterator[Explorer]:
    """The explorer of Đồng Tháp, where several groups share a service, as it was when it opened."""
    opened.controls.reset()
    yield opened
    opened.controls.reset()


def said(explorer: Explorer) -> list[str]:
    """Return every text that the widgets show: labels, choices, hints, tables, map and code."""
    found: list[str] = []

    def walk(box: Any) -> None:
        shown = ["description", "tooltip", *(["value"] if type(box).__name__ in ("Label", "HTML", "Text") else [])]
        found.extend(str(getattr(box, name)) for name in shown if getattr(box, name, None))
        found.extend(getattr(box, "_options_labels", ()))
        for child in getattr(box, "children", ()):
            walk(child)

    walk(explorer.box)
    return found


@pytest.mark.parametrize("name", PLANS)
def test_untouched_controls_change_nothing(name: str):
    """What the controls show for a plan reads back as no change, to the last đồng."""
    plan = read_plan(name)
    assert choices.read(choices.as_typed(plan, PLACES), plan, PLACES) == {}


def test_everything_typed_is_read_and_said_in_code():
    """Numbers in Vietnamese writing, aims and floors become arguments, and the code gives the same plan."""
    plan = read_plan("kon-tum")
    typed = dataclasses.replace(
        choices.as_typed(plan, PLACES),
        minutes={"residential": "90,5", "counselling": "90"},
        profiles={"residential": "motorbike", "counselling": "motorbike"},
        budget="12,5",
        aim="cheapest",
        share="80 %",
        floor="commune",
        at_least="25",
        places={("build", "residential"): ["23293"], ("expand", "residential"): []},
    )
    changes = choices.read(typed, plan, PLACES, basis="thử")
    assert changes == {
        "max_minutes": {"residential": 90.5},
        "profiles": {"residential": "motorbike"},
        "budget_vnd": 12.5e9,
        "aim": "cheapest",
        "share": 0.8,
        "floors": {"commune": 0.25},
        "basis": "thử",
        "expand": {"residential": []},
        "build": {"residential": ["23293"]},
    }
    lines = choices.code(changes, "kon-tum").splitlines()
    told: dict[str, object] = {}
    exec("\n".join(line for line in lines if not line.startswith("result")), told)
    assert told["scenario"] == plan_with(plan, **changes)


def test_what_a_plan_has_can_be_taken_away():
    """A plan's aim with a share goes back to the most served, its floor to none; several floors stay if untouched."""
    plan = read_plan("kon-tum").replace(
        siting=SitingRules(aim="cheapest", share=0.8), floors=(FloorRule("commune", 0.2, "a"),)
    )
    began = choices.as_typed(plan, PLACES)
    typed = dataclasses.replace(began, aim="served", floor="")
    changes = choices.read(typed, plan, PLACES)
    assert plan_with(plan, **changes) == read_plan("kon-tum")
    several = plan.replace(floors=(*plan.floors, FloorRule("group", 0.1, "b")))
    assert choices.read(choices.as_typed(several, PLACES), several, PLACES) == {}


def test_every_bad_number_is_named():
    """Text, a hedge, a unit, less than nothing and more than all are complained of together, by their control."""
    plan = read_plan("nghe-an")
    typed = dataclasses.replace(
        choices.as_typed(plan, {}),
        minutes={"residential": "mười", "emergency": "-5", "counselling": ""},
        budget="khoảng 60",
        aim="minutes",
        share="120",
        floor="group",
        at_least="x",
    )
    with pytest.raises(InputError) as error:
        choices.read(typed, plan, {})
    assert {(c.problem, c.column) for c in error.value.complaints} == {
        ("not_a_number", "minutes.residential"),
        ("negative", "minutes.emergency"),
        ("not_a_number", "minutes.counselling"),
        ("not_a_number", "budget"),
        ("above_range", "share"),
        ("not_a_number", "at_least"),
    }


def test_a_click_shows_what_its_code_gives(explorer: Explorer):
    """After a click the figures change, and the code that is shown gives the same tables."""
    before = explorer._figures.value
    explorer.controls.budget.value = "2"
    explorer.controls.minutes["residential"].value = "60"
    assert "Tính lại" in explorer._status.value
    explorer.recalculate()
    assert explorer._figures.value != before
    told: dict[str, Any] = {}
    exec(explorer.code, told)
    for name in ("states", "states_after", "actions", "nearest", "coverage"):
        pd.testing.assert_frame_equal(getattr(told["result"], name), getattr(explorer.result, name), obj=name)
    assert told["scenario"] == explorer.scenario
    assert "budget_vnd=2_000_000_000" in explorer._code.value


def test_a_bad_value_loses_nothing(explorer: Explorer):
    """A number that cannot be read is named in Vietnamese; what is shown and what was typed stay."""
    shown, result = explorer._figures.value, explorer.result
    explorer.controls.budget.value = "nhiều"
    explorer.recalculate()
    assert "Kinh phí (tỷ đồng) «nhiều»" in explorer._status.value
    assert "không phải là số" in explorer._status.value
    assert explorer._figures.value == shown
    assert explorer.result is result
    assert explorer.controls.budget.value == "nhiều"
    assert not any(button.disabled for button in explorer._buttons)


def test_a_saved_scenario_is_the_one_that_is_shown(explorer: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The file inherits from the plan, reads back as the scenario, and is not written over by another."""
    monkeypatch.chdir(tmp_path)
    explorer._name.value = "Ngân sách thấp"
    place = explorer.save()
    assert place == Path("ngan-sach-thap.toml")
    assert 'base = "dong-thap"' in place.read_text(encoding="utf-8")
    assert read_plan(place) == explorer.scenario.replace(name="ngan-sach-thap")
    content = place.read_bytes()
    place.write_text("khác", encoding="utf-8")
    assert explorer.save() is None
    assert "tên khác" in explorer._status.value
    assert place.read_text(encoding="utf-8") == "khác"
    place.write_bytes(content)
    explorer._name.value = "dong-thap"
    assert explorer.save() is None


@pytest.mark.parametrize("internal", [False, True])
def test_nothing_confidential_is_in_the_widgets(internal: bool, monkeypatch: pytest.MonkeyPatch):
    """A confidential site is named in no text and offered by no list, and neither are others of its services."""
    read = facts.read_tables

    def with_a_secret(plan: Plan) -> tuple[dict[str, pd.DataFrame], str | None]:
        tables, file = read(plan)
        sites = tables["sites"].copy()
        sites.loc[sites["site_id"] == "KT02-1", "confidential"] = True
        return {**tables, "sites": sites}, file

    name = str(read(read_plan("kon-tum"))[0]["sites"].set_index("site_id").at["KT02-1", "name"])
    monkeypatch.setattr(facts, "read_tables", with_a_secret)
    hiding = explore(read_plan("kon-tum").replace(budget_vnd=1e9), internal=internal)
    everything = "\n".join(said(hiding))
    assert "Trung tâm Bảo trợ và Công tác xã hội tỉnh Kon Tum" in everything
    assert name not in everything
    assert "KT02-1" not in everything
    assert hiding.controls.lists == {}
    assert ("mlx-stamp" in hiding._figures.value) == internal


def test_nothing_english_is_in_the_widgets(explorer: Explorer):
    """Every label and button of the Vietnamese widget is Vietnamese."""
    labels = [text for text in said(explorer) if text and "<" not in text]
    for english in ("Minutes", "Budget", "Recalculate", "Save", "residential", "motorbike", "served", "commune"):
        assert not [text for text in labels if english in text], english
    assert "Tính lại" in labels


def test_without_ipywidgets_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    """Before anything is read, the error says what to install."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(MissingExtraError, match=r"mangluoi\[notebook\]"):
        explore("no-such-plan")
