"""The crosswalk: nobody is lost, in either direction, whatever the order of rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangluoi.errors import InputError, UnknownUnitError
from mangluoi.gazetteer import crosswalk, units

OLD_CODES = crosswalk.shares(units.OLD, units.NEW)["from_code"].drop_duplicates().tolist()
NEW_CODES = crosswalk.shares(units.NEW, units.OLD)["from_code"].drop_duplicates().tolist()


def counts(codes, vintage, people, group="elderly"):
    return pd.DataFrame({"unit_code": codes, "vintage": vintage, "group": group, "people": people})


def test_every_old_unit_crosses_over():
    """All 10,040 smallest old units lead somewhere, and the shares of each sum to 1."""
    shares = crosswalk.crosswalk()
    assert set(shares["from_code"]) == set(units.lineage(units.OLD).index)
    assert set(shares["to_code"]) == set(units.lineage(units.NEW).index)
    assert np.allclose(shares.groupby("from_code")["share"].sum(), 1)


@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(st.tuples(st.sampled_from(OLD_CODES), st.integers(0, 10**6), st.sampled_from("ab")), max_size=30),
    seed=st.randoms(use_true_random=False),
)
def test_whole_counts_are_conserved_there_and_back(data, seed):
    """Whole counts stay whole; each group keeps its total; the order of rows changes nothing."""
    frame = pd.DataFrame(data, columns=["unit_code", "people", "group"]).assign(vintage=units.OLD)
    frame["people"] = frame["people"].astype("int64")
    there = crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    back = crosswalk.convert(there, value="people", to_vintage=units.OLD)
    for result in (there, back):
        assert result["people"].dtype == "int64"
        assert result.groupby("group")["people"].sum().to_dict() == frame.groupby("group")["people"].sum().to_dict()
    order = list(range(len(frame)))
    seed.shuffle(order)
    shuffled = crosswalk.convert(frame.iloc[order], value="people", to_vintage=units.NEW)
    pd.testing.assert_frame_equal(there, shuffled)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NEW_CODES), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_other_numbers_are_conserved_to_rounding(data):
    """Numbers that are not whole keep their total, from new to old."""
    frame = pd.DataFrame(data, columns=["unit_code", "need"]).assign(vintage=units.NEW)
    result = crosswalk.convert(frame, value="need", to_vintage=units.OLD)
    assert result["need"].sum() == pytest.approx(frame["need"].sum())


def test_unsplit_unit_that_stands_alone_returns():
    """A unit that neither merged nor split comes back as it went."""
    shares = crosswalk.crosswalk()
    alone = shares[~shares["from_code"].duplicated(keep=False) & ~shares["to_code"].duplicated(keep=False)]
    frame = counts(alone["from_code"].sort_values().tolist(), units.OLD, 7)
    there = crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    back = crosswalk.convert(there, value="people", to_vintage=units.OLD)
    assert len(alone) > 100
    assert back["unit_code"].tolist() == frame["unit_code"].tolist()
    assert (back["people"] == 7).all()


LISTED = crosswalk.crosswalk()
SPLIT = set(LISTED.loc[LISTED["from_code"].duplicated(keep=False), "from_code"])
ORIGINS = LISTED.groupby("to_code")["from_code"].agg(tuple)
OF_WHOLES = ORIGINS[[SPLIT.isdisjoint(codes) for codes in ORIGINS]]


BACK = crosswalk.returning(pd.DataFrame({"unit_code": OLD_CODES, "people": range(len(OLD_CODES))}))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_unsplit_units_return_what_they_gave(data):
    """Forward and back by what is known of the old units, every unsplit one has its count again, in each group."""
    chosen = data.draw(st.lists(st.sampled_from(OF_WHOLES.index.tolist()), min_size=1, max_size=8, unique=True))
    codes = sorted(code for target in chosen for code in OF_WHOLES[target])
    people = data.draw(st.lists(st.integers(0, 10**6), min_size=len(codes), max_size=len(codes)))
    frame = counts(codes, units.OLD, pd.array(people, dtype="int64"))
    there = crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    assert set(there["unit_code"]) == set(chosen)
    back = crosswalk.convert(there, value="people", to_vintage=units.OLD, by=crosswalk.returning(frame))
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)


@settings(max_examples=40, deadline=None)
@given(
    data=st.lists(st.tuples(st.sampled_from(NEW_CODES), st.integers(0, 10**6), st.sampled_from("ab")), max_size=20),
    seed=st.randoms(use_true_random=False),
)
def test_whole_counts_are_conserved_backwards(data, seed):
    """From new to old, each group keeps its total exactly, and the order of rows changes nothing."""
    frame = pd.DataFrame(data, columns=["unit_code", "people", "group"]).assign(vintage=units.NEW)
    frame["people"] = frame["people"].astype("int64")
    order = list(range(len(frame)))
    seed.shuffle(order)
    for by in (None, BACK):
        result = crosswalk.convert(frame, value="people", to_vintage=units.OLD, by=by)
        assert result.groupby("group")["people"].sum().to_dict() == frame.groupby("group")["people"].sum().to_dict()
        shuffled = crosswalk.convert(frame.iloc[order], value="people", to_vintage=units.OLD, by=by)
        pd.testing.assert_frame_equal(result, shuffled)


def test_way_back_stands_on_people_then_area():
    """Each new unit says on what its division stands; shares sum to 1; bad rows are refused."""
    target = next(code for code, codes in OF_WHOLES.items() if len(codes) == 3)
    codes = OF_WHOLES[target]
    known = pd.DataFrame({"unit_code": codes, "people": [1.0, 2.0, 5.0], "area_km2": 1.0})
    own = crosswalk.returning(known).set_index("from_code").loc[target]
    assert own["share"].tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert set(own["basis"]) == {"population"}
    by_area = crosswalk.returning(known.assign(people=[1.0, 2.0, np.nan]))
    assert set(by_area.loc[by_area["from_code"] == target, "basis"]) == {"area"}
    assert np.allclose(by_area.groupby("from_code")["share"].sum(), 1)
    assert set(by_area["basis"]) == {"area", "equal", "whole"}
    with pytest.raises(InputError) as caught:
        crosswalk.returning(pd.DataFrame({"unit_code": ["99999", codes[0], codes[0]], "people": [1, 1, -1]}))
    assert [(c.problem, c.row) for c in caught.value.complaints] == [
        ("unknown_unit", 2),
        ("duplicate_key", 4),
        ("negative", 4),
    ]


def test_rows_may_mix_vintages():
    """Rows already in the wanted vintage stay, and are summed with those that arrive."""
    frame = pd.concat([counts(["17619"], units.OLD, 5), counts(["17623"], units.NEW, 2)], ignore_index=True)
    before = frame.copy()
    result = crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    assert result.to_dict("records") == [{"unit_code": "17623", "vintage": units.NEW, "group": "elderly", "people": 7}]
    pd.testing.assert_frame_equal(frame, before)


def test_missing_key_is_a_key():
    """A key that is missing loses nobody."""
    frame = counts(["17619", "17619"], units.OLD, [1, 2], group=["elderly", None])
    result = crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    assert sorted(result["people"]) == [1, 2]


def test_empty_table_stays_empty():
    """No rows in, no rows out, with the same columns."""
    result = crosswalk.convert(counts([], units.OLD, []), value="people", to_vintage=units.NEW)
    assert result.columns.tolist() == ["unit_code", "vintage", "group", "people"]
    assert result.empty


def test_every_bad_row_is_named():
    """Unknown units, negative and missing values are listed together, by row."""
    frame = counts(["17619", "99999", "17619", "17619"], units.OLD, [1.0, 1.0, -1.0, np.nan])
    with pytest.raises(InputError) as caught:
        crosswalk.convert(frame, value="people", to_vintage=units.NEW)
    assert [(c.problem, c.row) for c in caught.value.complaints] == [
        ("unknown_unit", 3),
        ("negative", 4),
        ("missing_value", 5),
    ]
    with pytest.raises(InputError, match="'people' is missing"):
        crosswalk.convert(frame.drop(columns="people"), value="people", to_vintage=units.NEW)
    with pytest.raises(UnknownUnitError):
        crosswalk.convert(frame, value="people", to_vintage="1999-01-01")


def test_area_restated():
    """A province's old communes lead to new ones of the province that it belongs to now."""
    old = units.communes_of("40", units.OLD)
    new = crosswalk.restate_area(old, units.OLD, units.NEW)
    assert {units.province_of(code, units.NEW) for code in new} == {"40"}
    assert set(old) <= set(crosswalk.restate_area(new, units.NEW, units.OLD))
    assert crosswalk.restate_area(new, units.NEW, units.NEW) == new
    with pytest.raises(UnknownUnitError, match="99999"):
        crosswalk.restate_area(["99999"], units.OLD, units.NEW)


def split_commune():
    listed = crosswalk.crosswalk()
    code = listed.loc[listed["from_code"].duplicated(), "from_code"].iloc[0]
    return code, listed.loc[listed["from_code"] == code, "to_code"].tolist()


def test_split_commune_by_its_people_else_by_area():
    """People decide over area, area over equal parts; the basis says which, and nobody is lost."""
    code, targets = split_commune()
    parts = pd.DataFrame({"from_code": code, "to_code": targets, "people": range(1, len(targets) + 1), "area_km2": 1.0})
    by_people = crosswalk.weighted(parts)
    own = by_people[by_people["from_code"] == code]
    assert set(own["basis"]) == {"population"}
    assert own["share"].tolist() == pytest.approx([n / sum(parts["people"]) for n in parts["people"]])
    by_area = crosswalk.weighted(parts.assign(people=[np.nan, *parts["people"][1:]]))
    assert set(by_area.loc[by_area["from_code"] == code, "basis"]) == {"area"}
    assert np.allclose(by_people.groupby("from_code")["share"].sum(), 1)
    result = crosswalk.convert(counts([code], units.OLD, 101), value="people", to_vintage=units.NEW, by=by_people)
    assert result["people"].sum() == 101
    others = by_people[by_people["from_code"] != code]
    shipped = crosswalk.crosswalk()
    pd.testing.assert_frame_equal(others, shipped[shipped["from_code"] != code])


def test_weights_of_unknown_pairs_are_refused():
    """A pair that the crosswalk does not have, or a negative amount, is named by its row."""
    code, targets = split_commune()
    with pytest.raises(InputError) as caught:
        crosswalk.weighted(
            pd.DataFrame({"from_code": [code, code], "to_code": ["99999", targets[0]], "people": [1, -1]})
        )
    assert [(c.problem, c.row) for c in caught.value.complaints] == [("unknown_reference", 2), ("negative", 3)]
