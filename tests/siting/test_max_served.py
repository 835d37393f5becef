"""The best actions for a budget: by hand, against brute force, and invariants."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toytown
from mangluoi import siting
from mangluoi.errors import InputError
from small_cases import best_allocation, links, siting_case

ACTIONS = pd.DataFrame(
    [
        ("build_d", "build", "site_d", "residential", 2, 6, 3.0, 2.0),
        ("expand_b", "expand", "home_b", "residential", 0, 4, 0.0, 2.0),
        ("expand_e", "expand", "home_e", "residential", 0, 4, 0.0, 2.0),
    ],
    columns=["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd"],
)
TIMES = toytown.times(sites={"home_b": "B", "home_e": "E", "site_d": "D"})
ADMISSIBLE = pd.concat(
    [
        toytown.admissible(),
        pd.DataFrame({"site_id": "site_d", "group": ["elderly", "child_special"], "service": "residential"}),
    ],
    ignore_index=True,
)


def toytown_answer(budget_vnd):
    return siting.max_served(
        toytown.need(),
        TIMES,
        capacity=toytown.capacity(),
        actions=ACTIONS,
        budget_vnd=budget_vnd,
        max_minutes=15,
        admissible=ADMISSIBLE,
    )


def solve(case, **options):
    return siting.max_served(
        case.need,
        case.times,
        capacity=case.capacity,
        actions=case.actions,
        budget_vnd=case.budget_vnd,
        max_minutes=case.max_minutes,
        admissible=case.admissible,
        **options,
    )


@pytest.mark.parametrize(
    ("budget_vnd", "served", "cost"), [(8, 12, 8), (13, 13, 10), (16, 14, 15), (17, 15, 17), (100, 15, 17)]
)
def test_toytown_by_hand(budget_vnd, served, cost):
    """The best of Toytown's actions, and its least cost, for each budget of the docstring."""
    answer = toytown_answer(budget_vnd)
    assert (answer.status, answer.gap, answer.cheapest) == ("optimal", 0, True)
    assert (answer.objective, answer.bound, answer.cost_vnd) == (served, served, cost)
    assert answer.audit.served_before == 8
    assert answer.assignment["served"].sum() == served


def test_budget_13_leaves_d_alone():
    """13 served are cheapest without building: four places at B, one at E."""
    chosen = toytown_answer(13).chosen.set_index("action_id")["added"]
    assert chosen.to_dict() == {"expand_b": 4, "expand_e": 1}


def every_way(case):
    """Yield the added places and the cost of every combination of actions."""
    actions = case.actions.to_dict("records")
    choices = [sorted({0, *range(max(row["min_added"], 1), row["max_added"] + 1)}) for row in actions]
    for added in itertools.product(*choices):
        cost = sum(row["fixed_vnd"] + row["per_place_vnd"] * n for row, n in zip(actions, added, strict=True) if n)
        yield added, cost


def by_trying_everything(case):
    """Return the most served within the budget and the least cost for it."""
    best = (-1, 0.0)
    for added, cost in every_way(case):
        if cost > case.budget_vnd:
            continue
        more = case.actions[["site_id", "service"]].assign(capacity=list(added))
        opened = more[more["capacity"] > 0]
        places = pd.concat([case.capacity, opened]).groupby(["site_id", "service"], as_index=False).sum()
        served, _ = best_allocation(dataclasses.replace(case, capacity=places))
        best = max(best, (served, -cost))
    return best[0], -best[1]


def usable(case):
    """Say whether any action could serve anybody."""
    actions = case.actions.assign(capacity=1)[["site_id", "service", "capacity"]].drop_duplicates()
    needed = case.need[case.need["need"] > 0]
    return bool(links(dataclasses.replace(case, need=needed, capacity=actions)))


@pytest.mark.parametrize("seed", range(200))
def test_equals_brute_force(seed):
    """Most served and least cost equal those of trying every combination of actions."""
    case = siting_case(random.Random(seed))
    if not usable(case):
        with pytest.raises(InputError, match="nobody who needs"):
            solve(case)
        return
    answer = solve(case)
    assert (answer.objective, answer.cost_vnd) == by_trying_everything(case)
    assert answer.status == "optimal"


def feasible(seed):
    """Return the first case from a seed on that asks a possible question, and its answer."""
    case = next(case for n in itertools.count(seed) if usable(case := siting_case(random.Random(n))))
    return case, solve(case)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(1, 6))
def test_more_budget_never_serves_fewer(seed, more):
    """A larger budget serves as many or more."""
    case, answer = feasible(seed)
    richer = dataclasses.replace(case, budget_vnd=case.budget_vnd + more)
    assert solve(richer).objective >= answer.objective


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 10_000))
def test_row_order_changes_nothing(seed, shuffle):
    """Permuting the rows of every table gives the same actions and the same assignment."""
    case, answer = feasible(seed)
    mixed = {
        name: getattr(case, name).sample(frac=1, random_state=shuffle + number)
        for number, name in enumerate(("need", "capacity", "times", "admissible", "actions"))
    }
    again = solve(dataclasses.replace(case, **mixed))
    pd.testing.assert_frame_equal(answer.chosen, again.chosen)
    pd.testing.assert_frame_equal(answer.assignment, again.assignment)


def test_an_action_that_nobody_can_use_is_named():
    """It is left out and listed, not silently dropped."""
    useless = ACTIONS.iloc[[0]].assign(action_id="far", site_id="nowhere")
    answer = siting.max_served(
        toytown.need(),
        TIMES,
        capacity=toytown.capacity(),
        actions=pd.concat([ACTIONS, useless]),
        budget_vnd=17,
        max_minutes=15,
        admissible=ADMISSIBLE,
    )
    assert answer.out_of_question == ("far",)
    assert answer.objective == 15


@pytest.mark.parametrize(
    ("actions", "budget_vnd", "said"),
    [
        (ACTIONS, 0, "budget is 0 VND"),
        (ACTIONS, -5, "budget is -5 VND"),
        (ACTIONS.assign(fixed_vnd=-1.0), 10, "below zero"),
        (ACTIONS.assign(min_added=9), 10, "at least 9 and at most"),
        (ACTIONS.assign(site_id="nowhere"), 10, "nobody who needs"),
        (ACTIONS.drop(columns="kind"), 10, "'kind' is missing"),
    ],
)
def test_bad_questions_are_refused_in_words(actions, budget_vnd, said):
    """A question that cannot be asked is refused before any solving."""
    with pytest.raises(InputError, match=said):
        siting.max_served(
            toytown.need(),
            TIMES,
            capacity=toytown.capacity(),
            actions=actions,
            budget_vnd=budget_vnd,
            max_minutes=15,
            admissible=ADMISSIBLE,
        )


def test_a_solution_shows_itself_without_running_what_it_shows():
    """Text from tables is escaped."""
    odd = ACTIONS.assign(action_id=["<b>d", "b", "e"])
    answer = siting.max_served(
        toytown.need(),
        TIMES,
        capacity=toytown.capacity(),
        actions=odd,
        budget_vnd=17,
        max_minutes=15,
        admissible=ADMISSIBLE,
    )
    assert "&lt;b&gt;d" in answer._repr_html_()
    assert "<b>" not in answer._repr_html_()
