"""The door: what a public output may hold."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from mangluoi import shipped
from mangluoi.scenario import disclose
from real_answers import answer

COUNTS = ["need", "served", "full", "out_of_reach", "unlocated", "served_after", "full_after", "out_of_reach_after"]


def test_no_small_count_is_shown(result):
    """In public no count from 1 to 10 stands in any table of counts."""
    shown = disclose(result)
    for frame, columns in ((shown.states, COUNTS), (shown.state_totals, COUNTS), (shown.people, ["people"])):
        values = frame[columns].astype("Float64").to_numpy(dtype=float, na_value=0.0)
        assert not ((values > 0) & (values <= 10)).any()


def test_masked_counts_do_not_follow_from_totals(result):
    """Within each published total at least two rows are masked, and together they hold nothing or more than 10."""
    shown = disclose(result)
    hidden = shown.states[shown.states["masked"]][["unit_code", "group", "service"]]
    truth = result.states.rename(columns={"point_id": "unit_code"}).merge(hidden, on=["unit_code", "group", "service"])
    for _, rows in truth.groupby(["group", "service"]):
        whole = result.states[
            (result.states["group"] == rows["group"].iloc[0]) & (result.states["service"] == rows["service"].iloc[0])
        ]
        everything = len(rows) == int((whole["need"] > 0).sum())
        together = rows[["need", "served", "full", "out_of_reach"]].sum()
        assert len(rows) >= 2 or everything
        assert ((together == 0) | (together > 10) | everything).all()


def test_a_masked_row_is_masked_whole(result):
    """No count is left in a masked row from which another could be worked out."""
    shown = disclose(result)
    assert shown.states.loc[shown.states["masked"], COUNTS].isna().all().all()
    assert shown.states.loc[~shown.states["masked"], COUNTS].notna().all().all()


def test_sensitive_groups_stand_for_the_province_only(result):
    """Groups marked sensitive appear in no table by commune."""
    groups = shipped.frame("norms/groups.csv")
    sensitive = set(groups.loc[groups["sensitive"] == "yes", "group"])
    shown = disclose(result)
    assert not sensitive & (set(shown.states["group"]) | set(shown.people["group"]))


def test_internal_masks_nothing(result):
    """The internal profile shows every count."""
    shown = disclose(result, profile="internal")
    assert not shown.states["masked"].any()
    assert shown.states["need"].sum() == pytest.approx(
        result.states.loc[result.states["group"].isin(shown.states["group"]), "need"].sum()
    )


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_a_confidential_site_leaves_no_trace(profile):
    """A shelter is counted and nowhere else: no name, id, place, time, state, band or action of its service."""
    result = answer("nghe-an", "2025-06-30")
    sites = result.sites.copy()
    sites.loc[sites["site_id"] == "NA01-2", "confidential"] = True
    secret = dataclasses.replace(result, sites=sites)
    shown = disclose(secret, profile=profile)
    assert sum(shown.confidential_count.values()) == 1
    assert set(shown.withheld_services) == {"residential", "emergency", "counselling"}
    for field in dataclasses.fields(shown):
        value = getattr(shown, field.name)
        if isinstance(value, pd.DataFrame) and field.name not in ("facilities", "units", "cells"):
            text = value.to_csv()
            assert "NA01-2" not in text, field.name
            assert "cơ sở phía Bắc" not in text, field.name
    assert shown.minutes.empty
    assert shown.states.empty


def test_a_disclosed_result_passes_the_door_unchanged(result):
    """Disclosing twice is disclosing once."""
    shown = disclose(result)
    assert disclose(shown) is shown


def test_small_gains_and_shares_are_masked():
    """An action that serves 1 to 10 more, and a share that stands on masked counts, are not given in public."""
    result = answer("yen-bai", "2025-06-30")
    actions = result.actions.assign(served_more=3.0)
    states = result.states.copy()
    states["served"] = 0.0
    states.loc[states.index[0], "served"] = 4.0
    card = result.scorecard.assign(today=0.5)
    shown = disclose(dataclasses.replace(result, actions=actions, states=states, scorecard=card))
    assert shown.actions["served_more"].isna().all()
    share = shown.scorecard[shown.scorecard["kind"] == "share_served"].iloc[0]
    assert pd.isna(share["today"])
    assert share["reason"] == "masked"
    open_view = disclose(dataclasses.replace(result, actions=actions), profile="internal")
    assert (open_view.actions["served_more"] == 3).all()
