"""Catchment ratios: by hand, and what they must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangluoi import access
from mangluoi.errors import InputError

# Two points, two homes: P1 reaches both, P2 only the second.
DEMAND = pd.DataFrame({"point_id": ["p1", "p2"], "need": [10.0, 20.0]}, index=[7, 3])
SUPPLY = pd.DataFrame({"site_id": ["s1", "s2"], "capacity": [5, 12]})
TIMES = pd.DataFrame({"from_id": ["p1", "p1", "p2"], "to_id": ["s1", "s2", "s2"], "minutes": [10.0, 20.0, 5.0]})
STEP = access.decay.step([10, 20], [1.0, 0.5])


def test_two_steps_by_hand():
    """Home 1 has 5 ÷ 10, home 2 has 12 ÷ 30; P1 adds both."""
    ratios = access.catchment(DEMAND, SUPPLY, TIMES, max_minutes=30)
    assert ratios.tolist() == pytest.approx([0.5 + 0.4, 0.4])
    assert ratios.index.tolist() == [7, 3]


def test_enhanced_by_hand():
    """With weights 1 up to 10 minutes and a half up to 20: home 2 has 12 ÷ (0.5·10 + 20)."""
    ratios = access.catchment(DEMAND, SUPPLY, TIMES, method="e2sfca", max_minutes=30, decay=STEP)
    assert ratios.tolist() == pytest.approx([0.5 + 0.5 * 0.48, 0.48])


def test_balanced_by_hand():
    """P1's people are divided 2/3 : 1/3 between the homes; home 2's ratio goes back 1/3 : 2/3."""
    ratios = access.catchment(DEMAND, SUPPLY, TIMES, method="balanced", max_minutes=30, decay=STEP)
    first, second = 5 / (10 * 2 / 3), 12 / (10 / 3 + 20)
    assert ratios.tolist() == pytest.approx([first + second / 3, second * 2 / 3])


def test_spatial_availability_by_hand():
    """All of home 1 is P1's; home 2 is divided 5 : 20."""
    places = access.catchment(DEMAND, SUPPLY, TIMES, method="spatial_availability", max_minutes=30, decay=STEP)
    assert places.tolist() == pytest.approx([5 + 12 * 5 / 25, 12 * 20 / 25])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_places_are_neither_made_nor_lost(seed):
    """People times their ratio, and spatial availability, sum to the places that anybody can reach."""
    rng = np.random.default_rng(seed)
    demand = pd.DataFrame({"point_id": [f"p{i}" for i in range(6)], "need": rng.integers(1, 30, 6).astype(float)})
    supply = pd.DataFrame({"site_id": [f"s{i}" for i in range(4)], "capacity": rng.integers(0, 20, 4)})
    pairs = [(p, s, float(rng.integers(0, 60))) for p in demand["point_id"] for s in supply["site_id"]]
    times = pd.DataFrame(pairs, columns=["from_id", "to_id", "minutes"]).sample(frac=0.6, random_state=seed)
    reached = times[times["minutes"] <= 40]["to_id"].unique()
    total = supply[supply["site_id"].isin(reached)]["capacity"].sum()
    decay = access.decay.gaussian(20)
    plain = access.catchment(demand, supply, times, max_minutes=40)
    weighted = access.catchment(demand, supply, times, method="e2sfca", max_minutes=40, decay=decay)
    places = access.catchment(demand, supply, times, method="spatial_availability", max_minutes=40, decay=decay)
    assert plain @ demand["need"] == pytest.approx(total)
    assert places.sum() == pytest.approx(total)
    assert (weighted * demand["need"]).tolist() == pytest.approx(places.tolist())


def test_balanced_counts_everybody_once():
    """Under the balanced method the levels of service times the people counted at each home are all places."""
    ratios = access.catchment(DEMAND, SUPPLY, TIMES, method="balanced", max_minutes=30, decay=STEP)
    assert ratios.sum() == pytest.approx(5 / (10 * 2 / 3) + 12 / (10 / 3 + 20))


def test_groups_that_are_not_admitted_do_not_queue():
    """With an admissibility matrix only who may be taken competes."""
    demand = DEMAND.assign(group=["elderly", "child"], service="day")
    supply = SUPPLY.assign(service="day")
    taken = pd.DataFrame({"site_id": ["s1", "s2"], "group": ["elderly", "elderly"]})
    ratios = access.catchment(demand, supply, TIMES, max_minutes=30, admissible=taken)
    assert ratios.tolist() == pytest.approx([0.5 + 1.2, 0])


def test_what_is_not_offered_is_said():
    """The 3SFCA is refused, and so is a decay where none belongs."""
    with pytest.raises(ValueError, match="inflates"):
        access.catchment(DEMAND, SUPPLY, TIMES, method="3sfca", max_minutes=30)
    with pytest.raises(ValueError, match="needs a decay"):
        access.catchment(DEMAND, SUPPLY, TIMES, method="e2sfca", max_minutes=30)
    with pytest.raises(ValueError, match="takes no decay"):
        access.catchment(DEMAND, SUPPLY, TIMES, max_minutes=30, decay=STEP)


def test_decays_at_known_minutes():
    """Each decay has the value of its formula."""
    at = np.array([0.0, 10.0, 20.0, 30.0])
    assert STEP(at).tolist() == [1, 1, 0.5, 0]
    assert access.decay.exponential(10)(at).tolist() == [1, 0.5, 0.25, 0.125]
    assert access.decay.power(2, from_minutes=10)(at).tolist() == pytest.approx([1, 1, 1 / 4, 1 / 9])
    assert access.decay.gaussian(10)(at).tolist() == pytest.approx(np.exp([0, -0.5, -2, -4.5]).tolist())
    with pytest.raises(InputError, match="above zero"):
        access.decay.gaussian(0)
    with pytest.raises(InputError, match="ascending"):
        access.decay.step([20, 10], [1, 0.5])
