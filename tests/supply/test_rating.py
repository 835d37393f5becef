"""Capacity by norm, turnover, refusals and borders."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from mangluoi import supply
from mangluoi.errors import InputError

CAPACITY = pd.DataFrame(
    {
        "site_id": ["town", "hill", "bare"],
        "service": "residential",
        "capacity": [100, 40, 20],
        "residents": [110, 30, None],
        "staff": [12, 5, None],
        "land_m2": [900.0, 1500.0, None],
        "bedroom_m2": [None, 240.0, None],
        "as_of": "2023",
        "source": "bài kiểm",
    },
    index=[5, 6, 7],
)


def test_the_least_norm_binds_by_hand():
    """900 m² in town at 10 m² hold 90; 1,500 m² in the hills at 30 m² hold 50, and 5 staff at 10 clients hold 50."""
    land = pd.Series(["land_urban", "land_rural", "land_rural"], index=CAPACITY.index)
    table = supply.by_norm(CAPACITY, supply.norms(), land=land, staff="dis_self")
    assert table["by_land"].tolist()[:2] == [90, 50]
    assert table["by_staff"].tolist()[:2] == [120, 50]
    assert table["by_norm"].tolist()[:2] == [90, 50]
    assert table["binding"].tolist()[:2] == ["land", "land"]
    assert table["above_norm"].tolist() == [True, False, False]
    assert math.isnan(table["by_norm"].iloc[2])
    assert pd.isna(table["binding"].iloc[2])


def test_a_norm_from_memory_is_not_applied_by_default():
    """The bedroom norm of Decree 103/2017 has no source here: it needs an explicit yes."""
    with pytest.raises(InputError, match="from memory"):
        supply.by_norm(CAPACITY, supply.norms(), bedroom="room")
    table = supply.by_norm(CAPACITY, supply.norms(), bedroom="room", allow_from_memory=True)
    assert table["by_bedroom"].tolist()[1] == 40


def test_a_norm_of_another_kind_is_refused():
    """Square metres are not clients per carer."""
    with pytest.raises(InputError, match="says nothing about staff"):
        supply.by_norm(CAPACITY, supply.norms(), staff="land_urban")
    with pytest.raises(InputError, match="does not stand"):
        supply.by_norm(CAPACITY, supply.norms(), land="no_such")


def test_turnover_by_hand():
    """30 residents of 40 places who stay 5 years: 10 free, 6 leave a year; 110 of 100 who do: 22 leave, 12 come in."""
    table = supply.admissions(CAPACITY, mean_stay_years=5)
    assert table["free_now"].tolist()[:2] == [0, 10]
    assert table["exits_per_year"].tolist()[:2] == [22, 6]
    assert table["admissions_per_year"].tolist()[:2] == [12, 16]
    assert math.isnan(table["admissions_per_year"].iloc[2])
    with pytest.raises(InputError, match="mean stay"):
        supply.admissions(CAPACITY, mean_stay_years=0)


def test_refusals_and_borders():
    """A home that takes no children although its type may; a site beyond the border only where that is allowed."""
    sites = pd.DataFrame({"site_id": ["town"], "facility_id": ["f"], "province_code": ["40"]})
    facilities = pd.DataFrame({"facility_id": ["f"], "type": ["general"]})
    refused = pd.DataFrame({"site_id": ["town"], "group": ["child_special"]})
    options = {"groups": ["elderly", "child_special"]}
    table = supply.admissible(sites, facilities, CAPACITY.iloc[:1], refused=refused, **options)
    assert table["group"].tolist() == ["elderly"]
    with pytest.raises(InputError, match="'nobody'"):
        supply.admissible(sites, facilities, CAPACITY.iloc[:1], refused=refused.assign(group="nobody"), **options)
    assert supply.of_province(sites, province_code="15").empty
    assert len(supply.of_province(sites, province_code="15", admit_across_border=True)) == 1
    with pytest.raises(InputError, match="province_code"):
        supply.of_province(sites.assign(province_code=None), province_code="15")
