"""Pages of a Word document: spots that bookmarks mark, and sections that lie across."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

__all__ = ["Spot", "fill_line", "stamp"]

_TWIPS_PER_MM = 56.6929


def fill_line(start: Any, text: str) -> None:
    """Write a text where a bookmark stands, in the look of what stood there.

    Parameters
    ----------
    start
        The ``w:bookmarkStart`` element.
    text
        The text; line breaks are kept.
    """
    number = start.get(qn("w:id"))
    look = None
    for sibling in list(start.itersiblings()):
        if sibling.tag == qn("w:bookmarkEnd") and sibling.get(qn("w:id")) == number:
            break
        if sibling.tag == qn("w:r"):
            look = sibling.find(qn("w:rPr")) if look is None else look
            start.getparent().remove(sibling)
    run = OxmlElement("w:r")
    if look is not None:
        run.append(deepcopy(look))
    start.addnext(run)
    run.text = text


def stamp(made: Document, text: str) -> None:
    """Write a line at the head of every page, above what stands there."""
    for number, section in enumerate(made.sections):
        heads = [section.header]
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        if made.settings.odd_and_even_pages_header_footer:
            heads.append(section.even_page_header)
        for head in heads:
            if number and head.is_linked_to_previous:
                continue
            head.is_linked_to_previous = False
            first = head.paragraphs[0] if head.paragraphs else head.add_paragraph()
            # An empty line takes the stamp itself, so that stamp and number fit into the top margin.
            line = first if not first.text and not len(first._p.findall(qn("w:r"))) else first.insert_paragraph_before()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = line.add_run(text)
            run.bold, run.font.size = True, Pt(11)
            for one in head.paragraphs:
                one.paragraph_format.space_after, one.paragraph_format.line_spacing = Pt(0), 1.0


class Spot:
    """A place in the body of a document where paragraphs, tables and pictures are written, one after the other.

    Parameters
    ----------
    made
        The document.
    start
        The ``w:bookmarkStart`` element of the place; what the bookmark holds is taken away at the end.
    """

    def __init__(self, made: Document, start: Any) -> None:
        self._made, self._body = made, made.element.body
        number = start.get(qn("w:id"))
        ends = [end for end in self._body.iter(qn("w:bookmarkEnd")) if end.get(qn("w:id")) == number]
        first, last = self._child(start), self._child(ends[0] if ends else start)
        held = [first]
        while held[-1] is not last:
            held.append(held[-1].getnext())
        # A bookmark may begin or end between two paragraphs; the place is a paragraph all the same.
        self._held = [child for child in held if child.tag in (qn("w:p"), qn("w:tbl"))]
        if not self._held:
            self._held = [OxmlElement("w:p")]
            first.addnext(self._held[0])
        self._anchor = self._held[0]
        self._base = self._section_after(self._anchor)
        self._lying = False
        self._turned = False

    def _child(self, element: Any) -> Any:
        while element.getparent() is not self._body:
            element = element.getparent()
        return element

    def _section_after(self, element: Any) -> Any:
        """Return the settings of the section that an element stands in: they follow its last paragraph."""
        while element is not None:
            if element.tag == qn("w:sectPr"):
                return element
            inside = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
            if inside is not None:
                return inside
            element = element.getnext()
        raise ValueError("a document has a section")

    @property
    def text_mm(self) -> tuple[float, float]:
        """Width and height of the text on a page, in mm, the way it lies now."""
        size, margins = self._base.find(qn("w:pgSz")), self._base.find(qn("w:pgMar"))
        width = (_twips(size, "w") - _twips(margins, "left") - _twips(margins, "right")) / _TWIPS_PER_MM
        height = (_twips(size, "h") - _twips(margins, "top") - _twips(margins, "bottom")) / _TWIPS_PER_MM
        if self._lying:
            return height, width
        return width, height

    def put(self, element: Any) -> None:
        """Write an element."""
        self._anchor.addprevious(element)

    def paragraph(self, text: str, style: str) -> Any:
        """Write a paragraph in the style of an id."""
        made = OxmlElement("w:p")
        if style:
            made.get_or_add_pPr().get_or_add_pStyle().val = style
        self.put(made)
        paragraph = Paragraph(made, self._made._body)
        if text:
            paragraph.add_run(text)
        return paragraph

    def turn(self, lying: bool) -> None:
        """Begin a new page that lies across, or one that stands again, unless it does already."""
        if lying == self._lying:
            return
        self._end_section()
        self._lying = lying

    def close(self) -> None:
        """Take away what the bookmark held; what follows stands upright again."""
        rest = self._held[-1].getnext()
        kept = [child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") for child in self._held]
        if self._lying and rest is self._base:
            # Nothing follows: the last section itself lies, or an empty page would stand at the end.
            settings = self._rotated()
            self._base.getparent().replace(self._base, settings)
        elif self._lying:
            self._end_section()
        for child, section in zip(self._held, kept, strict=True):
            if section is None:
                self._body.remove(child)
                continue
            for inside in list(child):
                if inside.tag != qn("w:pPr"):
                    child.remove(inside)

    def _end_section(self) -> None:
        """Let what was written so far be a section of its own, the way it lies."""
        settings = self._rotated() if self._lying else deepcopy(self._base)
        before = self._anchor.getprevious()
        if before is None or before.tag != qn("w:p") or before.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            # A section ends in a paragraph: after a table one that takes no room, or it might take a page.
            before = self.paragraph("", "")._p
            shape = Paragraph(before, self._made._body).paragraph_format
            shape.space_before, shape.space_after, shape.line_spacing = Pt(0), Pt(0), Pt(1)
        before.get_or_add_pPr().append(settings)
        if not self._turned:
            self._turned = True
            # What is on the first page only stands on the first page only; numbers go on.
            for name in ("w:titlePg", "w:pgNumType"):
                for once in self._base.findall(qn(name)):
                    self._base.remove(once)

    def _rotated(self) -> Any:
        """Return the settings for a page that lies across: it is bound at its top, the left of the upright page."""
        settings = deepcopy(self._base)
        size, margins = settings.find(qn("w:pgSz")), settings.find(qn("w:pgMar"))
        width, height = size.get(qn("w:w")), size.get(qn("w:h"))
        size.set(qn("w:w"), height)
        size.set(qn("w:h"), width)
        size.set(qn("w:orient"), "landscape")
        old = {side: margins.get(qn(f"w:{side}")) for side in ("top", "bottom", "left", "right")}
        for side, was in (("top", "left"), ("bottom", "right"), ("left", "top"), ("right", "bottom")):
            margins.set(qn(f"w:{side}"), old[was])
        return settings


def _twips(element: Any, name: str) -> float:
    return float(element.get(qn(f"w:{name}")))
