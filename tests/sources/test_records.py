"""Messy sheets: every row ends in exactly one of accepted, repaired, subtotal and refused, and none is lost."""

import contextlib
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mangluoi.errors import InputError
from mangluoi.sources import grids, records, spreadsheets
from mangluoi.sources.amounts import read_amount
from mangluoi.sources.grids import Grid
from mangluoi.tables import CAPACITY, PEOPLE, SITES

DEFAULTS = {"vintage": "2025-06-30", "kind": "stock", "as_of": "2023", "source": "báo cáo"}
STATUSES = {"accepted", "repaired", "subtotal", "refused"}


def as_grid(*rows):
    return Grid("Sheet1", tuple(tuple(row) for row in rows))


def read(grid, table=PEOPLE, **options):
    return records.read_records(table, grid, file="x.xlsx", defaults=DEFAULTS, **options)


@pytest.fixture
def report():
    """A list as a province keeps it: motto, title, headings in two rows, numbered columns, subtotals, signature."""
    return as_grid(
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", None, None, None, None],
        ["Độc lập - Tự do - Hạnh phúc", None, None, None, None],
        [None] * 5,
        ["BIỂU TỔNG HỢP ĐỐI TƯỢNG", None, None, None, None],
        ["STT", "Mã xã", "Nhóm đối tượng", "Số liệu", None],
        [None, None, None, "Số đối tượng", "Ghi chú"],
        [1, 2, 3, 4, 5],
        ["I", "Huyện Đô Lương", None, None, None],
        [1, 17619, "elderly", 12, None],
        [2, "17662", "Người cao tuổi", "1.250", "đã kiểm tra"],
        [3, "17677", "elderly", "trên 60", None],
        [4, "17689", "elderly", "-", None],
        [5, "17698", "elderly", "45 hộ", None],
        [6, "99999", "elderly", 3, None],
        ["", "Cộng", None, 1322, None],
        ["", "Tổng cộng", None, 999, None],
        [None, None, None, "TM. ỦY BAN NHÂN DÂN", None],
    )


def test_report_of_a_province(report):
    """The rows that are data arrive, and each other row is named for what it is."""
    reading = read(report, province="40")
    status = reading.rows.set_index("row")
    assert reading.frame["unit_code"].tolist() == ["17619", "17662", "17677"]
    assert reading.frame["people"].tolist() == [12, 1250, 60]
    assert reading.frame["lower"].tolist()[2] == 60
    assert status.loc[[9, 10, 11], "status"].tolist() == ["accepted", "repaired", "repaired"]
    assert status.loc[[12, 13, 14], "status"].tolist() == ["refused"] * 3
    assert status.loc[[15, 16], "why"].tolist() == ["equals_parts", "differs_from_parts"]
    assert status.loc[7, "why"] == "column_numbers"
    assert status.loc[8, "why"] == "words_only"
    assert status.loc[17, "why"] == "words_only"
    assert [c.problem for c in reading.complaints] == [
        "not_a_stock",
        "missing_value",
        "unknown_unit",
        "subtotal_differs",
    ]
    assert reading.columns["Số đối tượng"] == "people"


def test_every_row_has_one_status(report):
    """The four counts add up to the file."""
    reading = read(report)
    assert reading.rows["row"].tolist() == list(range(1, len(report.rows) + 1))
    assert set(reading.rows["status"]) <= STATUSES
    used = reading.rows["status"].isin(["accepted", "repaired"]).sum()
    assert used == len(reading.frame)


CELLS = st.one_of(
    st.none(), st.integers(-5, 10**6), st.just(2**64), st.floats(allow_nan=True), st.text(max_size=12),
    st.sampled_from(["17619", "17662", "elderly", "Người cao tuổi", "Tổng cộng", "trên 60", "gần 80", "-", "1.250",
                     "Mã đơn vị", "Số người", "2025-06-30", "31/12/2023", "lượt người", "105°30'", "I", "stock"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=8), max_size=25), st.booleans())
def test_fuzzed_sheets_lose_no_row(rows, with_headings):
    """Whatever stands on a sheet, it is read or refused with a MangluoiError, and every row has one status."""
    head = [["Mã đơn vị", "Nhóm đối tượng", "Số người", "Danh mục", "Tính chất", "Số liệu đến ngày", "Nguồn"]]
    grid = as_grid(*(head if with_headings else []), *rows)
    with contextlib.suppress(InputError):
        reading = read(grid)
        assert reading.rows["row"].tolist() == list(range(1, len(grid.rows) + 1))
        assert set(reading.rows["status"]) <= STATUSES
        assert reading.rows["status"].isin(["accepted", "repaired"]).sum() == len(reading.frame)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from([".xlsx", ".csv", ".ods", ".geojson", ".gpkg", ".tsv", ".xls"]))
def test_fuzzed_files_are_read_or_refused(tmp_path, content, suffix):
    """A file of any bytes is read or refused with an InputError that names it."""
    path = tmp_path / f"tep{suffix}"
    path.write_bytes(content)
    named, statuses = {path.name}, STATUSES
    try:
        statuses = set(spreadsheets.read_table(path, PEOPLE).rows["status"])
    except InputError as error:
        named = {complaint.file for complaint in error.complaints}
    assert named == {path.name}
    assert statuses <= STATUSES


def test_repeated_key_keeps_the_first():
    """Of two rows with one key, the second is refused and says where the first is."""
    reading = read(as_grid(["Mã xã", "Nhóm", "Số người"], ["17619", "elderly", 1], ["17619", "elderly", 2]))
    assert reading.frame["people"].tolist() == [1]
    assert reading.complaints[0].details["first"] == 2


def test_codes_without_their_leading_zeros():
    """A code that a spreadsheet turned into a number gets its zeros back where only one unit then fits."""
    reading = read(as_grid(["Mã xã", "Nhóm", "Số người"], [4279, "elderly", 1]))
    assert reading.frame["unit_code"].tolist() == ["04279"]
    assert reading.rows["why"].tolist()[1] == "unit_code: leading_zeros"


def test_coordinates_in_degrees_and_swapped():
    """Degrees and minutes are read, and a swapped pair is put right and said so."""
    heads = ["Mã địa điểm", "Mã cơ sở", "Tên địa điểm", "Kinh độ", "Vĩ độ", "Bảo mật", "Nguồn"]
    rows = [["D1", "C1", "A", "105°18'00\"", "18°54'", "không", "x"], ["D2", "C1", "B", 18.9, 105.3, "không", "x"]]
    reading = records.read_records(SITES, as_grid(heads, *rows), file="x")
    assert reading.frame["lon"].tolist() == pytest.approx([105.3, 105.3])
    assert reading.frame["lat"].tolist() == pytest.approx([18.9, 18.9])
    assert "swapped" in reading.rows["why"].iloc[2]


def test_hedge_of_a_capacity():
    """What a source says with "trên" or "gần" stays with the figure."""
    heads = ["Mã địa điểm", "Dịch vụ", "Đang nuôi dưỡng", "Thời điểm", "Nguồn"]
    reading = records.read_records(CAPACITY, as_grid(heads, ["D1", "residential", "gần 80 cháu", 2013, "x"]), file="x")
    assert reading.frame.loc[0, ["residents", "hedge"]].tolist() == [80, "<"]


def test_personal_column_must_be_dropped():
    """A personal column is refused unless it is dropped by name."""
    grid = as_grid(["Mã xã", "Nhóm", "Số người", "Họ và tên"], ["17619", "elderly", 1, "Nguyễn Văn A"])
    with pytest.raises(InputError, match="personal"):
        read(grid)
    assert len(read(grid, drop=["Họ và tên"]).frame) == 1


def test_bomb_is_refused_unread(tmp_path):
    """A packed file that would grow absurdly is refused before it is unpacked."""
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(InputError, match="unpack"):
        grids.read_grids(path)


def test_formula_is_read_as_its_value(tmp_path):
    """A formula whose value was never calculated is empty, not text."""
    book = openpyxl.Workbook()
    book.active.append(["=1+1", 2])
    book.save(tmp_path / "a.xlsx")
    assert grids.read_grids(tmp_path / "a.xlsx")[0].rows == ((None, 2),)


def test_no_socket_is_opened(sockets, report):
    """Reading never looks at the network."""
    assert len(read(report).frame) == 3
    assert sockets == []


@pytest.mark.parametrize(
    ("text", "value", "lower", "upper", "hedge", "unit"),
    [
        ("1.250", 1250, None, None, "=", ""),
        ("trên 60", 60, 60, None, ">", ""),
        ("hơn 1.000 người", 1000, 1000, None, ">", "people"),
        ("gần 80", 80, None, 80, "<", ""),
        ("khoảng 40 ngàn", 40_000, None, None, "~", ""),
        ("khoảng trên 40", 40, 40, None, ">", ""),
        ("ít nhất 10", 10, 10, None, ">", ""),
        ("không quá 20", 20, None, 20, "<", ""),
        ("từ 01 đến 02", 1, 1, 2, "~", ""),
        ("1,6 triệu", 1_600_000, None, None, "=", ""),
        ("450 lượt người", 450, None, None, "=", "visits"),
        ("45 hộ", 45, None, None, "=", "households"),
        ("60 người/năm", 60, None, None, "=", "visits"),
        ("300 người/cơ sở", 300, None, None, "=", "each"),
        ("41 tỉ 128 triệu đồng", 41_128_000_000, None, None, "=", ""),
        ("1.250*", 1250, None, None, "=", ""),
        ("60 (1)", 60, None, None, "=", ""),
        ("khoảng 1.000 - 1.200", 1000, 1000, 1200, "~", ""),
    ],
)
def test_number_words(text, value, lower, upper, hedge, unit):
    """Numbers are read with what their words say about bounds and units."""
    amount = read_amount(text, whole=True)
    assert (amount.value, amount.lower, amount.upper, amount.hedge, amount.unit) == (value, lower, upper, hedge, unit)


@pytest.mark.parametrize("text", ["", "abc", "12a", "1.25.3", "tăng 5", "từ 9 đến 3"])
def test_words_that_are_no_number(text):
    """What is not understood is not guessed."""
    assert read_amount(text, whole=True) is None
