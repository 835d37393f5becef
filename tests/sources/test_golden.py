"""Realistic messy files: what is read, what becomes of every row, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import golden_files as golden
import openpyxl
import pandas as pd
import pytest
from legacy_text import encode

from mangluoi import gazetteer, sources
from mangluoi.errors import InputError
from mangluoi.tables import FACILITIES, PEOPLE

READ = {"province": "40", "defaults": golden.DEFAULTS}
#: What the list of the province says, by commune and group.
PROVINCE = {
    ("17617", "elderly"): 1250, ("17617", "child_nosupport"): 40, ("17617", "disabled_severe"): 900,
    ("17619", "elderly"): 60, ("17619", "child_nosupport"): 12, ("17619", "disabled_severe"): 150,
    ("17619", "disabled_xsevere"): 20,
    ("17653", "elderly"): 281, ("17653", "child_nosupport"): 8, ("17653", "disabled_severe"): 260,
    ("17653", "disabled_xsevere"): 5,
    ("17464", "elderly"): 750, ("17464", "child_nosupport"): 80, ("17464", "disabled_xsevere"): 10,
    ("17434", "elderly"): 500, ("17434", "child_nosupport"): 50, ("17434", "disabled_xsevere"): 20,
}  # fmt: skip


def counts(reading: sources.Reading) -> dict[tuple[str, str], int]:
    keys = zip(reading.frame["unit_code"], reading.frame["group"], strict=True)
    return dict(zip(keys, reading.frame["people"].astype(int), strict=True))


def statuses(reading: sources.Reading) -> dict[int, tuple[str, str]]:
    return {int(row): (status, why) for row, status, why in reading.rows.itertuples(index=False, name=None)}


@pytest.fixture(params=["xlsx", "xls", "ods"])
def province(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The list of the province, in each of three formats; .xls and .ods were saved from the .xlsx by LibreOffice."""
    if request.param == "xlsx":
        return golden.province_workbook(tmp_path / "bieu.xlsx")
    if request.param == "xls":
        pytest.importorskip("xlrd")
    return Path(__file__).parent / "golden" / f"bieu.{request.param}"


def test_the_list_of_a_province(province: Path):
    """A sheet with a column for each group, units by name and districts between is read to the last number."""
    reading = sources.read_table(province, PEOPLE, sheet="Biểu 1", **READ)
    assert counts(reading) == PROVINCE
    lower = reading.frame.set_index(["unit_code", "group"])["lower"]
    assert lower["17619", "elderly"] == 60
    rows = statuses(reading)
    assert {rows[n][0] for n in (10, 11, 15)} == {"subtotal"}
    assert rows[10] == ("subtotal", "differs_from_parts")
    assert rows[11] == ("subtotal", "equals_parts")
    assert rows[15] == ("subtotal", "equals_parts")
    assert "hidden_row" in rows[14][1]
    assert [rows[n][1] for n in (1, 3, 4, 7, 8, 9)] == [
        "above_table", "blank", "above_table", "heading", "heading", "column_numbers",
    ]  # fmt: skip
    assert [rows[n] for n in (19, 20, 21, 22)] == [("refused", "words_only")] * 4
    assert len(rows) == 22
    assert sum(reading.counts.values()) == 22
    assert reading.counts == {"accepted": 0, "repaired": 5, "subtotal": 3, "refused": 14}
    assert reading.unread == ("Tổng số",)
    assert reading.columns["Người khuyết tật Đặc biệt nặng"] == "group=disabled_xsevere"
    assert [c.problem for c in reading.complaints] == ["subtotal_differs"]


def test_the_only_sheet_with_the_table_is_found(tmp_path: Path):
    """Where one sheet holds the table and others do not, it need not be named."""
    reading = sources.read_table(golden.province_workbook(tmp_path / "bieu.xlsx"), PEOPLE, **READ)
    assert reading.sheet == "Biểu 1"


def test_merged_names_hold_for_their_rows(tmp_path: Path):
    """A merged name is that of every row beside it; a merged number is one number and not two."""
    reading = sources.read_table(golden.merged_communes(tmp_path / "a.xlsx"), PEOPLE, **READ)
    assert counts(reading) == {("17617", "elderly"): 10, ("17617", "disabled"): 20, ("17619", "elderly"): 30}
    rows = statuses(reading)
    assert "unit_code: merged_cell" in rows[3][1]
    assert rows[5] == ("refused", "missing_value: Số người=None")


def test_two_tables_on_a_sheet(tmp_path: Path):
    """Each table is read by itself, and the rows of the other are said to be of another."""
    place = golden.two_tables(tmp_path / "a.xlsx")
    people = sources.read_table(place, PEOPLE, **READ)
    assert counts(people) == {("17617", "elderly"): 10, ("17619", "elderly"): 20, ("17623", "elderly"): 1005}
    rows = statuses(people)
    assert rows[10] == ("subtotal", "equals_parts")
    assert rows[13] == ("subtotal", "equals_parts")
    facilities = sources.read_table(place, FACILITIES)
    assert facilities.frame["name"].tolist() == ["Trung tâm Công tác xã hội", "Công ty TNHH Nhân Ái"]
    assert facilities.frame["ownership"].tolist() == ["public", "nonpublic"]
    rows = statuses(facilities)
    assert {rows[n][1] for n in range(7, 14)} == {"other_table", "heading"} - {"heading"}


def test_bare_names_of_districts(tmp_path: Path):
    """A column of names without kind words is about the level that the clear ones have."""
    reading = sources.read_table(golden.districts_without_kind(tmp_path / "a.xlsx"), PEOPLE, **READ)
    assert set(reading.frame["unit_code"]) == {"412", "427", "425"}
    assert statuses(reading)[5] == ("subtotal", "equals_parts")
    assert reading.columns["Tổng dân số"] == "group=population"


def test_what_headings_mean_can_be_said(tmp_path: Path):
    """A heading that was taken for nothing, or for the wrong thing, is read as the user says."""
    place = tmp_path / "a.csv"
    place.write_text("Mã xã;Cột lạ;Số người\n17617;Người cao tuổi;12\n", encoding="utf-8")
    first = sources.read_table(place, PEOPLE, **READ)
    assert first.unread == ("Cột lạ",)
    assert first.frame.empty
    second = sources.read_table(place, PEOPLE, columns={"Cột lạ": "group"}, **READ)
    assert counts(second) == {("17617", "elderly"): 12}
    third = sources.read_table(place, PEOPLE, columns={"Cột lạ": "", "Số người": "group=disabled"}, **READ)
    assert counts(third) == {("17617", "disabled"): 12}
    with pytest.raises(InputError, match="no heading 'Cột khác'"):
        sources.read_table(place, PEOPLE, columns={"Cột khác": "group"}, **READ)


def test_misspelt_names_are_left_to_the_gazetteer(tmp_path: Path):
    """A name that is not in the list is refused with the nearest; with the gazetteer at hand it is found."""
    place = tmp_path / "a.csv"
    place.write_text(
        "Tên xã;Tên huyện;Nhóm;Số người\n"
        "Giang Sơn Đôngg;Đô Lương;elderly;12\nĐông Sơn;Đô Lương;elderly;3\nHưng Bình;;elderly;4\n",
        encoding="utf-8",
    )  # fmt: skip
    alone = sources.read_table(place, PEOPLE, **READ)
    assert counts(alone) == {("17653", "elderly"): 3, ("16672", "elderly"): 4}
    assert [(c.problem, c.row, c.details["nearest"]) for c in alone.complaints] == [
        ("unnamed_unit", 2, "Xã Giang Sơn Đông")
    ]
    asked = sources.read_table(place, PEOPLE, locate=gazetteer.locate, **READ)
    assert counts(asked)["17619", "elderly"] == 12
    assert statuses(asked)[2] == ("repaired", "unit_code: by_gazetteer")


def test_names_that_several_communes_bear_are_asked_about(tmp_path: Path):
    """Without the district, a name that several communes bear is refused with the candidates."""
    place = tmp_path / "a.csv"
    place.write_text("Tên xã;Nhóm;Số người\nXã Đồng Văn;elderly;12\n", encoding="utf-8")
    (only,) = sources.read_table(place, PEOPLE, **READ).complaints
    assert only.problem == "ambiguous_unit"
    assert only.details["candidates"].count("Xã Đồng Văn [") >= 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "TCVN3", "VNI", "VISCII"])
def test_every_encoding_in_use(tmp_path: Path, encoding: str):
    """The same table comes out of every encoding, and the reading says which one it was."""
    place = tmp_path / "a.csv"
    place.write_bytes(encode(golden.text_lines(), encoding))
    reading = sources.read_table(place, PEOPLE, **READ)
    assert counts(reading) == {("17617", "disabled"): 1250, ("17619", "child_special"): 60}
    assert reading.frame["source"].tolist() == [golden.TEXT[1][3], golden.TEXT[2][3]]
    assert reading.lost == 0
    told = {"utf-8-sig": "", "utf-8": "", "utf-16-le": "utf-16", "cp1258": "windows-1258"}
    assert reading.encoding == told.get(encoding, encoding)
    assert [c.problem for c in reading.complaints] == ["not_a_number"]


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI", "VISCII", "utf-8"])
def test_workbooks_typed_in_old_fonts(tmp_path: Path, encoding: str):
    """Cells typed in a font of old letters, or pasted as broken UTF-8, are put right; the others stay."""
    book = openpyxl.Workbook()
    for number, row in enumerate(golden.TEXT):
        # The headings are Unicode already; the cells came from somewhere else.
        book.active.append(row if number == 0 else [misread(cell, encoding) for cell in row])
    book.save(tmp_path / "a.xlsx")
    reading = sources.read_table(tmp_path / "a.xlsx", PEOPLE, **READ)
    assert counts(reading) == {("17617", "disabled"): 1250, ("17619", "child_special"): 60}
    assert reading.frame["source"].tolist() == [golden.TEXT[1][3], golden.TEXT[2][3]]
    assert reading.encoding == {"utf-8": "utf-8 read as cp1252"}.get(encoding, encoding)


def misread(text: str, encoding: str) -> str:
    """Text of another encoding as a program shows it that takes it for western European."""
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in encode(text, encoding))


def test_rows_add_up_in_every_format(tmp_path: Path):
    """A frame that is written out and read back loses no row in any format."""
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"unit_code": ["17617", "17619"], "group": ["elderly", "bogus"], "people": [3, 4]})
    frame = frame.assign(**golden.DEFAULTS)
    frame.to_parquet(tmp_path / "a.parquet")
    reading = sources.read_table(tmp_path / "a.parquet", PEOPLE)
    assert counts(reading) == {("17617", "elderly"): 3}
    assert reading.counts == {"accepted": 1, "repaired": 0, "subtotal": 0, "refused": 2}
