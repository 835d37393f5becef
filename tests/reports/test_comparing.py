"""Comparisons as a reader sees them."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator
from functools import cache

import pytest

from mangluoi.reports import comparing
from mangluoi.reports.exhibits import MASKED, Exhibit
from mangluoi.reports.story import Picture
from mangluoi.reports.words import all_keys
from mangluoi.scenario import Disclosed, Result, compare, disclose, disclose_together, read_plan, run
from mangluoi.scenario.inheritance import ENTRY_KEYS
from mangluoi.scenario.plan import AnswerRules, Plan


@cache
def results() -> list[Result]:
    """Answer two plans of one province, one with less money and a tighter threshold."""
    given = read_plan("kon-tum")
    # Two sites to expand and no frontier: choosing takes no time.
    expand = tuple(rule for rule in given.actions if rule.kind == "expand")
    plan = given.replace(actions=expand, answers=AnswerRules(frontier=0))
    rule = dataclasses.replace(plan.services[0], max_minutes=60.0)
    other = plan.replace(name="it-tien", budget_vnd=plan.budget_vnd / 4, services=(rule, *plan.services[1:]))
    return [run(plan), run(other)]


@cache
def pair() -> list[Disclosed]:
    """Disclose both together."""
    return disclose_together(results())


def declared(settings: type, inside: str = "") -> Iterator[str]:
    """Walk over every key that a plan may hold, those that tell entries of a list apart left out."""
    hints = typing.get_type_hints(settings)
    for field in dataclasses.fields(settings):
        if not field.metadata.get("setting", True):
            continue
        hint = hints[field.name]
        inner = [a for a in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(a) and isinstance(a, type)]
        if not inner:
            yield inside + field.name
        for one in inner:
            apart = ENTRY_KEYS.get(field.name, ())
            yield from (key for key in declared(one, f"{field.name}.") if key.split(".")[1] not in apart)


def test_every_assumption_has_a_name():
    """Each key that a plan may hold is called something in both languages."""
    missing = {key for key in declared(Plan) if f"assumption.{key}" not in all_keys()}
    assert missing == {"name"}


def test_changes_are_told_in_sentences():
    """The sentences name the assumption, the entry and both values as Vietnamese writes them."""
    told = comparing.change_sentences(*pair())
    assert told == [
        "Ngân sách (đồng): từ 45.000.000.000 thành 11.250.000.000.",
        "Ngưỡng thời gian (phút) – Chăm sóc, nuôi dưỡng tại cơ sở: từ 120 thành 60.",
    ]


def test_the_other_way_round_the_values_change_places():
    """Before and after are not mixed up."""
    assert comparing.change_sentences(*reversed(pair()))[0].endswith("từ 11.250.000.000 thành 45.000.000.000.")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_comparison_holds_table_chart_and_every_plan(lang):
    """Both plans have a column in each table, tables are numbered in order, and the chart is there."""
    blocks = comparing.comparison_story(pair(), lang=lang)
    tables = [block for block in blocks if isinstance(block, Exhibit)]
    assert [table.label.split(".")[0].split()[-1] for table in tables] == ["1", "2"]
    assert all({"kon-tum", "it-tien"} <= {heading.text for heading in table.headings} for table in tables)
    assert any(isinstance(block, Picture) and block.png.startswith(b"\x89PNG") for block in blocks)


def test_what_is_not_known_is_not_written_as_zero():
    """Where no site gives its size nobody is said to be served, and no masked count is given."""
    shown = pair()
    table = comparing.figure_table(shown)
    said = {row[-1] for row in table.rows if row[3] == "Được phục vụ (người)"}
    assert all(isinstance(value, int) or value in (MASKED, "chưa có số liệu") for value in said)
    assert "chưa có số liệu" in said


def test_the_same_results_give_the_same_picture():
    """The chart has no clock in it."""
    first, second = (
        next(block.png for block in comparing.comparison_story(pair()) if isinstance(block, Picture)) for _ in range(2)
    )
    assert first == second


def test_results_are_compared_in_one_call():
    """The figures are those of the results disclosed together, and both tables show themselves in a notebook."""
    made = compare(*results())
    assert [one.plan.name for one in made.shown] == ["kon-tum", "it-tien"]
    assert set(made.changes["key"]) == {"budget_vnd", "services.max_minutes"}
    served = made.figures[(made.figures["measure"] == "served") & (made.figures["service"] == "residential")]
    totals = [one.state_totals.set_index("service").loc["residential", "served_after"] for one in pair()]
    assert served["after"].tolist() == totals
    assert "it-tien" in made._repr_html_()
    assert "Chăm sóc, nuôi dưỡng tại cơ sở" in made._repr_html_()
    assert "<th>Measure</th>" in made.to_html(lang="en")


def test_a_notebook_shows_vietnamese_unless_english_is_asked_for():
    """Headings and names of a result and of what is disclosed of it; no word of the other language."""
    result = results()[0]
    for shown in (result, disclose(result)):
        assert shown._repr_html_() == shown.to_html(lang="vi")
        assert "<th>Được phục vụ sau phương án</th>" in shown._repr_html_()
        assert "Dân số" in shown._repr_html_()
        english = shown.to_html(lang="en")
        assert "<th>Served after</th>" in english
        assert "Population" in english
        assert not re.search("Nhóm|Dịch vụ|Dân số|bản công khai", english)
    assert "bản nội bộ" in disclose(result, profile="internal")._repr_html_()


def test_two_plans_without_a_difference_say_so():
    """Nothing changed is an answer, not an empty page."""
    one = results()[0]
    same = dataclasses.replace(one, plan=one.plan.replace(name="khac"))
    blocks = comparing.difference_story(*disclose_together([one, same]))
    texts = [getattr(block, "text", "") for block in blocks]
    assert "Các phương án không khác nhau về giả định nào." in texts
