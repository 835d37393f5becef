"""Frontier, price of equity, phases, the worst off: against trying every plan, and invariants."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

from every_plan import askable, best, every_network, floors_hold
from mangluoi import siting
from mangluoi.errors import InputError
from mangluoi.siting import Aim, Floor, Phase

SERVED = Aim("served")


def plain(seed):
    """Return a question with one budget and no requirement that money cannot change."""
    question = askable(seed)
    return question.replace(
        budget_vnd=8.0, floors=(), rules=(), network=None, required=(), forbidden=(), max_loss_minutes=None
    )


def served(question):
    """Return the most people by trying every plan; nothing possible counts as below zero."""
    value = best(question, SERVED)
    return -1.0 if value is None else value


@pytest.mark.parametrize("seed", range(12))
def test_frontier_equals_every_plan(seed):
    """Each point is the best for its budget, proven, and people never fall as money grows."""
    question = plain(seed)
    table = siting.frontier(question, [1, 2, 4, 6, 9])
    assert table["people"].tolist() == [served(question.replace(budget_vnd=b)) for b in (1.0, 2.0, 4.0, 6.0, 9.0)]
    assert table["people"].is_monotonic_increasing
    assert (table["status"] == "optimal").all()
    assert (table["cost_vnd"] <= table["budget_vnd"]).all()


@pytest.mark.parametrize("seed", range(8))
def test_every_step_is_the_whole_frontier(seed):
    """The points are all numbers of people that some budget up to the question's is best for."""
    question = plain(seed)
    table = siting.every_step(question)
    expected = {}
    for budget in range(8, -1, -1):
        plans = [sum(n.cost.values()) for n in every_network(question.replace(budget_vnd=float(budget) or 0.5))]
        if plans:
            expected[served(question.replace(budget_vnd=float(budget) or 0.5))] = None
    assert sorted(table["people"]) == sorted(expected)
    assert table["people"].is_monotonic_increasing


@pytest.mark.parametrize("seed", range(12))
def test_price_of_equity_equals_every_plan(seed):
    """What a floor costs is the difference of two bests; a tighter floor never costs less."""
    question = plain(seed)
    floors = [Floor(share, "point_id") for share in (0.25, 0.5, 0.75)]
    table = siting.price_of_equity(question, floors)
    free = served(question)
    for floor, people, lost in zip(floors, table["people"], table["lost"], strict=True):
        expected = best(question.replace(floors=(floor,)), SERVED)
        if expected is None:
            assert math.isnan(people)
        else:
            assert (people, lost) == (expected, free - expected)
    assert table["people"].dropna().is_monotonic_decreasing


@pytest.mark.parametrize("seed", range(12))
def test_phases_equal_every_nested_plan(seed):
    """In the end as good as with all money at once; on the way as good as any plan that grows into such an end."""
    question = plain(seed)
    answer = siting.phased(question, [Phase("first", 3.0), Phase("second", 5.0)])
    early = list(every_network(question.replace(budget_vnd=3.0)))
    late = list(every_network(question.replace(budget_vnd=8.0)))
    value = {}
    for network in (*early, *late):
        key = tuple(sorted(network.added.items()))
        value[key] = max(people_served(question, network), default=-1.0)
    pairs = [
        (value[tuple(sorted(b.added.items()))], value[tuple(sorted(a.added.items()))])
        for a, b in itertools.product(early, late)
        if all(b.added.get(name, -1) >= size for name, size in a.added.items())
    ]
    assert (answer.status, answer.proven) == ("optimal", 3)
    end, way = max(pairs)
    assert answer.phases["people"].tolist() == [way, end]
    assert end == served(question.replace(budget_vnd=8.0))
    assert answer.phases["alone"].tolist() == [served(question.replace(budget_vnd=3.0)), end]
    assert (answer.phases["lost"] >= 0).all()
    assert answer.phases["cost_vnd"].iloc[0] <= 3
    assert answer.phases["cost_vnd"].iloc[1] <= 8


def people_served(question, network):
    """Yield how many people, by weight, can be served in a network."""
    weight = [1.0] * len(question.need)
    if question.weights is not None:
        of_group = dict(question.weights.itertuples(index=False, name=None))
        weight = [float(of_group[group]) for group in question.need["group"]]
    for people in network.served():
        yield sum(w * n for w, n in zip(weight, people, strict=True))


def test_an_action_waits_for_its_phase():
    """What may only be done in the second phase is not done in the first."""
    question = plain(3)
    question = question.replace(actions=question.actions.assign(phase=2))
    answer = siting.phased(question, [Phase("first", 3.0), Phase("second", 5.0)])
    assert (answer.actions["phase"] == "second").all()


@pytest.mark.parametrize("seed", range(12))
def test_worst_time_equals_every_plan(seed):
    """The farthest of those who can be reached at all is as near as any plan brings them."""
    question = plain(seed)
    answer = siting.least_worst(question)
    rows = everybody(question)
    worst = [farthest(network, rows) for network in every_network(question)]
    assert answer.objective == min(worst)
    assert answer.status == ("optimal" if math.isfinite(answer.objective) else "infeasible")


@pytest.mark.parametrize("seed", range(12))
def test_worst_off_equals_every_plan(seed):
    """The people beyond each band, the farthest band first, are lexicographically the fewest."""
    question = plain(seed)
    bands = (70.0, 40.0, 10.0)
    answer = siting.worst_off(question, bands=bands)
    rows = everybody(question)
    need = question.need["need"].tolist()
    ways = []
    for network in every_network(question):
        reach = network.reach(limit=False)
        times = {row: min((m for _, m in reach[row]), default=math.inf) for row in rows}
        ways.append(tuple(sum(need[row] for row in rows if times[row] > band) for band in bands))
    assert tuple(answer.beyond) == min(ways)
    assert answer.solution.status == "optimal"


def everybody(question):
    """Return the rows of need that some site, open today or after an action, could ever serve."""
    problem = question.build(any_distance=True)
    return [row for row, number in enumerate(problem.row_class) if number >= 0]


def farthest(network, rows):
    """Return the minutes of the farthest row."""
    reach = network.reach(limit=False)
    return max(min((m for _, m in reach[row]), default=math.inf) for row in rows)


@pytest.mark.parametrize("seed", range(20))
def test_floors_hold_in_the_answer(seed):
    """The assignment of an answer gives every part its share, and equals the objective."""
    question = plain(seed).replace(floors=(Floor(0.25, "group"), Floor(0.25, "point_id")))
    answer = siting.solve(question, SERVED)
    expected = best(question, SERVED)
    if expected is None:
        assert answer.status == "infeasible"
        return
    assert answer.objective == expected
    flows = answer.assignment.groupby(["point_id", "group", "service"])["served"].sum()
    keys = pd.MultiIndex.from_frame(question.need[["point_id", "group", "service"]])
    people = flows.reindex(keys).fillna(0).tolist()
    assert floors_hold(question, people)
    assert people == [round(count) for count in people]


def test_bad_phases_and_bands_are_refused():
    """No money at all, time that runs backwards, and bands of nothing."""
    question = plain(0)
    with pytest.raises(InputError, match="nothing can be done"):
        siting.phased(question, [Phase("first", 0.0)])
    with pytest.raises(InputError, match="below zero"):
        siting.phased(question, [Phase("first", 5.0, years=-1)])
    with pytest.raises(InputError, match="below 0"):
        siting.worst_off(question, bands=(0.0,))
