"""What may be shown of the curve of coverage: sums over the province, and only where they give no commune away."""

from __future__ import annotations

import pandas as pd
import pytest

from mangluoi.scenario.detail import Detail
from mangluoi.scenario.withholding import Door, shown_detail


def make_door(**changes: object) -> Door:
    """Make a door that hides nothing but small counts."""
    keys = ("sites", "withheld", "masked", "exposed", "groups", "counted", "hidden", "sensitive")
    return Door(**{**dict.fromkeys(keys, ()), "vintage": "2025-07-01", "public": True, **changes})  # type: ignore[arg-type]


def make_detail(covered: list[float], after: list[float], *, group: str = "elderly", need: float = 100.0) -> Detail:
    """Make a curve with one step for each number."""
    frame = pd.DataFrame({"minutes": [10.0 * n for n in range(1, len(covered) + 1)], "chosen": False})
    curve = frame.assign(service="day", group=group, need=need, covered=covered, covered_after=after)
    means = pd.DataFrame({"service": ["day"], "group": [group], "people": [60.0], "before": [20.0], "after": [15.0]})
    return Detail(curve=curve, mean_minutes=means)


@pytest.mark.parametrize(
    ("covered", "after", "need", "hidden"),
    [
        ([20.0, 60.0], [20.0, 60.0], 100.0, False),
        ([0.0, 60.0], [0.0, 60.0], 100.0, False),
        # Five people live between ten and twenty minutes away.
        ([20.0, 25.0], [20.0, 25.0], 100.0, True),
        # Four are not reached at all.
        ([20.0, 96.0], [20.0, 96.0], 100.0, True),
        # The actions reach three more within ten minutes.
        ([20.0, 60.0], [23.0, 60.0], 100.0, True),
        # The first step is seven people.
        ([7.0, 60.0], [7.0, 60.0], 100.0, True),
    ],
)
def test_a_curve_with_a_small_step_is_hidden_whole(covered: list[float], after: list[float], need: float, hidden: bool):
    """Every step is a count of people; one of 1 to 10 hides the curve, but not in an internal copy."""
    detail = make_detail(covered, after, need=need)
    shown = shown_detail(detail, make_door()).curve
    assert shown["masked"].tolist() == [hidden] * len(covered)
    assert shown["covered"].isna().tolist() == [hidden] * len(covered)
    assert shown["need"].isna().all() == hidden
    assert not shown_detail(detail, make_door(public=False)).curve["masked"].any()


def test_a_curve_is_no_way_around_a_masked_commune():
    """Where some commune of the service is masked or its total is, the curve is; the population is public."""
    detail = make_detail([20.0, 60.0], [20.0, 60.0])
    assert shown_detail(detail, make_door(exposed={"day"})).curve["masked"].all()
    assert shown_detail(detail, make_door(exposed={"day"})).mean_minutes["masked"].all()
    assert shown_detail(detail, make_door(masked={("elderly", "day")})).curve["masked"].all()
    everybody = make_detail([20.0, 25.0], [20.0, 25.0], group="population")
    assert not shown_detail(everybody, make_door(exposed={"day"})).curve["masked"].any()


def test_a_service_of_a_shelter_has_no_curve():
    """Minutes to a confidential site would give it away."""
    shown = shown_detail(make_detail([20.0, 60.0], [20.0, 60.0]), make_door(withheld={"day"}))
    assert shown.curve.empty
    assert shown.mean_minutes.empty
