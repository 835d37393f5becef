"""Modes, shared beds, merged groups and usage."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pandas as pd
import pytest

import toytown
from mangluoi import access
from mangluoi.errors import InputError
from small_cases import allocation_case, best_allocation, links


def both_modes():
    """Return Toytown's times by motorbike, and on foot four times as long."""
    ride = toytown.times()
    walk = ride.assign(minutes=ride["minutes"] * 4, mode="walk")
    return pd.concat([ride, walk], ignore_index=True)


def test_who_cannot_ride_gets_no_motorbike_times():
    """Children on foot reach a home only where they live; older people ride as before."""
    modes = pd.DataFrame({"group": ["elderly", "child_special"], "mode": ["motorbike", "walk"]})
    need = toytown.need()
    covered = access.coverage(need, both_modes(), max_minutes=15, modes=modes)
    assert covered.groupby(need["group"]).sum().to_dict() == {"child_special": 0, "elderly": 11}


def test_the_fastest_of_several_modes_counts():
    """Who both rides and walks is as fast as who rides."""
    modes = pd.DataFrame({"mode": ["motorbike", "walk"]})
    options = {"max_minutes": 15, "admissible": toytown.admissible()}
    mixed = access.allocate(toytown.need(), toytown.capacity(), both_modes(), modes=modes, **options)
    plain = access.allocate(toytown.need(), toytown.capacity(), toytown.times(), **options)
    pd.testing.assert_frame_equal(mixed.states, plain.states)
    assert mixed.total_minutes == 60


def test_a_group_without_a_mode_is_refused():
    """Nobody's mode is guessed."""
    modes = pd.DataFrame({"group": ["elderly"], "mode": ["motorbike"]})
    with pytest.raises(InputError, match="child_special / residential"):
        access.coverage(toytown.need(), both_modes(), max_minutes=15, modes=modes)


def test_shared_beds_by_hand():
    """Two services of 3 beds each that share 4 serve 4, wherever need is."""
    need = pd.DataFrame({"point_id": "p", "group": "g", "service": ["day", "residential"], "need": [3.0, 3.0]})
    capacity = pd.DataFrame({"site_id": "s", "service": ["day", "residential"], "capacity": 3, "pool": "beds"})
    times = pd.DataFrame({"from_id": ["p"], "to_id": ["s"], "minutes": [5.0]})
    pools = pd.DataFrame({"pool": ["beds"], "capacity": [4]})
    for rule in ("most_served", "nearest"):
        result = access.allocate(need, capacity, times, max_minutes=10, pools=pools, rule=rule)
        assert result.states["served"].sum() == 4
    with pytest.raises(InputError, match="does not stand in pools"):
        access.allocate(need, capacity, times, max_minutes=10, pools=pools.assign(pool="others"))


@pytest.mark.parametrize("seed", range(60))
def test_shared_beds_serve_what_trying_everything_finds(seed):
    """A pool over all services of a home serves the most over all ways to split it."""
    draw = random.Random(seed)
    case = allocation_case(draw, points=3, sites=2, services=2, most=2)
    limit = {site: draw.randint(0, 3) for site in case.capacity["site_id"].unique()}
    pools = pd.DataFrame({"pool": list(limit), "capacity": list(limit.values())})
    result = access.allocate(
        case.need,
        case.capacity.assign(pool=case.capacity["site_id"]),
        case.times,
        max_minutes=case.max_minutes,
        admissible=case.admissible,
        pools=pools,
    )
    best = (-1, 0.0)
    for split in itertools.product(*(range(places + 1) for places in case.capacity["capacity"])):
        trial = case.capacity.assign(capacity=list(split))
        if (trial.groupby("site_id")["capacity"].sum() <= pd.Series(limit)).all():
            served, minutes = best_allocation(
                type(case)(case.need, trial, case.times, case.admissible, case.max_minutes)
            )
            best = max(best, (served, -minutes))
    assert (result.states["served"].sum(), -result.total_minutes) == best


def test_equal_groups_at_one_point_are_served_in_proportion():
    """Of 6 older people and 3 children before 6 places, 4 and 2 are served."""
    need = pd.DataFrame({"point_id": "p", "group": ["child", "elderly"], "service": "day", "need": [3.0, 6.0]})
    capacity = pd.DataFrame({"site_id": ["s", "t"], "service": "day", "capacity": [4, 2]})
    times = pd.DataFrame({"from_id": "p", "to_id": ["s", "t"], "minutes": [5.0, 9.0]})
    result = access.allocate(need, capacity, times, max_minutes=10)
    assert result.states["served"].tolist() == [2, 4]
    assert result.flows.groupby("site_id")["served"].sum().to_dict() == {"s": 4, "t": 2}


@pytest.mark.parametrize("seed", range(300))
def test_equals_brute_force_with_more_sites_and_groups(seed):
    """Up to 6 homes and 4 groups: the most served and the fewest minutes equal those of trying everything."""
    case = allocation_case(random.Random(1000 + seed), points=2, sites=6, groups=4, services=1, most=2)
    result = access.allocate(
        case.need, case.capacity, case.times, max_minutes=case.max_minutes, admissible=case.admissible
    )
    assert (result.states["served"].sum(), result.total_minutes) == best_allocation(case)
    known = {(*row, slot[0]) for row, slot, _ in links(case)}
    assert set(result.flows[["point_id", "group", "service", "site_id"]].itertuples(index=False, name=None)) <= known


def test_fractions_of_people_are_allocated_too():
    """Need that is not whole is allocated to within rounding, and its states sum to it."""
    need = toytown.need().assign(need=lambda frame: frame["need"] * 0.55)
    result = access.allocate(need, toytown.capacity(), toytown.times(), max_minutes=15, admissible=toytown.admissible())
    # Home B holds 5 of the 9 × 0.55 who want it, all; home E 3 of 4 × 0.55, all.
    assert result.states["served"].sum() == pytest.approx(13 * 0.55)
    parts = result.states[["served", "full", "out_of_reach", "unlocated"]].sum(axis=1)
    assert np.allclose(parts, need["need"])


def test_usage_by_hand():
    """Home B is near 9, serves 5 of 5 in 40 minutes; home E is near 4, serves 3 of 3 in 20."""
    options = {"max_minutes": 15, "admissible": toytown.admissible()}
    result = access.allocate(toytown.need(), toytown.capacity(), toytown.times(), **options)
    table = access.usage(result, toytown.capacity(), toytown.times(), **options).set_index("site_id")
    assert table["within_reach"].tolist() == [9, 7 - 3]
    assert table["occupancy"].tolist() == [1, 1]
    assert table["mean_minutes"].tolist() == [8, pytest.approx(20 / 3)]
    assert table["longest_minutes"].tolist() == [10, 10]
