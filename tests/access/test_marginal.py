"""One more place, one more site: the same as allocating again."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import toytown
from mangluoi import access
from small_cases import allocation_case


def test_toytown_by_hand():
    """At B 4 wait, so one more is served from ten minutes away; at E 1 waits, at ten minutes."""
    table = access.another_place(
        toytown.need(), toytown.capacity(), toytown.times(), max_minutes=15, admissible=toytown.admissible()
    )
    assert table[["served_gain", "minutes_change"]].to_numpy().tolist() == [[1, 10], [1, 10]]


@pytest.mark.parametrize("seed", range(100))
def test_one_more_place_is_what_allocating_again_gives(seed):
    """For every open service, adding a place and allocating again changes served and minutes as foretold."""
    case = allocation_case(random.Random(seed), points=5, most=4)
    options = {"max_minutes": case.max_minutes, "admissible": case.admissible}
    before = access.allocate(case.need, case.capacity, case.times, **options)
    table = access.another_place(case.need, case.capacity, case.times, **options)
    for label in case.capacity.index:
        more = case.capacity.copy()
        more.loc[label, "capacity"] += 1
        after = access.allocate(case.need, more, case.times, **options)
        gain = after.states["served"].sum() - before.states["served"].sum()
        change = after.total_minutes - before.total_minutes
        assert table.loc[label, ["served_gain", "minutes_change"]].tolist() == [gain, pytest.approx(change)]


@pytest.mark.parametrize("seed", range(100))
def test_one_more_site_is_what_allocating_again_gives(seed):
    """For every candidate, adding it and allocating again changes served and covered as foretold."""
    draw = random.Random(seed)
    case = allocation_case(draw, points=5, sites=4, most=4)
    closed = "s0"
    today = case.capacity[case.capacity["site_id"] != closed]
    new = pd.DataFrame({"site_id": closed, "service": ["v0", "v1"], "capacity": [draw.randint(1, 4), 2]})
    options = {"max_minutes": case.max_minutes, "admissible": case.admissible}
    before = access.allocate(case.need, today, case.times, **options).states
    table = access.another_site(case.need, today, case.times, new, **options)
    for label in new.index:
        after = access.allocate(case.need, pd.concat([today, new.loc[[label]]]), case.times, **options).states
        gains = table.loc[label]
        assert gains["served_gain"] == after["served"].sum() - before["served"].sum()
        assert gains["covered_gain"] == before["out_of_reach"].sum() - after["out_of_reach"].sum()
