"""Targets: measured where they can be, absent with a reason where they cannot."""

from __future__ import annotations

import math

from real_answers import answer


def card(name: str):
    return answer(name, "2025-06-30").scorecard.set_index(["kind", "year"])


def test_yen_bai_poses_the_questions_of_its_document():
    """55 % non-public, 30 % counselled, 680 places, 260 in the centre, 5 facilities."""
    table = card("yen-bai")
    assert table["value"].tolist() == [0.55, 0.30, 680, 260, 5]
    centre = table.loc[("facility_capacity", 2020)]
    assert (centre["today"], centre["reason"]) == (132, "from_residents")
    assert centre["distance"] == 260 - 132


def test_kon_tum_never_counts_shelters_that_nobody_listed():
    """Ten shelters are the target; the list has none, which is not known to be zero."""
    shelters = card("kon-tum").loc[("count_facilities", 2020)]
    assert shelters["value"] == 10
    assert math.isnan(shelters["today"])
    assert shelters["reason"] == "no_data"


def test_binh_phuoc_measures_the_share_of_facilities_with_social_work():
    """None of the seven listed facilities offers counselling, so the distance is the whole target."""
    table = card("binh-phuoc")
    assert table.loc[("share_offering", 2025), "today"] == 0
    assert table.loc[("share_offering", 2030), "distance"] == 0.6


def test_dong_thap_counts_two_nonpublic_of_seven():
    """Four public facilities and the social work centre, two non-public ones."""
    share = card("dong-thap").loc[("share_nonpublic", 2020)]
    assert share["today"] == 2 / 7
    assert share["distance"] == 0.55 - 2 / 7


def test_unknown_size_leaves_the_share_served_unknown():
    """Where a site that serves has no known size, the share served today is absent, with the reason."""
    served = card("yen-bai").loc[("share_served", 2020)]
    assert math.isnan(served["today"])
    assert served["reason"] == "capacity_unknown"
