"""People onto communes, and need: exact sums, whole people, nothing counted twice."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangluoi import demand
from mangluoi.errors import InputError

COMMUNES = pd.DataFrame(
    {
        "unit_code": ["00001", "00002", "00003", "00004"],
        "vintage": "2025-06-30",
        "district_code": ["001", "001", "002", "002"],
        "province_code": "01",
    }
)


def people(*rows):
    """Return PEOPLE rows from (unit_code, group, people, lower, upper)."""
    frame = pd.DataFrame(rows, columns=["unit_code", "group", "people", "lower", "upper"])
    return frame.assign(vintage="2025-06-30", kind="stock", as_of="2023", source="bài kiểm")


def test_each_row_is_spread_exactly():
    """A district's 5 people go 3 and 2 to its communes, a commune's own count stays."""
    frame = demand.spread(people(("001", "elderly", 5, None, None), ("00003", "elderly", 7, None, None)), COMMUNES)
    assert frame["people"].tolist() == [3, 2, 7]
    assert frame["basis"].tolist() == ["equal", "equal", "counted"]
    assert frame["estimated"].tolist() == [True, True, False]


def test_weights_carry_people():
    """With weights 3 : 1 in a district, 8 people go 6 and 2."""
    weights = pd.Series({"00001": 3.0, "00002": 1.0})
    frame = demand.spread(people(("001", "elderly", 8, None, None)), COMMUNES, weights=weights)
    assert frame["people"].tolist() == [6, 2]
    assert set(frame["basis"]) == {"population"}


@given(
    lower=st.integers(0, 200),
    more=st.integers(0, 200),
    most=st.integers(0, 200),
    weights=st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any),
)
def test_bounds_are_exact_and_enclose(lower, more, most, weights):
    """Counts and bounds each sum to what was given, and bounds enclose the count in every commune."""
    total, upper = lower + more, lower + more + most
    frame = demand.spread(
        people(("01", "elderly", total, lower, upper)),
        COMMUNES,
        weights=pd.Series([float(w) for w in weights], index=COMMUNES["unit_code"]),
    )
    assert [frame[name].sum() for name in ("people", "lower", "upper")] == [total, lower, upper]
    assert (frame["lower"] <= frame["people"]).all()
    assert (frame["people"] <= frame["upper"]).all()
    assert (frame["lower"] >= 0).all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("99999", "elderly", 5, None, None)], "no unit of that code"),
        ([("01", "elderly", 5, None, None), ("00001", "elderly", 5, None, None)], "counts already"),
        ([("01", "elderly", 5, None, None), ("001", "elderly", 5, None, None)], "counts already"),
        ([("01", "elderly", 5, 6, None)], "do not enclose"),
        ([("01", "elderly", -5, None, None)], "below zero"),
    ],
)
def test_bad_people_are_refused_in_words(rows, said):
    """What cannot be spread is refused."""
    with pytest.raises(InputError, match=said):
        demand.spread(people(*rows), COMMUNES)


def test_missing_weights_are_refused():
    """A commune without a weight is named."""
    with pytest.raises(InputError, match="a value is required"):
        demand.spread(people(("01", "elderly", 5, None, None)), COMMUNES, weights=pd.Series({"00001": 1.0}))


def rates(*rows):
    return pd.DataFrame(rows, columns=["group", "service", "rate"])


def test_need_is_rounded_once():
    """Three communes of 5 at 10 % are 1.5, so 2 people in all: not 3 × 1, not 3 × 0."""
    rows = people(*((code, "elderly", 5, None, None) for code in ("00001", "00002", "00003")))
    need = demand.need(rows, rates(("elderly", "residential", 0.1)))
    assert need["need"].sum() == 2
    assert need["need"].tolist() == [1, 1, 0]
    assert need["lower"].isna().all()


@given(
    counts=st.lists(st.integers(0, 500), min_size=1, max_size=4),
    below=st.integers(0, 100),
    above=st.integers(0, 100),
    rate=st.integers(0, 100),
)
def test_need_bounds_enclose_and_sum(counts, below, above, rate):
    """Need sums to people times rate rounded half up, and its bounds enclose it in every commune."""
    rows = people(
        *(
            (code, "elderly", count, max(count - below, 0), count + above)
            for code, count in zip(COMMUNES["unit_code"], counts, strict=False)
        )
    )
    need = demand.need(rows, rates(("elderly", "day", rate / 100)))
    assert need["need"].sum() == (sum(counts) * rate * 2 + 100) // 200
    assert (need["lower"] <= need["need"]).all()
    assert (need["need"] <= need["upper"]).all()
    assert (need["lower"] >= 0).all()


def test_an_open_bound_stays_open():
    """'More than 60' has no upper bound, and neither has the need that stands on it."""
    rows = people(("00001", "elderly", 60, 60, None), ("00002", "elderly", 10, None, None))
    need = demand.need(rows, rates(("elderly", "day", 1.0)))
    assert need["lower"].tolist() == [60, 10]
    assert need["upper"].isna().all()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (rates(("drug", "day", 0.1)), "no people of the group 'drug'"),
        (rates(("elderly", "day", 1.1)), "above 1"),
        (rates(("elderly", "day", -0.1)), "below zero"),
        (rates(("elderly", "day", "nhiều")), "not a number"),
        (rates(("elderly", "day", 0.1), ("elderly", "day", 0.2)), "more than once"),
    ],
)
def test_bad_rates_are_refused_in_words(table, said):
    """A rate that cannot be used is refused."""
    with pytest.raises(InputError, match=said):
        demand.need(people(("00001", "elderly", 5, None, None)), table)
