"""The whole chain on the five real provinces, in both sets of units."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from mangluoi import gazetteer
from mangluoi.errors import ConservationError, InputError, PlanError
from mangluoi.scenario import facts, read_plan, run, travel
from mangluoi.scenario.run import STAGES, conserve
from mangluoi.tables import ALLOCATION, NEED, POINTS, STATES, TRAVEL_TIMES, convert
from real_answers import answer

STATE_NAMES = ["served", "full", "out_of_reach", "unlocated"]


def test_the_four_states_sum_to_need_exactly(result):
    """served + full + out_of_reach + unlocated = need for every group × unit × service, before and after."""
    for states in (result.states, result.states_after):
        assert (states[STATE_NAMES].sum(axis=1) == states["need"]).all()
        by_province = states.groupby(["group", "service"])[["need", *STATE_NAMES]].sum()
        assert (by_province[STATE_NAMES].sum(axis=1) == by_province["need"]).all()


def test_nobody_is_lost_on_the_way_to_communes(result):
    """People by commune sum to the people that were given, group by group, whatever the units."""
    given = result.totals.groupby("group")["people"].sum().astype(int)
    carried = result.people.groupby("group")["people"].sum().astype(int)
    pd.testing.assert_series_equal(carried, given, check_names=False)


def test_need_is_people_times_rate(result):
    """Each group's need is its people times the plan's rate, to the nearest person."""
    people = result.people.groupby("group")["people"].sum()
    need = result.need.groupby(["group", "service"])["need"].sum()
    for rule in result.plan.needs:
        assert abs(need[rule.group, rule.service] - float(people[rule.group]) * rule.rate) <= 0.5


def test_every_table_keeps_its_declaration(result):
    """Points, need, times, states and allocation are the declared tables."""
    points = gazetteer.points.points(result.units["unit_code"], result.plan.vintage).points
    tables = [
        (POINTS, points), (NEED, result.need), (TRAVEL_TIMES, result.times), (STATES, result.states),
        (ALLOCATION, result.flows), (ALLOCATION, result.flows_after),
    ]  # fmt: skip
    for declared, frame in tables:
        assert convert(declared, frame)[1] == []


def test_the_actions_keep_to_the_budget_and_serve_more(result):
    """The chosen actions cost no more than the budget, and what they add is what more people are served."""
    assert result.actions["cost_vnd"].sum() <= result.plan.budget_vnd
    more = result.states_after["served"].sum() - result.states["served"].sum()
    assert 0 < more <= result.actions["added"].sum()
    assert (result.actions["served_more"] > 0).all()
    assert (result.actions["served_more"] <= result.actions["added"]).all()
    assert (result.actions["served_more"] <= more).all()
    assert result.solution.status == "optimal"
    assert result.solution.objective == result.states_after["served"].sum()


def test_coverage_never_falls_and_bounds_what_is_served(result):
    """Sites that are added cover nobody less; nobody is served who is not covered."""
    table = result.coverage.set_index(["group", "service"])
    served = result.states_after.groupby(["group", "service"])["served"].sum()
    assert (table["covered"] <= table["covered_after"]).all()
    assert (table["covered_after"] <= table["need"]).all()
    assert (served <= table["covered_after"].reindex(served.index)).all()


def test_the_curve_is_coverage_at_the_threshold(result):
    """At the chosen threshold the curve is what coverage is, it never falls, and no mean grows with more sites."""
    curve = result.detail.curve
    at = curve[curve["chosen"]].set_index(["group", "service"])[["need", "covered", "covered_after"]]
    known = result.coverage.set_index(["group", "service"])[["need", "covered", "covered_after"]]
    pd.testing.assert_frame_equal(at.astype(float).sort_index(), known.astype(float).sort_index())
    for _, part in curve.groupby(["service", "group"]):
        assert part["minutes"].is_monotonic_increasing
        assert part[["covered", "covered_after"]].diff().min().min() >= 0
        assert (part["covered_after"] >= part["covered"]).all()
    assert (result.detail.mean_minutes["after"] <= result.detail.mean_minutes["before"]).all()


def test_a_second_run_gives_the_same_tables():
    """The same plan run twice gives identical tables, row by row."""
    plan = read_plan("kon-tum")
    one, two = run(plan), run(plan)
    for field in dataclasses.fields(one):
        first, second = getattr(one, field.name), getattr(two, field.name)
        if isinstance(first, pd.DataFrame):
            assert first.to_csv() == second.to_csv(), field.name


def test_both_vintages_hold_the_same_people(plan_name):
    """Restated in the new units, a province keeps its people and its need."""
    old, new = answer(plan_name, "2025-06-30"), answer(plan_name, "2025-07-01")
    columns = ["group", "service"]
    pd.testing.assert_frame_equal(
        old.need.groupby(columns)["need"].sum().reset_index(), new.need.groupby(columns)["need"].sum().reset_index()
    )
    assert len(new.units) < len(old.units)
    assert "restated" in {notice.key for notice in new.notices}


def test_progress_names_every_stage_in_order():
    """A caller hears of each stage as it begins."""
    heard: list[str] = []
    run(read_plan("kon-tum"), progress=heard.append)
    assert tuple(heard) == STAGES


def test_more_budget_never_serves_fewer():
    """Served after the actions does not fall as the budget grows."""
    plan = read_plan("yen-bai")
    served = [run(plan.replace(budget_vnd=budget)).states_after["served"].sum() for budget in (0.0, 5e9, 15e9, 40e9)]
    assert served == sorted(served)
    assert served[0] < served[-1]


def test_a_lost_person_stops_the_run():
    """A table whose states do not sum to need is refused: the check can fail."""
    need = pd.DataFrame({"point_id": ["a"], "group": ["elderly"], "service": ["day"], "need": [3.0]})
    people = pd.DataFrame({"unit_code": ["a"], "group": ["elderly"]})
    states = need.assign(served=1.0, full=1.0, out_of_reach=1.0, unlocated=0.0)
    conserve(people, need, states)
    with pytest.raises(ConservationError):
        conserve(people, need, states.assign(full=0.0))


def test_an_unknown_province_is_refused():
    """A code that no province has in the named vintage is one clear error."""
    with pytest.raises(PlanError, match="province_code"):
        run(read_plan("kon-tum").replace(province_code="99"))


def test_a_facility_outside_the_province_is_refused():
    """A site that its address puts into another province stops the run, with the province named."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    tables["sites"] = tables["sites"].copy()
    tables["sites"].loc[0, "address"] = "phường Bến Thủy, thành phố Vinh, tỉnh Nghệ An"
    with pytest.raises(InputError) as error:
        facts.supply_on_map(plan, facts.area(plan), tables, file="co-so.xlsx")
    complaint = error.value.complaints[0]
    assert (complaint.problem, complaint.row) == ("outside_province", 0)
    assert "Kon Tum" in complaint.details["province"]


def placed(lon: float, lat: float, address: str | None, *, confidential: bool = False):
    """Put Kon Tum's first site at coordinates and an address, and return what is complained of."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    sites = tables["sites"].copy()
    sites.loc[0, ["lon", "lat"]] = lon, lat
    sites["address"] = sites["address"].astype(object)
    sites.loc[0, "address"] = address
    sites.loc[0, "confidential"] = confidential
    try:
        facts.supply_on_map(plan, facts.area(plan), {**tables, "sites": sites}, file="co-so.xlsx")
    except InputError as error:
        return [(c.problem, c.value) for c in error.complaints]
    return []


def test_coordinates_beyond_the_border_are_refused():
    """Pleiku is not in Kon Tum; a point in the west of the province is, though far from any commune centre."""
    assert placed(108.0, 13.98, None) == [("outside_province", "KT01-1")]
    assert placed(108.0, 14.35, None) == []


def test_an_address_that_contradicts_its_coordinates_is_refused():
    """Coordinates in the city with an address in another district 60 km off are not both right."""
    found = placed(108.0, 14.35, "xã Mường Hoong, huyện Đắk Glei, tỉnh Kon Tum")
    assert [problem for problem, _ in found] == ["address_contradicts"]


def test_a_complaint_never_tells_where_a_confidential_site_is():
    """What is wrong with a shelter is said by its id, not by its address."""
    assert placed(108.0, 13.98, "số 1 đường Bí Mật", confidential=True) == [("outside_province", "KT01-1")]


def test_a_shelter_must_be_marked_confidential():
    """A site of a confidential type that is not marked so is refused, before anything can show it."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    homes = tables["facilities"].copy()
    homes.loc[homes["facility_id"] == "KT04", "type"] = "shelter"
    with pytest.raises(InputError) as error:
        facts.supply_on_map(plan, facts.area(plan), {**tables, "facilities": homes}, file=None)
    assert [c.problem for c in error.value.complaints] == ["shelter_not_confidential"]


def test_a_group_counted_on_two_lists_is_refused():
    """Ten thousand on the old list and five hundred more on the new one would count people twice."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    people = tables["people"]
    again = people[people["group"] == "beneficiary"].assign(unit_code="23293", vintage="2025-07-01")
    with pytest.raises(InputError) as error:
        facts.people_by_commune(plan, facts.area(plan), pd.concat([people, again], ignore_index=True), file=None)
    assert [(c.problem, c.value) for c in error.value.complaints] == [("two_vintages", "beneficiary")]


def test_everything_wrong_is_said_together(monkeypatch):
    """Complaints about supply and about people come in one error."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    sites, people = tables["sites"].copy(), tables["people"].copy()
    sites.loc[0, "address"] = "phường Bến Thủy, thành phố Vinh, tỉnh Nghệ An"
    people.loc[1, "unit_code"] = "412"
    monkeypatch.setattr(facts, "read_tables", lambda _: ({**tables, "sites": sites, "people": people}, "so-lieu.xlsx"))
    with pytest.raises(InputError) as error:
        facts.gather(plan)
    assert [c.sheet for c in error.value.complaints] == ["Địa điểm", "Đối tượng"]


def test_a_site_changes_no_road():
    """Minutes between communes and the other sites do not depend on where a further site is, seen or confidential."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    moved = tables["sites"].copy()
    moved.loc[moved["site_id"] == "KT03-1", ["lon", "lat", "confidential"]] = 107.95, 14.42, True
    moved.loc[moved["site_id"] == "KT03-1", "address"] = None
    where = facts.area(plan)
    minutes = []
    for sites in (tables["sites"], moved):
        here = facts.supply_on_map(plan, where, {**tables, "sites": sites}, file=None).sites
        times = travel.ways(plan, where, here, profiles=["car"]).minutes(240.0)
        minutes.append(times[times["to_id"] != "KT03-1"].reset_index(drop=True))
    pd.testing.assert_frame_equal(*minutes)


def test_people_outside_the_province_are_refused():
    """A count for a unit of another province stops the run with its row."""
    plan = read_plan("kon-tum")
    tables, _ = facts.read_tables(plan)
    people = tables["people"].copy()
    people.loc[1, "unit_code"] = "412"
    with pytest.raises(InputError) as error:
        facts.people_by_commune(plan, facts.area(plan), people, file="so-lieu.xlsx")
    assert {(c.problem, c.row) for c in error.value.complaints} == {("outside_province", 1)}
