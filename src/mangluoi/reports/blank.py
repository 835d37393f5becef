"""The blank of the Word report: the styles and bookmarks that are filled in. A province may bring its own.

References
----------
Nghị định 30/2020/NĐ-CP, Phụ lục I: Times New Roman, black, A4, page number centred in the top margin from page 2.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from mangluoi.errors import Complaint, InputError
from mangluoi.reports import archive
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.plan import Plan
from mangluoi.tables import nearest

__all__ = [
    "BLOCKS", "LINES", "SECTIONS", "STYLES", "blank_of", "bookmarks", "make_blank", "opened", "read_blank", "style_ids",
    "write_blank",
]  # fmt: skip

_FONT = "Times New Roman"
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# Top, bottom, left, right, in mm.
_MARGINS = (20, 20, 30, 15)

#: Styles by what they are for. All must be there: text takes its look from them alone.
STYLES: dict[str, WD_STYLE_TYPE] = {
    "Title": WD_STYLE_TYPE.PARAGRAPH,
    "Subtitle": WD_STYLE_TYPE.PARAGRAPH,
    "Heading 1": WD_STYLE_TYPE.PARAGRAPH,
    "Heading 2": WD_STYLE_TYPE.PARAGRAPH,
    "Body Text": WD_STYLE_TYPE.PARAGRAPH,
    "Caption": WD_STYLE_TYPE.PARAGRAPH,
    "Mangluoi Item": WD_STYLE_TYPE.PARAGRAPH,
    "Mangluoi Unit": WD_STYLE_TYPE.PARAGRAPH,
    "Mangluoi Note": WD_STYLE_TYPE.PARAGRAPH,
    "Mangluoi Cell": WD_STYLE_TYPE.PARAGRAPH,
    "Mangluoi Table": WD_STYLE_TYPE.TABLE,
}
#: Bookmarks that a line of text takes the place of; these must be there.
LINES = ("mangluoi_tieu_de", "mangluoi_tinh", "mangluoi_ngay")
#: Bookmarks that paragraphs and tables take the place of. The first must be there; a table, map or chart that has a
#: bookmark of its own stands there instead of in the text.
BLOCKS = ("mangluoi_noi_dung", "mangluoi_ghi_chu", "mangluoi_phu_luc", "mangluoi_muc_dich", "mangluoi_to_chuc")
#: Parts of the report, by the keys of their headings, that a blank may give a place of their own.
SECTIONS = {"annex": "mangluoi_phu_luc", "purpose": "mangluoi_muc_dich", "duties": "mangluoi_to_chuc"}
_NUMBERED = re.compile(r"mangluoi_(bieu|ban_do|hinh)_[1-9][0-9]?")
_PREFIX = "mangluoi_"
# More than any document of an office; a zip bomb is larger.
_MOST_BYTES = 200_000_000


def write_blank(path: str | Path, *, lang: Lang = "vi") -> Path:
    """Write the blank of the report, for a province to put its heading, logo and signatures into.

    Parameters
    ----------
    path
        The .docx to write.
    lang
        {"vi", "en"}
    """
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(make_blank(lang, whole=True))
    return place


def make_blank(lang: Lang = "vi", *, whole: bool = False) -> bytes:
    """Make the blank: A4, Times New Roman, every style, and the bookmarks.

    Parameters
    ----------
    lang
        {"vi", "en"}: language of the text and of the spelling.
    whole
        Whether the national motto, places for the body, number and signature, and the bookmarks of the title stand in
        it; without them only the text has its place.
    """
    made = docx.Document()
    for child in list(made.element.body):
        if child.tag != qn("w:sectPr"):
            made.element.body.remove(child)
    _set_styles(made, lang)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, _MARGINS)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("begin", None, "end"):
        head._p.append(parse_xml(_page_field(part)))
    if whole:
        _motto(made, lang)
        made.add_paragraph(say("report.kind", lang), style="Title").paragraph_format.space_after = Pt(0)
    places = [
        ("mangluoi_tieu_de", "", "Title"), ("mangluoi_tinh", "", "Subtitle"),
        ("mangluoi_ngay", say("blank.as_of", lang) + " ", "Subtitle"), ("mangluoi_ghi_chu", "", "Subtitle"),
        ("mangluoi_noi_dung", "", "Body Text"),
    ]  # fmt: skip
    for number, (name, before, style) in enumerate(places if whole else places[-1:], start=1):
        _marked(made.add_paragraph(before, style=style), name, number, f"[{name}]")
    if whole:
        for line in (say("blank.signed_for", lang), say("blank.signature", lang)):
            signed = made.add_paragraph(line, style="Subtitle")
            signed.alignment, signed.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.RIGHT, True
    written = io.BytesIO()
    made.core_properties.author = made.core_properties.last_modified_by = "mangluoi"
    made.core_properties.comments = ""
    made.save(written)
    return archive.settle(written.getvalue())


def _motto(made: Document, lang: Lang) -> None:
    """Put the body that issues the document beside the national motto, as the decree has it."""
    table = made.add_table(rows=1, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (Mm(62), Mm(103)), strict=True):
        column.width = column.cells[0].width = width
    for cell, lines in zip(
        table.rows[0].cells, (("issuer", "number"), ("country", "motto", "place_date")), strict=True
    ):
        for place, key in enumerate(lines):
            paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(say(f"blank.{key}", lang))
            run.bold, run.italic = key in ("issuer", "country", "motto") or None, key == "place_date" or None
            run.font.size = Pt(12)
    made.add_paragraph()


def _marked(paragraph: Any, name: str, number: int, text: str) -> None:
    """Put a bookmark around a placeholder at the end of a paragraph."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.append(start)
    paragraph.add_run(text)
    paragraph._p.append(end)


def _page_field(part: str | None) -> str:
    inside = '<w:instrText xml:space="preserve"> PAGE </w:instrText>'
    if part is not None:
        inside = f'<w:fldChar w:fldCharType="{part}"/>'
    return f"<w:r {nsdecls('w')}>{inside}</w:r>"


def _set_styles(made: Document, lang: Lang) -> None:
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    left, both = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY
    # Size, bold, italic, alignment, space before, space after, first line in mm, kept with the next paragraph.
    looks: dict[str, tuple[float, bool, bool, Any, float, float, float, bool]] = {
        "Normal": (13, False, False, None, 0, 6, 0, False),
        "Title": (14, True, False, centre, 0, 6, 0, False),
        "Subtitle": (13, False, True, centre, 0, 2, 0, False),
        "Heading 1": (14, True, False, left, 12, 6, 0, True),
        "Heading 2": (13, True, False, left, 12, 6, 0, True),
        "Body Text": (13, False, False, both, 0, 6, 10, False),
        "Caption": (13, True, False, centre, 10, 0, 0, False),
        "Mangluoi Item": (13, False, False, both, 0, 3, 10, False),
        "Mangluoi Unit": (11, False, True, right, 0, 2, 0, True),
        "Mangluoi Note": (11, False, True, left, 0, 0, 0, False),
        "Mangluoi Cell": (10.5, False, False, None, 0.5, 0.5, 0, False),
    }
    for name, (size, bold, italic, align, before, after, first, keep) in looks.items():
        if name not in made.styles:
            made.styles.add_style(name, STYLES[name])
        style = made.styles[name]
        if name not in ("Normal", "Title", "Heading 1", "Heading 2"):
            style.base_style = made.styles["Normal"]
        style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, italic
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.hidden, style.quick_style = False, True
        _set_fonts(style.element.get_or_add_rPr())
        shape = style.paragraph_format
        borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
        if borders is not None:
            style.element.pPr.remove(borders)
        shape.alignment, shape.keep_with_next = align, keep or None
        shape.space_before, shape.space_after, shape.first_line_indent = Pt(before), Pt(after), Mm(first)
    made.styles["Mangluoi Cell"].paragraph_format.line_spacing = 1.0
    table = made.styles.add_style("Mangluoi Table", WD_STYLE_TYPE.TABLE)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    table.element.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>"
            '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    defaults = made.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(defaults)
    language = defaults.find(qn("w:lang"))
    for attribute in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(attribute), _LANGUAGES[lang])


def _set_fonts(properties: Any) -> None:
    """Name the font for all four kinds of letters; a theme font left in place would win over it."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), _FONT)


def read_blank(path: str | Path) -> bytes:
    """Read a province's own blank, and check that it can be filled in.

    Parameters
    ----------
    path
        A .docx; see `STYLES`, `LINES` and `BLOCKS` for what it must hold.

    Raises
    ------
    InputError
        With every missing style and bookmark, and whatever else stands against it: macros, files it would fetch.
    """
    place = Path(path)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise InputError([Complaint("missing_file", str(path))]) from error
    found = list(_unsafe(content, str(path)))
    if not found:
        found = list(_complaints(opened(content), str(path)))
    if found:
        raise InputError(found)
    return content


def blank_of(plan: Plan) -> bytes | None:
    """Return the blank that a plan names, checked, or None.

    Raises
    ------
    InputError
        As in `read_blank`.
    """
    return read_blank(Path(plan.folder, plan.report.template)) if plan.report.template else None


def opened(content: bytes) -> Document:
    """Open a blank."""
    return docx.Document(io.BytesIO(content))


def _unsafe(content: bytes, file: str) -> Iterator[Complaint]:
    """Complain of what is no document, runs a program, or fetches something from elsewhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(entry.file_size for entry in parts.infolist()) > _MOST_BYTES:
                yield Complaint("blank_unreadable", file)
                return
            names = parts.namelist()
            types = parts.read("[Content_Types].xml")
            links = {name: parts.read(name).decode("utf-8") for name in names if name.endswith(".rels")}
            opened(content)
    except Exception:
        # Whatever a parser raises on a broken file, the planner is told the same: it is no document that Word opens.
        yield Complaint("blank_unreadable", file)
        return
    if b"macroEnabled" in types or any("vbaProject" in name or "activeX" in name for name in names):
        yield Complaint("blank_macros", file)
    for relations in links.values():
        for one in re.findall(r"<Relationship\b[^>]*>", relations):
            if 'TargetMode="External"' in one and "/hyperlink" not in one:
                target = re.search(r'Target="([^"]*)"', one)
                yield Complaint("blank_external", file, value=target[1] if target else "")


def style_ids(made: Document) -> dict[str, str]:
    """Return the ids of the styles that a blank has; programs write built-in names with or without capitals."""
    there = {(str(style.name).lower(), style.type): str(style.style_id) for style in made.styles}
    wanted = {name: there.get((name.lower(), kind)) for name, kind in STYLES.items()}
    return {name: found for name, found in wanted.items() if found is not None}


def bookmarks(made: Document) -> dict[str, Any]:
    """Return the bookmarks of a document, its headers and footers, by name."""
    roots = [made.element, *(part.element for part in _edges(made))]
    found: dict[str, Any] = {}
    for root in roots:
        for start in root.iter(qn("w:bookmarkStart")):
            found.setdefault(str(start.get(qn("w:name"))), start)
    return found


def _edges(made: Document) -> Iterator[Any]:
    """Walk over headers and footers; one that is linked to the section before is that one's."""
    for section in made.sections:
        edges = [section.header, section.footer, section.first_page_header, section.first_page_footer]
        for edge in (*edges, section.even_page_header, section.even_page_footer):
            if not edge.is_linked_to_previous:
                yield edge.part


def _complaints(made: Document, file: str) -> Iterator[Complaint]:
    known = style_ids(made)
    for name in STYLES:
        if name not in known:
            yield Complaint("blank_style", file, value=name)
    marked = bookmarks(made)
    for name in (*LINES, BLOCKS[0]):
        if name not in marked:
            yield Complaint("blank_bookmark", file, value=name)
    body = made.element.body
    for name, start in marked.items():
        if not name.startswith(_PREFIX) or name in LINES:
            continue
        if name not in BLOCKS and not _NUMBERED.fullmatch(name):
            wanted = [*LINES, *BLOCKS, "mangluoi_bieu_1", "mangluoi_ban_do_1", "mangluoi_hinh_1"]
            yield Complaint("blank_unknown_bookmark", file, value=name, details={"nearest": nearest(name, wanted)})
        elif start.getparent() is not body and start.getparent().getparent() is not body:
            yield Complaint("blank_misplaced", file, value=name)
