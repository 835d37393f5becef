"""A printed sheet: title, map at a round scale, legend column, notes and source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mangluoi.maps import drawing, extent, notes
from mangluoi.maps.bands import Band
from mangluoi.maps.drawing import Page, Place
from mangluoi.maps.ground import Ground, bounds_of
from mangluoi.maps.insets import draw_inset
from mangluoi.maps.markers import DARK_COLOURS, FULL, ActionMark, Filling, SiteMark
from mangluoi.maps.measures import Measure, cell_names
from mangluoi.projection import DEGREES, to_metres
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = ["Sheet"]

_LONG, _SHORT, _MARGIN = 297.0, 210.0, 9.0
_COLUMN, _STRIP = 84.0, 84.0
_TITLE, _FOOT = 15.0, 9.0
#: Shapes of the types of sites, beside their colours.
SYMBOLS = ("o", "s", "^", "D", "v", "P", "X", "p")
_SYMBOL_MM = 1.9
# Room that the scale bar and the north arrow take, in millimetres.
_BAR, _ARROW = (58.0, 15.0), (13.0, 21.0)
# Room of the inset of an archipelago.
_INSET = (42.0, 44.0)
#: A number stands lower in a triangle, which is drawn larger so that it fits.
_TRIANGLES = {"^": -0.16, "v": 0.16}
_LABEL_SIZE = 7.5
#: Around a symbol, how full the site is: sizes, as multiples of the symbol's, and widths of the rings.
RINGS: Mapping[Filling, tuple[tuple[float, float], ...]] = {
    "unknown": (), "free": ((1.0, 0.9),), "full": ((1.1, 2.2),), "over": ((1.1, 1.3), (1.45, 1.3)),
}  # fmt: skip


class Sheet:
    """One A4 sheet with a map of the province, filled from top to bottom of its legend.

    Parameters
    ----------
    d
        What may be shown.
    lang
        Language of the sheet.
    heading
        Title of the sheet.
    below
        The ground of the province, the same for all of its sheets.

    Attributes
    ----------
    page, axes
        The paper and the map on it; the map counts in metres of the projected system.
    denominator
        Scale of the map.
    """

    def __init__(self, d: Disclosed, lang: Lang, heading: str, below: Ground) -> None:
        self.d, self.lang, self.heading, self.below = d, lang, heading, below
        west, south, east, north = bounds_of([below])
        lying = (east - west) >= 0.8 * (north - south)
        self.page: Page = drawing.new_page(*((_LONG, _SHORT) if lying else (_SHORT, _LONG)))
        self._set_frames(lying)
        self.axes: Axes = self.page.map_axes(*self._frame)
        self.denominator = 0
        # A map that leaves no corner for the scale bar or the arrow is drawn a little smaller.
        for _ in range(3):
            self.denominator = drawing.round_scale(
                (east - west, north - south), self._frame[2:], above=self.denominator
            )
            half = np.array(self._frame[2:]) * self.denominator / 2000
            self.axes.set_xlim((west + east) / 2 - half[0], (west + east) / 2 + half[0])
            self.axes.set_ylim((south + north) / 2 - half[1], (south + north) / 2 + half[1])
            bar = self._free_corner(_BAR, ("south west", "south east", "north west", "north east"), ())
            arrow = self._free_corner(_ARROW, ("north east", "north west", "south east", "south west"), (bar,))
            # The archipelagos lie in the east.
            side = self._free_corner(self._inset_size(), ("south east", "north east", "south west"), (bar, arrow))
            if bar and arrow and side:
                break
        self._bar, self._arrow, self._side = bar or "south west", arrow or "north east", side or "south east"
        self.taken: list[Place] = [self._corner(_BAR, self._bar), self._corner(_ARROW, self._arrow)]
        if any(below.at_sea):
            self.taken.append(self._corner(self._inset_size(), self._side))
        self._insets: dict[str, Axes] = {}
        self._drawn_at: dict[int | None, tuple[float, float]] = {}
        self._write_head()

    def _corner(self, size: tuple[float, float], corner: str) -> Place:
        """Return the place of a rectangle, given in millimetres, in a corner of the map."""
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        width, height = (side * self.denominator / 1000 for side in size)
        left = west if "west" in corner else east - width
        bottom = south if "south" in corner else north - height
        return Place(left, bottom, left + width, bottom + height)

    def _inset_size(self) -> tuple[float, float]:
        """Return the room for the archipelagos of the province, beside one another."""
        return (_INSET[0] * len(set(self.below.at_sea) - {""}), _INSET[1])

    def _free_corner(self, size: tuple[float, float], corners: Sequence[str], but: Sequence[str | None]) -> str | None:
        """Return the first corner in which nothing of the province lies."""
        for corner in corners:
            at = self._corner(size, corner)
            box = shapely.box(at.left, at.bottom, at.right, at.top)
            if corner not in but and not shapely.intersects(self.below.near, box):
                return corner
        return None

    def _set_frames(self, lying: bool) -> None:
        """Divide the paper: the map, and one legend column beside it or two below."""
        page, top = self.page, self.page.height - _MARGIN - _TITLE
        low = _MARGIN + _FOOT
        if lying:
            self._frame = (_MARGIN, low, page.width - 2 * _MARGIN - _COLUMN - 4, top - low)
            self._columns = [(page.width - _MARGIN - _COLUMN, top)]
            self._column_width = _COLUMN
        else:
            self._frame = (_MARGIN, low + _STRIP, page.width - 2 * _MARGIN, top - low - _STRIP)
            self._column_width = (page.width - 2 * _MARGIN - 6) / 2
            self._columns = [(_MARGIN + i * (self._column_width + 6), low + _STRIP - 4) for i in (0, 1)]
        self._bottom = low
        self._column = 0
        self._y = self._columns[0][1]

    def _write_head(self) -> None:
        page = self.page
        room = page.width - 2 * _MARGIN - (34 if self.d.profile == "internal" else 0)
        size = 14.0
        while len(drawing.wrapped(self.heading, room, size=size, bold=True)) > 2 and size > 8:
            size -= 1
        lines = drawing.wrapped(self.heading, room, size=size, bold=True)[:2]
        for i, line in enumerate(lines):
            y = page.height - _MARGIN - (5.5 if len(lines) == 2 else 8) - i * 6
            page.text(_MARGIN, y, line, size=size, weight="bold", color="#10283f")
        if self.d.profile == "internal":
            drawing.stamp(
                page, page.width - _MARGIN - 1, page.height - _MARGIN - 7.5, words.say("map.internal", self.lang)
            )
        source = notes.source_line(self.d, self.lang, projected=True)
        for i, line in enumerate(drawing.wrapped(source, page.width - 2 * _MARGIN, size=7)[:2]):
            page.text(_MARGIN, _MARGIN + 3.6 - i * 3.2, line, size=7, color="#333333")

    # ---- the map -----------------------------------------------------------------------------------------------

    def _on_map(self, marks: Sequence[SiteMark] | Sequence[ActionMark]) -> NDArray[np.float64]:
        """Return where marks lie on the map, in metres, one row each."""
        lon, lat = [mark.lon or np.nan for mark in marks], [mark.lat or np.nan for mark in marks]
        return np.column_stack(to_metres(lon, lat, self.below.crs))

    def _axes_at(self, mark: SiteMark | ActionMark) -> Axes:
        """Return the map on which a mark stands: that of the province, or an inset."""
        at = gpd.GeoSeries([shapely.Point(mark.lon or 0.0, mark.lat or 0.0)], crs=DEGREES)
        return self._insets.get(extent.archipelago_of(at)[0], self.axes)

    def cells(self, measure: Measure | None, *, grey: str = "#fbfbf7") -> None:
        """Draw the cells, in the classes of a measure or plain, with their borders and the province's."""
        shapes, lines = self.below.shapes, self.below.lines
        if measure is None:
            drawing.draw_shapes(self.axes, list(shapes), fill=grey)
        else:
            for i, band in enumerate(measure.bands):
                chosen = [shape for shape, of in zip(shapes, measure.of_cell, strict=True) if of == i]
                drawing.draw_shapes(self.axes, chosen, fill=band.colour, hatch=band.hatch, role=band.role)
        dashed = bool(self.d.cells["approximate"].any())
        # Light below dark, so that borders show on every class.
        drawing.draw_lines(self.axes, lines.inner, edge="white", width=0.9, order=2)
        drawing.draw_lines(self.axes, lines.inner, edge="#5a5a5a", width=0.5, dashed=dashed, order=2.1)
        drawing.draw_lines(self.axes, lines.outline, edge="black", width=1.2, order=3)
        names = cell_names(self.d)[0]
        at_sea = sorted(set(self.below.at_sea) - {""})
        left, bottom, width, height = self._frame
        x = left if "west" in self._side else left + width - _INSET[0] * len(at_sea)
        y = bottom if "south" in self._side else bottom + height - _INSET[1]
        for i, name in enumerate(at_sea):
            frame = (x + i * _INSET[0], y, *_INSET)
            self._insets[name] = draw_inset(self.page, frame, name, self.below, measure, self.lang, labels=names)

    def sites(self, marks: Sequence[SiteMark], *, plain: bool) -> None:
        """Draw the located sites: by type, colour and size, or plain where the map is about something else."""
        located = [mark for mark in marks if mark.lon is not None and mark.lat is not None]
        if not located:
            return
        true = self._on_map(located)
        per_mm = self.denominator / 1000
        largest = max([m.places or 0 for m in located] + [1])
        radius = [_SYMBOL_MM * (1 if plain else 1 + 0.9 * ((m.places or 0) / largest) ** 0.5) for m in located]
        drawn = drawing.spread(true, (np.array(radius) + 0.4) * per_mm)
        types = sorted({mark.type for mark in marks})
        for mark, start, (x, y), r in zip(located, true, drawn, radius, strict=True):
            axes = self._axes_at(mark)
            if np.hypot(x - start[0], y - start[1]) > r * per_mm:
                axes.plot([start[0], x], [start[1], y], color="black", lw=0.6, zorder=5)
                axes.plot([start[0]], [start[1]], marker=".", ms=2.5, color="black", zorder=5)
            self._site(axes, mark, float(x), float(y), r, SYMBOLS[types.index(mark.type) % len(SYMBOLS)], plain)
            self._drawn_at[mark.number] = (float(x), float(y))
            self.taken.append(Place(x - r * per_mm, y - r * per_mm, x + r * per_mm, y + r * per_mm))

    def _site(self, axes: Axes, mark: SiteMark, x: float, y: float, r: float, symbol: str, plain: bool) -> None:
        points = 2 * r / 25.4 * 72 * (1.3 if symbol in _TRIANGLES and not plain else 1)
        up = 0 if plain else _TRIANGLES.get(symbol, 0) * 2 * r * self.denominator / 1000
        hollow = plain or mark.places is None
        axes.plot(
            [x], [y], marker="o" if plain else symbol, ms=points, zorder=6,
            mfc="white" if hollow else mark.colour, mec="black" if plain or not hollow else mark.colour,
            mew=0.9 if plain or not hollow else 1.8,
        )  # fmt: skip
        if not plain:
            for size, width in RINGS[mark.filling]:
                axes.plot([x], [y], marker=symbol, ms=points * size, zorder=5.9, mfc="none", mec="black", mew=width)
        light = hollow or mark.light
        axes.text(
            x, y + up, str(mark.number), size=7, weight="bold", ha="center", va="center_baseline", zorder=7,
            color="black" if light else "white", parse_math=False,
        )  # fmt: skip

    def actions(self, marks: Sequence[ActionMark]) -> None:
        """Draw the chosen actions: a diamond for what is built, an arrow for what is expanded."""
        located = [mark for mark in marks if mark.lon is not None and mark.lat is not None]
        if not located:
            return
        per_mm = self.denominator / 1000
        true = self._on_map(located)
        # What expands a site stands beside its symbol, not on it.
        for i, mark in enumerate(located):
            if mark.site in self._drawn_at:
                true[i] = np.array(self._drawn_at[mark.site]) + np.array([4.4, 3.4]) * per_mm
        for mark, (x, y) in zip(located, drawing.spread(true, np.full(len(located), 2.9 * per_mm)), strict=True):
            _draw_action(self._axes_at(mark), float(x), float(y), mark, per_mm * 25.4 / 72)
            self.taken.append(Place(x - 3 * per_mm, y - 3 * per_mm, x + 3 * per_mm, y + 3 * per_mm))

    def labels(self, names: Sequence[str], chosen: Sequence[int]) -> None:
        """Label cells, the first ones first, as far as there is room."""
        for i in chosen:
            point = shapely.point_on_surface(self.below.shapes[i])
            name = names[i] if len(names[i]) <= 28 else f"{names[i][:26].rstrip(' ,')}…"
            drawing.label_at(
                self.axes, float(point.x), float(point.y), name, self.taken, self.denominator, size=_LABEL_SIZE
            )

    # ---- the legend ----------------------------------------------------------------------------------------------

    def room(self) -> float:
        """Return how many millimetres are left in this legend column and the next ones."""
        later = sum(top - self._bottom for _, top in self._columns[self._column + 1 :])
        return self._y - self._bottom + later

    def _line(self, height: float) -> tuple[float, float]:
        """Take a line of the legend and return its left end and its base."""
        if self._y - height < self._bottom and self._column + 1 < len(self._columns):
            self._column += 1
            self._y = self._columns[self._column][1]
        self._y -= height
        return self._columns[self._column][0], self._y

    def write(self, text: str, *, size: float = 8.5, bold: bool = False, indent: float = 0.0, gap: float = 0.0) -> None:
        """Write a paragraph into the legend."""
        self._y -= gap
        height = size * 0.46
        for line in drawing.wrapped(text, self._column_width - indent, size=size, bold=bold):
            x, y = self._line(height)
            weight = "bold" if bold else "normal"
            self.page.text(x + indent, y, line, size=size, weight=weight, color="#10283f" if bold else "black")
        if bold:
            self._y -= 1.4

    def swatch(self, band: Band, count: str) -> None:
        """Write one class into the legend, with how many cells it holds."""
        x, y = self._line(5.4)
        drawing.swatch(self.page, x, y, band.colour, band.hatch, band.role)
        self.page.text(x + 11, y + 1.0, band.label, size=8.5)
        self.page.text(x + self._column_width, y + 1.0, count, size=8.5, ha="right")

    def classes(self, measure: Measure) -> None:
        """Write the classes of a measure into the legend."""
        self.write(measure.title, size=9, bold=True, gap=1)
        x, y = self._line(3.4)
        self.page.text(x + self._column_width, y, words.say("map.cells_heading", self.lang), size=7.5, ha="right")
        self._y -= 0.6
        for band, count in zip(measure.bands, measure.counts(), strict=True):
            self.swatch(band, format_number(count, lang=self.lang))

    def line_sample(self, text: str, *, width: float, dashed: bool = False) -> None:
        """Write a border into the legend."""
        x, y = self._line(4.6)
        style = (0, (4, 2.5)) if dashed else "solid"
        self.page.paper.plot(
            [x, x + 9], [y + 1.6, y + 1.6], lw=width, ls=style, color="black" if width > 1 else "#5a5a5a"
        )
        self.page.text(x + 11, y + 0.6, text, size=8.5)

    def symbol(self, marker: str, face: str, edge: str, text: str, *, number: str = "", width: float = 0.9) -> None:
        """Write a symbol with its meaning into the legend; the text may take several lines."""
        lines = drawing.wrapped(text, self._column_width - 8, size=8)
        x, y = self._line(max(5.4 if marker in _TRIANGLES else 4.6, 3.7 * len(lines) + 0.9))
        top = y + 3.7 * (len(lines) - 1) + 0.9
        size = 12.5 if marker in _TRIANGLES else 9.5
        self.page.paper.plot([x + 3], [top + 1], marker=marker, ms=size, mfc=face, mec=edge, mew=width)
        if number:
            light = face not in DARK_COLOURS
            self.page.text(
                x + 3, top + 1 + _TRIANGLES.get(marker, 0) * 3, number, size=6.5, weight="bold",
                ha="center", va="center_baseline", color="black" if light else "white",
            )  # fmt: skip
        for i, line in enumerate(lines):
            self.page.text(x + 8, top - 3.7 * i, line, size=8)

    def fillings(self, marks: Sequence[SiteMark]) -> None:
        """Write what the rings around sites mean, as far as how full they are is known."""
        kinds: tuple[Filling, ...] = ("free", "full", "over")
        if not any(mark.filling in kinds for mark in marks):
            return
        self.write(words.say("map.filling.heading", self.lang), size=8, gap=1.5)
        percent = format_number(100 * FULL, lang=self.lang)
        for kind in (kind for kind in kinds if any(mark.filling == kind for mark in marks)):
            x, y = self._line(5.2)
            self.page.paper.plot([x + 3], [y + 1.9], marker="o", ms=7, mfc="#b0b0b0", mec="none")
            for size, width in RINGS[kind]:
                self.page.paper.plot([x + 3], [y + 1.9], marker="o", ms=7 * size, mfc="none", mec="black", mew=width)
            count = sum(mark.filling == kind for mark in marks)
            text = words.say(f"map.filling.{kind}", self.lang, percent=percent)
            self.page.text(x + 8, y + 0.9, f"{text} ({count})", size=8)
        self._y -= 1

    def borders(self) -> None:
        """Write what the lines mean."""
        approximate = bool(self.d.cells["approximate"].any())
        key = "map.border.approximate" if approximate else "map.border.commune"
        self._y -= 1.5
        self.line_sample(words.say("map.border.province", self.lang), width=1.4)
        self.line_sample(words.say(key, self.lang), width=0.7, dashed=approximate)

    def furniture(self) -> None:
        """Draw the scale bar and the north arrow into free corners of the map."""
        left, bottom, width, height = self._frame

        def foot(size: tuple[float, float], corner: str) -> tuple[float, float]:
            x = left if "west" in corner else left + width - size[0]
            return x, bottom if "south" in corner else bottom + height - size[1]

        text = words.say("map.scale", self.lang, denominator=format_number(self.denominator, lang=self.lang))
        self.page.paper.set_zorder(5)
        self.page.paper.patch.set_alpha(0)
        x, y = foot(_BAR, self._bar)
        drawing.scale_bar(self.page, x + 5, y + 8, self.denominator, words.say("map.km", self.lang))
        self.page.text(x + 4, y + 3, text, size=8)
        x, y = foot(_ARROW, self._arrow)
        drawing.north_arrow(self.page, x + _ARROW[0] / 2, y + 2.5, words.say("map.north", self.lang))

    def finish(self, texts: Sequence[str]) -> None:
        """Write the notes that still find room, and the furniture."""
        self.furniture()
        if texts:
            self.write(words.say("map.note.heading", self.lang), size=8.5, bold=True, gap=2)
        for text in texts:
            lines = drawing.wrapped(f"– {text}", self._column_width, size=7)
            if 3.3 * len(lines) > self.room():
                break
            self.write(f"– {text}", size=7)


def _draw_action(axes: Axes, x: float, y: float, mark: ActionMark, per_point: float) -> None:
    """Draw the symbol of an action with its letter."""
    size = 15.0
    marker = action_marker(mark.kind)
    low = _TRIANGLES.get(marker, 0.0)
    size *= 1.3 if low else 1
    axes.plot([x], [y], marker=marker, ms=size, mfc="#ffd400", mec="black", mew=1.2, zorder=6)
    axes.text(
        x, y + low * size * per_point, mark.letter, size=8, weight="bold", ha="center", va="center_baseline", zorder=7,
        parse_math=False,
    )  # fmt: skip


#: Shapes of what may be done.
_ACTION_MARKERS = {"build": "D", "expand": "^", "upgrade": "p", "reprofile": "h", "merge": "v", "close": "s"}


def action_marker(kind: str) -> str:
    """Return the shape that stands for a kind of action."""
    return _ACTION_MARKERS[kind]
