"""A planner's own workbook: places without a province, names that say little, people of the whole province alone."""

import pandas as pd
import pytest

from mangluoi.cli import main
from mangluoi.errors import InputError
from mangluoi.reports import annexes
from mangluoi.scenario import comparison, facts, read_plan, siteplaces
from mangluoi.sources import records
from mangluoi.sources.grids import Grid
from mangluoi.tables import ADDRESSES, CAPACITY

CA_MAU = {"province_code": "96", "province_vintage": "2025-07-01", "vintage": "2025-07-01"}


@pytest.fixture(scope="module")
def ca_mau():
    """A plan for a province that was made of two, with the list of people of another."""
    plan = read_plan("kon-tum").replace(name="ca-mau", **CA_MAU, actions=(), targets=(), locations=())
    return plan, facts.area(plan)


def people(group: str, count: int) -> pd.DataFrame:
    row = {"unit_code": "96", "vintage": "2025-07-01", "group": group, "people": count, "lower": None, "upper": None}
    return pd.DataFrame([{**row, "kind": "stock", "as_of": "2024", "source": "x"}])


def test_the_population_of_a_province_follows_the_census_of_its_districts(ca_mau):
    """Two million are not the same number in every commune; all of them are there, and it is said how."""
    plan, where = ca_mau
    found = facts.people_by_commune(plan, where, people("population", 2_140_600), file=None)
    assert found["people"].sum() == 2_140_600
    assert found["people"].max() > 2 * found["people"].min()
    assert found["estimated"].all()
    assert set(found["basis"]) == {"census"}


def test_a_province_made_of_several_has_weights_for_all_of_it(ca_mau):
    """Where no population is given, that of every old province counts, not of the one with the same code alone."""
    plan, where = ca_mau
    found = facts.people_by_commune(plan, where, people("elderly", 250_000), file=None)
    assert found["people"].sum() == 250_000
    assert len(found) == len(where.units)


def test_an_address_without_a_province_is_one_of_the_plan():
    """ "xã Khánh Bình" stands in many provinces; in a plan it is the one of its province."""
    plan = read_plan("kon-tum").replace(name="ca-mau", **CA_MAU, actions=(), targets=(), locations=())
    sites = pd.DataFrame({"site_id": ["D1"], "name": ["x"], "address": ["xã Khánh Bình"], "confidential": [False],
                          "lon": [float("nan")], "lat": [float("nan")]})  # fmt: skip
    assert siteplaces.locate(plan, sites)[0]["unit_code"].tolist() == ["32110"]


def test_a_site_whose_name_says_nothing_carries_its_facility():
    """ "Cơ sở chính" could be anybody's; what stands by itself stays, and of a hidden site nothing is added."""
    owners = pd.DataFrame({"facility_id": ["1", "2"], "name": ["Trung tâm A", "Cơ sở ngoài công lập Vinh Sơn II"]})
    sites = pd.DataFrame(
        [("1", "Cơ sở chính", False), ("1", "Trung tâm A – cơ sở 2", False), ("2", "Cơ sở Vinh Sơn II", False),
         ("1", "Nhà tạm lánh", True)],
        columns=["facility_id", "name", "confidential"],
    )  # fmt: skip
    assert siteplaces.full_names(sites, owners) == [
        "Trung tâm A – Cơ sở chính", "Trung tâm A – cơ sở 2", "Cơ sở Vinh Sơn II", "Nhà tạm lánh",
    ]  # fmt: skip


def test_candidates_are_written_for_readers():
    """No Python in the annex of what is not located."""
    written = annexes._candidates((("32002", "2025-06-30", "Phường 2, Tỉnh Cà Mau"),))
    assert written == "Phường 2, Tỉnh Cà Mau [32002 · 2025-06-30]"


def test_headings_that_are_merged_downwards_head_the_row_below():
    """The second row of headings is no address."""
    rows = (("STT", "Tên cơ sở", "Địa chỉ", "Số người", None), (None, None, None, "Quy mô", "Hiện có"),
            (1, "A", "xã Khánh Bình, Cà Mau", 5, 3))  # fmt: skip
    merges = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4))
    read = records.read_records(ADDRESSES, Grid("x", rows, merges=merges), file="x.xlsx")
    assert read.frame["name"].tolist() == ["A"]
    assert read.rows["status"].tolist() == ["refused", "refused", "accepted"]


def test_a_personal_column_is_named_by_the_heading_above_it():
    """Where its heading is merged from above, that is what one drops it by, in whatever case."""
    rows = (("STT", "Tên cơ sở", "Giám đốc", "Số người", None), (None, None, None, "Quy mô", "Hiện có"),
            *((n, f"Cơ sở {n}", name, 5, 3) for n, name in enumerate(("Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường",
            "Phạm Thị Dung"), start=1)))  # fmt: skip
    merges = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4))
    given = {"site_id": "D1", "service": "residential", "as_of": "2025", "source": "x"}
    grid = Grid("x", rows, merges=merges)
    with pytest.raises(InputError) as wrong:
        records.read_records(CAPACITY, grid, file="x.xlsx", defaults=given)
    assert [c.column for c in wrong.value.complaints] == ["Giám đốc"]
    read = records.read_records(CAPACITY, grid, file="x.xlsx", defaults=given, drop=["giám đốc"])
    assert "Giám đốc" not in read.columns


def test_the_suffix_of_a_plan_may_be_left_out(tmp_path):
    """`base = "kh"` finds kh.toml beside the plan, unless a plan that ships is called so."""
    (tmp_path / "kh.toml").write_text('base = "kon-tum"\nname = "kh"\n', encoding="utf-8")
    (tmp_path / "hon.toml").write_text('base = "kh"\nname = "hon"\nbudget_vnd = 1\n', encoding="utf-8")
    assert read_plan(tmp_path / "hon").province_code == "62"


def test_plans_of_two_provinces_are_not_compared():
    """Figures of two provinces side by side say nothing about a choice."""
    plans = [read_plan("kon-tum"), read_plan("nghe-an")]
    with pytest.raises(InputError, match="other provinces"):
        comparison.changes(plans)


def test_no_workbook_is_written_over(tmp_path, capsys):
    """`template` a second time leaves what somebody has typed in."""
    book = tmp_path / "so-lieu.xlsx"
    book.write_bytes(b"typed in")
    assert main(["template", "-o", str(book)]) == 1
    assert book.read_bytes() == b"typed in"
    assert "đã có tệp này" in capsys.readouterr().err


def test_an_unknown_province_is_said_in_the_language_asked_for(tmp_path, capsys):
    """Neither the name of a class nor English stands in a Vietnamese answer."""
    book = tmp_path / "ds.csv"
    book.write_text("Tên,Địa chỉ\nA,xã Khánh Bình\n", encoding="utf-8")
    assert main(["locate", str(book), "--province", "Cà Mauu"]) == 1
    told = capsys.readouterr().err
    assert "gần giống nhất: Tỉnh Cà Mau" in told
    assert "UnknownUnitError" not in told
