"""Questions of middle size with awkward numbers: objective and bound are those of one plain model of all rows."""

from __future__ import annotations

import pandas as pd
import pytest

from mangluoi.siting import Aim, Question, blocks, least_worst, solve, worst_off
from plain_siting import PlainModel, draw_province

_AIMS = (
    Aim("served"), Aim("covered"), Aim("covered", times_covered=2), Aim("cheapest", 0.25), Aim("fewest", 0.25),
    Aim("cheapest", 0.4, measure="covered"),
)  # fmt: skip
# Costs to the last đồng, beside which budgets were in units too small for the solver: fewer were "proven" to be served.
_TOO_FINE = (42, 162, 198, 234)


@pytest.mark.parametrize("seed", [*range(8), *_TOO_FINE])
def test_what_is_proven_is_so_in_a_plain_model(seed, monkeypatch):
    """The best value and the bound are the plain model's, and so is the value of what was chosen."""
    monkeypatch.setattr(blocks, "_FEW_WHOLE", 8 if seed % 2 else 60)
    question, aim = draw_province(seed), _AIMS[seed % len(_AIMS)]
    answer, model = solve(question, aim, explain=False), PlainModel(question, aim)
    best = model.best()
    if best is None:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert [answer.objective, answer.bound, model.best(answer.chosen)] == pytest.approx([best] * 3, rel=1e-6, abs=1e-6)


def test_a_band_holds_to_the_last_digit_of_the_minutes():
    """Who is a millionth of a minute beyond a band is beyond it, in the model as in the audit."""
    question = Question(
        pd.DataFrame([("p", "g", "v", 5.0), ("q", "g", "v", 3.0)], columns=["point_id", "group", "service", "need"]),
        pd.DataFrame([("p", "s", 30.0000004), ("q", "s", 10.0)], columns=["from_id", "to_id", "minutes"]),
        pd.DataFrame([("s", "v", 1.0)], columns=["site_id", "service", "capacity"]),
        pd.DataFrame([("a", "expand", "s", "v", 1, 1, 1.0, 0.0)], columns=["action_id", "kind", "site_id", "service",
                     "min_added", "max_added", "fixed_vnd", "per_place_vnd"]),
        60.0, budget_vnd=5.0,
    )  # fmt: skip
    assert worst_off(question, bands=(30.0, 20.0)).beyond.tolist() == [5.0, 5.0]
    assert least_worst(question).objective == 30.0000004
