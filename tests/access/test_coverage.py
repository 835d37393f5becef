"""Coverage, bands and the gap on Toytown and on random cases."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import toytown
from mangluoi import access
from mangluoi.errors import InputError
from small_cases import allocation_case


def test_toytown_coverage_by_hand():
    """All 11 elderly and 2 of 5 children are within 15 minutes of a home that takes them."""
    need = toytown.need()
    covered = access.coverage(need, toytown.times(), max_minutes=15, admissible=toytown.admissible())
    assert covered.index.equals(need.index)
    assert covered.groupby(need["group"]).sum().to_dict() == {"elderly": 11, "child_special": 2}


def test_threshold_is_inclusive():
    """A hamlet at exactly ten minutes is within ten minutes, and not within less."""
    need = toytown.need().query("point_id == 'A'")
    assert access.coverage(need, toytown.times(), max_minutes=10).sum() == 3
    assert access.coverage(need, toytown.times(), max_minutes=9.99).sum() == 0


def test_threshold_by_service():
    """Each service has its own threshold, and one without any is refused."""
    need = toytown.need()
    assert access.coverage(need, toytown.times(), max_minutes={"residential": 0}).sum() == 2
    with pytest.raises(InputError, match=r"max_minutes\.residential"):
        access.coverage(need, toytown.times(), max_minutes={"day": 30})


def test_open_sites_only():
    """A site that is not open covers nobody."""
    need = toytown.need()
    assert access.coverage(need, toytown.times(), max_minutes=15, sites=["home_e"]).sum() == 7


@pytest.mark.parametrize("seed", range(50))
def test_coverage_is_what_a_plain_loop_finds(seed):
    """Coverage equals the sum over rows that have any admissible pair within the threshold."""
    case = allocation_case(random.Random(seed))
    taken = set(case.admissible.itertuples(index=False, name=None))
    expected = [
        row.need
        * any(
            pair.from_id == row.point_id
            and pair.minutes <= case.max_minutes
            and (pair.to_id, row.group, row.service) in taken
            for pair in case.times.itertuples()
        )
        for row in case.need.itertuples()
    ]
    covered = access.coverage(case.need, case.times, max_minutes=case.max_minutes, admissible=case.admissible)
    assert covered.tolist() == expected


def test_bands_hold_everybody():
    """Toytown by hand: the 2 at B and E live with a home, 11 at ten minutes, 3 children beyond 15."""
    need = toytown.need()
    table = access.bands(need, toytown.times(), edges=(5, 15), admissible=toytown.admissible(), by=())
    assert table["people"].tolist() == [2, 11, 3]
    assert table["share"].sum() == pytest.approx(1)
    assert pd.isna(table["to_minutes"].iloc[-1])


def test_summary_by_hand():
    """Minutes to the nearest home that takes one: 2 people at 0, 11 at 10, children of D 20 and of F 40."""
    need = toytown.need()
    minutes = access.nearest_minutes(need, toytown.times(), admissible=toytown.admissible())
    figures = access.summary(minutes, need["need"])
    assert figures["reached"] == figures["people"] == 16
    assert figures["mean_minutes"] == pytest.approx((11 * 10 + 2 * 20 + 40) / 16)
    assert figures["median_minutes"] == 10
    assert figures["p90_minutes"] == 20


def test_gap_by_hand():
    """The gap of 8 is 5 who meet a full house and 3 out of reach."""
    result = access.allocate(
        toytown.need(), toytown.capacity(), toytown.times(), max_minutes=15, admissible=toytown.admissible()
    )
    row = access.gap(result.states, by=()).iloc[0]
    assert (row["gap"], row["full"], row["out_of_reach"], row["served"]) == (8, 5, 3, 8)
    by_group = access.gap(result.states, by=("group",)).set_index("group")
    assert by_group.loc["child_special", "out_of_reach"] == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.drop(columns="need"), "'need' is missing"),
        (lambda f: f.assign(need=-1), "below zero"),
        (lambda f: pd.concat([f, f]), "more than once"),
        (lambda f: f.assign(point_id=range(len(f))), "not text"),
        (lambda f: f.assign(need=float("nan")), "a value is required"),
    ],
)
def test_bad_need_is_refused_in_words(change, said):
    """A need that cannot be used is refused, not repaired."""
    with pytest.raises(InputError, match=said):
        access.coverage(change(toytown.need()), toytown.times(), max_minutes=15)


def test_several_modes_are_refused():
    """Which mode a person rides is not for a measure to guess."""
    times = pd.concat([toytown.times(), toytown.times().assign(mode="car")])
    with pytest.raises(InputError, match="several modes"):
        access.coverage(toytown.need(), times, max_minutes=15)
