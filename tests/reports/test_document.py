"""The Word document: administrative form, safe text, equal bytes."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from mangluoi.reports import passages
from mangluoi.reports.document import document
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.result import Notice


def opened(content: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(content))


def text_of(content: bytes) -> str:
    made = opened(content)
    return "\n".join(t.text or "" for t in made.element.body.iter(qn("w:t")))


@pytest.fixture(scope="module")
def written() -> Callable[[Disclosed], bytes]:
    """Write each document once."""
    kept: dict[int, bytes] = {}

    def write(d: Disclosed) -> bytes:
        return kept.setdefault(id(d), document(d))

    return write


def test_the_page_is_a4_with_administrative_margins(disclosed: Disclosed):
    """A4, margins 20, 20, 30 and 15 mm on upright pages."""
    section = opened(document(disclosed)).sections[0]
    size = (section.page_width, section.page_height)
    assert [round(length / Mm(1)) for length in size] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length / Mm(1)) for length in margins] == [20, 20, 30, 15]


def test_the_font_is_named_for_all_letters(disclosed: Disclosed):
    """No theme font can win over Times New Roman; the language is Vietnamese."""
    made = opened(document(disclosed))
    for name in ("Normal", "Heading 1", "Heading 2"):
        fonts = made.styles[name].element.find(qn("w:rPr")).find(qn("w:rFonts"))
        assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
        assert not [key for key in fonts.attrib if "Theme" in key]
    assert made.styles["Normal"].font.size.pt == 13
    assert 'w:val="vi-VN"' in made.styles.element.xml


def test_heading_rows_are_repeated(disclosed: Disclosed):
    """Every table shows its headings again on the next page."""
    for table in opened(document(disclosed)).tables:
        first = table.rows[0]._tr
        assert first.trPr is not None
        assert first.trPr.find(qn("w:tblHeader")) is not None


def test_the_sections_of_a_proposal_are_there(disclosed: Disclosed):
    """The parts of an administrative report, in order."""
    made = opened(document(disclosed))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "SỐ LIỆU CHÍNH", "CĂN CỨ VÀ NGUỒN SỐ LIỆU", "I. MỤC ĐÍCH, YÊU CẦU", "II. THỰC TRẠNG",
        "III. MỨC ĐỘ ĐÁP ỨNG VÀ KHOẢNG TRỐNG", "IV. MỤC TIÊU", "V. PHƯƠNG ÁN", "VI. TỔ CHỨC THỰC HIỆN",
        "VII. PHƯƠNG PHÁP, DỮ LIỆU VÀ HẠN CHẾ", "PHỤ LỤC",
    ]  # fmt: skip
    labels = [p.text for p in made.paragraphs if p.text.startswith("Biểu số")]
    assert [re.match(r"Biểu số (\d)", label).group(1) for label in labels] == list("23467891")


def test_sentences_are_filled_in(disclosed: Disclosed):
    """The sentences of a proposal stand there with the figures."""
    text = " ".join(p.text for p in opened(document(disclosed)).paragraphs)
    assert "có 02 cơ sở trợ giúp xã hội (01 công lập, 01 ngoài công lập)" in text
    assert "có 83,8 % số người có nhu cầu (1.034/1.234 người, ước tính) cư trú trong phạm vi 60 phút" in text
    assert "chưa có số liệu quy mô của dịch vụ này nên chưa biết bao nhiêu người được phục vụ" in text
    assert "nâng tỷ lệ bao phủ của nhóm «Người cao tuổi»" in text
    assert "không vượt quá phương án này" in text
    assert "Số liệu dưới 11 người được che" in text
    assert "ngưỡng 60 phút đi bằng ô tô, do đơn vị lập kế hoạch lựa chọn" in text
    assert "Kế hoạch không kèm số liệu dự báo nhu cầu" in text
    assert "Danh sách dùng để tính có 02 cơ sở" in text
    assert "số liệu ngày 31 tháng 12 năm 2025" in text
    assert "lấy từ các văn bản ghi ở cột «Nguồn»" in text
    assert "(4) gần người dân nhất" in text
    assert "Đơn vị tính: không" not in text
    assert "tổng cộng" not in text


def test_a_recommendation_warns_of_unknown_sizes(disclosed: Disclosed):
    """Where free places may be there already, that stands beside the actions and not only among the limits."""
    told = Notice("unknown_capacity_in_reach", {"people": 34, "service": "residential"})
    warned = dataclasses.replace(disclosed, notices=(*disclosed.notices, told))
    assert not any("Lưu ý khi dùng phương án" in line for line in passages.proof(disclosed, "vi"))
    assert any("Có 34 người" in line for line in passages.proof(warned, "vi") if "Lưu ý khi dùng phương án" in line)


def test_permitted_sites_are_named(disclosed: Disclosed):
    """A rule that names its sites is not told as a rule for all sites."""
    rule = dataclasses.replace(disclosed.plan.actions[0], sites=("B1",))
    d = dataclasses.replace(disclosed, plan=disclosed.plan.replace(actions=(rule,)))
    assert "tại Nhà B" in passages.offered(d, "vi")[0]


def test_day_pupils_are_no_residents(disclosed: Disclosed):
    """Who comes for the day is counted apart from who lives there."""
    capacity = disclosed.capacity.copy()
    capacity.loc[capacity["service"] == "counselling", ["service", "residents"]] = ["day", 250]
    told = passages.facilities(dataclasses.replace(disclosed, capacity=capacity), "vi")[0]
    assert "nuôi dưỡng tại cơ sở khoảng 1.160 người (có số liệu ở 2 trên 2" in told
    assert "ban ngày: 250 người (có số liệu ở 1 trên 1" in told


def test_few_people_are_not_given_away_in_a_sentence(disclosed: Disclosed):
    """An action whose gain the door has masked says 1–10."""
    text = " ".join(p.text for p in opened(document(disclosed)).paragraphs)
    assert "phục vụ thêm 1–10 người" in text


def test_an_internal_copy_is_stamped_on_every_page(internal: Disclosed, disclosed: Disclosed):
    """Every header bears the stamp, that of the first page too; a public copy bears none."""
    for d, stamped in ((internal, True), (disclosed, False)):
        made = opened(document(d))
        for section in made.sections:
            heads = [section.header] + (
                [section.first_page_header] if section.different_first_page_header_footer else []
            )
            for head in heads:
                assert ("NỘI BỘ" in "".join(p.text for p in head.paragraphs)) is stamped
    assert made.sections[0].different_first_page_header_footer


def test_hostile_text_is_text(make: Callable[..., Disclosed], hostile: str):
    """Markup and formulas stand as they were written; control characters are dropped."""
    content = document(make(hostile))
    shown = "".join(c for c in hostile if c >= " ")
    assert shown in text_of(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "HYPERLINK" not in "".join(
            re.findall(r"<w:instrText[^>]*>[^<]*", archive.read("word/document.xml").decode())
        )


def test_equal_content_gives_equal_bytes(disclosed: Disclosed):
    """Neither the clock nor the run changes a byte."""
    assert document(disclosed) == document(disclosed)
    with zipfile.ZipFile(io.BytesIO(document(disclosed))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.office
def test_it_prints(disclosed: Disclosed, tmp_path: Path):
    """LibreOffice makes pages of it, with Vietnamese that can be searched."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("LibreOffice (soffice) and pdftotext are needed to make pages")
    (tmp_path / "bao-cao.docx").write_bytes(document(disclosed))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "bao-cao.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=180)
    told = subprocess.run([reader, "bao-cao.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, text=True)
    text = " ".join(told.stdout.split())
    assert "MỨC ĐỘ ĐÁP ỨNG VÀ KHOẢNG TRỐNG" in text
    assert "Số liệu dưới 11 người được che để bảo vệ thông tin cá nhân" in text
