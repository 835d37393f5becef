"""Allocation: by hand, against brute force, and its invariants."""

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
from small_cases import allocation_case, best_allocation, links

STATES = ["served", "full", "out_of_reach", "unlocated"]


def solve(case, **options):
    return access.allocate(
        case.need, case.capacity, case.times, max_minutes=case.max_minutes, admissible=case.admissible, **options
    )


def test_toytown_by_hand():
    """8 of 16 are served in 60 minutes; 5 meet a full house; 3 children are out of reach."""
    result = access.allocate(
        toytown.need(), toytown.capacity(), toytown.times(), max_minutes=15, admissible=toytown.admissible()
    )
    assert result.states[STATES].sum().tolist() == [8, 5, 3, 0]
    assert result.total_minutes == 60
    assert result.flows.groupby("site_id")["served"].sum().to_dict() == {"home_b": 5, "home_e": 3}


def test_unlocated_people_are_a_state_of_their_own():
    """The need of a point that is not on the map is not assessed, whatever the times say."""
    result = access.allocate(
        toytown.need(),
        toytown.capacity(),
        toytown.times(),
        max_minutes=15,
        admissible=toytown.admissible(),
        unlocated=["C"],
    )
    assert result.states["unlocated"].sum() == 5
    assert "C" not in set(result.flows["point_id"])


def test_a_home_without_known_places_covers_but_serves_nobody():
    """People around a home of no known place meet a full house."""
    capacity = toytown.capacity().assign(capacity=0)
    states = access.allocate(
        toytown.need(), capacity, toytown.times(), max_minutes=15, admissible=toytown.admissible()
    ).states
    assert states[STATES].sum().tolist() == [0, 13, 3, 0]


@pytest.mark.parametrize("seed", range(200))
def test_equals_brute_force(seed):
    """The most served and the fewest minutes equal those of trying everything."""
    case = allocation_case(random.Random(seed))
    result = solve(case)
    assert (result.states["served"].sum(), result.total_minutes) == best_allocation(case)


@pytest.mark.parametrize("rule", ["most_served", "nearest"])
@pytest.mark.parametrize("seed", range(40))
def test_flows_are_possible(seed, rule):
    """Flows are whole, use only links that exist, and respect people and places; states sum to need exactly."""
    case = allocation_case(random.Random(seed), points=6, most=9)
    result = solve(case, rule=rule)
    flows, states = result.flows, result.states
    assert (flows["served"] == np.rint(flows["served"])).all()
    known = {(*row, slot[0]) for row, slot, _ in links(case)}
    assert set(flows[["point_id", "group", "service", "site_id"]].itertuples(index=False, name=None)) <= known
    used = flows.groupby(["site_id", "service"])["served"].sum()
    assert (used <= case.capacity.set_index(["site_id", "service"])["capacity"].reindex(used.index)).all()
    assert states[STATES].sum(axis=1).tolist() == case.need["need"].tolist()
    assert states.index.equals(case.need.index)
    covered = access.coverage(
        case.need,
        case.times,
        max_minutes=case.max_minutes,
        admissible=case.admissible.merge(case.capacity[["site_id", "service"]]),
    )
    assert (states["served"] + states["full"]).tolist() == covered.tolist()


def test_nearest_divides_a_full_house_fairly():
    """At B 9 people come for 5 places: each of A, B and C gets its share by largest remainder."""
    result = access.allocate(
        toytown.need(),
        toytown.capacity(),
        toytown.times(),
        max_minutes=15,
        admissible=toytown.admissible(),
        rule="nearest",
    )
    served = result.flows.groupby(["site_id", "point_id"])["served"].sum()
    assert served["home_b"].sum() == 5
    assert served["home_e"].sum() == 3
    assert served["home_b"]["C"] in (2, 3)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 10_000))
def test_row_order_changes_nothing(seed, shuffle):
    """Permuting the rows of every table gives the same states and the same flows."""
    case = allocation_case(random.Random(seed), points=6, most=9)
    before = solve(case)
    frames = {
        name: getattr(case, name).sample(frac=1, random_state=shuffle + number)
        for number, name in enumerate(("need", "capacity", "times", "admissible"))
    }
    after = access.allocate(
        frames["need"],
        frames["capacity"],
        frames["times"],
        max_minutes=case.max_minutes,
        admissible=frames["admissible"],
    )
    pd.testing.assert_frame_equal(before.flows, after.flows)
    pd.testing.assert_frame_equal(before.states, after.states.loc[before.states.index])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(1, 5), later=st.floats(0, 60))
def test_more_places_and_longer_thresholds_never_serve_fewer(seed, more, later):
    """More capacity never lowers served; a longer threshold never lowers served or covered."""
    case = allocation_case(random.Random(seed), points=6, most=9)
    before = solve(case).states["served"].sum()
    roomier = case.capacity.assign(capacity=case.capacity["capacity"] + more)
    far = case.max_minutes + later
    more_places = access.allocate(
        case.need, roomier, case.times, max_minutes=case.max_minutes, admissible=case.admissible
    )
    longer = access.allocate(case.need, case.capacity, case.times, max_minutes=far, admissible=case.admissible)
    assert more_places.states["served"].sum() >= before
    assert longer.states["served"].sum() >= before
    assert longer.states["out_of_reach"].sum() <= solve(case).states["out_of_reach"].sum()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nearest_never_serves_more_than_the_optimum(seed):
    """The rule that ignores queues cannot beat the most that can be served."""
    case = allocation_case(random.Random(seed), points=6, most=9)
    assert solve(case, rule="nearest").states["served"].sum() <= solve(case).states["served"].sum()


def test_inputs_stay_as_they_are():
    """Stage functions do not change what they are given."""
    tables = toytown.need(), toytown.capacity(), toytown.times(), toytown.admissible()
    copies = [table.copy() for table in tables]
    access.allocate(*tables[:3], max_minutes=15, admissible=tables[3])
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_unknown_capacity_is_refused():
    """An unknown capacity is not taken for zero."""
    capacity = toytown.capacity().assign(capacity=[5, None])
    with pytest.raises(InputError, match="home_e / residential"):
        access.allocate(toytown.need(), capacity, toytown.times(), max_minutes=15)


def test_nobody_and_nothing():
    """Empty need and empty times are answered, not crashed on."""
    need, times = toytown.need(), toytown.times()
    assert access.allocate(need.head(0), toytown.capacity(), times, max_minutes=15).states.empty
    assert access.allocate(need, toytown.capacity(), times.head(0), max_minutes=15).states["out_of_reach"].sum() == 16
    assert access.allocate(need, toytown.capacity().head(0), times, max_minutes=15).states["out_of_reach"].sum() == 16


def filled_one_by_one(case, order):
    """Return how many are served when homes fill themselves one after another, each with the nearest who may come."""
    left = {row: count for *row_, count in case.need.itertuples(index=False, name=None) for row in [tuple(row_)]}
    room = {(site, service): places for site, service, places in case.capacity.itertuples(index=False, name=None)}
    near: dict[tuple[str, str], list[tuple[float, tuple[str, str, str]]]] = {slot: [] for slot in room}
    for row, slot, minutes in links(case):
        near[slot].append((minutes, row))
    served = 0.0
    for slot in order:
        for _, row in sorted(near[slot]):
            taken = min(left[row], room[slot])
            left[row] -= taken
            room[slot] -= taken
            served += taken
    return served


@pytest.mark.parametrize("seed", range(12))
def test_serves_at_least_the_best_of_200_sequential_fillings(seed):
    """No order in which homes fill themselves serves more; the order of facilities cannot matter here."""
    case = allocation_case(random.Random(9000 + seed), points=30, sites=12, groups=3, services=1, most=12)
    draw = random.Random(seed)
    slots = list(case.capacity[["site_id", "service"]].itertuples(index=False, name=None))
    best = max(filled_one_by_one(case, draw.sample(slots, len(slots))) for _ in range(200))
    assert solve(case).states["served"].sum() >= best
