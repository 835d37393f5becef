"""The workbook: one sheet a table, text that stays text, equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from mangluoi.reports import figures
from mangluoi.reports.workbook import workbook
from mangluoi.scenario.disclosure import Disclosed


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_every_table_has_its_sheet(disclosed: Disclosed):
    """Biểu 1–4 and 6–9, the full tables, and a list of them in front."""
    assert opened(workbook(disclosed)).sheetnames == [
        "Mục lục", "Biểu 1", "Biểu 2", "Biểu 3", "Biểu 4", "Biểu 6", "Biểu 7", "Biểu 8", "Biểu 9", "Hình 1",
        "Đáp ứng theo xã", "Thời gian theo xã", "Chưa định vị", "Nguồn số liệu", "Xuất xứ", "Lưu ý",
    ]  # fmt: skip


def test_cells_are_those_of_the_exhibit(disclosed: Disclosed):
    """What a sheet holds is what the report shows, with numbers as numbers and codes as text."""
    sheet = opened(workbook(disclosed))["Biểu 1"]
    made = figures.people(disclosed)
    rows = [tuple(c.value for c in row) for row in sheet.iter_rows(min_row=5, max_row=4 + len(made.rows))]
    assert [tuple("" if v is None else v for v in row) for row in rows] == list(made.rows)
    code, number = sheet["B5"], sheet["E5"]
    assert (code.value, code.number_format, code.data_type) == ("00001", "@", "s")
    assert (number.data_type, number.number_format) == ("n", "#,##0")


def test_hostile_text_is_text(make: Callable[..., Disclosed], hostile: str):
    """No cell computes, links or breaks the file; the quote keeps text from becoming a formula when it is edited."""
    shown = "".join(c for c in hostile if c >= " ")
    found = 0
    for sheet in opened(workbook(make(hostile))):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    assert cell.quotePrefix
                    assert cell.number_format == "@"
                    found += cell.value == shown
                if cell.hyperlink is not None:
                    assert cell.hyperlink.target is None
    assert found


def test_sheets_are_ready_to_print(disclosed: Disclosed):
    """A4, as wide as the page, headings repeated on each page and kept in sight on the screen."""
    for sheet in opened(workbook(disclosed)).worksheets[1:]:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.freeze_panes == "A5"


def test_an_internal_copy_is_stamped(internal: Disclosed, disclosed: Disclosed):
    """Each printed page of an internal copy bears the stamp."""
    for sheet in opened(workbook(internal)):
        assert "NỘI BỘ" in sheet.oddHeader.center.text
    assert opened(workbook(disclosed)).worksheets[1].oddHeader.center.text is None


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_equal_content_gives_equal_bytes(disclosed: Disclosed, lang: str):
    """Neither the clock nor the run changes a byte."""
    content = workbook(disclosed, lang=lang)
    assert content == workbook(disclosed, lang=lang)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")
