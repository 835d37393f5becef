"""Leaving out what is decided changes no answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array

from mangluoi.siting import shrinking, solver


def drawn(seed):
    """Draw a small model of whole and other variables, some of them decided, with rows about one variable."""
    rng = np.random.default_rng(seed)
    rows, columns = 7, 8
    matrix = rng.integers(-3, 4, (rows, columns)) * (rng.random((rows, columns)) < 0.4)
    matrix[-1] = 0
    matrix[-1, rng.integers(columns)] = rng.choice([-2, 3])
    lower = rng.integers(-2, 2, columns).astype(float)
    upper = lower + rng.integers(0, 3, columns)
    inside = matrix @ (lower + (upper - lower) * rng.random(columns))
    return solver.Model(
        cost=rng.integers(-5, 6, columns).astype(float),
        matrix=csr_array(matrix.astype(float)),
        low=np.where(rng.random(rows) < 0.5, np.floor(inside) - rng.integers(0, 2, rows), -np.inf),
        high=np.where(rng.random(rows) < 0.5, np.ceil(inside) + rng.integers(-1, 2, rows), np.inf),
        upper=upper,
        whole=rng.random(columns) < 0.6,
        lower=lower,
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_has_the_answer_of_the_whole(seed):
    """The best value is the same, an answer to the rest is one to the whole, and what is impossible stays so."""
    model = drawn(seed)
    rng = np.random.default_rng(seed)
    lower, upper = model.limits
    lower = np.where(rng.random(lower.size) < 0.4, upper, lower)
    narrow = dataclasses.replace(model, lower=model.least.copy())
    narrow.lower[model.whole] = lower
    whole = solver.minimise(narrow)
    small = shrinking.shrink(model, (lower, upper))
    rest = solver.minimise(small.model)
    assert rest.status == whole.status
    if whole.values is None:
        return
    assert rest.objective + small.cost == pytest.approx(whole.objective, abs=1e-6)
    wide = small.widened(rest.values)
    used = model.matrix @ wide
    assert (used >= model.low - 1e-6).all()
    assert (used <= model.high + 1e-6).all()
    assert (wide >= narrow.lower - 1e-6).all()
    assert (wide <= model.upper + 1e-6).all()
    assert model.cost @ wide == pytest.approx(whole.objective, abs=1e-6)


def test_people_of_places_that_are_not_built_leave_the_model():
    """With an action undone, its links and their rows are gone, and the rest stands."""
    # done, people here, people there; people here ≤ 5·done, all people ≤ 6, at least one there.
    model = solver.Model(
        cost=np.array([2.0, -1.0, -1.0]),
        matrix=csr_array(np.array([[-5.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])),
        low=np.array([-np.inf, -np.inf, 1.0]),
        high=np.array([0.0, 6.0, np.inf]),
        upper=np.array([1.0, 5.0, 6.0]),
        whole=np.array([True, False, False]),
    )
    small = shrinking.shrink(model, (np.zeros(1), np.zeros(1)))
    assert small.columns.tolist() == [2]
    assert not small.rows.size
    assert solver.minimise(small.model).objective == -6.0
