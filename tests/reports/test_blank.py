"""A province's own blank: filled in where it asks for it, kept everywhere else, refused where it cannot be used."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from mangluoi.errors import InputError
from mangluoi.reports import blank
from mangluoi.reports.document import document
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.rules import ReportRules


def changed(content: bytes, change) -> bytes:
    """Return a blank after a change to it as python-docx sees it."""
    made = docx.Document(io.BytesIO(content))
    change(made)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def edited(content: bytes, part: str, old: str, new: str) -> bytes:
    """Return a blank after a change to the text of one of its parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(kept, "w") as written:
        for name in read.namelist():
            data = read.read(name)
            if name == part:
                assert old in data.decode()
                data = data.decode().replace(old, new).encode()
            written.writestr(name, data)
    return kept.getvalue()


def bookmark(paragraph, name: str, number: int) -> None:
    """Mark a paragraph."""
    blank._marked(paragraph, name, number, f"[{name}]")


def of_province(made) -> None:
    """Make a blank a province's own: a letterhead, green headings, wide margins, a table's own place, an appendix."""
    section = made.sections[0]
    section.left_margin, section.right_margin = Mm(35), Mm(20)
    section.header.paragraphs[0].add_run("Sở Y tế tỉnh Thử")
    section.footer.paragraphs[0].add_run("Lưu: VT")
    made.styles["Heading 1"].font.size = Pt(15)
    signature = made.paragraphs[-2]
    bookmark(signature.insert_paragraph_before("Bảng nhu cầu của Sở"), "mangluoi_bieu_3", 90)
    bookmark(signature.insert_paragraph_before(""), "mangluoi_phu_luc", 91)


@pytest.fixture(scope="module")
def own() -> bytes:
    """A province's own blank."""
    return changed(blank.make_blank(whole=True), of_province)


_KEPT: dict[str, bytes] = {}


@pytest.fixture
def plain(disclosed: Disclosed) -> bytes:
    """The report in our own form, written once."""
    return _KEPT.get("plain") or _KEPT.setdefault("plain", document(disclosed))


@pytest.fixture
def filled(disclosed: Disclosed, own: bytes) -> bytes:
    """The report in the province's own blank, written once."""
    return _KEPT.get("filled") or _KEPT.setdefault("filled", document(disclosed, template=own))


def texts(content: bytes) -> list[str]:
    return [p.text for p in docx.Document(io.BytesIO(content)).paragraphs]


def wrong(content: bytes, folder: Path) -> list[tuple[str, object]]:
    place = folder / "mau.docx"
    place.write_bytes(content)
    with pytest.raises(InputError) as caught:
        blank.read_blank(place)
    return [(complaint.problem, complaint.value) for complaint in caught.value.complaints]


def test_the_blank_that_we_write_can_be_filled_in(tmp_path: Path):
    """In both languages, and it is the same each time."""
    for lang in ("vi", "en"):
        place = blank.write_blank(tmp_path / lang / "mau.docx", lang=lang)
        assert blank.read_blank(place) == blank.make_blank(lang, whole=True)


def test_what_a_province_wrote_is_kept(disclosed: Disclosed, filled: bytes):
    """Letterhead, footer, margins, motto, signature and the look of headings stay; the text stands between them."""
    made = docx.Document(io.BytesIO(filled))
    upright = [section for section in made.sections if section.page_width < section.page_height]
    assert {(round(s.left_margin / Mm(1)), round(s.right_margin / Mm(1))) for s in upright} == {(35, 20)}
    for section in made.sections:
        assert "Sở Y tế tỉnh Thử" in "".join(p.text for p in section.header.paragraphs)
        assert "Lưu: VT" in "".join(p.text for p in section.footer.paragraphs)
    assert made.styles["Heading 1"].font.size == Pt(15)
    told = [text for text in texts(filled) if text]
    assert made.tables[0].rows[0].cells[1].paragraphs[0].text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert told[0] == "BÁO CÁO PHÂN TÍCH"
    assert told[1] == disclosed.plan.title
    assert told[3] == "Thời điểm phân tích: ngày 31 tháng 12 năm 2025"
    assert told[-2:] == ["QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ", "(Chữ ký, dấu, họ và tên)"]
    assert not [text for text in told if "[mangluoi" in text]


def test_a_table_stands_where_its_bookmark_does(filled: bytes):
    """Biểu 3 stands in the province's own place and nowhere else; the annexes stand in theirs."""
    told = texts(filled)
    (place,) = [at for at, text in enumerate(told) if text.startswith("Biểu số 3.")]
    assert told.index("VII. PHƯƠNG PHÁP, DỮ LIỆU VÀ HẠN CHẾ") < place < told.index("PHỤ LỤC")
    assert told.index("PHỤ LỤC") < told.index("QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ")


def test_nothing_of_the_report_is_lost_in_a_blank(plain: bytes, filled: bytes):
    """Every table and every sentence of the report without a blank is in the one with."""
    left = (
        {text for text in texts(plain) if text}
        - set(texts(filled))
        - {"Thời điểm phân tích: ngày 31 tháng 12 năm 2025"}
    )
    assert left == set(), left
    count = [len(docx.Document(io.BytesIO(content)).tables) for content in (plain, filled)]
    # The motto of the blank is a table too.
    assert count[1] == count[0] + 1


def test_an_internal_copy_is_stamped_in_a_blank_too(internal: Disclosed, own: bytes):
    """Every page that the blank has, the first one too."""
    made = docx.Document(io.BytesIO(document(internal, template=own)))
    first, *_ = made.sections
    assert first.different_first_page_header_footer
    for head in (first.header, first.first_page_header):
        assert "NỘI BỘ" in head.paragraphs[0].text
    assert all("NỘI BỘ" in "".join(p.text for p in section.header.paragraphs) for section in made.sections)


def test_what_is_missing_is_told_at_once(tmp_path: Path):
    """Each style and bookmark that is not there, in one complaint each, and a slip of the pen with what was meant."""

    def spoil(made) -> None:
        for name in ("Mangluoi Note", "Mangluoi Table"):
            made.styles[name].element.getparent().remove(made.styles[name].element)
        for start in made.element.iter(qn("w:bookmarkStart")):
            if start.get(qn("w:name")) == "mangluoi_tinh":
                start.set(qn("w:name"), "mangluoi_tihn")
            if start.get(qn("w:name")) == "mangluoi_noi_dung":
                start.set(qn("w:name"), "noi_dung")

    assert wrong(changed(blank.make_blank(whole=True), spoil), tmp_path) == [
        ("blank_style", "Mangluoi Note"), ("blank_style", "Mangluoi Table"), ("blank_bookmark", "mangluoi_tinh"),
        ("blank_bookmark", "mangluoi_noi_dung"), ("blank_unknown_bookmark", "mangluoi_tihn"),
    ]  # fmt: skip


def test_a_bookmark_for_text_within_a_table_is_refused(tmp_path: Path):
    """A report does not fit into a cell."""

    def misplace(made) -> None:
        bookmark(made.tables[0].rows[0].cells[0].paragraphs[0], "mangluoi_bieu_1", 50)

    assert wrong(changed(blank.make_blank(whole=True), misplace), tmp_path) == [("blank_misplaced", "mangluoi_bieu_1")]


def test_macros_and_what_is_fetched_are_refused(tmp_path: Path):
    """A blank runs nothing and fetches nothing; a link to click on is only a link."""
    content = blank.make_blank(whole=True)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = edited(content, "[Content_Types].xml", kind, "application/vnd.ms-word.document.macroEnabled.main+xml")
    assert wrong(macro, tmp_path)[0][0] in ("blank_macros", "blank_unreadable")
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    for kind, ok in (("attachedTemplate", False), ("image", False), ("hyperlink", True)):
        link = (
            f'<Relationship Id="rId99" Type="{relation}/{kind}" Target="http://evil.example/x" TargetMode="External"/>'
        )
        linked = edited(content, "word/_rels/document.xml.rels", "</Relationships>", f"{link}</Relationships>")
        if ok:
            (tmp_path / "ok.docx").write_bytes(linked)
            assert blank.read_blank(tmp_path / "ok.docx") == linked
        else:
            assert wrong(linked, tmp_path) == [("blank_external", "http://evil.example/x")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>"])
def test_what_is_no_document_is_refused(content: bytes, tmp_path: Path):
    """Whatever a parser would raise, the planner is told that Word does not open it."""
    assert wrong(content, tmp_path) == [("blank_unreadable", None)]


def test_a_plan_names_its_template(disclosed: Disclosed, tmp_path: Path, own: bytes):
    """A path counts from the plan's folder; a plan without one has none; one that is not there is told."""
    (tmp_path / "mau.docx").write_bytes(own)
    plan = dataclasses.replace(disclosed.plan, folder=tmp_path, report=ReportRules("mau.docx"))
    assert blank.blank_of(plan) == own
    assert blank.blank_of(disclosed.plan) is None
    with pytest.raises(InputError) as caught:
        blank.blank_of(dataclasses.replace(plan, report=ReportRules("khac.docx")))
    assert caught.value.complaints[0].problem == "missing_file"


@pytest.mark.office
def test_a_blank_goes_through_libreoffice_and_back(disclosed: Disclosed, own: bytes, tmp_path: Path):
    """Saved anew by LibreOffice a blank still holds its styles and bookmarks, and is filled in as before."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is needed to save a document anew")
    (tmp_path / "mau.docx").write_bytes(own)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [office, home, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", "ra", "mau.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=180)
    again = blank.read_blank(tmp_path / "ra" / "mau.docx")
    told = texts(document(disclosed, template=again))
    assert disclosed.plan.title in told
    assert [re.sub(r"\..*", "", text) for text in told if text.startswith("Biểu số")][-1] != "Biểu số 3"
    assert any(text.startswith("Biểu số 3.") for text in told)
    assert "(Chữ ký, dấu, họ và tên)" in told
