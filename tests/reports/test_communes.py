"""Tables by commune as the report prints them: nothing is lost, nothing masked comes back."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from mangluoi.reports import communes, exhibits, figures
from mangluoi.reports.exhibits import MASKED
from mangluoi.scenario.disclosure import Disclosed


@pytest.fixture
def two_districts(disclosed: Disclosed) -> Disclosed:
    """The village in two districts: one commune by itself, two together of which one is masked for the disabled."""
    people = pd.DataFrame(
        {
            "unit_code": ["00001", "00002", "00003"] * 2, "group": ["disabled"] * 3 + ["elderly"] * 3,
            "people": pd.array([400, 60, pd.NA, 300, 200, 100], dtype="Int64"), "estimated": True,
            "basis": "population", "masked": [False, False, True, False, False, False],
        }
    )  # fmt: skip
    units = disclosed.units.assign(above=["Huyện A", "Huyện B", "Huyện B"])
    return dataclasses.replace(disclosed, people=people, units=units)


def test_many_communes_are_summed_by_district(two_districts: Disclosed, monkeypatch: pytest.MonkeyPatch):
    """Sums by district stand for communes, with the province below; the workbook is named for the rest."""
    monkeypatch.setattr(communes, "MOST_PRINTED", 2)
    made = communes.people(two_districts)
    assert [row[1] for row in made.rows] == ["Huyện A", "Huyện B", "Toàn tỉnh"]
    elderly = [h.text for h in made.headings].index("Người cao tuổi (ước tính)")
    assert [row[2] for row in made.rows] == [1, 2, 3]
    assert [row[elderly] for row in made.rows[:2]] == [300, 300]
    assert any("«Biểu 1»" in note for note in made.notes)


def test_a_district_with_a_masked_commune_is_masked(two_districts: Disclosed, monkeypatch: pytest.MonkeyPatch):
    """Else the sum less the communes that are shown would give the masked one back."""
    monkeypatch.setattr(communes, "MOST_PRINTED", 2)
    made = communes.people(two_districts)
    disabled = [h.text for h in made.headings].index("Người khuyết tật (ước tính)")
    assert [row[disabled] for row in made.rows[:2]] == [400, MASKED]
    assert any("Cấp huyện có xã được che" in note for note in made.notes)


def test_few_communes_are_printed_each(two_districts: Disclosed):
    """Where they fit, every commune has its row, and its district."""
    made = communes.people(two_districts)
    assert made.rows == figures.people(two_districts).rows
    assert [h.text for h in made.headings][3] == "Thuộc"


def test_columns_that_say_nothing_are_left_out_and_named(disclosed: Disclosed):
    """The one district, what is known nowhere, and minutes that no action changes; a note says so for each."""
    assert "Thuộc" not in [h.text for h in communes.people(disclosed).headings]
    *_, minutes = communes.in_report(disclosed)
    headings = [h.text for h in minutes.headings]
    assert "Tư vấn, hỗ trợ, quản lý trường hợp: sau phương án" not in headings
    assert "Chăm sóc, nuôi dưỡng tại cơ sở: sau phương án" in headings
    assert any(
        "bằng hiện trạng ở mọi dòng: «Tư vấn, hỗ trợ, quản lý trường hợp: sau phương án»" in note
        for note in minutes.notes
    )
    states = communes.in_report(disclosed)[0]
    assert "Được phục vụ" not in [h.text for h in states.headings]
    assert any("mọi dòng: «Được phục vụ" in note for note in states.notes)
    assert all(exhibits.written(cell, "vi") for row in states.rows for cell in row)


def test_minutes_of_a_district_span_its_communes(two_districts: Disclosed, monkeypatch: pytest.MonkeyPatch):
    """The nearest and the farthest commune; what cannot be reached is beyond 120 minutes."""
    monkeypatch.setattr(communes, "MOST_PRINTED", 2)
    *_, minutes = communes.in_report(two_districts)
    at = [h.text for h in minutes.headings].index("Tư vấn, hỗ trợ, quản lý trường hợp: hiện trạng")
    assert [row[at] for row in minutes.rows] == ["0", "25 – > 120"]


def test_communes_of_stars_are_counted_not_printed(disclosed: Disclosed):
    """Two of three communes are masked whole: one row, and a note that counts the two."""
    states = communes.in_report(disclosed)[0]
    assert len(states.rows) == 1
    assert states.rows[0][:2] == (1, "00001")
    assert any("2 xã, phường không có nhu cầu hoặc có mọi số liệu được che" in note for note in states.notes)
    people = communes.people(disclosed)
    assert len(people.rows) == 4


def test_what_no_action_changes_is_not_printed_twice(disclosed: Disclosed):
    """Places are added for the old, so more of them are served after; nothing changes for the others."""
    rows = disclosed.states.assign(served_after=disclosed.states["served"] + 10)
    changed = communes.in_report(dataclasses.replace(disclosed, states=rows))
    headings = [[h.text for h in exhibit.headings] for exhibit in (*communes.in_report(disclosed)[:2], changed[1])]
    assert ["Được phục vụ sau phương án" in one for one in headings] == [False, False, True]
