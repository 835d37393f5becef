"""The report as a Word document: the blank in administrative form, or a province's own, filled in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Mm, Pt

from mangluoi.reports import archive, blank, wordpages, wordtable
from mangluoi.reports.chart_paper import WIDTH_MM
from mangluoi.reports.charts import Chart
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.sentences import date, printable
from mangluoi.reports.story import Block, Heading, Item, Line, Picture, Title, story
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["bound_document", "document", "filled_document"]

_MOST_TITLE = 255
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# What a caption below a picture takes, in mm.
_CAPTION_MM = 14


def document(
    d: Disclosed,
    pictures: Sequence[Picture] = (),
    charts: Sequence[Chart] = (),
    *,
    lang: Lang = "vi",
    template: bytes | None = None,
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
    template
        A province's own blank, see `blank.read_blank`; all that stands in it is kept.

    Returns
    -------
    bytes
        The same for the same content, whenever it is written.
    """
    return filled_document(d, story(d, pictures, charts, lang=lang), lang=lang, template=template)


def filled_document(
    d: Disclosed, blocks: Iterable[Block], *, lang: Lang = "vi", template: bytes | None = None
) -> bytes:
    """Write the blocks of a report as a .docx, see `document`.

    Parameters
    ----------
    d
        What the blocks are about.
    blocks
        The whole report, see `story.story`.
    lang
        {"vi", "en"}
    template
        A province's own blank.
    """
    blocks = list(blocks)
    internal = d.profile == "internal"
    if template is None:
        return bound_document(blocks, d.plan.title, lang=lang, internal=internal)
    made = _begun(template, d.plan.title, lang, internal)
    marks = blank.bookmarks(made)
    title = next(block for block in blocks if isinstance(block, Title))
    blocks.remove(title)
    for name, text in zip(blank.LINES, (title.title, title.lines[0], date(d.plan.as_of, lang)), strict=True):
        wordpages.fill_line(marks[name], printable(text))
    if "mangluoi_ghi_chu" in marks:
        wordpages.fill_line(marks["mangluoi_ghi_chu"], printable(title.lines[-1]))
    else:
        blocks.append(Line(title.lines[-1]))
    for name, part in _sorted_out(blocks, marks, lang).items():
        _fill(made, marks[name], part, lang)
    return _written(made)


def bound_document(blocks: Iterable[Block], title: str, *, lang: Lang = "vi", internal: bool = False) -> bytes:
    """Write blocks as a .docx in administrative form.

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
    made = _begun(blank.make_blank(lang), title, lang, internal)
    _fill(made, blank.bookmarks(made)["mangluoi_noi_dung"], blocks, lang)
    return _written(made)


def _begun(template: bytes, title: str, lang: Lang, internal: bool) -> Document:
    made = blank.opened(template)
    properties = made.core_properties
    properties.last_modified_by = "mangluoi"
    # The property holds so many letters; the heading on the page holds all of them.
    properties.title, properties.language = printable(title)[:_MOST_TITLE], _LANGUAGES[lang]
    properties.created = properties.modified = archive.WRITTEN_AT
    if internal:
        wordpages.stamp(made, say("report.stamp", lang))
    return made


def _fill(made: Document, mark: Any, blocks: Iterable[Block], lang: Lang) -> None:
    filling = _Filling(made, wordpages.Spot(made, mark), lang)
    for block, lying in _laid_out(list(blocks)):
        filling.spot.turn(lying)
        filling.add(block)
    filling.spot.close()


def _laid_out(blocks: Sequence[Block]) -> Iterator[tuple[Block, bool]]:
    """Say of each block whether it lies across the page: wide tables and maps do, and what stands above one.

    A heading that begins a page, and the lines below it, would else have that page to themselves.
    """
    lying = [isinstance(block, Exhibit | Picture) and block.wide for block in blocks]
    for place, block in enumerate(blocks):
        if isinstance(block, Heading) and block.on_new_page:
            after = range(place, len(blocks))
            end = next((one for one in after if not isinstance(blocks[one], Heading | Line)), place)
            lying[place:end] = [lying[end]] * (end - place)
    return zip(blocks, lying, strict=True)


def _written(made: Document) -> bytes:
    written = io.BytesIO()
    made.save(written)
    return archive.settle(written.getvalue())


def _sorted_out(blocks: Sequence[Block], marks: dict[str, Any], lang: Lang) -> dict[str, list[Block]]:
    """Give each block to the bookmark of its own where the blank has one, else to that of its part."""
    places: dict[str, list[Block]] = {"mangluoi_noi_dung": []}
    part = "mangluoi_noi_dung"
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            part = blank.SECTIONS.get(block.key, "")
            part = part if part in marks else "mangluoi_noi_dung"
        own = next((name for name in _own(block, lang) if name in marks), part)
        places.setdefault(own, []).append(block)
    for name in marks:
        if name.startswith("mangluoi_") and name not in (*blank.LINES, "mangluoi_ghi_chu"):
            # A table that this plan does not have leaves its place empty.
            places.setdefault(name, [])
    return places


def _own(block: Block, lang: Lang) -> Iterator[str]:
    """Name the bookmark that a table, a map or a chart may have for itself."""
    if isinstance(block, Chart):
        yield f"mangluoi_hinh_{block.number}"
    elif isinstance(block, Picture):
        number = re.match(r"\D*(\d+)", block.caption)
        if number:
            yield f"mangluoi_ban_do_{number[1]}"
    elif isinstance(block, Exhibit):
        for number_of in range(1, 10):
            if block.sheet == say("table.short", lang, number=number_of):
                yield f"mangluoi_bieu_{number_of}"


class _Filling:
    """Writing blocks at one spot of a document."""

    def __init__(self, made: Document, spot: wordpages.Spot, lang: Lang) -> None:
        self.made, self.spot, self.lang = made, spot, lang
        self.styles = blank.style_ids(made)

    def add(self, block: Block) -> None:
        """Write one block."""
        if isinstance(block, Title):
            self._paragraph(block.kind, "Title").paragraph_format.space_after = Pt(0)
            self._paragraph(block.title, "Title")
            for line in block.lines:
                self._paragraph(line, "Subtitle")
        elif isinstance(block, Heading):
            added = self._paragraph(block.text, f"Heading {block.level}")
            added.paragraph_format.page_break_before = block.on_new_page or None
        elif isinstance(block, Line):
            self._paragraph(block.text, "Body Text")
        elif isinstance(block, Item):
            self._paragraph("– " + block.text, "Mangluoi Item")
        elif isinstance(block, Picture):
            width, height = self.spot.text_mm
            self._picture(block.png, width, height - _CAPTION_MM, block.caption, block.caption)
            self._paragraph(block.caption, "Caption").paragraph_format.space_before = Pt(2)
        elif isinstance(block, Chart):
            width = min(WIDTH_MM, self.spot.text_mm[0])
            described = f"{block.caption}. {block.description}"
            self._picture(block.drawing.png, width, self.spot.text_mm[1], block.caption, described)
            caption = self._paragraph(block.caption, "Caption").paragraph_format
            caption.space_before, caption.keep_with_next = Pt(2), True
            self._paragraph(block.source, "Mangluoi Note").paragraph_format.space_after = Pt(10)
        elif isinstance(block, Exhibit):
            self._exhibit(block)

    def _paragraph(self, text: str, style: str) -> Any:
        return self.spot.paragraph(printable(text), self.styles[style])

    def _picture(self, png: bytes, width_mm: float, height_mm: float, title: str, told: str) -> None:
        """Place a picture as large as it fits: maps are drawn to be read at the size of their sheet."""
        added = self.spot.paragraph("", "")
        added.alignment = WD_ALIGN_PARAGRAPH.CENTER
        added.paragraph_format.keep_with_next = True
        added.paragraph_format.space_before, added.paragraph_format.space_after = Pt(6), Pt(0)
        shape = added.add_run().add_picture(io.BytesIO(png))
        scale = min(Mm(width_mm) / shape.width, Mm(height_mm) / shape.height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
        shape._inline.docPr.set("descr", printable(told))
        shape._inline.docPr.set("title", printable(title))

    def _exhibit(self, exhibit: Exhibit) -> None:
        self._paragraph(exhibit.label, "Caption").paragraph_format.keep_with_next = True
        if exhibit.unit:
            self._paragraph(say("report.unit", self.lang, unit=exhibit.unit), "Mangluoi Unit")
        if exhibit.rows:
            names = {"table": "Mangluoi Table", "cell": "Mangluoi Cell", "note": "Mangluoi Note"}
            looks = {part: self.styles[name] for part, name in names.items()}
            self.spot.put(wordtable.table(exhibit, self.lang, width_mm=self.spot.text_mm[0], styles=looks))
            return
        for text in (exhibit.source, *exhibit.notes):
            last = self._paragraph(text, "Mangluoi Note")
        last.paragraph_format.space_after = Pt(10)
