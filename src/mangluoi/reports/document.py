"""The report as a Word document in administrative form.

References
----------
Nghị định 30/2020/NĐ-CP, Phụ lục I: Times New Roman, black, A4, page number centred in the top margin from page 2.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor

from mangluoi.reports import archive, wordtable
from mangluoi.reports.chart_paper import WIDTH_MM
from mangluoi.reports.charts import Chart
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.sentences import printable
from mangluoi.reports.story import Block, Heading, Item, Line, Picture, Title, story
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["bound_document", "document"]

_FONT = "Times New Roman"
_BODY_PT, _NOTE_PT = 13, 11
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# Top, bottom, left, right, in mm; a landscape page is bound at its top, which is the left of the upright page.
_UPRIGHT, _LANDSCAPE = (20, 20, 30, 15), (22, 12, 20, 20)


def document(
    d: Disclosed, pictures: Sequence[Picture] = (), charts: Sequence[Chart] = (), *, lang: Lang = "vi"
) -> bytes:
    """Write the report as a .docx.

    Parameters
    ----------
    d
        What may be shown; the profile ``internal`` is stamped on every page.
    pictures
        Print maps.
    charts
        Charts.
    lang
        {"vi", "en"}

    Returns
    -------
    bytes
        The same for the same content, whenever it is written.
    """
    blocks = story(d, pictures, charts, lang=lang)
    return bound_document(blocks, d.plan.title, lang=lang, internal=d.profile == "internal")


def bound_document(blocks: Iterable[Block], title: str, *, lang: Lang = "vi", internal: bool = False) -> bytes:
    """Write blocks as a .docx.

    Parameters
    ----------
    blocks
        What to write.
    title
        What the document is about, in its properties.
    lang
        {"vi", "en"}
    internal
        Whether every page is stamped.
    """
    made = docx.Document()
    _set_styles(made, lang)
    _set_page(made.sections[0], landscape=False)
    properties = made.core_properties
    properties.author = properties.last_modified_by = "mangluoi"
    properties.title, properties.comments, properties.language = printable(title), "", _LANGUAGES[lang]
    properties.created = properties.modified = archive.WRITTEN_AT
    made.sections[0].different_first_page_header_footer = True
    _head(made.sections[0].first_page_header, lang, number=False, internal=internal)
    _head(made.sections[0].header, lang, number=True, internal=internal)
    lying = False
    for block in blocks:
        needs_landscape = isinstance(block, Exhibit | Picture) and block.wide
        if needs_landscape != lying:
            section = made.add_section()
            section.different_first_page_header_footer = False
            _set_page(section, landscape=needs_landscape)
            lying = needs_landscape
        _add(made, block, lang, lying)
    written = io.BytesIO()
    made.save(written)
    return archive.settle(written.getvalue())


def _add(made: Document, block: Any, lang: Lang, lying: bool) -> None:
    if isinstance(block, Title):
        _paragraph(made, block.kind, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER, after=0)
        _paragraph(made, block.title, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER, after=6)
        for line in block.lines:
            _paragraph(made, line, italic=True, align=WD_ALIGN_PARAGRAPH.CENTER, after=2)
    elif isinstance(block, Heading):
        added = made.add_paragraph(printable(block.text), style=f"Heading {block.level}")
        added.paragraph_format.page_break_before = block.on_new_page
    elif isinstance(block, Line):
        _paragraph(made, block.text, indent=True)
    elif isinstance(block, Item):
        _paragraph(made, "– " + block.text, indent=True, after=3)
    elif isinstance(block, Picture):
        _picture(made, block, lying)
    elif isinstance(block, Chart):
        _chart(made, block)
    elif isinstance(block, Exhibit):
        _exhibit(made, block, lang, lying)


def _paragraph(
    made: Document, text: str, *, bold: bool = False, italic: bool = False, size: float | None = None,
    align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY, before: float = 0, after: float = 6, indent: bool = False,
    keep: bool = False,
) -> Any:  # fmt: skip
    added = made.add_paragraph()
    run = added.add_run(printable(text))
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)
    added.alignment = align
    added.paragraph_format.space_before, added.paragraph_format.space_after = Pt(before), Pt(after)
    if indent:
        added.paragraph_format.first_line_indent = Mm(10)
    added.paragraph_format.keep_with_next = keep
    return added


def _picture(made: Document, block: Picture, lying: bool) -> None:
    """Give a map a page of its own, as large as it fits: it is drawn to be read at the size of its sheet."""
    added = made.add_paragraph()
    added.alignment = WD_ALIGN_PARAGRAPH.CENTER
    added.paragraph_format.keep_with_next = True
    shape = added.add_run().add_picture(io.BytesIO(block.png))
    width, height = (257, 156) if lying else (163, 230)
    scale = min(Mm(width) / shape.width, Mm(height) / shape.height)
    shape.width, shape.height = Emu(shape.width * scale), Emu(shape.height * scale)
    shape._inline.docPr.set("descr", printable(block.caption))
    _paragraph(made, block.caption, italic=True, size=_NOTE_PT, align=WD_ALIGN_PARAGRAPH.CENTER, after=0)


def _chart(made: Document, chart: Chart) -> None:
    added = made.add_paragraph()
    added.alignment = WD_ALIGN_PARAGRAPH.CENTER
    added.paragraph_format.space_before, added.paragraph_format.keep_with_next = Pt(8), True
    shape = added.add_run().add_picture(io.BytesIO(chart.drawing.png), width=Mm(WIDTH_MM))
    shape._inline.docPr.set("descr", printable(f"{chart.caption}. {chart.description}"))
    shape._inline.docPr.set("title", printable(chart.caption))
    _paragraph(made, chart.caption, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, after=0, keep=True)
    _paragraph(made, chart.source, italic=True, size=_NOTE_PT, align=WD_ALIGN_PARAGRAPH.LEFT, after=10)


def _exhibit(made: Document, exhibit: Exhibit, lang: Lang, lying: bool) -> None:
    _paragraph(made, exhibit.label, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, before=10, after=0, keep=True)
    if exhibit.unit:
        unit = say("report.unit", lang, unit=exhibit.unit)
        _paragraph(made, unit, italic=True, size=_NOTE_PT, align=WD_ALIGN_PARAGRAPH.RIGHT, after=2, keep=True)
    _, _, left, right = _LANDSCAPE if lying else _UPRIGHT
    width_mm = (297 if lying else 210) - left - right
    if exhibit.rows:
        made.element.body.insert_element_before(wordtable.table(exhibit, lang, width_mm=width_mm), "w:sectPr")
    for text in (exhibit.source, *exhibit.notes):
        _paragraph(made, text, italic=True, size=_NOTE_PT, align=WD_ALIGN_PARAGRAPH.LEFT, after=0)
    _paragraph(made, "", after=4)


def _set_page(section: Any, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    margins = _LANDSCAPE if landscape else _UPRIGHT
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
    section.header_distance = section.footer_distance = Mm(10)


def _set_styles(made: Document, lang: Lang) -> None:
    for name, size, bold in (("Normal", _BODY_PT, False), ("Heading 1", 14, True), ("Heading 2", _BODY_PT, True)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
        style.font.color.rgb = RGBColor(0, 0, 0)
        _set_fonts(style.element.get_or_add_rPr())
        if name != "Normal":
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(6)
            style.paragraph_format.keep_with_next = True
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


def _head(header: Any, lang: Lang, *, number: bool, internal: bool) -> None:
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if number:
        for part in ("begin", None, "end"):
            paragraph._p.append(parse_xml(_page_field(part)))
    if internal:
        stamp = paragraph.insert_paragraph_before() if number else paragraph
        stamp.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = stamp.add_run(say("report.stamp", lang))
        run.bold, run.font.size = True, Pt(11)
    # Stamp and number together fit into the top margin.
    for line in header.paragraphs:
        line.paragraph_format.space_after, line.paragraph_format.line_spacing = Pt(0), 1.0


def _page_field(part: str | None) -> str:
    inside = '<w:instrText xml:space="preserve"> PAGE </w:instrText>'
    if part is not None:
        inside = f'<w:fldChar w:fldCharType="{part}"/>'
    return f"<w:r {nsdecls('w')}>{inside}</w:r>"
