"""Overlapping groups, future years and people inside a commune."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangluoi import demand
from mangluoi.errors import InputError


def people(*rows, as_of="2023"):
    """Return PEOPLE rows from (unit_code, group, people, lower, upper)."""
    frame = pd.DataFrame(rows, columns=["unit_code", "group", "people", "lower", "upper"])
    whole = dict.fromkeys(["people", "lower", "upper"], "Int64")
    return frame.astype(whole).assign(vintage="2025-06-30", kind="stock", as_of=as_of, source="bài kiểm")


def test_overlap_without_a_word_is_a_bound():
    """40 older and 25 disabled people are between 40 and 65, not 65."""
    table = demand.together(
        people(("1", "old", 40, None, None), ("1", "disabled", 25, None, None)), ["old", "disabled"]
    )
    assert table[["lower", "upper"]].to_numpy().tolist() == [[40, 65]]
    assert table["people"].isna().all()


def test_a_stated_overlap_of_two_groups_is_a_number():
    """With a tenth of the old disabled, 40 and 25 are 61."""
    overlaps = pd.DataFrame({"group_a": ["old"], "group_b": ["disabled"], "rate": [0.1]})
    rows = people(("1", "old", 40, None, None), ("1", "disabled", 25, None, None))
    table = demand.together(rows, ["old", "disabled"], overlaps=overlaps)
    assert table[["lower", "people", "upper"]].to_numpy().tolist() == [[61, 61, 61]]


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10_000), stated=st.integers(0, 3))
def test_bounds_hold_the_truth(seed, stated):
    """However a crowd is divided into groups, the number of different people lies within the bounds."""
    draw = random.Random(seed)
    crowd = [{g for g in "abc" if draw.random() < 0.5} for _ in range(20)]
    count = {g: sum(g in person for person in crowd) for g in "abc"}
    pairs = [("a", "b"), ("a", "c"), ("b", "c")][:stated]
    overlaps = pd.DataFrame(
        [(x, y, sum({x, y} <= p for p in crowd) / count[x]) for x, y in pairs if count[x]],
        columns=["group_a", "group_b", "rate"],
    )
    rows = people(*(("1", group, number, None, None) for group, number in count.items()))
    truth = sum(bool(person) for person in crowd)
    row = demand.together(rows, list("abc"), overlaps=overlaps).iloc[0]
    assert row["lower"] <= truth <= row["upper"]
    assert max(count.values()) <= row["lower"]
    assert row["upper"] <= sum(count.values())


@pytest.mark.parametrize(
    ("overlaps", "said"),
    [
        ([("old", "poor", 0.1)], "says nothing about"),
        ([("old", "disabled", 1.5)], "above 1"),
        ([("old", "disabled", 0.1), ("disabled", "old", 0.2)], "stated twice"),
        ([("old", "disabled", 1.0)], "one has fewer"),
    ],
)
def test_bad_overlaps_are_refused_in_words(overlaps, said):
    """An overlap that cannot be is refused."""
    rows = people(("1", "old", 40, None, None), ("1", "disabled", 25, None, None))
    frame = pd.DataFrame(overlaps, columns=["group_a", "group_b", "rate"])
    with pytest.raises(InputError, match=said):
        demand.together(rows, ["old", "disabled"], overlaps=frame)


def test_a_missing_count_is_not_zero():
    """A unit without a count of one of the groups is named."""
    rows = people(("1", "old", 40, None, None), ("1", "disabled", 25, None, None), ("2", "old", 3, None, None))
    with pytest.raises(InputError, match="disabled"):
        demand.together(rows, ["old", "disabled"])


def test_growth_by_hand():
    """100 and 50 people at 2 % a year are 156.06 after two years: 156 in all, 104 and 52."""
    rows = people(("1", "old", 100, None, None), ("2", "old", 50, None, None))
    table = demand.project(rows, pd.DataFrame({"group": ["old"], "rate": [0.02]}), to_year=2025)
    assert table["people"].tolist() == [104, 52]
    assert table["as_of"].tolist() == ["2025", "2025"]
    assert table["estimated"].all()


@given(
    counts=st.lists(st.integers(0, 300), min_size=1, max_size=5),
    years=st.integers(0, 30),
    spread=st.integers(0, 5),
)
def test_low_and_high_enclose_in_every_unit(counts, years, spread):
    """Low, medium and high variants never cross, and more years of growth never give fewer people."""
    rows = people(*((str(i), "old", count, None, None) for i, count in enumerate(counts)))
    growth = pd.DataFrame({"group": ["old"], "rate": [0.03], "lower": [0.03 - spread / 100], "upper": [0.05]})
    table = demand.project(rows, growth, to_year=2023 + years)
    assert (table["lower"] <= table["people"]).all()
    assert (table["people"] <= table["upper"]).all()
    assert table["people"].sum() >= sum(counts)
    assert (table["lower"] >= 0).all()


@pytest.mark.parametrize(
    ("growth", "year", "said"),
    [
        ([("young", 0.1)], 2025, r"growth\.old"),
        ([("old", -1.5)], 2025, "below -1"),
        ([("old", 0.1)], 2020, "cannot be carried back"),
        ([("old", 0.1), ("old", 0.2)], 2025, "more than once"),
    ],
)
def test_bad_growth_is_refused_in_words(growth, year, said):
    """Growth that cannot be used is refused."""
    with pytest.raises(InputError, match=said):
        demand.project(
            people(("1", "old", 5, None, None)), pd.DataFrame(growth, columns=["group", "rate"]), to_year=year
        )


CELLS = pd.DataFrame(
    {
        "point_id": ["c1", "c2", "c3"],
        "unit_code": ["1", "1", "2"],
        "lon": [105.0, 105.01, 105.1],
        "lat": 19.0,
        "weight": [30.0, 10.0, 5.0],
    }
)


def test_cells_keep_a_communes_count_to_the_person():
    """11 people over weights 3 : 1 are 8 and 3; the other commune's 4 stay in its only cell."""
    table = demand.into_cells(people(("1", "old", 11, 8, 15), ("2", "old", 4, None, None)), CELLS)
    assert table["people"].tolist() == [8, 3, 4]
    assert table["lower"].sum() == 8
    assert table["upper"].sum() == 15
    assert (table["lower"].fillna(0) <= table["people"]).all()


def test_a_commune_without_cells_is_refused():
    """Its people are not dropped."""
    with pytest.raises(InputError, match="'3'"):
        demand.into_cells(people(("3", "old", 4, None, None)), CELLS)
