"""The key figures: they are those of the tables, and what is masked or not known is not among them."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mangluoi.reports import keyfigures, remarks
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ForecastRules, GrowthRule


def test_the_first_page_says_what_the_tables_hold(disclosed: Disclosed):
    """Facilities, the need of each group that is not masked, and the option with its places and cost."""
    told = keyfigures.summary(disclosed, "vi")
    assert "02 (công lập 01, ngoài công lập 01)" in told[0]
    assert "Người khuyết tật" in told[1]
    assert "nhu cầu ước tính 500 người, 80,0 % ở trong phạm vi 30 phút; chưa có số liệu về số chỗ" in told[1]
    assert "1.000 người được phục vụ, 234 người chưa được đáp ứng; sau phương án 1.050 người" in told[2]
    assert told[3] == "Phương án: 03 việc, thêm 60 chỗ, kinh phí ước tính 8.600 triệu đồng (phần V)."
    assert len(told) == 4


def test_a_plan_without_actions_has_no_option(idle: Disclosed):
    """Nothing is said of what was not asked."""
    assert not [line for line in keyfigures.summary(idle, "vi") if "Phương án" in line or "sau phương án" in line]


def test_a_shortage_is_need_less_what_is_served(disclosed: Disclosed):
    """34 find no place and 200 are out of reach; a service of unknown size has no such sentence."""
    residential, counselling = (disclosed.plan.service(name) for name in ("residential", "counselling"))
    (told,) = keyfigures.shortage(disclosed, residential, "vi")
    assert "ước tính 1.234 chỗ" in told
    assert "234 người chưa được đáp ứng" in told
    assert keyfigures.shortage(disclosed, counselling, "vi") == []


def test_groups_that_grow_alike_share_a_sentence(disclosed: Disclosed):
    """Three groups, two rates: two sentences, each with all its groups."""
    rules = tuple(GrowthRule(group, rate, "căn cứ") for group, rate in (("elderly", 0.01), ("disabled", 0.02)))
    growth = (*rules, GrowthRule("victim", 0.01, "căn cứ"))
    plan = disclosed.plan.replace(growth=growth, forecast=ForecastRules(years=(2030,)))
    told = remarks.forecast(dataclasses.replace(disclosed, plan=plan), "vi")
    assert len(told) == 2
    assert told[0].startswith("Người cao tuổi; ")
    assert "1,0 %" in told[0]


def test_other_speeds_are_read_off_the_curve(disclosed: Disclosed):
    """At 60 minutes and speeds a fifth lower or higher: who is covered in 48 and in 72 minutes."""
    curve = pd.DataFrame(
        {
            "service": "residential", "group": "elderly", "minutes": [48.0, 60.0, 72.0],
            "chosen": [False, True, False], "need": 200.0, "covered": [50.0, 100.0, 150.0],
            "covered_after": [50.0, 100.0, 150.0], "masked": False,
        }
    )  # fmt: skip
    rule = disclosed.plan.service("residential")

    def told(table: pd.DataFrame) -> list[str]:
        return keyfigures.sensitivity(dataclasses.replace(disclosed, detail=Detail(curve=table)), rule, "vi")

    (sentence,) = told(curve)
    assert "từ 25,0 % đến 75,0 % khi tốc độ giảm hoặc tăng 20 %" in sentence
    assert told(curve.assign(masked=True)) == []
    assert told(curve[curve["minutes"] < 72]) == []


def test_minutes_saved_are_told_where_any_are(disclosed: Disclosed):
    """Means before and after; none that is masked, none that does not change."""
    rows = pd.DataFrame(
        {
            "service": "residential", "group": ["elderly", "disabled", "victim"], "people": 100.0,
            "before": [69.5, 40.0, 50.0], "after": [47.0, 40.2, 30.0], "masked": [False, False, True],
        }
    )  # fmt: skip
    told = keyfigures.minutes_saved(dataclasses.replace(disclosed, detail=Detail(mean_minutes=rows)), "vi")
    assert len(told) == 1
    assert "giảm từ 70 phút xuống 47 phút" in told[0]
