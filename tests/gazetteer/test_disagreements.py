"""Disagreements between published mappings: each is listed with what was taken, and that is what the crosswalk has."""

import pandas as pd
import pytest

from mangluoi.errors import InputError
from mangluoi.gazetteer import crosswalk, units
from mangluoi.gazetteer.disagreements import REASONS, compared, disagreements


def test_what_was_taken_is_what_the_crosswalk_has():
    """Every listed commune leads, in the crosswalk, exactly where the list says; and at least one mapping differs."""
    listed = disagreements()
    targets = crosswalk.shares(units.OLD, units.NEW).groupby("from_code")["to_code"].agg(tuple)
    assert len(listed) == 42
    assert listed["from_code"].is_unique
    for row in listed.itertuples():
        assert targets[row.from_code] == row.taken
        assert row.vietnamadminunits != row.taken or row.dvhcvn != row.taken
        assert row.why in REASONS
        assert (row.why == "namesake") == pd.isna(row.legal_basis)
    every = {code for column in ("vietnamadminunits", "dvhcvn", "taken") for codes in listed[column] for code in codes}
    assert every <= set(units.lineage(units.NEW).index)


def test_another_mapping_is_compared():
    """A mapping equal to the crosswalk has no difference; one that changes, drops and adds a commune has three."""
    pairs = crosswalk.shares(units.OLD, units.NEW)[["from_code", "to_code"]]
    assert compared(pairs).empty
    other = pairs.copy()
    other.loc[other["from_code"] == "17619", "to_code"] = "17464"
    other = other[other["from_code"] != "17623"]
    other = pd.concat([other, pd.DataFrame({"from_code": ["99999"], "to_code": ["17464"]})])
    found = compared(other).set_index("from_code")
    assert found.index.tolist() == ["17619", "17623", "99999"]
    assert found.loc["17619", ["here", "there"]].tolist() == [("17623",), ("17464",)]
    assert found.loc["17623", "there"] == ()
    assert found.loc["99999", "here"] == ()
    with pytest.raises(InputError):
        compared(pairs.drop(columns="to_code"))
