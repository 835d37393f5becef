"""Biểu 1–9 and the annexes: nothing masked or unknown can be read as zero."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from mangluoi.reports import annexes, decisions, effects, exhibits, figures, sizes
from mangluoi.scenario.disclosure import Disclosed


def column(exhibit: exhibits.Exhibit, heading: str) -> list[exhibits.Cell]:
    place = [h.text for h in exhibit.headings].index(heading)
    return [row[place] for row in exhibit.rows]


def test_people_by_commune_mask_and_total(disclosed: Disclosed):
    """Biểu 1 shows a star for a masked commune, a dash for a group given for the province only, and the totals."""
    made = figures.people(disclosed)
    disabled = column(made, "Người khuyết tật (ước tính)")
    assert disabled == [400, "*", "*", 500]
    assert column(made, "Nạn nhân cần bảo vệ khẩn cấp") == ["–", "–", "–", "*"]
    assert any("số nhỏ được che" in note for note in made.notes)
    assert column(made, "Mã")[:3] == ["00001", "00002", "00003"]


def test_facilities_say_what_is_not_known(disclosed: Disclosed):
    """Biểu 2 writes that a size is not known, hedges what its source hedges, and gives shelters as a count."""
    made = figures.facilities(disclosed)
    assert column(made, "Quy mô (chỗ)") == ["chưa có số liệu", 1000, "chưa có số liệu", "–"]
    assert column(made, "Đang nuôi dưỡng, phục vụ (người)") == ["chưa có số liệu", 1100, "trên 60", "–"]
    assert column(made, "Sử dụng công suất (%)") == ["–", 110.0, "–", "–"]
    assert "02 nơi (không nêu vị trí)" in str(column(made, "Cơ sở, địa điểm")[-1])


def test_balance_does_not_take_unknown_places_for_none(disclosed: Disclosed):
    """Biểu 3 says that the size of a service is not known instead of showing 0 places."""
    made = figures.balance(disclosed)
    assert column(made, "Số chỗ được tính") == ["chưa có số liệu", "không nêu", 1000]
    assert column(made, "Được phục vụ") == ["chưa có số liệu", "không nêu", 1000]
    assert column(made, "Thiếu chỗ") == ["chưa có số liệu", "không nêu", 34]
    assert column(made, "Ngoài phạm vi") == [100, "không nêu", 200]
    victim = next(row for row in made.rows if "Nạn nhân cần bảo vệ khẩn cấp" in row)
    assert victim[4:] == (*("không nêu",) * 5, "*")


def test_places_are_those_that_take_the_group(disclosed: Disclosed):
    """Places of drug rehabilitation are not offered to older people, and "under" bounds nothing from below."""
    sites, capacity = disclosed.sites.copy(), disclosed.capacity.copy()
    sites.loc[sites["site_id"] == "B1", ["type", "lon", "lat"]] = ["drug", 105.2, 18.9]
    d = dataclasses.replace(disclosed, sites=sites)
    assert sizes.places(d, "residential", "elderly", "vi") == 1000
    assert sizes.places(d, "residential", "drug", "vi") == "≥ 60"
    capacity.loc[capacity["site_id"] == "B1", "hedge"] = "<"
    assert sizes.places(dataclasses.replace(d, capacity=capacity), "residential", "drug", "vi") == "khoảng 60"


def test_the_states_of_a_service_of_unknown_size(disclosed: Disclosed):
    """Served and full are unknown in the annex too; who is out of reach is known."""
    made = annexes.states(disclosed)
    row = next(r for r in made.rows if r[1] == "00001" and "Người khuyết tật" in r)
    assert row[6:] == (400, *["chưa có số liệu"] * 2, 0, 0, *["chưa có số liệu"] * 2, 0)
    assert any("chưa biết bao nhiêu người" in note for note in made.notes)


def test_bands_in_people_and_per_cent(disclosed: Disclosed):
    """Biểu 4 has two rows for each group: people and per cent."""
    made = figures.bands(disclosed)
    assert column(made, "Đến 30 phút") == [1000, 81.0]
    assert column(made, "Trên 30 đến 60 phút") == ["*", "*"]
    assert column(made, "Trên 120 phút") == [0, 0.0]


def test_targets_say_why_there_is_no_figure(disclosed: Disclosed):
    """Biểu 6 gives shares in per cent and says what cannot be measured."""
    made = decisions.targets(disclosed)
    assert column(made, "Chỉ tiêu") == [55.0, 10]
    assert column(made, "Hiện trạng") == [50.0, "chưa có số liệu"]
    assert "chưa có số liệu" in str(column(made, "Nội dung chỉ tiêu")[1])


def test_actions_before_and_after(disclosed: Disclosed):
    """Biểu 7 adds to the size that the targets use, says where it stands on residents, and masks few people."""
    made = decisions.actions(disclosed)
    assert column(made, "Quy mô trước (chỗ)") == [1000, "60 (theo số người đang nuôi dưỡng)", 0]
    assert column(made, "Quy mô sau (chỗ)") == [1020, "70 (theo số người đang nuôi dưỡng)", 30]
    assert column(made, "Kinh phí (triệu đồng)") == [1200, 600, 6800]
    assert column(made, "Phục vụ thêm (người)") == [20, "*", 30]


def test_few_people_more_are_shown_internally(internal: Disclosed):
    """An internal copy masks nothing."""
    assert column(decisions.actions(internal), "Phục vụ thêm (người)") == [20, 7, 30]


def test_options_side_by_side(disclosed: Disclosed):
    """Biểu 8 compares coverage, served, gap, places and cost; what is not known or masked is not compared."""
    rows = {str(row[1]): row[3:] for row in effects.options(disclosed).rows}
    elderly = next(values for name, values in rows.items() if name.startswith("Tỷ lệ bao phủ – Người cao tuổi"))
    assert elderly == (83.8, 87.8, 4.0)
    served = next(values for name, values in rows.items() if name.startswith("Được phục vụ – Người cao tuổi"))
    assert served == (1000, 1050, 50)
    unknown = next(values for name, values in rows.items() if name.startswith("Được phục vụ – Người khuyết tật"))
    assert unknown == ("chưa có số liệu", "chưa có số liệu", "–")
    gap = next(values for name, values in rows.items() if name.startswith("Khoảng trống – Người khuyết tật"))
    assert gap == ("≥ 100", "≥ 100", "–")
    assert rows["Tổng kinh phí"] == (0, 8600, 8600)


def test_options_compare_minutes(disclosed: Disclosed):
    """Biểu 8 gives mean minutes, people beyond 60 minutes and the farthest commune, before and after; none masked."""
    pairs = {"service": ["counselling", "residential"], "group": ["disabled", "elderly"]}
    mean = pd.DataFrame({**pairs, "people": [np.nan, 900], "before": [np.nan, 41.6], "after": [np.nan, 30.2],
                         "masked": [True, False]})  # fmt: skip
    reached = {"need": 1234.0, "covered": [900.0, 1034.0], "covered_after": [950.0, 1084.0], "masked": False}
    curve = pd.DataFrame({"service": "residential", "group": "elderly", "minutes": [55.0, 60.0], **reached})
    minutes = pd.DataFrame({"unit_code": ["00001", "00002"], "service": "residential", "minutes": [12.4, np.nan],
                            "minutes_after": [12.4, 66.0]})  # fmt: skip
    detail = dataclasses.replace(disclosed.detail, mean_minutes=mean, curve=curve)
    shown = effects.options(dataclasses.replace(disclosed, detail=detail, minutes=minutes))
    rows = {str(row[1]): row[2:] for row in shown.rows}
    assert rows["Thời gian bình quân đến nơi gần nhất – Người cao tuổi, Chăm sóc, nuôi dưỡng tại cơ sở"] == (
        "phút", 42, 30, -12,
    )  # fmt: skip
    assert rows["Người ở ngoài phạm vi 60 phút – Người cao tuổi, Chăm sóc, nuôi dưỡng tại cơ sở"] == (
        "người", 200, 150, -50,
    )  # fmt: skip
    assert rows["Thời gian của xã xa nhất – Chăm sóc, nuôi dưỡng tại cơ sở"] == ("phút", "> 120", 66, "–")
    hidden = next(
        row for name, row in rows.items() if name.startswith("Thời gian bình quân đến nơi gần nhất – Người k")
    )
    assert hidden[1:] == ("*", "*", "*")
    assert len(effects.subjects(disclosed)) == len(effects.options(disclosed).rows)


def test_budget_does_not_invent_sources(disclosed: Disclosed):
    """Biểu 9 adds up the cost by kind and says that sources of funds are not known."""
    made = decisions.budget(disclosed)
    assert column(made, "Tổng kinh phí") == [6800, 1800, 8600]
    assert set(column(made, "Ngân sách trung ương")) == {"chưa có số liệu"}


def test_a_plan_without_actions_has_empty_tables(idle: Disclosed):
    """Tables without rows say so."""
    assert decisions.actions(idle).rows == ()
    assert any("Không có dòng nào" in note for note in decisions.actions(idle).notes)


def test_states_by_pair_do_not_print_pages_of_stars(disclosed: Disclosed):
    """A table of nothing but masked rows is one sentence."""
    hidden = disclosed.states.assign(masked=True)
    for made in annexes.states_by_pair(dataclasses.replace(disclosed, states=hidden)):
        assert made.rows == ()
        assert any("Mọi dòng đều có số nhỏ" in note for note in made.notes)


def test_minutes_beyond_the_network_are_said(disclosed: Disclosed):
    """A missing time is no number."""
    made = annexes.minutes_by_commune(disclosed)
    assert column(made, "Tư vấn, hỗ trợ, quản lý trường hợp: hiện trạng") == [
        0,
        25,
        "> 120",
    ]
    assert column(made, "Chăm sóc, nuôi dưỡng tại cơ sở: hiện trạng") == [0, 25, 75]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_cell_is_empty_where_a_number_belongs(disclosed: Disclosed, lang: str):
    """A blank could be read as zero; a frame has the headings as columns."""
    for made in (*figures.all_forms(disclosed, lang), *annexes.all_annexes(disclosed, lang)):
        assert list(made.frame.columns) == [h.text for h in made.headings]
        for row in made.rows:
            for cell, heading in zip(row, made.headings, strict=True):
                if heading.kind == "number":
                    assert cell != ""


def test_numbers_are_written_as_vietnamese_does():
    """1.234,5 and not 1,234.5."""
    assert exhibits.written(1_547_024, "vi") == "1.547.024"
    assert exhibits.written(45.3, "vi") == "45,3"
    assert exhibits.written(45.3, "en") == "45.3"


def test_no_id_of_code_reaches_a_reader(disclosed: Disclosed):
    """Groups, services, modes, reasons and statuses are written in words."""
    ids = re.compile(r"\b(residential|counselling|elderly|disabled|victim|motorbike|no_address|time_limit|nonpublic)\b")
    for made in (*figures.all_forms(disclosed), *annexes.all_annexes(disclosed)):
        for row in made.rows:
            for cell in row:
                assert not ids.search(str(cell)), (made.label, cell)
