"""Dates, counts, notices and complaints as administrative Vietnamese writes them."""

from __future__ import annotations

import re
import string

import pytest

from mangluoi.errors import PROBLEMS, Complaint
from mangluoi.reports import sentences
from mangluoi.scenario.result import Notice
from mangluoi.tables import CAPACITY, SITES


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2018-04-03", "ngày 03 tháng 4 năm 2018"),
        ("2018-02-13", "ngày 13 tháng 02 năm 2018"),
        ("2018-12", "tháng 12 năm 2018"),
        ("2018", "năm 2018"),
        ("quý II/2011", "quý II/2011"),
    ],
)
def test_dates_in_running_text(value: str, written: str):
    """Days under 10, January and February bear a zero; what is no date stands for itself."""
    assert sentences.date(value, "vi") == written


def test_dates_in_tables():
    """Tables write day/month/year."""
    assert sentences.short_date("2020-08-05", "vi") == "05/8/2020"
    assert sentences.short_date("2020-02", "vi") == "02/2020"
    assert sentences.short_date("2020", "vi") == "2020"


def test_small_counts_bear_a_zero_in_vietnamese():
    """02 cơ sở, not 2 cơ sở; English does not."""
    assert (sentences.counted(2, "vi"), sentences.counted(12, "vi"), sentences.counted(2, "en")) == ("02", "12", "2")
    assert sentences.counted(0, "vi") == "0"


@pytest.mark.parametrize(("share", "written"), [(0.865, "86,5"), (0.0, "0,0"), (1.0, "100,0"), (0.00067561, "0,068")])
def test_small_shares_keep_digits_that_say_something(share: float, written: str):
    """A need rate of 0.07 % is not written as 0.1 %."""
    assert sentences.percent(share, "vi") == written


def test_units_are_small_inside_a_sentence():
    """A sentence says xã Tân Kỳ, a table Xã Tân Kỳ."""
    assert sentences.unit_name("Xã Tân Kỳ", "vi") == "xã Tân Kỳ"
    assert sentences.unit_name("Tân Kỳ", "vi") == "Tân Kỳ"


def test_notices_name_groups_and_modes():
    """Ids never reach a reader."""
    told = sentences.notice(Notice("thresholds_chosen", {"service": "residential", "minutes": 90.0, "mode": "car"}))
    assert "Chăm sóc, nuôi dưỡng tại cơ sở" in told
    assert "90 phút (ô tô)" in told


def test_notices_that_differ_in_a_name_become_one():
    """Four sites without an address are one sentence."""
    same = [Notice("site_unlocated", {"name": name, "reason": "no_address"}) for name in "AB"]
    told = sentences.notices([*same, Notice("groups_overlap", {})])
    assert len(told) == 2
    assert "«A», «B»" in told[0]


def test_a_notice_masks_a_small_count():
    """A notice is no way around the rule for small counts."""
    told = sentences.notice(Notice("unknown_capacity_in_reach", {"people": 7, "service": "day"}))
    assert "≤ 10 người" in told


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("problem", sorted(PROBLEMS))
def test_every_complaint_can_be_written(problem: str, lang: str):
    """A complaint with its fields, even absent ones, becomes a sentence."""
    names = {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(PROBLEMS[problem]) if name}
    told = sentences.complaint(Complaint(problem, value="x", details=dict.fromkeys(names - {"value"})), lang)
    assert told
    assert "None" not in told


def test_a_place_is_named_as_the_workbook_names_it():
    """Sheets and columns bear the words of the Vietnamese workbook; keys of a plan stay as they are."""
    found = Complaint("unknown_unit", "/x/so-lieu.xlsx", "SITES", 4, "address", "99999", {"vintage": "2025-07-01"})
    assert sentences.place(found) == ("so-lieu.xlsx", SITES.sheet, "4", SITES["address"].heading)
    assert sentences.place(found, "en") == ("so-lieu.xlsx", "SITES", "4", "address")
    several = Complaint("duplicate_key", "a.csv", "CAPACITY (residential)", 2, "site_id + service", "x", {"first": 1})
    assert sentences.place(several)[1] == f"{CAPACITY.sheet} (Chăm sóc, nuôi dưỡng tại cơ sở)"
    assert sentences.place(several)[3] == "Mã địa điểm + Dịch vụ"
    assert sentences.place(Complaint("missing_key", "plan.toml", column="vintage")) == ("plan.toml", "", "", "vintage")
    assert sentences.place(Complaint("nobody_in_reach")) == ("", "", "", "")


def test_a_complaint_speaks_of_sheets_and_headings():
    """No name of a table or column of the code stands in a Vietnamese complaint."""
    told = sentences.complaint(Complaint("unknown_reference", value="A9", details={"target": "SITES"}))
    assert told == "«A9» không có trong Địa điểm"
    told = sentences.complaint(Complaint("missing_column", sheet="people", details={"expected": "unit_code"}))
    assert "«Mã đơn vị»" in told


@pytest.mark.parametrize("problem", sorted(p for p, text in PROBLEMS.items() if "{nearest" in text))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_near_is_not_named(problem: str, lang: str):
    """Where no known value is near, the sentence ends before that clause, and only that clause is gone."""
    others = dict.fromkeys(re.findall(r"{(\w+)", PROBLEMS[problem]), "x")
    near = sentences.complaint(Complaint(problem, value="a; b", details={**others, "nearest": "c"}), lang)
    for nothing in (None, ""):
        told = sentences.complaint(Complaint(problem, value="a; b", details={**others, "nearest": nothing}), lang)
        assert near.startswith(told + "; ")
        assert near.removeprefix(told).count(";") == 1


def test_a_source_is_named_shortly():
    """What follows the first semicolon or bracket stands in the list of sources only."""
    assert sentences.source("Báo Nghệ An 12/2025 (baonghean.vn 1); gồm hai xã", "vi") == "Báo Nghệ An 12/2025"


def test_control_characters_do_not_reach_a_document():
    """XML cannot hold them."""
    assert sentences.printable("a\x07b\x1f\nc") == "ab\nc"
