"""Every aim over every kind of action equals trying every combination of actions in plain loops."""

from __future__ import annotations

import pytest

from every_plan import askable, best
from mangluoi import siting
from mangluoi.siting import Aim

AIMS = {
    "served": Aim("served"),
    "covered": Aim("covered"),
    "twice covered": Aim("covered", times_covered=2),
    "cheapest served": Aim("cheapest", share=0.6),
    "cheapest covered": Aim("cheapest", share=0.7, measure="covered"),
    "cheapest backup": Aim("cheapest", share=0.4, measure="covered", times_covered=2),
    "fewest served": Aim("fewest", share=0.5),
    "fewest covered": Aim("fewest", share=0.8, measure="covered"),
    "minutes": Aim("minutes", share=0.6),
    "total": Aim("total", share=0.5, vnd_per_minute=0.05),
}


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("name", AIMS)
def test_equals_every_plan(name, seed):
    """The value is the best of every combination of actions; a question without an answer says what clashes."""
    question = askable(seed * len(AIMS) + list(AIMS).index(name))
    answer = siting.solve(question, AIMS[name])
    expected = best(question, AIMS[name])
    if expected is None:
        assert (answer.status, answer.audit) == ("infeasible", None)
        assert answer.clash is not None
        assert answer.clash.demands
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(expected, abs=1e-6)
