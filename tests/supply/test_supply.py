"""Norms, capacity and admission."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from mangluoi import supply
from mangluoi.errors import InputError

CAPACITY = pd.DataFrame(
    {
        "site_id": ["a", "b", "c"],
        "service": "residential",
        "capacity": [100, None, None],
        "residents": [120, 60, None],
        "as_of": "2023",
        "source": "bài kiểm",
    }
)
FACILITIES = pd.DataFrame({"facility_id": ["f1", "f2", "f3"], "type": ["general", "elderly", "drug"]})
SITES = pd.DataFrame({"site_id": ["a", "b", "c"], "facility_id": ["f1", "f2", "f3"]})


def test_unknown_capacity_excluded_holds_nobody():
    """A site of unknown capacity stays open with no known place."""
    table = supply.usable(CAPACITY, where_capacity_unknown="exclude")
    assert table["capacity"].tolist() == [100, 0, 0]
    assert table["basis"].tolist() == ["declared", "unknown", "unknown"]


def test_residents_stand_in_as_a_floor():
    """Residents stand in for an unknown capacity only."""
    table = supply.usable(CAPACITY, where_capacity_unknown="residents")
    assert table["capacity"].tolist() == [100, 60, 0]
    assert table["basis"].tolist() == ["declared", "residents", "unknown"]


def test_unknown_capacity_is_refused_by_default():
    """Every unknown one is named at once."""
    with pytest.raises(InputError, match=r"(?s)b / residential.*c / residential") as caught:
        supply.usable(CAPACITY)
    assert len(caught.value.complaints) == 2


def test_occupancy_above_one_is_shown():
    """120 residents in 100 places are 120 %, and what is not known stays missing."""
    shares = supply.occupancy(CAPACITY)
    assert shares.iloc[0] == pytest.approx(1.2)
    assert all(math.isnan(share) for share in shares.iloc[1:])


def test_every_norm_has_a_source_or_is_from_memory():
    """A norm without a source cannot be applied."""
    table = supply.norms()
    assert table["id"].is_unique
    assert (table["source"].isna() == (table["status"] == "from_memory")).all()
    assert "from_memory" not in set(supply.applicable(table)["status"])
    assert supply.applicable(table, ids=["land_rural"])["value"].tolist() == [30.0]
    with pytest.raises(InputError, match="from memory"):
        supply.applicable(table, ids=["room"])
    with pytest.raises(InputError, match="does not stand"):
        supply.applicable(table, ids=["no_such"])


def test_admission_follows_the_type():
    """A home for older people takes no children; a general one takes both."""
    table = supply.admissible(SITES, FACILITIES, CAPACITY, groups=["elderly", "child_special"])
    rows = set(table.itertuples(index=False, name=None))
    assert rows == {
        ("a", "child_special", "residential"),
        ("a", "elderly", "residential"),
        ("b", "elderly", "residential"),
    }


def test_unknown_references_are_refused():
    """A site of an unknown facility is refused."""
    with pytest.raises(InputError, match="facilities"):
        supply.admissible(SITES, FACILITIES.head(1), CAPACITY)


def test_drug_rehabilitation_is_out_by_default():
    """It has been under the police since March 2025."""
    assert supply.in_scope(FACILITIES)["facility_id"].tolist() == ["f1", "f2"]
    assert supply.in_scope(FACILITIES, include_drug_rehab=True)["facility_id"].tolist() == ["f1", "f2", "f3"]
