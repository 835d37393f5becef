"""Cover, cover enough, p-median and p-center: by hand, against trying every set, and invariants."""

from __future__ import annotations

import itertools
import math
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toytown
from mangluoi import siting
from mangluoi.errors import InputError

# Toytown with a candidate in every hamlet, and its need summed by hamlet: A 3, B 1, C 5, D 4, E 1, F 2.
DEMAND = toytown.need().groupby("point_id", as_index=False)["need"].sum()
TIMES = toytown.times(sites={f"site_{name.lower()}": name for name in toytown.POINTS})


def case(seed, *, complete=False):
    """Draw points, sites, needs, minutes in fives and costs."""
    draw = random.Random(seed)
    points = [f"p{i}" for i in range(draw.randint(1, 6))]
    sites = [f"s{i}" for i in range(draw.randint(2, 6))]
    demand = pd.DataFrame({"point_id": points, "need": [float(draw.randint(0, 9)) for _ in points]})
    rows = [(p, s, 5.0 * draw.randint(0, 12)) for p in points for s in sites if complete or draw.random() < 0.8]
    times = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
    existing = [s for s in sites if draw.random() < 0.2]
    costs = {s: float(draw.randint(0, 5)) for s in sites}
    return demand, times, existing, costs, draw.randint(1, 3), float(draw.choice([15, 30, 45]))


def sets(times, existing, limit=None):
    """Yield every set of open sites with at most so many new ones."""
    candidates = sorted(set(times["to_id"]) - set(existing))
    for size in range(len(candidates) + 1 if limit is None else min(limit, len(candidates)) + 1):
        for new in itertools.combinations(candidates, size):
            yield new, {*existing, *new}


def nearest(demand, times, opened):
    """Return (need, minutes to the nearest open site) of each point with need, by plain loops."""
    return [
        (need, min((m for p, s, m in times.itertuples(index=False) if p == point and s in opened), default=math.inf))
        for point, need in demand.itertuples(index=False)
        if need > 0
    ]


def possible(demand, times):
    """Say whether any point with need has a pair."""
    return bool(set(demand[demand["need"] > 0]["point_id"]) & set(times["from_id"]))


def covered(demand, times, opened, minutes):
    return sum(need for need, time in nearest(demand, times, opened) if time <= minutes)


def test_cover_by_hand():
    """One site within 10 minutes covers most at C or D (B, C, D or C, D, E: 10); two cover all at B and E."""
    one = siting.max_cover(DEMAND, TIMES, max_minutes=10, p=1)
    two = siting.max_cover(DEMAND, TIMES, max_minutes=10, p=2)
    assert (one.objective, two.objective) == (10, 16)
    assert two.chosen["site_id"].tolist() == ["site_b", "site_e"]
    assert one.status == two.status == "optimal"
    assert siting.max_cover(DEMAND, TIMES, max_minutes=10, p=1, existing=["site_e"]).objective == 16


def test_cover_enough_by_hand():
    """Everybody within 10 minutes takes two sites, half of the people one; a backup takes a, b, e, f and c or d."""
    assert siting.set_cover(DEMAND, TIMES, max_minutes=10).chosen["site_id"].tolist() == ["site_b", "site_e"]
    assert siting.set_cover(DEMAND, TIMES, max_minutes=10, share=0.5).objective == 1
    assert siting.set_cover(DEMAND, TIMES, max_minutes=10, times_covered=2).objective == 5


def test_center_and_median_by_hand():
    """Two sites: nobody beyond ten minutes; least far together from A or B and D."""
    assert siting.p_center(DEMAND, TIMES, p=2).objective == 10
    median = siting.p_median(DEMAND, TIMES, p=1)
    # From C: A 20 × 3, B 10, D 40, E 20, F 60 = 190.
    assert (median.objective, median.chosen["site_id"].tolist()) == (190, ["site_c"])


@pytest.mark.parametrize("seed", range(100))
def test_cover_equals_every_set(seed):
    """The most covered with p sites, and for a budget, equal those of trying every set."""
    demand, times, existing, costs, p, minutes = case(seed)
    if not covered(demand, times, set(times["to_id"]), minutes):
        with pytest.raises(InputError):
            siting.max_cover(demand, times, max_minutes=minutes, p=p, existing=existing)
        return
    by_number = siting.max_cover(demand, times, max_minutes=minutes, p=p, existing=existing)
    best = max(covered(demand, times, opened, minutes) for _, opened in sets(times, existing, p))
    assert (by_number.objective, by_number.status) == (best, "optimal")
    by_money = siting.max_cover(demand, times, max_minutes=minutes, budget_vnd=6, costs_vnd=costs, existing=existing)
    affordable = (opened for new, opened in sets(times, existing) if sum(costs[site] for site in new) <= 6)
    assert by_money.objective == max(covered(demand, times, opened, minutes) for opened in affordable)
    assert by_money.cost_vnd <= 6


@pytest.mark.parametrize("share", [0.6, 1.0])
@pytest.mark.parametrize("seed", range(60))
def test_cover_enough_equals_every_set(seed, share):
    """The fewest sites, and the least cost, that cover a share equal those of trying every set; or it cannot be."""
    demand, times, existing, costs, _, minutes = case(seed)
    need = demand["need"].sum()
    if not covered(demand, times, set(times["to_id"]), minutes):
        with pytest.raises(InputError):
            siting.set_cover(demand, times, max_minutes=minutes, share=share, existing=existing)
        return
    enough = [
        n for n, opened in sets(times, existing) if covered(demand, times, opened, minutes) >= share * need - 1e-9
    ]
    number = siting.set_cover(demand, times, max_minutes=minutes, share=share, existing=existing)
    money = siting.set_cover(demand, times, max_minutes=minutes, share=share, existing=existing, costs_vnd=costs)
    if not enough:
        assert number.status == money.status == "infeasible"
        assert number.objective == math.inf
        return
    assert (number.status, number.objective) == ("optimal", min(len(new) for new in enough))
    assert money.objective == pytest.approx(min(sum(costs[site] for site in new) for new in enough))


@pytest.mark.parametrize("seed", range(80))
def test_center_equals_every_set(seed):
    """The least worst time equals that of trying every set; or no set serves everybody."""
    demand, times, existing, _, p, _ = case(seed)
    if not possible(demand, times):
        with pytest.raises(InputError):
            siting.p_center(demand, times, p=p, existing=existing)
        return
    best = min(max(time for _, time in nearest(demand, times, opened)) for _, opened in sets(times, existing, p))
    answer = siting.p_center(demand, times, p=p, existing=existing)
    assert answer.objective == best
    assert answer.status == ("infeasible" if best == math.inf else "optimal")


@pytest.mark.parametrize("seed", range(120))
def test_median_equals_every_set(seed):
    """The least person-minutes equal those of trying every set; or no set serves everybody."""
    demand, times, existing, _, p, _ = case(seed, complete=seed % 2 == 0)
    if not possible(demand, times):
        with pytest.raises(InputError):
            siting.p_median(demand, times, p=p, existing=existing)
        return
    served = demand[demand["point_id"].isin(times["from_id"])]
    best = min(
        sum(need * time for need, time in nearest(served, times, opened)) for _, opened in sets(times, existing, p)
    )
    answer = siting.p_median(demand, times, p=p, existing=existing)
    assert answer.objective == pytest.approx(best)
    assert answer.status == ("infeasible" if best == math.inf else "optimal")
    assert answer.gap == 0 or best == math.inf


@pytest.mark.parametrize("seed", range(40))
def test_required_and_forbidden_sites(seed):
    """Required sites are chosen, forbidden ones are not, and the answer is the best of such sets."""
    demand, times, _, _, _, minutes = case(seed, complete=True)
    if not covered(demand, times, {"s0", *set(times["to_id"]) - {"s1"}}, minutes):
        return
    answer = siting.max_cover(demand, times, max_minutes=minutes, p=2, required=["s0"], forbidden=["s1"])
    allowed = (opened for new, opened in sets(times, (), 2) if "s0" in new and "s1" not in new)
    assert answer.objective == max(covered(demand, times, opened, minutes) for opened in allowed)
    assert "s0" in set(answer.chosen["site_id"])
    assert "s1" not in set(answer.chosen["site_id"])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 1000))
def test_row_order_changes_nothing(seed, shuffle):
    """Permuting rows gives the same sites from every door."""
    demand, times, existing, _, p, minutes = case(seed, complete=True)
    if not covered(demand, times, set(times["to_id"]), minutes):
        return
    mixed = demand.sample(frac=1, random_state=shuffle), times.sample(frac=1, random_state=shuffle + 1)
    for door, options in (
        (siting.max_cover, {"p": p, "max_minutes": minutes}),
        (siting.set_cover, {"share": 0.5, "max_minutes": minutes}),
        (siting.p_center, {"p": p}),
        (siting.p_median, {"p": p}),
    ):
        one, two = door(demand, times, existing=existing, **options), door(*mixed, existing=existing, **options)
        pd.testing.assert_frame_equal(one.chosen, two.chosen)
        pd.testing.assert_frame_equal(one.assignment, two.assignment)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_more_is_never_worse(seed):
    """One more site never covers fewer and never lengthens the way; a candidate less never helps."""
    demand, times, existing, _, p, minutes = case(seed, complete=True)
    if not covered(demand, times, set(times["to_id"]), minutes):
        return
    more = siting.max_cover(demand, times, max_minutes=minutes, p=p + 1, existing=existing)
    some = siting.max_cover(demand, times, max_minutes=minutes, p=p, existing=existing)
    assert more.objective >= some.objective
    barred = sorted(set(times["to_id"]) - set(existing))[:1]
    left = set(times["to_id"]) - set(barred)
    if covered(demand, times, left, minutes):
        fewer = siting.max_cover(demand, times, max_minutes=minutes, p=p + 1, existing=existing, forbidden=barred)
        assert more.objective >= fewer.objective
    assert siting.p_median(demand, times, p=p + 1).objective <= siting.p_median(demand, times, p=p).objective + 1e-9
    assert siting.p_center(demand, times, p=p + 1).objective <= siting.p_center(demand, times, p=p).objective


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"p": 0}, "whole number above zero"),
        ({"budget_vnd": 0, "costs_vnd": dict.fromkeys(TIMES["to_id"], 1.0)}, "budget is 0"),
        ({"budget_vnd": 5}, "cost of each candidate"),
        ({"p": 1, "costs_vnd": {"site_a": -1.0}}, "below zero"),
        ({"p": 1, "required": ["site_a"], "forbidden": ["site_a"]}, "must be chosen and must not"),
        ({"p": 1, "required": ["site_a", "site_b"]}, "only 1 may be"),
        ({"p": 1, "required": ["nowhere"]}, "is no candidate"),
        ({}, "p, a budget, or both"),
    ],
)
def test_bad_questions_are_refused_in_words(options, said):
    """A question that contradicts itself is refused before any solving."""
    with pytest.raises(InputError, match=said):
        siting.max_cover(DEMAND, TIMES, max_minutes=10, **options)


def test_a_threshold_that_leaves_nobody_reachable_is_said():
    """No site is far from everybody in silence."""
    far = TIMES.assign(minutes=TIMES["minutes"] + 100)
    with pytest.raises(InputError, match="nobody"):
        siting.max_cover(DEMAND, far, max_minutes=10, p=1)


def test_points_that_no_site_reaches_are_named():
    """They are not dropped in silence, and cannot all be covered."""
    lonely = pd.concat([DEMAND, pd.DataFrame({"point_id": ["Z"], "need": [3.0]})])
    assert siting.p_median(lonely, TIMES, p=1).unreachable == ("Z",)
    answer = siting.set_cover(lonely, TIMES, max_minutes=10)
    assert (answer.status, answer.unreachable) == ("infeasible", ("Z",))
    assert siting.set_cover(lonely, TIMES, max_minutes=10, share=0.8).objective == 2
