"""What plans may ask of siting: kinds of action, aims, limits, phases; and what stands and is told afterwards."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from small_plan import MILLION, WHY, action, village

from mangluoi.errors import PlanError
from mangluoi.reports import alternatives, choosing, passages, sentences
from mangluoi.scenario import disclose, reasoning
from mangluoi.scenario.refinements import PoolRule
from mangluoi.scenario.rules import TargetRule
from mangluoi.scenario.siterules import (
    AnswerRules,
    FloorRule,
    LandRule,
    PayerRule,
    PhaseRule,
    SitingRules,
    WeightRule,
)

__all__ = ["village"]

_QUIET = AnswerRules(frontier=0, reasons=False)


def places(table: pd.DataFrame) -> dict[tuple[str, str], int]:
    return {(str(s), str(v)): int(n) for s, v, n in table.itertuples(index=False, name=None)}


def served(result) -> float:
    return float(result.states_after["served"].sum())


def test_what_stands_after_every_kind_of_action_is_measured(village):
    """Moved, closed, admitted and built places: served people fit into what stands by hand, and equal the objective."""
    plan, run = village
    rules = (
        action("reprofile", low=1, high=30, from_service="emergency", sites=("A1",)),
        action("upgrade", sites=("B1",), group="elderly", per_place_vnd=0.1 * MILLION),
        action("merge", low=1, high=20, sites=("A1",), from_sites=("C1",), saved_vnd=MILLION),
        action("expand", high=10, sites=("A1",), per_place_vnd=2 * MILLION),
        action("build", low=10, high=10, facility_type="general", sites=("23377",), per_place_vnd=5 * MILLION),
        action("close", service="emergency", sites=("A1",), per_place_vnd=0.0),
    )
    asked = plan(actions=rules)
    result = run(asked)
    assert result.solution.status == "optimal"
    assert served(result) == result.solution.objective
    assert set(result.actions["kind"]) >= {"reprofile", "upgrade", "expand"}
    # By hand: 40 + 20 from emergency (10 children need the rest) + 10 + 30 opened to older people + 20 + 10 built.
    stand = {("A1", "residential"): 40, ("B1", "residential"): 30, ("C1", "residential"): 20, ("A1", "emergency"): 30}
    for row in result.actions.to_dict("records"):
        slot = (row["site_id"], row["service"])
        if row["kind"] in ("merge", "reprofile"):
            source = (row["from_site_id"], row["from_service"])
            stand[source] = 0 if row["kind"] == "merge" else stand[source] - row["added"]
        if row["kind"] == "close":
            stand[slot] = 0
        stand[slot] = stand.get(slot, 0) + row["added"]
    used = places(result.flows_after.groupby(["site_id", "service"], as_index=False)["served"].sum())
    assert all(number <= stand[slot] for slot, number in used.items())
    elderly_at_b = result.flows_after.query("site_id == 'B1' and group == 'elderly'")["served"].sum()
    assert elderly_at_b > 0 == result.flows.query("site_id == 'B1' and group == 'elderly'")["served"].sum()
    told = " ".join(passages.chosen(disclose(result), "vi"))
    assert "Chuyển đổi tại Trung tâm A – Nhà A" in told
    assert "được tiếp nhận" in told


def test_a_required_merge_closes_its_source_and_is_told(village):
    """The source is gone from coverage and flows, its places stand at the other site; a cap on ways forbids it."""
    plan, run = village
    merge = action("merge", low=20, high=20, sites=("A1",), from_sites=("C1",), required=True)
    result = run(plan(actions=(merge,), targets=(TargetRule("count_facilities", "Số cơ sở", 2, 2030, WHY),)))
    assert "C1" in set(result.flows["site_id"])
    assert "C1" not in set(result.flows_after["site_id"])
    assert result.actions[["kind", "added", "from_site_id"]].to_numpy().tolist() == [["merge", 20, "C1"]]
    assert (result.nearest["minutes_after"].fillna(1e3) >= result.nearest["minutes"].fillna(1e3)).all()
    assert result.scorecard[["today", "after"]].to_numpy().tolist() == [[3.0, 2.0]]
    assert (
        "sáp nhập nơi có dịch vụ «Chăm sóc, nuôi dưỡng tại cơ sở» tại Trung tâm C – Nhà C vào Trung tâm A – Nhà A"
        in choosing.may(disclose(result), merge, "vi")
    )
    capped = run(plan(actions=(merge,), siting=SitingRules(max_loss_minutes=0.0)))
    told = next(sentences.notice(one) for one in capped.notices if one.key == "siting_clash")
    assert "làm việc bắt buộc «Trung tâm A – Nhà A»" in told
    assert "không để ai phải đi xa thêm" in told


def test_the_least_money_for_a_share(village):
    """The cheapest plan reaches the share, no cheaper one does, and a budget below it clashes in words."""
    plan, run = village
    aim = SitingRules(aim="cheapest", share=0.6)
    whole = AnswerRules(frontier=0)
    result = run(plan(actions=(action("expand", high=60, sites=("A1", "C1")),), siting=aim, answers=whole))
    assert served(result) == result.states["need"].sum() * 0.6
    assert result.solution.objective == result.actions["cost_vnd"].sum()
    site = str(result.actions["site_id"].iloc[0])
    other = action("expand", high=60, sites=("C1" if site == "A1" else "A1",))
    without = run(plan(actions=(other,), siting=aim)).solution
    worse = without.objective - result.solution.objective if without.audit is not None else None
    assert [None if pd.isna(one) else one for one in result.actions["worse"]][:1] == [worse]
    assert result.actions["lost"].isna().all()
    less = plan(actions=(action("expand", high=60, sites=("A1", "C1")),), siting=aim,
                budget_vnd=result.solution.objective - MILLION)  # fmt: skip
    told = next(sentences.notice(one) for one in run(less).notices if one.key == "siting_clash")
    assert "đạt 60,0 % nhu cầu" in told
    assert f"cần ít nhất {result.solution.objective / MILLION:.0f},0 triệu đồng" in told
    assert "chi phí thấp nhất để đạt 60,0 % nhu cầu" in " ".join(passages.question(disclose(result), "vi"))


def test_floors_weights_payers_and_land_bind(village):
    """Each takes something away that the plan without it reaches, and holds in the states afterwards."""
    plan, run = village
    expand = action("expand", high=60, sites=("A1", "C1"), land_per_place_m2=30.0, authority="tinh")
    free = run(plan(actions=(expand,)))
    floor = FloorRule("group", 0.35, WHY)
    fair = run(plan(actions=(expand,), floors=(floor,)))
    by_group = fair.solution.assignment.groupby("group")["served"].sum()
    need = fair.states.groupby("group")["need"].sum()
    assert (by_group >= 0.35 * need).all()
    assert fair.solution.objective <= free.solution.objective
    land = run(plan(actions=(expand,), land=(LandRule("A1", 300.0, WHY), LandRule("C1", 0.0, WHY))))
    assert land.actions["added"].sum() == 10
    payer = run(plan(actions=(expand,), payers=(PayerRule("tinh", 7 * MILLION, WHY),)))
    assert payer.actions["cost_vnd"].sum() == 7 * MILLION
    weighted = run(plan(actions=(expand,), weights=(WeightRule(3.0, WHY, group="elderly"),)))
    assert weighted.solution.objective > free.solution.objective
    for told in ("ít nhất 35,0 % nhu cầu",):
        assert told in " ".join(passages.question(disclose(fair), "vi"))


def test_binding_targets_are_reached_and_scored(village):
    """A share of facilities that are not public, and a sum of places, hold afterwards and on the scorecard."""
    plan, run = village
    build = action("build", low=10, high=20, facility_type="general", ownership="nonpublic",
                   sites=("23377", "23446", "23500"))  # fmt: skip
    share = TargetRule("share_nonpublic", "Ngoài công lập", 0.5, 2030, WHY, binding=True)
    total = TargetRule("total_capacity", "Số chỗ", 125, 2030, WHY, service="residential", binding=True)
    result = run(plan(actions=(build,), targets=(share, total)))
    after = result.scorecard.set_index("kind")["after"]
    assert after["share_nonpublic"] >= 0.5
    assert after["total_capacity"] >= 125
    assert (result.actions["kind"] == "build").all()
    budgets = AnswerRules(frontier=2, frontier_up_to=0.3, reasons=False)
    dear = run(plan(actions=(build,), targets=(share, total), answers=budgets)).frontier
    assert dear["status"].iloc[0] == "infeasible"
    assert dear[["people", "bound"]].iloc[0].isna().all()
    none = run(plan(actions=(build,), targets=(dataclasses.replace(share, value=0.9),)))
    assert "đạt chỉ tiêu mạng lưới «Ngoài công lập»" in sentences.notice(
        next(one for one in none.notices if one.key == "siting_clash")
    )


def test_phases_are_nested_and_end_where_one_plan_would(village):
    """Phase by phase money and people only grow; the end is the answer to all the money at once."""
    plan, run = village
    rules = (action("expand", high=40, sites=("A1", "C1")),)
    stretches = (PhaseRule("2026–2027", 20 * MILLION, 2, WHY), PhaseRule("2028–2030", 20 * MILLION, 3, WHY))
    at_once = run(plan(actions=rules, budget_vnd=40 * MILLION))
    result = run(plan(actions=rules, budget_vnd=40 * MILLION, phases=stretches))
    phases = result.reasoning.phases
    assert phases["people"].is_monotonic_increasing
    assert (phases["cost_vnd"] <= phases["budget_vnd"]).all()
    assert phases["people"].iloc[-1] == at_once.solution.objective == served(result)
    assert (phases["lost"] >= 0).all()
    assert phases["years"].tolist() == [2, 3]
    done = result.reasoning.phase_actions.groupby("action_id")["added"].sum()
    assert done.to_dict() == dict(zip(result.actions["action_id"], result.actions["added"], strict=True))
    assert next(len(made.rows) for made in alternatives.in_report(disclose(result, profile="internal"))) == 2


def test_shared_beds_bind_the_choice_as_they_bind_the_audit(village):
    """Beds that two services share are shared in the choice too: the audit finds what the choice promised."""
    plan, run = village
    move = action("reprofile", high=30, from_service="emergency", sites=("A1",))
    rules = (action("expand", high=10, sites=("A1",)), move)
    shared = (PoolRule("A1", ("residential", "emergency"), 45, WHY),)
    result = run(plan(actions=rules, pools=shared))
    assert served(result) == result.solution.objective
    at_a = result.flows_after.query("site_id == 'A1'")["served"].sum()
    assert result.flows.query("site_id == 'A1'")["served"].sum() <= 45 < at_a
    assert at_a <= 45 + result.actions.query("kind == 'expand'")["added"].sum()


def test_every_number_of_an_explanation_is_that_of_a_plan_asked_again(village, monkeypatch):
    """Lost, adds, flips, firmness and the price of equity are found again by running changed plans."""
    plan, run = village
    monkeypatch.setattr(reasoning, "_FACTORS", (0.8,))
    monkeypatch.setattr(reasoning, "_MINUTES", ())
    first, second = action("expand", high=30, sites=("A1",)), action("expand", high=30, sites=("C1",), name="c")
    answers = AnswerRules(frontier=0, flips=True, near_optimal=3, near_within=0.5, equity=(0.3,))
    told = run(plan(actions=(first, second), budget_vnd=50 * MILLION, answers=answers))

    def objective(**changes) -> float:
        given = {"actions": (first, second), "budget_vnd": 50 * MILLION, "answers": _QUIET, **changes}
        answer = run(plan(**given))
        return answer.solution.objective if answer.solution.audit is not None else float("-inf")

    best, rows = told.solution.objective, told.actions.set_index("site_id")
    assert len(rows) == 2
    for site, other in (("A1", second), ("C1", first)):
        without = objective(actions=(other,))
        assert rows.loc[site, "lost"] == best - without
        kept = int(rows.loc["C1" if site == "A1" else "A1", "added"])
        fixed = dataclasses.replace(other, min_added=kept, max_added=kept, required=True)
        adds = told.reasoning.adds.groupby("action_id")["people"].sum()[rows.loc[site, "action_id"]]
        assert adds == rows.loc[site, "served_more"] == best - objective(actions=(fixed,))
    flip = told.reasoning.flips.query("what == 'cost'").iloc[0]
    own, others = (first, second) if "A1" in flip["action_id"] else (second, first)
    for factor, stays in ((flip["stays"], True), (flip["goes"], False)):
        if pd.notna(factor):
            dear = dataclasses.replace(own, per_place_vnd=MILLION * factor, required=True)
            assert (objective(actions=(dear, others)) >= objective(actions=(others,))) == stays
    equal = told.reasoning.equity.set_index("by").loc["group"]
    floor = (FloorRule("group", 0.3, WHY),)
    again = objective(floors=floor)
    assert again == equal["people"] if pd.notna(equal["people"]) else again == float("-inf")
    assert (told.reasoning.firmness["plans"] <= told.reasoning.firmness["of"]).all()


def test_bad_keys_are_told_before_anything_is_solved(village):
    """Each contradiction of the new keys is one complaint at its place."""
    plan, _ = village
    wrong = (
        action("close", high=5, sites=("A1",)),
        action("reprofile", high=5),
        action("expand", high=5, group="elderly", requires=("x",), step=3),
    )
    with pytest.raises(PlanError) as refused:
        plan(
            actions=wrong, siting=SitingRules(aim="cheapest", candidates="grid", vnd_per_minute=1.0),
            floors=(FloorRule("group", 1.5, WHY),), payers=(PayerRule("a", 0.0, WHY),),
            weights=(WeightRule(1.0, WHY, group="hiv"),), phases=(PhaseRule("x", 1.0, 0.0, WHY),),
        )  # fmt: skip
    found = {(one.problem, one.column) for one in refused.value.complaints}
    assert found >= {
        ("adds_no_places", "actions[1].max_added"), ("missing_key", "actions[2].from_service"),
        ("unused_key", "actions[3].group"), ("unknown_reference", "actions[3].requires"),
        ("uneven_steps", "actions[3].step"), ("missing_key", "siting.share"), ("missing_key", "siting.grid_km"),
        ("unused_key", "siting.vnd_per_minute"), ("above_range", "floors[1].at_least"),
        ("no_budget", "payers[1].budget_vnd"), ("unknown_reference", "payers[1].authority"),
        ("unknown_reference", "weights[1]"), ("below_range", "phases[1].years"),
        ("unused_key", "phases"), ("contradiction", "phases"),
    }  # fmt: skip


def test_a_budget_of_nothing_is_said(village):
    """Where actions are offered and the budget is zero, nothing is chosen, and the answer says why."""
    plan, run = village
    told = {note.key for note in run(plan(budget_vnd=0.0)).notices}
    assert "no_money" in told
    assert "no_actions" not in told
    assert "no_money" not in {note.key for note in run(plan(budget_vnd=0.0, actions=())).notices}
