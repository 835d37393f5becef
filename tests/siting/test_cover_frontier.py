"""The coverage frontier: against every set, against `max_cover`, and invariants; large coverage with known optima."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_uncapped import case, covered, sets

from mangluoi import siting
from mangluoi.errors import InputError
from mangluoi.siting import cover_bound, cover_reduction, cover_search


@pytest.mark.parametrize("seed", range(120))
def test_every_point_equals_every_set(seed):
    """Each number of sites, and each budget, covers as many as the best of all sets, and every point is proven."""
    demand, times, existing, costs, _, minutes = case(seed)
    if not covered(demand, times, set(times["to_id"]), minutes):
        with pytest.raises(InputError):
            siting.cover_frontier(demand, times, max_minutes=minutes, sites=[0, 1], existing=existing)
        return
    numbers = siting.cover_frontier(demand, times, max_minutes=minutes, sites=[0, 1, 2, 3], existing=existing)
    for row in numbers.points.itertuples():
        assert row.covered == max(
            covered(demand, times, opened, minutes) for _, opened in sets(times, existing, row.sites)
        )
        assert row.proven
        assert row.bound == row.covered
    money = siting.cover_frontier(
        demand, times, max_minutes=minutes, budgets_vnd=[0, 2, 4, 7], costs_vnd=costs, existing=existing
    )
    for row in money.points.itertuples():
        fits = (opened for new, opened in sets(times, existing) if sum(costs[site] for site in new) <= row.budget_vnd)
        assert row.covered == max(covered(demand, times, opened, minutes) for opened in fits)
        assert row.cost_vnd <= row.budget_vnd
    assert (numbers.status, money.status) == ("optimal", "optimal")


def scattered(seed, count=400):
    """Draw points that are sites too, on a square, and the pairs within reach."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 100, (count, 2))
    away = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    i, j = np.nonzero(away <= 8)
    names = np.array([f"{n:04d}" for n in range(count)], dtype=object)
    demand = pd.DataFrame({"point_id": names, "need": np.ceil(rng.lognormal(4, 1, count))})
    return demand, pd.DataFrame({"from_id": names[i], "to_id": names[j], "minutes": np.round(away[i, j], 3)})


@pytest.mark.parametrize("seed", range(3))
def test_grows_and_bends(seed):
    """More sites never cover fewer; points agree with `max_cover`; without the solver the bounds still hold."""
    demand, times = scattered(seed)
    asked = [0, 1, 2, 5, 10, 20, 40, 400]
    found = siting.cover_frontier(demand, times, max_minutes=8, sites=asked).points
    assert found["covered"].is_monotonic_increasing
    assert found["proven"].all()
    assert found["covered"].iloc[-1] == demand["need"].sum()
    for row in found.iloc[1:5].itertuples():
        assert siting.max_cover(demand, times, max_minutes=8, p=row.sites).objective == row.covered
    rough = siting.cover_frontier(demand, times, max_minutes=8, sites=asked, exact=False).points
    assert (rough["covered"] <= found["covered"]).all()
    assert (rough["bound"] >= found["covered"]).all()


def test_out_of_time_says_so():
    """With no time at all every point still has an answer and a bound, and nothing is called proven wrongly."""
    demand, times = scattered(7)
    best = siting.cover_frontier(demand, times, max_minutes=8, sites=[5, 15, 30]).points
    found = siting.cover_frontier(demand, times, max_minutes=8, sites=[5, 15, 30], time_limit_s=0.0)
    assert found.status in ("time_limit", "optimal")
    assert (found.points["covered"] <= best["covered"]).all()
    assert (found.points["bound"] >= best["covered"]).all()


@pytest.mark.parametrize("seed", range(6))
def test_parts_put_together_equal_the_whole(seed):
    """Two towns and what lies between asked at once, and as one problem by money in which each site costs one."""
    rng = np.random.default_rng(seed)
    one, two = scattered(seed, 60), scattered(seed + 50, 40)
    apart = [frame.replace(r"^", "b", regex=True) for frame in two]
    demand = pd.concat([one[0], apart[0]], ignore_index=True)
    times = pd.concat([one[1], apart[1]], ignore_index=True)
    existing = sorted(rng.choice(demand["point_id"], 5, replace=False))
    asked = list(range(0, 70, 2))
    by_parts = siting.cover_frontier(demand, times, max_minutes=8, sites=asked, existing=existing)
    costs = dict.fromkeys(demand["point_id"], 1.0)
    whole = siting.cover_frontier(
        demand, times, max_minutes=8, budgets_vnd=asked, costs_vnd=costs, existing=existing
    )  # fmt: skip
    assert by_parts.points["covered"].tolist() == whole.points["covered"].tolist()
    assert by_parts.points["proven"].all()
    assert (by_parts.points["chosen"] <= by_parts.points["sites"]).all()


@pytest.mark.parametrize("seed", range(40))
def test_level_prices_bound_every_set_and_the_search_never_loses(seed):
    """For any prices and any level no set of sites covers more than the bound; the search keeps the number of sites."""
    rng = np.random.default_rng(seed)
    points, sites, most = 14, 9, int(rng.integers(1, 5))
    reach = rng.random((points, sites)) < 0.3
    start = np.concatenate([[0], np.cumsum(reach.sum(axis=1))]).astype(np.int64)
    people = rng.integers(1, 50, points).astype(float)
    cover = cover_reduction.unmerged(start, np.nonzero(reach)[1].astype(np.int32), people, np.ones(sites))
    best = max(float(people[reach[:, list(some)].any(axis=1)].sum()) for some in combinations(range(sites), most))
    prices = cover_bound.bound_of(cover, rng.random(cover.people.size), np.zeros(sites))
    for unit in (1.0, 20.0, float(rng.uniform(0, 200))):
        level = cover_bound.levelled(cover, prices, unit)
        assert level.at(cover.cost, most) >= best - 1e-9
        assert (level.worth <= unit * (1 + 1e-9)).all()
        assert cover_bound.lower(cover, most, level).at(cover.cost, most) >= best - 1e-9
    some = np.arange(sites) < most
    known = cover_bound.Choice(some, cover_bound.covered(cover, some))
    found = cover_search.searched(cover, most, known, prices)
    assert known.people <= found.people <= best
    assert found.is_open.sum() == most
    assert found.people == cover_bound.covered(cover, found.is_open)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 1000))
def test_order_and_kind_of_ids_change_nothing(seed, shuffle):
    """Permuted rows, and ids given as categories, give the same frontier."""
    demand, times, existing, _, _, minutes = case(seed, complete=True)
    if not covered(demand, times, set(times["to_id"]), minutes):
        return
    kinds = times.astype({"from_id": "category", "to_id": "category"}).sample(frac=1, random_state=shuffle)
    mixed = demand.sample(frac=1, random_state=shuffle)
    one = siting.cover_frontier(demand, times, max_minutes=minutes, sites=[1, 2], existing=existing)
    two = siting.cover_frontier(mixed, kinds, max_minutes=minutes, sites=[1, 2], existing=existing)
    pd.testing.assert_frame_equal(one.points, two.points)
    pd.testing.assert_frame_equal(one.chosen, two.chosen)


@pytest.mark.parametrize("seed", range(20))
def test_known_optimum_by_construction(seed):
    """Towns out of each other's reach, each with one site that covers it all and several that cover a part."""
    rng = np.random.default_rng(seed)
    towns, streets = 60, 8
    people = rng.integers(1, 50, (towns, streets))
    rows, need = [], []
    for town in range(towns):
        for street in range(streets):
            need.append((f"{town}-{street}", float(people[town, street])))
            rows.append((f"{town}-{street}", f"whole-{town}", 5.0))
            rows += [(f"{town}-{street}", f"part-{town}-{k}", 5.0) for k in range(3) if (street + k) % 4]
    demand = pd.DataFrame(need, columns=["point_id", "need"])
    times = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
    largest = np.sort(people.sum(axis=1))[::-1]
    found = siting.cover_frontier(demand, times, max_minutes=5, sites=range(0, 61, 6)).points
    assert found["covered"].tolist() == [largest[:p].sum() for p in range(0, 61, 6)]
    assert found["proven"].all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "one of them"),
        ({"sites": [1], "budgets_vnd": [1.0]}, "one of them"),
        ({"sites": [-1]}, "below zero"),
        ({"sites": [1.5]}, "must be whole"),
        ({"budgets_vnd": [5.0]}, "cost of each candidate"),
        ({"sites": [1], "required": ["0001", "0002"]}, "must be chosen take 2"),
    ],
)
def test_bad_questions_are_refused_in_words(options, said):
    """A question that contradicts itself is refused before any solving."""
    demand, times = scattered(1, 50)
    with pytest.raises(InputError, match=said):
        siting.cover_frontier(demand, times, max_minutes=8, **options)
