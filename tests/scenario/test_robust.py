"""Robust choices: every figure found again by trying everything, and no choice regrets less than the one advised."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from every_plan import ACTION_COLUMNS, best
from mangluoi import access
from mangluoi.errors import InputError
from mangluoi.scenario.robust import Ranges, drawn, robust, tornado
from mangluoi.siting import Aim, Question

RANGES = Ranges(speed=(0.6, 1.4), cost=(0.8, 1.3))


def question(seed: int) -> Question:
    """Return the first question drawn from a seed in which some action could serve somebody."""
    for attempt in itertools.count():
        asked = draw_question(np.random.default_rng([seed, attempt]))
        try:
            asked.build()
        except InputError:
            continue
        return asked
    raise AssertionError("unreachable")


def draw_question(rng: np.random.Generator) -> Question:
    """Make a tiny question with sites to build and to expand, and with bounds on need."""
    points, sites = [f"p{i}" for i in range(3)], [f"s{i}" for i in range(4)]
    lower = rng.integers(0, 3, 3).astype(float)
    spread = rng.integers(0, 3, 3)
    need = pd.DataFrame({"point_id": points, "group": ["g", "g", "h"], "service": "v", "need": lower + spread // 2})
    times = pd.DataFrame(
        [(p, s, float(rng.integers(1, 9)) * 10) for p in points for s in sites], columns=["from_id", "to_id", "minutes"]
    )
    actions = [
        {"action_id": f"a{n}", "kind": "expand" if n == 0 else "build", "site_id": f"s{n}", "service": "v",
         "min_added": int(rng.integers(0, 2)), "max_added": int(rng.integers(2, 4)),
         "fixed_vnd": float(rng.integers(0, 4)), "per_place_vnd": float(rng.integers(1, 3))}
        for n in range(4)
    ]  # fmt: skip
    return Question(
        need=need.assign(lower=lower, upper=lower + spread),
        times=times,
        capacity=pd.DataFrame([("s0", "v", 1)], columns=["site_id", "service", "capacity"]),
        actions=pd.DataFrame(actions, columns=ACTION_COLUMNS),
        max_minutes=45.0,
        admissible=pd.DataFrame([(s, g, "v") for s in sites for g in "gh"], columns=["site_id", "group", "service"]),
        budget_vnd=7.0,
    )


def tried(one: Question, only: set[str] | None = None) -> float:
    """Try everything; with all of these actions and no others, or, where that cannot be, with some of them."""
    others = [] if only is None else [a for a in one.actions["action_id"] if a not in only]
    plain = one.replace(need=one.need[["point_id", "group", "service", "need"]]).without(*others)
    value = best(plain.replace(required=tuple(sorted(only or ()))), Aim("served"))
    value = best(plain, Aim("served")) if value is None else value
    assert value is not None
    return value


@pytest.mark.parametrize("seed", range(2))
def test_the_regret_matrix_is_found_again_by_trying_everything(seed):
    """Best and value of every plan in every draw agree with an evaluator that knows no solver."""
    asked = question(seed)
    answer = robust(asked, count=3, seed=seed, ranges=RANGES, most_plans=3)
    assert answer.proven
    for row in answer.draws.to_dict("records"):
        need = {name.removeprefix("need_"): row[name] for name in row if str(name).startswith("need_")}
        one = drawn(asked, need=need, speed=row["speed"], cost=row["cost"])
        assert answer.best[row["draw"]] == pytest.approx(tried(one))
        for plan in answer.plans.itertuples():
            only = set(filter(None, plan.actions.split(", ")))
            assert answer.served.loc[plan.plan, row["draw"]] == pytest.approx(tried(one, only))


@pytest.mark.parametrize("seed", range(3))
def test_no_plan_regrets_less_than_the_one_advised(seed):
    """Least regret is never above the nominal plan's, regret is never below zero, and the mean is the highest."""
    answer = robust(question(seed), count=4, seed=seed, ranges=RANGES, most_plans=3)
    plans = answer.plans.set_index("plan")
    assert (answer.regret.to_numpy() >= -1e-9).all()
    assert plans.loc[answer.least_regret, "worst_regret"] == plans["worst_regret"].min()
    assert plans.loc[answer.least_regret, "worst_regret"] <= plans.loc["P0", "worst_regret"]
    assert plans.loc[answer.most_served, "mean_served"] == pytest.approx(plans["mean_served"].max())
    assert answer.price == plans.loc["P0", "served"] - plans.loc[answer.least_regret, "served"] >= 0


def test_seeds_reproduce_and_the_order_of_rows_changes_nothing():
    """The same seed gives the same figures, whatever the order of need, times and actions."""
    asked = question(3)
    turned = asked.replace(need=asked.need[::-1], times=asked.times[::-1], actions=asked.actions[::-1])
    first, second = (robust(one, count=4, seed=5, ranges=RANGES, most_plans=3) for one in (asked, turned))
    pd.testing.assert_frame_equal(first.draws, second.draws)
    pd.testing.assert_frame_equal(first.served, second.served)
    pd.testing.assert_frame_equal(first.chosen, second.chosen)
    other = robust(asked, count=4, seed=6, ranges=RANGES, most_plans=1)
    assert not first.draws.equals(other.draws)


def test_where_nothing_is_uncertain_the_nominal_plan_is_best_everywhere():
    """Without ranges each draw is the question itself: no regret, no price."""
    answer = robust(question(1), count=4, ranges=Ranges(speed=(1, 1), need=False))
    assert (answer.regret == 0).all().all()
    assert (answer.least_regret, answer.price) == ("P0", 0)


def test_a_draw_moves_only_what_it_names():
    """Need stays within its bounds and whole, minutes and costs are scaled, and the question is left as it was."""
    asked = question(2)
    kept = asked.need.copy()
    one = drawn(asked, need={"g": 0.5}, speed=1.25, cost=2.0)
    assert (one.need["need"].between(one.need["lower"], one.need["upper"]) | (one.need["group"] == "h")).all()
    assert (one.need["need"] == one.need["need"].round()).all()
    assert one.need.loc[one.need["group"] == "h", "need"].equals(kept.loc[kept["group"] == "h", "need"])
    assert np.allclose(one.times["minutes"] * 1.25, asked.times["minutes"])
    assert (one.actions["fixed_vnd"] == asked.actions["fixed_vnd"] * 2).all()
    pd.testing.assert_frame_equal(asked.need, kept)


@pytest.mark.parametrize("seed", range(2))
def test_the_tornado_moves_one_thing_at_a_time(seed):
    """Each end is the best of the question with that alone changed; the widest swing comes first."""
    asked = question(seed)
    table = tornado(asked, ranges=RANGES).set_index("factor")
    assert sorted(table.index) == ["cost", "need_g", "need_h", "speed"]
    for place, end in (("low", 0), ("high", 1)):
        assert table.loc["speed", place] == pytest.approx(tried(drawn(asked, need={}, speed=RANGES.speed[end], cost=1)))
        assert table.loc["cost", place] == pytest.approx(tried(drawn(asked, need={}, speed=1, cost=RANGES.cost[end])))
        bound = {"g": float(end)}
        assert table.loc["need_g", place] == pytest.approx(tried(drawn(asked, need=bound, speed=1, cost=1)))
    assert table["swing"].is_monotonic_decreasing


def test_where_nobody_is_in_reach_only_those_of_today_are_served():
    """A draw in which no action reaches anybody counts whom the open places serve, by weight, and does not stop."""
    asked = question(2)
    near = asked.times.assign(minutes=asked.times["minutes"].where(asked.times["to_id"] == "s0", 44.0))
    weights = pd.DataFrame({"group": ["g"], "weight": [3.0]})
    closed = asked.replace(times=near, weights=weights, actions=asked.actions[asked.actions["kind"] == "build"])
    slow = Ranges(speed=(0.5, 0.5), need=False)
    answer = robust(closed, count=1, ranges=slow)
    table = tornado(closed, ranges=slow).set_index("factor")
    one = drawn(closed, need={}, speed=0.5, cost=1)
    with pytest.raises(InputError, match="threshold"):
        one.build()
    people = one.need[["point_id", "group", "service", "need"]]
    states = access.allocate(
        people, one.capacity, one.times, max_minutes=one.max_minutes, admissible=one.admissible
    ).states
    today = float((states["served"] * states["group"].map({"g": 3.0, "h": 1.0})).sum())
    assert answer.best.tolist() == [today]
    assert table.loc["speed", "low"] == today


def test_shorter_stays_let_a_place_serve_more():
    """Twice the stay halves what a place takes in: open places, sizes on offer, and the price of serving one more."""
    asked = question(1)
    asked = asked.replace(
        capacity=asked.capacity.assign(capacity=6),
        actions=asked.actions.assign(min_added=2, max_added=4, per_place_vnd=2.0, fixed_vnd=1.0),
    )
    longer, shorter = (drawn(asked, need={}, speed=1, cost=1, stay={"v": factor}) for factor in (2.0, 0.5))
    assert (longer.capacity["capacity"].tolist(), shorter.capacity["capacity"].tolist()) == ([3], [12])
    for one, sizes, price in ((longer, (1, 2), 4.0), (shorter, (4, 8), 1.0)):
        assert set(zip(one.actions["min_added"], one.actions["max_added"], strict=True)) == {sizes}
        assert set(one.actions["per_place_vnd"]) == {price}
        assert set(one.actions["fixed_vnd"]) == {1.0}


def test_drawn_people_stay_whole_and_none_is_lost_in_rounding():
    """Whole people stay whole; the sum of a group is right to the nearest person, and rows that are whole stay."""
    asked = question(0)
    amounts = np.array([1.4, 1.4, 2.0])
    made = asked.replace(need=asked.need.assign(group="g", need=1.0)).with_need(amounts).need["need"]
    assert made.tolist() == [2.0, 1.0, 2.0]
    assert (asked.need["need"] == question(0).need["need"]).all()


def test_ranges_that_make_no_sense_are_refused():
    """A speed of zero or less, or bounds in the wrong order, cannot be drawn from."""
    for wrong in ((0.0, 1.0), (1.2, 0.8)):
        with pytest.raises(InputError):
            Ranges(speed=wrong)
