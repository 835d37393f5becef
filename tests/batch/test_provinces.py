"""A plan for every province of today: need from the census, and nothing that nobody published."""

from __future__ import annotations

import pandas as pd
import pytest

from mangluoi.batch import province_plan, province_plans
from mangluoi.errors import PlanError
from mangluoi.scenario import disclose, read_plan, run


def test_there_are_34_provinces():
    """Each has a plan of its own name, on the units of today."""
    plans = province_plans()
    assert len({plan.name for plan in plans}) == len(plans) == 34
    assert {plan.vintage for plan in plans} == {"2025-07-01"}


@pytest.mark.parametrize("asked", ["56", "Khánh Hòa", "khanh hoa", "Tỉnh Khánh Hoà", "TỈNH KHÁNH HÒA"])
def test_a_province_is_known_by_code_or_name(asked: str):
    """Diacritics, case and the word tỉnh do not matter."""
    assert province_plan(asked).name == "tinh-56-khanh-hoa"


def test_a_province_that_is_none_is_refused():
    """A name of no province is complained of, with the nearest one."""
    with pytest.raises(PlanError) as caught:
        province_plan("Khánh Hoà 2")
    assert caught.value.complaints[0].details["nearest"] == "Tỉnh Khánh Hòa"


def test_without_a_list_of_facilities_there_is_need_and_no_gap():
    """Hue: its need is the rate times its people; who is served or not is not known, and that is said."""
    answer = disclose(run(province_plan("46")))
    (row,) = answer.state_totals.to_dict("records")
    # 1.128.620 people × 0.00067561 = 762.5
    assert row["need"] in (762, 763)
    assert all(pd.isna(row[state]) for state in ("served", "full", "out_of_reach", "covered"))
    assert "supply_unknown" in {notice.key for notice in answer.notices}
    assert answer.minutes.empty
    assert answer.actions.empty


def test_a_list_in_part_does_not_go_with_actions_or_targets():
    """What would have to be measured against facilities is refused where they are not all known."""
    plan = read_plan("nghe-an")
    with pytest.raises(PlanError) as caught:
        plan.replace(supply=province_plan("46").supply)
    assert {c.column for c in caught.value.complaints} == {"actions", "targets"}
