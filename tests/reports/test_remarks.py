"""Remarks: what another rule would change is said only where everything that it needs is known."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mangluoi.reports import remarks
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.disclosure import Disclosed

RANGES = pd.DataFrame(
    {
        "service": ["residential"], "group": ["elderly"], "covered_lower": [None], "covered_upper": [None],
        "reached": [0], "mean_minutes": [None], "median_minutes": [None], "p90_minutes": [None],
        "served": [100], "served_nearest": [60], "masked": [False],
    }
)  # fmt: skip


def _told(d: Disclosed, basis: list[str]) -> list[str]:
    """What is said of the service when sites of its kind know their size on these grounds."""
    site = d.sites.loc[d.sites["lon"].notna() & (d.sites["type"] == "general"), "site_id"].iloc[0]
    doors = pd.DataFrame({"site_id": site, "service": "residential", "basis": basis, "usable": 50.0, "hedge": None})
    known = dataclasses.replace(d, capacity=doors, detail=Detail(ranges=RANGES))
    return remarks.of_service(known, d.plan.service("residential"), "vi")


def test_the_nearest_site_is_compared_where_sizes_are_known(disclosed: Disclosed):
    """Of 100 who are led to free places, 60 would find one at the nearest site."""
    (told,) = _told(disclosed, ["declared"])
    assert "chỉ 60 người được phục vụ, thay vì 100 người" in told


def test_an_unknown_size_is_not_a_full_house(disclosed: Disclosed):
    """Where one of the sites has no known size, going to the nearest one cannot be counted, so nothing is said."""
    assert _told(disclosed, ["declared", "unknown"]) == []
