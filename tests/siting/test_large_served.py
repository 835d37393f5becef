"""Thousands of sites with capacity: the same answers as `max_served` on small cases, known optima, honest bounds."""

from __future__ import annotations

import dataclasses
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_max_served import by_trying_everything, usable

from mangluoi import siting
from mangluoi.errors import InputError
from small_cases import siting_case


def solve(case, **options):
    return siting.max_served_large(
        case.need,
        case.times,
        capacity=case.capacity,
        actions=case.actions,
        budget_vnd=case.budget_vnd,
        max_minutes=case.max_minutes,
        admissible=case.admissible,
        **options,
    )


@pytest.mark.parametrize("seed", range(250))
def test_equals_brute_force(seed):
    """With no gap allowed, the most served equals that of trying every combination; the bound never lies below it."""
    case = siting_case(random.Random(seed))
    if not usable(case):
        with pytest.raises(InputError, match="nobody who needs"):
            solve(case)
        return
    answer = solve(case, gap=0.0)
    best, _ = by_trying_everything(case)
    assert answer.objective == best <= answer.bound
    assert answer.cost_vnd <= case.budget_vnd


def islands(draw, count):
    """Draw islands out of each other's reach, and the most people that a budget serves there, by construction.

    On each island a home of so many places can be built for as many people; all cost the same, so the best is to
    build the largest that the budget allows.
    """
    people = sorted((draw.randint(5, 60) for _ in range(count)), reverse=True)
    built = draw.randint(1, count - 1)
    names = list(range(count))
    draw.shuffle(names)
    need = pd.DataFrame(
        {"point_id": [f"p{n}" for n in names], "group": "g", "service": "v", "need": [float(x) for x in people]}
    )
    times = pd.DataFrame({"from_id": need["point_id"], "to_id": [f"s{n}" for n in names], "minutes": 1.0})
    actions = pd.DataFrame(
        {
            "action_id": [f"a{n}" for n in names], "kind": "build", "site_id": times["to_id"], "service": "v",
            "min_added": 1, "max_added": people, "fixed_vnd": 100.0, "per_place_vnd": 0.0,
        }
    )  # fmt: skip
    return need, times, actions, 100.0 * built, sum(people[:built])


@pytest.mark.parametrize("seed", range(20))
def test_known_optimum_by_construction(seed):
    """Forty islands, of which the largest are served: proven."""
    need, times, actions, budget, best = islands(random.Random(seed), 40)
    capacity = pd.DataFrame(
        {"site_id": pd.Series([], dtype=object), "service": pd.Series([], dtype=object), "capacity": []}
    )
    answer = siting.max_served_large(
        need, times, capacity=capacity, actions=actions, budget_vnd=budget, max_minutes=10, gap=0.0
    )
    assert (answer.objective, answer.status) == (best, "optimal")


def test_several_actions_at_one_service():
    """Small and large expansions of one home combine."""
    need = pd.DataFrame({"point_id": ["p"], "group": "g", "service": "v", "need": [10.0]})
    times = pd.DataFrame({"from_id": ["p"], "to_id": ["s"], "minutes": [1.0]})
    capacity = pd.DataFrame({"site_id": ["s"], "service": ["v"], "capacity": [1]})
    rows = [("small", 1, 3, 1.0, 1.0), ("large", 4, 6, 5.0, 0.5)]
    columns = ["action_id", "min_added", "max_added", "fixed_vnd", "per_place_vnd"]
    actions = pd.DataFrame(rows, columns=columns).assign(kind="expand", site_id="s", service="v")

    def most(budget):
        answer = siting.max_served_large(
            need, times, capacity=capacity, actions=actions, budget_vnd=budget, max_minutes=5, gap=0.0
        )
        return answer.objective

    # Small alone: 1 + n; large alone: 5 + n/2; both: their sum.
    assert [most(budget) for budget in (1, 4, 7, 8, 10, 12)] == [1, 4, 5, 7, 8, 10]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "close"}, "of the kind close|close"),
        ({"exclusive": "x"}, "depends on others"),
        ({"min_added": 1, "max_added": 6, "step": 5}, "in steps"),
    ],
)
def test_what_only_the_exact_door_can_answer_is_said(change, said):
    """An action of another kind, one in steps, or one tied to others, is refused by name."""
    case = next(case for n in range(100) if usable(case := siting_case(random.Random(n))))
    with pytest.raises(InputError, match=said):
        solve(dataclasses.replace(case, actions=case.actions.assign(**change)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(1, 6), shuffle=st.integers(0, 1000))
def test_budget_order_and_gap(seed, more, shuffle):
    """More budget never serves fewer; the order of rows changes nothing; a gap that is allowed is kept."""
    case = siting_case(random.Random(seed))
    if not usable(case):
        return
    answer = solve(case, gap=0.0)
    assert solve(dataclasses.replace(case, budget_vnd=case.budget_vnd + more), gap=0.0).objective >= answer.objective
    names = ("need", "capacity", "times", "admissible", "actions")
    mixed = {name: getattr(case, name).sample(frac=1, random_state=shuffle) for name in names}
    pd.testing.assert_frame_equal(answer.chosen, solve(dataclasses.replace(case, **mixed), gap=0.0).chosen)
    rough = solve(case, gap=0.2)
    assert rough.objective <= answer.objective <= rough.bound
