"""Leaving out the links of slots that are full whatever is done does not change how many can be served."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mangluoi import siting
from mangluoi.siting import Aim, Question, aims, ample, solver

SERVED = Aim("served")


def drawn(seed):
    """Draw two services with places that cost money and, more or less often, fewer of them than people in reach."""
    rng = np.random.default_rng(seed)
    points, sites = [f"p{i}" for i in range(6)], [f"s{i}" for i in range(4)]
    need = [(p, "g", v, float(rng.integers(0, 30))) for p in points for v in ("a", "b")]
    times = [(p, s, float(rng.integers(1, 60))) for p in points for s in sites if rng.random() < 0.7]
    actions = [
        (f"{s}/{v}", "expand" if rng.random() < 0.5 else "build", s, v, int(rng.integers(1, 5)),
         int(rng.integers(5, 30)), float(rng.integers(0, 6)), float(rng.integers(1, 4)))
        for s in sites for v in ("a", "b") if rng.random() < 0.8
    ]  # fmt: skip
    names = ["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd"]
    table = pd.DataFrame(actions, columns=names)
    stands = table[table["kind"] == "expand"]
    capacity = stands[["site_id", "service"]].assign(capacity=rng.integers(0, 12, len(stands)))
    return Question(
        need=pd.DataFrame(need, columns=["point_id", "group", "service", "need"]),
        times=pd.DataFrame(times, columns=["from_id", "to_id", "minutes"]),
        capacity=capacity,
        actions=table,
        max_minutes=45.0,
        budget_vnd=float(rng.integers(5, 60)),
    )


def most(made):
    """Return the most people that a written question serves."""
    return -solver.minimise(made.draft.model(-made.people())).objective


@pytest.mark.parametrize("seed", range(25))
def test_as_many_are_served_without_the_links(seed):
    """For the whole budget and for any less, and a share of all need is the same number of people."""
    question = drawn(seed)
    whole, lean = aims.written(question, SERVED), aims.lean(question, SERVED)
    assert most(lean) == pytest.approx(most(whole), abs=1e-6)
    money = float(question.budget_vnd) / 2
    for made in (whole, lean):
        made.draft.total(made.money() * made.unit, high=money)
    assert most(lean) == pytest.approx(most(whole), abs=1e-6)
    both = [written.problem for written in (whole, lean)]
    total = [problem.people.sum() + problem.unreached for problem in both]
    assert total[0] == total[1]


def test_links_are_left_out_where_people_are_many_and_money_is_little():
    """A place where 30 people wait and money adds 5 needs no links; with more money than people it keeps them."""
    question = Question(
        need=pd.DataFrame({"point_id": ["p", "q"], "group": "g", "service": "a", "need": [20.0, 10.0]}),
        times=pd.DataFrame({"from_id": ["p", "q"], "to_id": "s", "minutes": 5.0}),
        capacity=pd.DataFrame({"site_id": ["s"], "service": ["a"], "capacity": [3]}),
        actions=pd.DataFrame(
            {"action_id": ["x"], "kind": ["expand"], "site_id": ["s"], "service": ["a"], "min_added": [1],
             "max_added": [40], "fixed_vnd": [0.0], "per_place_vnd": [1.0]}
        ),
        max_minutes=45.0,
        budget_vnd=5.0,
    )  # fmt: skip
    few = ample.spared(question.build())
    assert few.link_class.tolist() == [0]
    assert few.people.tolist() == [43.0]
    many = ample.spared(question.replace(budget_vnd=30.0).build())
    assert many.people.tolist() == [30.0]
    assert siting.solve(question, SERVED).objective == 8
    assert siting.solve(question.replace(budget_vnd=30.0), SERVED).objective == 30
