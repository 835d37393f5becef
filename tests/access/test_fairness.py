"""Inequality figures: hand-worked examples, closed forms and invariants."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangluoi.access import fairness
from mangluoi.errors import InputError


def series(*values):
    return pd.Series([float(value) for value in values])


ONE = series(1, 1, 1, 1)


def test_gini_by_hand():
    """1, 2, 3, 4 have a Gini of 1/4; the same with all is 0; one of four with all is 3/4."""
    assert fairness.gini(series(1, 2, 3, 4), ONE) == pytest.approx(0.25)
    assert fairness.gini(series(5, 5, 5, 5), ONE) == pytest.approx(0)
    assert fairness.gini(series(0, 0, 0, 9), ONE) == pytest.approx(0.75)


def test_gini_of_a_uniform_and_an_exponential_distribution():
    """Closed forms: 1/3 for the uniform, 1/2 for the exponential, to the grain of the grid."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    even = pd.Series(np.ones(20_000))
    assert fairness.gini(pd.Series(grid), even) == pytest.approx(1 / 3, abs=1e-4)
    assert fairness.gini(pd.Series(-np.log1p(-grid)), even) == pytest.approx(1 / 2, abs=1e-3)


def test_theil_by_hand():
    """Who holds everything among four: ln 4; a lognormal has σ² ÷ 2."""
    assert fairness.theil(series(0, 0, 0, 9), ONE) == pytest.approx(math.log(4))
    assert fairness.theil(series(3, 3, 3, 3), ONE) == pytest.approx(0)
    assert fairness.theil(series(1, 3), series(1, 1)) == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))


def test_palma_by_hand():
    """Of 1..10 the richest has 10 and the four poorest have 10 together."""
    assert fairness.palma(series(*range(1, 11)), series(*[1] * 10)) == pytest.approx(1.0)
    assert fairness.palma(series(2, 2), series(1, 1)) == pytest.approx(0.25)
    assert fairness.palma(series(0, 5), series(1, 1)) == math.inf


def test_concentration_by_hand():
    """Ranked by what they have it is the Gini, ranked backwards its negative, all of one rank zero."""
    values = series(1, 2, 3, 4)
    assert fairness.concentration(values, ONE, values) == pytest.approx(0.25)
    assert fairness.concentration(values, ONE, -values) == pytest.approx(-0.25)
    assert fairness.concentration(values, ONE, series(1, 1, 1, 1)) == pytest.approx(0)


def test_worst_off_by_hand():
    """The worst tenth of 20 people: 1 at 0 and 1 of the next 9 at 4."""
    values, people = series(0, 4, 8), series(1, 9, 10)
    assert fairness.worst_off(values, people) == pytest.approx(2)
    assert fairness.worst_off(values, people, low_is_worst=False) == pytest.approx(8)
    assert fairness.worst_off(values, people, share=1) == pytest.approx((36 + 80) / 20)


def test_poverty_by_hand():
    """Below a line of 4 stand 2 and 0: half the people, a mean shortfall of 3/8, squared 5/16."""
    values = series(0, 2, 4, 9)
    assert fairness.poverty(values, ONE, line=4) == 0.5
    assert fairness.poverty(values, ONE, line=4, alpha=1) == pytest.approx((1 + 0.5) / 4)
    assert fairness.poverty(values, ONE, line=4, alpha=2) == pytest.approx((1 + 0.25) / 4)


@given(
    values=st.lists(st.integers(0, 50), min_size=2, max_size=12).filter(any),
    weights=st.lists(st.integers(1, 9), min_size=12, max_size=12),
    shuffle=st.randoms(use_true_random=False),
)
def test_people_count_not_rows(values, weights, shuffle):
    """A weight of n is n rows; scale and the order of rows do not matter; Gini lies in 0..1."""
    weights = weights[: len(values)]
    one_by_one = series(*(value for value, weight in zip(values, weights, strict=True) for _ in range(weight)))
    mixed = list(zip(values, weights, strict=True))
    shuffle.shuffle(mixed)
    ones = series(*[1] * len(one_by_one))
    for measure in (fairness.gini, fairness.theil, fairness.palma, fairness.worst_off):
        expected = measure(one_by_one, ones)
        assert measure(series(*values), series(*weights)) == pytest.approx(expected)
        assert measure(series(*(v for v, _ in mixed)), series(*(w for _, w in mixed))) == pytest.approx(expected)
    assert fairness.gini(series(*values) * 3, series(*weights)) == pytest.approx(fairness.gini(one_by_one, ones))
    assert -1e-12 <= fairness.gini(one_by_one, ones) <= 1


def test_missing_values_are_refused():
    """What is not known is not zero."""
    with pytest.raises(InputError, match="a value is required"):
        fairness.gini(series(1, math.nan), series(1, 1))
    with pytest.raises(InputError, match="below zero"):
        fairness.theil(series(1, -1), series(1, 1))


def test_nobody_has_no_inequality():
    """Without people or anything to share there is no figure."""
    assert math.isnan(fairness.gini(series(0, 0), series(1, 1)))
    assert math.isnan(fairness.palma(series(1, 1), series(0, 0)))
