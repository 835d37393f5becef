"""The print maps: Bản đồ 1 to 4 on A4, to be pasted into a proposal."""

from __future__ import annotations

import io
from collections import Counter
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from mangluoi.maps import drawing, extent, notes
from mangluoi.maps.ground import Ground, ground
from mangluoi.maps.markers import SiteMark, action_marks, site_marks
from mangluoi.maps.measures import Measure, cell_names, main_service, measures
from mangluoi.maps.sheets import SYMBOLS, Sheet, action_marker
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.result import Result
from mangluoi.viettext import format_number, slug

__all__ = ["REPORT_DPI", "PrintMap", "print_maps"]

_DPI = 300
#: In the report a map is shown at half the size of its own sheet.
REPORT_DPI = 150
_MOST_LABELS = 8
# Beyond this much, sites and actions are listed in the report's tables instead of in the legend.
_LINE_MM = 9.0
_NEARLY_WHITE = 252


@dataclass(frozen=True)
class PrintMap:
    """One sheet.

    Parameters
    ----------
    name
        Short name, such as ``1-co-so``: part of a file name.
    title
        Its heading, to serve as a caption.
    figure
        The drawing. What was saved of it is kept, so that document, page and file share one rendering.
    """

    name: str
    title: str
    figure: Figure
    _kept: dict[tuple[str, int], bytes] = field(default_factory=dict, repr=False, compare=False)

    def png(self, *, dpi: int = _DPI) -> bytes:
        """Return the sheet as a PNG picture; drawn once for the resolution of print and that of the report."""
        if ("png", dpi) not in self._kept:
            self._pack(self._pixels(max(dpi, _DPI)), dpi)
        return self._kept["png", dpi]

    def prepare(self, pool: Executor) -> Future[None]:
        """Draw the pictures now and let them be packed in a thread, beside whatever is drawn next.

        Parameters
        ----------
        pool
            Threads; packing takes as long as drawing and needs nothing of the drawing library.
        """
        return pool.submit(self._pack, self._pixels(_DPI), _DPI)

    def _pixels(self, dpi: int) -> NDArray[np.uint8]:
        stream = io.BytesIO()
        with drawing.style():
            self.figure.savefig(stream, format="rgba", dpi=dpi)
        width, height = (int(side) for side in self.figure.get_size_inches() * dpi)
        return np.frombuffer(stream.getbuffer(), dtype=np.uint8).reshape(height, width, 4)

    def _pack(self, pixels: NDArray[np.uint8], dpi: int) -> None:
        whole, drawn = Image.fromarray(pixels).convert("RGB"), max(dpi, _DPI)
        sized = {wanted: _resized(whole, wanted, drawn) for wanted in sorted({dpi, _DPI, REPORT_DPI})}
        shades = _shades(sized[REPORT_DPI])
        for wanted, picture in sized.items():
            self._kept["png", wanted] = _packed(picture, shades, wanted)

    def pdf(self) -> bytes:
        """Return the sheet as PDF, with text that can be selected."""
        return self._saved(
            "pdf", {"CreationDate": None, "Producer": None, "Creator": None, "Title": drawing.printable(self.title)}
        )

    def svg(self) -> bytes:
        """Return the sheet as SVG."""
        return self._saved("svg", {"Date": None, "Creator": None, "Title": drawing.printable(self.title)})

    def _saved(self, kind: str, metadata: dict[str, Any], **options: Any) -> bytes:
        if (kind, _DPI) not in self._kept:
            stream = io.BytesIO()
            with drawing.style():
                self.figure.savefig(stream, format=kind, dpi=_DPI, metadata=metadata, **options)
            self._kept[kind, _DPI] = stream.getvalue()
        return self._kept[kind, _DPI]


def _resized(whole: Image.Image, dpi: int, drawn: int) -> Image.Image:
    if dpi == drawn:
        return whole
    if drawn % dpi == 0:
        return whole.reduce(drawn // dpi)
    size = (round(whole.width * dpi / drawn), round(whole.height * dpi / drawn))
    return whole.resize(size, Image.Resampling.BOX, reducing_gap=1.0)


def _shades(picture: Image.Image) -> Image.Image:
    """Return a palette for a picture: a map has few colours, so it holds them and their shades."""
    few = picture.quantize(255, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    shades = few.getpalette() or []
    triples = [shades[i : i + 3] for i in range(0, len(shades), 3)]
    # The palette is a mean of shades: paper shall be white all the same.
    few.putpalette([v for t in triples for v in ((255, 255, 255) if min(t) >= _NEARLY_WHITE else t)])
    return few


def _packed(picture: Image.Image, shades: Image.Image, dpi: int) -> bytes:
    """Return a picture as PNG with a palette, at a third of the size."""
    stream = io.BytesIO()
    picture.quantize(palette=shades, dither=Image.Dither.NONE).save(stream, format="png", dpi=(dpi, dpi))
    return stream.getvalue()


def print_maps(
    result: Result | Disclosed, *, lang: Lang = "vi", profile: Literal["public", "internal"] = "public"
) -> list[PrintMap]:
    """Draw the print maps of a province.

    Parameters
    ----------
    result
        The answer, or what may be shown of it.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}: which disclosure rules hold; one that is disclosed already keeps its own.

    Returns
    -------
    list of PrintMap
        Bản đồ 1 facilities, 2 travel time, 3 gap, and 4 chosen actions where there are any; 2 and 3 only where their
        figures may be shown.

    Raises
    ------
    DisclosureError
        If it spans more than a province and lacks Hoàng Sa or Trường Sa.
    """
    d = disclose(result, profile=profile)
    extent.require_archipelagos(d.cells.geometry)
    sites, found, below = site_marks(d, lang), measures(d, lang), ground(d)
    with drawing.style():
        # A map of facilities without any would say that there are none.
        maps = [] if d.sites.empty and d.plan.supply.listed == "part" else [_facilities(d, sites, below, lang)]
        if d.plan.supply.listed == "part":
            maps.extend(_need(d, sites, found, below, lang))
        maps.extend(_travel(d, sites, found, below, lang))
        maps.extend(_gap(d, sites, found, below, lang))
        if not d.actions.empty:
            maps.append(_actions(d, sites, below, lang))
    return maps


def _facilities(d: Disclosed, sites: list[SiteMark], below: Ground, lang: Lang) -> PrintMap:
    heading = words.say("map.print.facilities", lang, province=notes.province(d, lang))
    sheet = Sheet(d, lang, heading, below)
    sheet.cells(None)
    sheet.sites(sites, plain=False)
    sheet.write(words.say("map.legend", lang), size=11, bold=True)
    types = sorted({site.type for site in sites})
    for kind, count in sorted(Counter(site.type for site in sites).items()):
        colour = next(site.colour for site in sites if site.type == kind)
        symbol = SYMBOLS[types.index(kind) % len(SYMBOLS)]
        text = words.say("map.site.of_type", lang, type=words.name("type", kind, lang), count=count)
        sheet.symbol(symbol, colour, "black", text)
    sheet.symbol("o", "white", "#444444", words.say("map.site.hollow", lang), width=1.8)
    sheet.fillings(sites)
    sheet.borders()
    _list_sites(sheet, sites, lang)
    sheet.finish(notes.notes(d, sites, lang, of="sites"))
    return PrintMap("1-co-so", heading, sheet.page.figure)


def _list_sites(sheet: Sheet, sites: list[SiteMark], lang: Lang) -> None:
    located = [site for site in sites if site.lon is not None]
    if not located:
        sheet.write(words.say("map.site.none", lang), gap=2)
        return
    sheet.write(words.say("map.site.heading", lang), size=9, bold=True, gap=2)
    types = sorted({site.type for site in sites})
    for i, site in enumerate(located):
        if sheet.room() < 2 * _LINE_MM + 12:
            sheet.write(words.say("map.site.more", lang, count=len(located) - i), size=8)
            break
        hollow = site.places is None
        symbol = SYMBOLS[types.index(site.type) % len(SYMBOLS)]
        sheet.symbol(
            symbol, "white" if hollow else site.colour, site.colour if hollow else "black",
            f"{site.name} ({site.places_text})", number=str(site.number), width=1.6 if hollow else 0.9,
        )  # fmt: skip


def _travel(d: Disclosed, sites: list[SiteMark], found: list[Measure], below: Ground, lang: Lang) -> list[PrintMap]:
    """Draw one sheet per service, the plan's first one under the plain name."""
    main = main_service(d)
    # A service that nobody reaches needs no map, unless the plan is about it first of all.
    shown = [m for m in found if m.kind == "minutes" and m.moment == "now"]
    shown = [m for m in shown if m.service == main or np.isfinite(m.value).any()]
    maps = []
    for measure in sorted(shown, key=lambda m: (m.service != main, m.service)):
        service = words.name("service", measure.service, lang)
        heading = words.say("map.print.minutes", lang, service=service, province=notes.province(d, lang))
        name = "2-thoi-gian" + ("" if measure.service == main else f"-{slug(measure.service)}")
        maps.append(_choropleth(d, sites, measure, heading, name, below, lang))
    return maps


def _gap(d: Disclosed, sites: list[SiteMark], found: list[Measure], below: Ground, lang: Lang) -> list[PrintMap]:
    """Draw one sheet per need of which a gap may be shown: the main service first, then by people in need."""
    need = d.state_totals.set_index(["group", "service"])["need"].astype("Float64").fillna(0)
    shown = [m for m in found if m.kind == "gap" and m.moment == "now" and np.nansum(m.value) > 0]
    main = main_service(d)
    shown.sort(key=lambda m: (m.service != main, -float(need.get((m.group, m.service), 0)), m.group, m.service))
    maps = []
    for i, measure in enumerate(shown):
        texts = {"group": words.name("group", measure.group, lang), "province": notes.province(d, lang)}
        service = words.name("service", measure.service, lang)
        heading = words.say("map.print.gap", lang, service=service, **texts)
        name = "3-thieu-hut" + (f"-{slug(measure.group)}-{slug(measure.service)}" if i else "")
        maps.append(_choropleth(d, sites, measure, heading, name, below, lang))
    return maps


def _need(d: Disclosed, sites: list[SiteMark], found: list[Measure], below: Ground, lang: Lang) -> list[PrintMap]:
    """Draw one sheet per need: all that can be told without a list of facilities."""
    maps = []
    for measure in (m for m in found if m.kind == "need" and np.nansum(m.value) > 0):
        texts = {"group": words.name("group", measure.group, lang), "province": notes.province(d, lang)}
        heading = words.say(
            "map.print.need", lang, service=words.name("service", measure.service, lang), **texts
        )  # fmt: skip
        name = f"3-nhu-cau-{slug(measure.group)}-{slug(measure.service)}"
        maps.append(_choropleth(d, sites, measure, heading, name, below, lang))
    return maps


def _choropleth(
    d: Disclosed, sites: list[SiteMark], measure: Measure, heading: str, name: str, below: Ground, lang: Lang
) -> PrintMap:
    sheet = Sheet(d, lang, heading, below)
    sheet.cells(measure)
    sheet.sites(sites, plain=True)
    sheet.labels(cell_names(d)[0], _worst(measure))
    sheet.write(words.say("map.legend", lang), size=11, bold=True)
    sheet.classes(measure)
    if any(site.lon is not None for site in sites):
        sheet.write("", gap=1)
        sheet.symbol("o", "white", "black", words.say("map.site.numbered", lang), number="1")
    sheet.borders()
    masks = any(band.role == "masked" for band in measure.bands)
    sheet.finish(notes.notes(d, sites, lang, of=measure.kind, services=[measure.service], masks=masks))
    return PrintMap(name, heading, sheet.page.figure)


def _worst(measure: Measure) -> list[int]:
    """Return the cells to be labelled: those without a way first, then the largest values."""
    roles = [measure.bands[i].role for i in measure.of_cell]
    lost = [i for i, role in enumerate(roles) if role == "unreachable"]
    known = [i for i, value in enumerate(measure.value) if np.isfinite(value) and value > 0]
    known.sort(key=lambda i: (-measure.value[i], i))
    return [*lost, *known][:_MOST_LABELS] if known else []


def _actions(d: Disclosed, sites: list[SiteMark], below: Ground, lang: Lang) -> PrintMap:
    marks = action_marks(d, lang)
    heading = words.say("map.print.actions", lang, province=notes.province(d, lang))
    sheet = Sheet(d, lang, heading, below)
    sheet.cells(None)
    sheet.sites(sites, plain=True)
    sheet.actions(marks)
    sheet.write(words.say("map.legend", lang), size=11, bold=True)
    for kind in sorted({mark.kind for mark in marks}):
        sheet.symbol(action_marker(kind), "#ffd400", "black", words.say(f"map.action.{kind}_short", lang))
    sheet.symbol("o", "white", "black", words.say("map.site.numbered", lang), number="1")
    sheet.borders()
    sheet.write(words.say("map.action.heading", lang), size=9, bold=True, gap=2)
    for i, mark in enumerate(marks):
        if sheet.room() < 3 * _LINE_MM:
            sheet.write(words.say("map.action.more", lang, count=len(marks) - i), size=8)
            break
        sheet.symbol(action_marker(mark.kind), "#ffd400", "black", f"{mark.title}. {mark.reason}", number=mark.letter)
    spent = format_number(float(d.actions["cost_vnd"].sum()) / 1e9, 1, lang=lang)
    sheet.write(words.say("map.action.total", lang, cost=spent), size=8.5, gap=1)
    sheet.finish(notes.notes(d, sites, lang, of="actions", services=set(d.actions["service"])))
    return PrintMap("4-phuong-an", heading, sheet.page.figure)
