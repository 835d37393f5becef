"""Reading workbooks: right ones arrive typed, wrong ones are refused with every complaint at once."""

import openpyxl
import pytest

from mangluoi.errors import InputError
from mangluoi.sources import spreadsheets
from mangluoi.tables import CAPACITY, FACILITIES, INPUTS, PEOPLE, SITES

RIGHT = {
    "facilities": [
        {"facility_id": "CS01", "name": "Trung tâm Bảo trợ xã hội", "type": "general", "ownership": "public",
         "as_of": "2023", "source": "báo cáo"},
    ],
    "sites": [
        {"site_id": "DD01", "facility_id": "CS01", "name": "Cơ sở 1", "lon": 105.3, "lat": 18.9,
         "confidential": "không", "source": "báo cáo"},
    ],
    "capacity": [{"site_id": "DD01", "service": "residential", "capacity": 300, "as_of": 2023, "source": "báo cáo"}],
    "people": [
        {"unit_code": "17619", "vintage": "2025-06-30", "group": "elderly", "people": 12, "lower": 10, "upper": 15,
         "kind": "stock", "as_of": "2023-12-31", "source": "báo cáo"},
    ],
}  # fmt: skip


@pytest.fixture
def workbook(tmp_path):
    """Write rows by table into an input workbook; `headings` may rename a heading, `drop` leave sheets out."""

    def write(rows, *, headings=None, drop=(), above=0):
        book = openpyxl.Workbook()
        book.remove(book.active)
        book.create_sheet("Hướng dẫn").append(["Đọc trước"])
        for table in INPUTS:
            if table.name in drop:
                continue
            sheet = book.create_sheet(table.sheet)
            for _ in range(above):
                sheet.append(["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"])
            names = dict.fromkeys(name for row in rows.get(table.name, [{}]) for name in row) or table.names
            titles = {c.name: c.heading for c in table.columns} | (headings or {})
            sheet.append([titles.get(name, name) for name in names])
            for row in rows.get(table.name, []):
                sheet.append([row.get(name) for name in names])
        path = tmp_path / "so-lieu.xlsx"
        book.save(path)
        return path

    return write


def changed(table, **cells):
    """Return the right rows with one table's first row changed."""
    rows = {name: [dict(row) for row in each] for name, each in RIGHT.items()}
    rows[table][0].update(cells)
    return rows


def complaints(path):
    with pytest.raises(InputError) as caught:
        spreadsheets.read_workbook(path)
    return [(c.problem, c.sheet, c.row, c.column) for c in caught.value.complaints]


def test_right_workbook_arrives_typed(workbook):
    """A right workbook gives one frame for each table, with codes as text and counts as whole numbers."""
    frames = spreadsheets.read_workbook(workbook(RIGHT))
    assert list(frames) == ["facilities", "sites", "capacity", "people"]
    assert frames["people"].loc[2, "unit_code"] == "17619"
    assert frames["people"]["people"].dtype == "Int64"
    assert frames["capacity"].loc[2, "as_of"] == "2023"
    assert not frames["sites"].loc[2, "confidential"]


def test_headings_in_any_case_below_a_title_or_in_code(workbook):
    """Headings are found below a title, without case and diacritics, or by their names in code."""
    path = workbook(RIGHT, headings={"people": "SO NGUOI (người) *", "site_id": "site_id"}, above=3)
    frames = spreadsheets.read_workbook(path)
    assert frames["people"].loc[5, "people"] == 12
    assert frames["sites"].loc[5, "site_id"] == "DD01"


@pytest.mark.parametrize(
    ("table", "cells", "problem", "column"),
    [
        ("facilities", {"type": "generel"}, "not_in_list", "Loại hình"),
        ("facilities", {"ownership": None}, "missing_value", "Sở hữu"),
        ("sites", {"facility_id": "CS99"}, "unknown_reference", "Mã cơ sở"),
        ("sites", {"lon": 18.9, "lat": 105.3}, "swapped_coordinates", "Kinh độ + Vĩ độ"),
        ("sites", {"lat": None}, "one_coordinate", "Vĩ độ"),
        ("sites", {"lon": 2.35, "lat": 48.86}, "outside_country", "Kinh độ + Vĩ độ"),
        ("sites", {"confidential": "có thể"}, "not_yes_no", "Bảo mật"),
        ("capacity", {"site_id": "DD99"}, "unknown_reference", "Mã địa điểm"),
        ("capacity", {"capacity": "ba trăm"}, "not_a_number", "Quy mô"),
        ("people", {"people": -3, "lower": None}, "negative", "Số người"),
        ("people", {"people": 12.5}, "not_whole", "Số người"),
        ("people", {"people": 9}, "bounds_order", "Số người"),
        ("people", {"unit_code": "99999"}, "unknown_unit", "Mã đơn vị"),
        ("people", {"vintage": "1999-01-01"}, "unknown_unit", "Mã đơn vị"),
        ("people", {"group": "nobody"}, "not_in_list", "Nhóm đối tượng"),
        ("people", {"kind": "lượt"}, "not_a_stock", "Tính chất"),
        ("people", {"as_of": "32/12/2023"}, "not_a_date", "Số liệu đến ngày"),
    ],
)
def test_wrong_cell_is_named(workbook, table, cells, problem, column):
    """A wrong cell gives a complaint with sheet, row and the heading of its column."""
    sheet = {t.name: t.sheet for t in INPUTS}[table]
    found = complaints(workbook(changed(table, **cells)))
    assert found == [(problem, sheet, 2, column)]


def test_all_complaints_come_together(workbook):
    """Everything that is wrong on every sheet comes in one error, with the nearest known value."""
    rows = changed("people", group="elderley")
    rows["people"].append({**rows["people"][0], "group": "disabeld"})
    rows["sites"][0]["facility_id"] = "CS99"
    with pytest.raises(InputError) as caught:
        spreadsheets.read_workbook(workbook(rows))
    found = caught.value.complaints
    assert sorted(c.problem for c in found) == ["not_in_list", "not_in_list", "unknown_reference"]
    assert {c.details.get("nearest") for c in found} == {"elderly", "disabled", None}
    assert {c.file for c in found} == {"so-lieu.xlsx"}


def test_repeated_key_names_the_first_row(workbook):
    """A key that stands twice is complained of at its second row, pointing to the first."""
    rows = changed("people")
    rows["people"].append(dict(rows["people"][0]))
    with pytest.raises(InputError) as caught:
        spreadsheets.read_workbook(workbook(rows))
    (only,) = caught.value.complaints
    assert (only.problem, only.row, only.details["first"]) == ("duplicate_key", 3, 2)


def test_missing_sheet_column_and_file(workbook, tmp_path):
    """What is missing is named: a sheet, a column, the file itself."""
    assert complaints(workbook(RIGHT, drop=("people",))) == [("missing_sheet", None, None, None)]
    rows = changed("people")
    del rows["people"][0]["group"]
    assert ("missing_column", "Đối tượng", None, None) in complaints(workbook(rows))
    assert complaints(tmp_path / "none.xlsx") == [("missing_file", None, None, None)]
    (tmp_path / "text.xlsx").write_text("không phải bảng tính", encoding="utf-8")
    assert complaints(tmp_path / "text.xlsx") == [("unreadable_file", None, None, None)]


def test_optional_columns_may_be_absent(workbook):
    """Columns that need not be filled in need not be there."""
    rows = changed("people")
    del rows["people"][0]["lower"], rows["people"][0]["upper"]
    assert spreadsheets.read_workbook(workbook(rows))["people"]["lower"].isna().all()


@pytest.mark.parametrize("heading", ["Số CCCD", "Số điện thoại", "Ngày sinh", "Họ và tên", "CMND/CCCD"])
def test_personal_columns_are_refused(workbook, heading):
    """A column that looks personal is refused, whatever it holds."""
    found = complaints(workbook(changed("people", **{heading: None})))
    assert found == [("personal_data", "Đối tượng", 1, heading)]


def test_unknown_column_is_refused_but_notes_are_not(workbook):
    """A heading nobody knows is an error; a running number or a note is passed over."""
    assert spreadsheets.read_workbook(workbook(changed("people", STT=1, **{"Ghi chú": "x"})))
    assert ("unknown_column", "Đối tượng", 1, "Số ngườii") in complaints(
        workbook(changed("people", **{"Số ngườii": 1}))
    )


def test_empty_sheet_is_not_a_list(workbook):
    """A sheet without rows is complained of, but nobody need know a capacity."""
    found = complaints(workbook({**RIGHT, "people": []}))
    assert ("empty_table", "Đối tượng", None, None) in found
    assert spreadsheets.read_workbook(workbook({**RIGHT, "capacity": []}))["capacity"].empty


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_table_from_csv(tmp_path, mark):
    """One table may come as text, with any of the usual marks between the cells."""
    path = tmp_path / "doi-tuong.csv"
    lines = [
        ["Mã đơn vị", "Danh mục", "Nhóm đối tượng", "Số người", "Tính chất", "Số liệu đến ngày", "Nguồn"],
        ["17619", "2025-06-30", "elderly", "12", "stock", "2023", "báo cáo"],
    ]
    path.write_text("\n".join(mark.join(line) for line in lines), encoding="utf-8-sig")
    reading = spreadsheets.read_table(path, PEOPLE, province="40")
    assert reading.frame.loc[0, ["unit_code", "people"]].tolist() == ["17619", 12]
    assert reading.rows[["row", "status"]].to_numpy().tolist() == [[1, "refused"], [2, "accepted"]]
    elsewhere = spreadsheets.read_table(path, PEOPLE, province="87")
    assert elsewhere.frame.empty
    assert [c.problem for c in elsewhere.complaints] == ["outside_province"]


def test_coordinates_as_text_with_a_comma(tmp_path):
    """Degrees written with a decimal comma can mean only one thing."""
    path = tmp_path / "dia-diem.csv"
    path.write_text(
        "Mã địa điểm;Mã cơ sở;Tên địa điểm;Kinh độ;Vĩ độ;Bảo mật;Nguồn\nD1;C1;A;105,3;18,9;không;x\n", encoding="utf-8"
    )
    assert spreadsheets.read_table(path, SITES).frame.loc[0, "lon"] == 105.3


def test_sheet_is_chosen_by_name(workbook):
    """A table is read from the sheet asked for, or the one that bears its name."""
    path = workbook(RIGHT)
    assert len(spreadsheets.read_table(path, FACILITIES).frame) == 1
    assert len(spreadsheets.read_table(path, CAPACITY, sheet="năng lực").frame) == 1
    with pytest.raises(InputError, match="missing"):
        spreadsheets.read_table(path, CAPACITY, sheet="Không có")


def test_names_of_the_lists_and_vietnamese_dates_are_read_in_the_workbook(workbook):
    """What the lists call a thing is that thing, 31/12/2024 is one day; a name that is nearly one is only proposed."""
    rows = changed("facilities", type="Cơ sở bảo trợ xã hội tổng hợp", ownership="Công lập", as_of="31/12/2024")
    read = spreadsheets.read_workbook(workbook(rows))["facilities"].iloc[0]
    assert read[["type", "ownership", "as_of"]].tolist() == ["general", "public", "2024-12-31"]
    with pytest.raises(InputError) as wrong:
        spreadsheets.read_workbook(workbook(changed("facilities", type="Bảo trợ xã hội tổng hợp")))
    (found,) = wrong.value.complaints
    assert (found.problem, found.details["nearest"]) == ("not_in_list", "general")
