"""The third level of an allocation, and thresholds of a group of its own."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toytown
from mangluoi import access
from mangluoi.errors import InputError
from small_cases import allocation_case, best_allocation, most_even


def unevenness(result: access.Allocation, capacity: pd.DataFrame) -> float:
    """Return the sum of served² ÷ places over homes."""
    served = result.flows.groupby(["site_id", "service"])["served"].sum()
    places = capacity.set_index(["site_id", "service"])["capacity"].astype(float)
    return float((served**2 / places.reindex(served.index)).sum())


def test_equal_homes_share_by_hand():
    """Eight people as near to a home of 10 as to one of 30 go there two and six, not eight and none."""
    need = pd.DataFrame({"point_id": ["p"], "group": "g", "service": "day", "need": [8.0]})
    capacity = pd.DataFrame({"site_id": ["s", "t"], "service": "day", "capacity": [10, 30]})
    times = pd.DataFrame({"from_id": "p", "to_id": ["s", "t"], "minutes": [5.0, 5.0]})
    result = access.allocate(need, capacity, times, max_minutes=10, even=True)
    assert result.flows.set_index("site_id")["served"].to_dict() == {"s": 2, "t": 6}
    assert result.total_minutes == 40


@pytest.mark.parametrize("seed", range(300))
def test_equals_brute_force_on_all_three_levels(seed):
    """The most served, the fewest minutes for it and the most even filling for both are those of trying everything."""
    case = allocation_case(random.Random(7000 + seed), points=3, sites=5, groups=3, services=1, most=3)
    result = access.allocate(
        case.need, case.capacity, case.times, max_minutes=case.max_minutes, admissible=case.admissible, even=True
    )
    assert (result.states["served"].sum(), result.total_minutes) == best_allocation(case)
    assert unevenness(result, case.capacity) == pytest.approx(most_even(case), abs=1e-9)
    assert (result.flows["served"] == np.rint(result.flows["served"])).all()


def test_large_homes_are_filled_alike():
    """Where minutes leave it open, two large homes end within a step (a twentieth of places) of the same occupancy."""
    draw = np.random.default_rng(5)
    points = [f"p{i:02d}" for i in range(40)]
    need = pd.DataFrame({"point_id": points, "group": "g", "service": "day", "need": draw.integers(5, 60, 40) * 1.0})
    capacity = pd.DataFrame({"site_id": ["s", "t", "u"], "service": "day", "capacity": [500, 900, 2000]})
    times = pd.DataFrame(
        [(p, s, 10.0) for p in points for s in ("s", "t", "u")], columns=["from_id", "to_id", "minutes"]
    )
    result = access.allocate(need, capacity, times, max_minutes=10, even=True)
    full = result.flows.groupby("site_id")["served"].sum() / capacity.set_index("site_id")["capacity"]
    assert result.states["served"].sum() == need["need"].sum()
    assert full.max() - full.min() <= 1 / 20 + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_evening_shared_beds_and_fractions_costs_nobody_and_no_minute(seed):
    """With pools, and with people who are not whole, the first two levels stay as they are."""
    draw = random.Random(seed)
    case = allocation_case(draw, points=3, sites=3, services=2, most=3)
    limit = {site: draw.randint(0, 4) for site in case.capacity["site_id"].unique()}
    pools = pd.DataFrame({"pool": list(limit), "capacity": list(limit.values())})
    capacity = case.capacity.assign(pool=case.capacity["site_id"])
    for share in (1.0, 0.37):
        need = case.need.assign(need=case.need["need"] * share)
        options = {"max_minutes": case.max_minutes, "admissible": case.admissible, "pools": pools}
        plain = access.allocate(need, capacity, case.times, **options)
        even = access.allocate(need, capacity, case.times, even=True, **options)
        assert even.states["served"].sum() == pytest.approx(plain.states["served"].sum(), abs=1e-6)
        assert even.total_minutes == pytest.approx(plain.total_minutes, abs=1e-5)
        assert unevenness(even, case.capacity) <= unevenness(plain, case.capacity) + 1e-6


def test_a_group_may_have_a_threshold_of_its_own():
    """Children within 10 minutes only: D's are beyond, A's and C's are not; older people keep their 15."""
    limits = {"residential": 15.0, "child_special/residential": 9.0}
    need = toytown.need()
    covered = access.coverage(need, toytown.times(), max_minutes=limits, admissible=toytown.admissible())
    assert covered.groupby(need["group"]).sum().to_dict() == {"child_special": 0, "elderly": 11}
    result = access.allocate(
        need, toytown.capacity(), toytown.times(), max_minutes=limits, admissible=toytown.admissible()
    )
    children = result.states[result.states["group"] == "child_special"]
    assert (children["out_of_reach"] == children["need"]).all()
    with pytest.raises(InputError, match=r"max_minutes\.residential"):
        access.coverage(need, toytown.times(), max_minutes={"elderly/residential": 15.0})


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 10_000))
def test_row_order_changes_nothing(seed, shuffle):
    """Permuting the rows of every table gives the same states and flows with all three levels."""
    case = allocation_case(random.Random(seed), points=6, most=9)
    names = ("need", "capacity", "times", "admissible")
    mixed = {name: getattr(case, name).sample(frac=1, random_state=shuffle + n) for n, name in enumerate(names)}
    before, after = (
        access.allocate(
            tables["need"], tables["capacity"], tables["times"], max_minutes=case.max_minutes,
            admissible=tables["admissible"], even=True,
        )
        for tables in ({name: getattr(case, name) for name in names}, mixed)
    )  # fmt: skip
    pd.testing.assert_frame_equal(before.flows, after.flows)
    pd.testing.assert_frame_equal(before.states, after.states.loc[before.states.index])
