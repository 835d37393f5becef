"""Why each action was chosen, required actions, and budgets that are too small, in the words of the report."""

from __future__ import annotations

import pytest

from mangluoi import shipped
from mangluoi.errors import PlanError
from mangluoi.reports import passages, sentences
from mangluoi.scenario import disclose, read_plan, run
from real_answers import answer

AS_PLANNED = shipped.plans_folder() / "kich-ban" / "kon-tum-theo-ke-hoach.toml"


@pytest.fixture(scope="module")
def as_planned():
    """Kon Tum with both homes at 300 places by force."""
    return run(read_plan(AS_PLANNED))


def test_what_the_source_document_plans_is_done(as_planned):
    """Both homes end at 300 places, which serves no more than the free choice for the same money."""
    assert as_planned.solution.status == "optimal"
    done = as_planned.actions.set_index("site_id")["added"]
    today = as_planned.capacity[as_planned.capacity["service"] == "residential"].set_index("site_id")["usable"]
    assert (today + done)[["KT01-1", "KT02-1"]].tolist() == [300, 300]
    assert as_planned.solution.objective <= answer("kon-tum", "2025-06-30").solution.objective
    told = " ".join(passages.chosen(disclose(as_planned), "vi"))
    assert told.count("Việc này bắt buộc phải làm theo kế hoạch.") == 2


def test_a_budget_too_small_for_the_plan_is_told_with_what_it_takes():
    """Nothing is chosen; the notice names what clashes and the least money that would do, in both languages."""
    plan = read_plan(AS_PLANNED)
    least = 2 * 300 * plan.actions[0].per_place_vnd
    result = run(plan.replace(budget_vnd=least - 1e9))
    assert result.solution.status == "infeasible"
    assert result.actions.empty
    told = next(notice for notice in result.notices if notice.key == "siting_clash")
    assert "chi không quá 40,1 tỷ đồng" in sentences.notice(told)
    assert "cần ít nhất 41,1 tỷ đồng" in sentences.notice(told)
    assert "it takes at least 41.1 billion VND" in sentences.notice(told, "en")
    assert "Vinh Sơn" in sentences.notice(told)


def test_reasons_are_told(plan_name):
    """Each chosen action says what is lost without it or what serves as many, and its figures fit the answer."""
    result = answer(plan_name, "2025-06-30")
    assert (result.actions["lost"] >= 0).all()
    assert (result.actions["lost"] <= result.actions["served_more"] + 1e-9).all()
    for told in passages.chosen(disclose(result), "vi"):
        assert "Nếu không làm việc này" in told or "Có phương án khác phục vụ cùng số người" in told


def test_an_exact_size_belongs_to_expanding(tmp_path):
    """A rule that builds anywhere can be neither required, at every place, nor of an exact size."""
    file = tmp_path / "x.toml"
    text = 'base = "kon-tum"\nname = "x"\n[[actions]]\nkind = "build"\nservice = "residential"\n'
    file.write_text(text + 'facility_type = "general"\nto_size = 50\nrequired = true\n', encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        read_plan(file)
    assert {c.column for c in refused.value.complaints} == {"actions[2].to_size", "actions[2].sites"}
