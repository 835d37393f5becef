"""What holds of every siting question, whatever it is about; and questions that cannot be asked."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from every_plan import askable
from mangluoi import siting
from mangluoi.errors import InputError
from mangluoi.siting import Aim, Floor, Question, Rule, candidates

SERVED, COVERED = Aim("served"), Aim("covered")
SEEDS = st.integers(0, 3000)
AIMS = st.sampled_from([SERVED, COVERED])


def reached(question, aim):
    """Return how many are served or covered; where nothing is possible, nobody."""
    answer = siting.solve(question, aim, explain=False, tie_breaks=False)
    assert answer.status in ("optimal", "infeasible")
    return answer.objective


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, more=st.integers(1, 8), aim=AIMS)
def test_more_budget_never_serves_fewer(seed, more, aim):
    """A larger budget serves and covers as many or more, whatever else is asked."""
    question = askable(seed).replace(budget_vnd=3.0)
    assert reached(question.replace(budget_vnd=3.0 + more), aim) >= reached(question, aim)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, aim=AIMS)
def test_a_further_candidate_never_hurts(seed, aim):
    """One more site to build at leaves every plan as good as it was."""
    question = askable(seed)
    more = question.actions.iloc[[0]].assign(
        action_id="more", kind="build", site_id="s0", service="v0", min_added=1, max_added=2, fixed_vnd=1.0,
        per_place_vnd=0.0, step=None, from_site_id=None, from_service=None, group=None, exclusive=None, requires=None,
        bundle=None,
    )  # fmt: skip
    wider = question.replace(actions=pd.concat([question.actions, more], ignore_index=True).astype(object))
    assert reached(wider, aim) >= reached(question, aim)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_closing_never_helps_coverage(seed):
    """With what stands closed by force, nobody more is covered or served."""
    question = askable(seed).replace(rules=(), network=None, required=(), floors=(), land_m2=None, budget_vnd=None)
    question = question.replace(actions=question.actions.assign(exclusive=None, requires=None, bundle=None))
    site, service = question.capacity[["site_id", "service"]].iloc[0]
    close = question.actions.iloc[[0]].assign(
        action_id="shut", kind="close", site_id=site, service=service, min_added=0, max_added=0, step=None,
        from_site_id=None, from_service=None, group=None,
    )  # fmt: skip
    both = question.replace(actions=pd.concat([question.actions, close], ignore_index=True).astype(object))
    for aim in (SERVED, COVERED):
        assert reached(both.replace(required=("shut",)), aim) <= reached(both.without("shut"), aim)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, by=st.sampled_from(["point_id", "group", "service", "all"]), aim=AIMS)
def test_a_tighter_floor_never_raises_the_total(seed, by, aim):
    """The more every part must have, the fewer are reached in all."""
    question = askable(seed).replace(floors=())
    totals = [reached(question.replace(floors=(Floor(share, by),)), aim) for share in (0.0, 0.3, 0.6, 1.0)]
    assert totals == sorted(totals, reverse=True)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_audit_equals_the_objective(seed):
    """What the assignment and the audit say is the objective."""
    answer = siting.solve(askable(seed).replace(weights=None), SERVED, explain=False)
    if answer.audit is not None:
        assert answer.objective == answer.assignment["served"].sum()
        assert answer.objective <= answer.audit.served_after
    covered = siting.solve(askable(seed).replace(weights=None), COVERED, explain=False)
    if covered.audit is not None:
        assert covered.objective == covered.audit.covered_after


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, shuffle=st.integers(0, 1000), aim=AIMS)
def test_row_order_changes_nothing(seed, shuffle, aim):
    """Permuting the rows of every table gives the same actions and the same assignment."""
    question = askable(seed)
    tables = ("need", "times", "capacity", "actions", "admissible")
    mixed = {name: getattr(question, name).sample(frac=1, random_state=shuffle) for name in tables}
    one, other = (siting.solve(q, aim, explain=False) for q in (question, question.replace(**mixed)))
    pd.testing.assert_frame_equal(one.chosen, other.chosen)
    pd.testing.assert_frame_equal(one.assignment, other.assignment)


def small(**changes):
    """Return a question about one home of two places and one that may be built."""
    actions = {
        "action_id": ["grow", "new"], "kind": ["expand", "build"], "site_id": ["home", "far"],
        "service": "care", "min_added": [0, 2], "max_added": [3, 6], "fixed_vnd": [0.0, 5.0],
        "per_place_vnd": [2.0, 1.0],
    }  # fmt: skip
    given_ = {
        "need": pd.DataFrame({"point_id": ["a", "b"], "group": "old", "service": "care", "need": [4.0, 6.0]}),
        "times": pd.DataFrame(
            {"from_id": ["a", "b", "b"], "to_id": ["home", "home", "far"], "minutes": [10.0, 50.0, 10.0]}
        ),
        "capacity": pd.DataFrame({"site_id": ["home"], "service": "care", "capacity": 2}),
        "actions": pd.DataFrame(actions),
        "max_minutes": 30.0,
        "budget_vnd": 20.0,
    }
    return Question(**{**given_, **changes})


def changed(**columns):
    """Return the small question's actions with other values in some columns."""
    return small().actions.assign(**columns)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"actions": changed(fixed_vnd=[-1.0, 0.0])}, "below zero"),
        ({"budget_vnd": 0.0}, "budget is 0 VND, so nothing can be done"),
        ({"budget_vnd": {"province": -1.0}}, "budget is -1 VND"),
        ({"actions": changed(step=[None, 3])}, "goes from 2 to 6 places, which steps of 3 skip"),
        ({"required": ("new",), "forbidden": ("new",)}, "must be done and must not be done"),
        ({"required": ("nothing",)}, "'nothing' does not stand in actions"),
        ({"actions": changed(requires=[None, "nothing"])}, "'nothing' does not stand in actions"),
        ({"max_minutes": 5.0}, "nobody who needs the service"),
        ({"actions": changed(site_id=["nowhere", "nowhere else"])}, "nobody who needs the service"),
        ({"actions": changed(kind=["close", "build"])}, "adds no places"),
        ({"actions": changed(kind=["expand", "upgrade"], max_added=[3, 0], min_added=0)}, "not open today"),
        (
            {"actions": changed(kind=["expand", "merge"], from_site_id=[None, "home"])},
            "6 places, but home / care",
        ),
        ({"actions": changed(kind=["reprofile", "build"])}, "to itself"),
        ({"weights": pd.DataFrame({"group": ["old"], "weight": [-1.0]})}, "below zero"),
        ({"floors": (Floor(1.2),)}, "above 1"),
        ({"floors": (Floor(0.5, "area", {"a": "north"}),)}, "'b' does not stand in areas"),
        ({"max_new_sites": -1}, "below zero"),
        ({"land_m2": {"far": -5.0}}, "below zero"),
        ({"rules": (Rule("count", 1),)}, "required"),
    ],
)
def test_bad_questions_are_refused_in_one_sentence(changes, said):
    """What cannot be asked is said before any solving."""
    with pytest.raises(InputError, match=said) as refused:
        siting.solve(small(**changes), SERVED)
    assert len(refused.value.complaints) == 1 or "actions" in changes


@pytest.mark.parametrize(
    "aim",
    [
        {"what": "cheapest"}, {"what": "served", "share": 0.5}, {"what": "cheapest", "share": 1.5},
        {"what": "covered", "times_covered": 0}, {"what": "total", "share": 1.0, "vnd_per_minute": -1.0},
    ],
)  # fmt: skip
def test_aims_that_mean_nothing_are_refused(aim):
    """A target without a share, a share without a target, and figures out of range."""
    with pytest.raises(InputError):
        Aim(**aim)


def test_a_clash_names_the_budget_and_what_would_do():
    """Nine of ten served takes 1 more place at home (2 VND) and 6 far away (5 + 6): at least 13, not 11."""
    answer = siting.solve(small(budget_vnd=11.0), Aim("cheapest", share=0.9))
    demands = {demand.kind: demand for demand in answer.clash.demands}
    assert set(demands) == {"budget", "target"}
    assert (demands["budget"].limit, demands["budget"].needed) == (11.0, 13.0)
    # With 11 VND: 6 far away and the 2 who are served at home today are the most.
    assert (demands["target"].limit, demands["target"].needed) == (9.0, 8.0)
    assert answer.clash.max_minutes == 30.0
    assert siting.solve(small(budget_vnd=13.0), Aim("cheapest", share=0.9)).cost_vnd == 13.0


def test_a_clash_is_smallest():
    """Of a budget that pays for nothing and a required action only these two clash, whatever else is asked."""
    question = small(budget_vnd=6.0, required=("new",), max_new_sites=1, floors=(Floor(0.0, "group"),))
    answer = siting.solve(question, SERVED)
    assert {demand.kind for demand in answer.clash.demands} == {"budget", "required"}
    budget = next(demand for demand in answer.clash.demands if demand.kind == "budget")
    assert budget.needed == 7.0


def test_weights_decide_who_is_served():
    """One place for one of two groups goes to the one that counts more."""
    need = pd.DataFrame({"point_id": "a", "group": ["old", "young"], "service": "care", "need": [3.0, 3.0]})
    for weight, group in (((1, 5), "young"), ((5, 1), "old")):
        weights = pd.DataFrame({"group": ["old", "young"], "weight": weight})
        answer = siting.solve(small(need=need, weights=weights, budget_vnd=2.0), SERVED)
        assert answer.assignment.groupby("group")["served"].sum()[group] == 3
        assert answer.objective == 15.0


def test_candidates_from_a_grid_are_suitable():
    """Points lie inside, not where nothing may be built, and near enough to a road; ids do not depend on that."""
    shapely = pytest.importorskip("shapely")
    outline = shapely.box(105.0, 19.0, 105.2, 19.2)
    everywhere = candidates.grid(outline, spacing_km=5)
    lake, road = shapely.box(105.0, 19.0, 105.1, 19.2), shapely.LineString([(105.15, 19.0), (105.15, 19.2)])
    left = candidates.grid(outline, spacing_km=5, avoid=lake, near=road, near_km=4)
    assert 0 < len(left) < len(everywhere)
    assert (left["lon"] > 105.1).all()
    assert set(left["site_id"]) <= set(everywhere["site_id"])
    assert shapely.contains_xy(outline, everywhere["lon"], everywhere["lat"]).all()
    with pytest.raises(InputError, match="no point of the grid is suitable"):
        candidates.grid(outline, spacing_km=5, avoid=outline)


def test_candidates_from_a_list_are_checked():
    """A place twice, without coordinates or outside the country is named by its row."""
    good = pd.DataFrame({"unit_code": ["17000", "16900"], "lon": [105.0, 105.1], "lat": [19.0, 19.1]})
    assert candidates.listed(good)["site_id"].tolist() == ["moi-16900", "moi-17000"]
    bad = pd.DataFrame({"site_id": ["x", "x", "y", "z"], "lon": [105.0, 105.0, math.nan, 19.0], "lat": [19.0] * 4})
    with pytest.raises(InputError) as refused:
        candidates.listed(bad)
    assert [(c.problem, c.row) for c in refused.value.complaints] == [
        ("duplicate_key", 3), ("missing_value", 4), ("outside_country", 5),
    ]  # fmt: skip


def test_builds_keep_to_the_land():
    """600 m² at 30 m² a place hold 20: sizes above are not offered, ranges end there, and only one size is built."""
    spots = pd.DataFrame({"site_id": ["far", "tiny"], "land_m2": [600.0, 90.0]})
    common = {"min_added": 5, "max_added": 50, "per_place_vnd": 1.0, "land_per_place_m2": 30.0}
    ranges = candidates.builds(spots, "care", **common)
    assert ranges[["site_id", "max_added"]].to_numpy().tolist() == [["far", 20]]
    steps = candidates.builds(spots, "care", step=10, **common)
    assert steps["max_added"].tolist() == [15]
    sizes = candidates.builds(spots, "care", sizes=(10, 20, 30), **common)
    assert sizes["max_added"].tolist() == [10, 20]
    assert sizes["exclusive"].nunique() == 1
