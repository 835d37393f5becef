"""Drawing on paper: pages measured in millimetres, maps at a round scale, a scale bar, a north arrow, labels.

Only matplotlib's object interface is used, so that nothing here depends on a screen or on global state.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import shapely
from matplotlib import colors, font_manager, patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

__all__ = [
    "Page", "Place", "draw_lines", "draw_shapes", "hatch_colour", "label_at", "new_page", "nice_km", "north_arrow",
    "printable", "round_scale", "scale_bar", "spread", "stamp", "style", "swatch", "wrapped",
]  # fmt: skip

#: Our cut of DejaVu Sans, see `scripts/make_font.py`.
FONT = "Mangluoi Sans"
_FONT_FILES = Path(__file__).parent / "fonts"
_MM_PER_INCH = 25.4
_SCALES = (10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80)
_EMPTY_MARGIN = 1.04


@contextmanager
def style() -> Iterator[None]:
    """Set what the drawing depends on, for as long as something is drawn or saved."""
    wanted: Any = {
        "font.family": FONT,
        "font.size": 9.0,
        "hatch.linewidth": 0.55,
        "pdf.fonttype": 42,
        "svg.hashsalt": "mangluoi",
        "text.usetex": False,
        "axes.unicode_minus": False,
        "path.simplify": True,
    }
    _know_font()
    with matplotlib.rc_context(wanted):
        yield


@cache
def _know_font() -> None:
    """Make the font known to matplotlib, which looks fonts up by name; the name is ours alone."""
    for face in sorted(_FONT_FILES.glob("*.ttf")):
        font_manager.fontManager.addfont(face)


@dataclass(frozen=True)
class Page:
    """A sheet of paper: the figure, and axes over all of it that count in millimetres from the lower left."""

    figure: Figure
    paper: Axes
    width: float
    height: float

    def map_axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes for a map, framed, given in millimetres."""
        axes = self.figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_facecolor("white")
        for spine in axes.spines.values():
            spine.set_linewidth(0.8)
        return axes

    def text(self, x: float, y: float, text: str, *, size: float = 9, **options: Any) -> None:
        """Write one line; `x` and `y` in millimetres."""
        self.paper.text(x, y, printable(text), size=size, parse_math=False, **options)


def new_page(width: float, height: float) -> Page:
    """Return an empty sheet; width and height in millimetres."""
    figure = Figure(figsize=(width / _MM_PER_INCH, height / _MM_PER_INCH), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set_xlim(0, width)
    paper.set_ylim(0, height)
    paper.set_axis_off()
    return Page(figure, paper, width, height)


@cache
def _glyphs() -> frozenset[int]:
    _know_font()
    return frozenset(font_manager.get_font(font_manager.findfont(FONT)).get_charmap())


def printable(text: str) -> str:
    """Return text as the font can show it: composed, without control characters, a box for what it lacks."""
    known = _glyphs()
    composed = unicodedata.normalize("NFC", text)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    return "".join(c if ord(c) in known else "\N{REPLACEMENT CHARACTER}" for c in plain)


@cache
def _advance(letter: str, bold: bool) -> float:
    """Return the width of a letter as a share of the font's size."""
    _know_font()
    prop = font_manager.FontProperties(family=FONT, weight="bold" if bold else "normal")
    font = font_manager.get_font(font_manager.findfont(prop))
    font.set_size(100, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100


def _width_mm(text: str, size: float, bold: bool) -> float:
    # Hinting at the resolution of a screen makes text a little wider than the font says.
    return 1.03 * sum(_advance(letter, bold) for letter in text) * size / 72 * _MM_PER_INCH


def wrapped(text: str, width: float, *, size: float, bold: bool = False) -> list[str]:
    """Break text into lines no wider than `width` millimetres; a longer word is cut."""
    lines: list[str] = []
    line = ""
    for word in printable(text).split(" "):
        rest = word
        if line and _width_mm(f"{line} {rest}", size, bold) <= width:
            line = f"{line} {rest}"
            continue
        if line:
            lines.append(line)
        while len(rest) > 1 and _width_mm(rest, size, bold) > width:
            fits = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or _width_mm(rest[:n], size, bold) <= width)
            lines.append(rest[:fits])
            rest = rest[fits:]
        line = rest
    return [*lines, line] if line else lines


def round_scale(span_m: tuple[float, float], frame_mm: tuple[float, float], *, above: int = 0) -> int:
    """Return the largest round scale, as its denominator, at which a span fits a frame with a little margin.

    Parameters
    ----------
    above
        The denominator must be larger than this.
    """
    needed = max(above + 1, *(1000 * _EMPTY_MARGIN * span / side for span, side in zip(span_m, frame_mm, strict=True)))
    power = 10 ** max(int(np.floor(np.log10(needed / _SCALES[0]))), 0)
    return int(next(d * p for p in (power, power * 10) for d in _SCALES if d * p >= needed))


def nice_km(limit_km: float) -> float:
    """Return the longest of 1, 2, 5 × 10ⁿ km that is no longer than the limit."""
    power = 10.0 ** np.floor(np.log10(limit_km))
    return float(max(step * power for step in (1, 2, 5) if step * power <= limit_km))


def scale_bar(page: Page, x: float, y: float, denominator: int, unit: str, *, limit_mm: float = 45.0) -> float:
    """Draw a scale bar in two halves at `x`, `y` (millimetres) and return how many kilometres it shows."""
    km = nice_km(limit_mm * denominator / 1e6)
    length = km * 1e6 / denominator
    for i, colour in enumerate(("black", "white")):
        half = Rectangle(
            (x + i * length / 2, y),
            length / 2,
            1.6,
            facecolor=colour,
            edgecolor="black",
            linewidth=0.7,
            gid="scale-bar",
        )
        page.paper.add_patch(half)
    for share, value in ((0.0, "0"), (0.5, f"{km / 2:g}"), (1.0, f"{km:g} {unit}")):
        page.text(x + share * length, y + 2.6, value.replace(".", ","), size=8, ha="center" if share < 1 else "left")
    return km


def north_arrow(page: Page, x: float, y: float, letter: str) -> None:
    """Draw an arrow to the north, its foot at `x`, `y` (millimetres)."""
    tip, foot, half = (x, y + 12), (x, y + 3), 3.2
    page.paper.add_patch(
        Polygon(
            [tip, (x + half, y), foot], closed=True, facecolor="black", edgecolor="black", lw=0.6, gid="north-arrow"
        )
    )
    page.paper.add_patch(Polygon([tip, (x - half, y), foot], closed=True, facecolor="white", edgecolor="black", lw=0.6))
    page.text(x, y + 13, letter, size=10, weight="bold", ha="center")


def _path(shape: shapely.Geometry) -> Outline:
    rings: list[NDArray[np.float64]] = []
    codes: list[NDArray[np.uint8]] = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            at = shapely.get_coordinates(ring)
            kind = np.full(len(at), Outline.LINETO, dtype=np.uint8)
            kind[0], kind[-1] = Outline.MOVETO, Outline.CLOSEPOLY
            rings.append(at)
            codes.append(kind)
    return Outline(np.concatenate(rings), np.concatenate(codes))


def _is_dark(colour: str) -> bool:
    red, green, blue = colors.to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5


def hatch_colour(fill: str, role: str) -> str:
    """Return a colour for hatching that shows on a fill."""
    if role in ("masked", "no_data"):
        return "#6a6a6a"
    if role == "zero":
        return "#b5b5b5"
    return "#ffffff" if _is_dark(fill) else "#4d4d4d"


def swatch(page: Page, x: float, y: float, fill: str, hatch: str, role: str) -> None:
    """Draw a class of a legend as it stands on the map, at `x`, `y` (millimetres)."""
    edge = hatch_colour(fill, role)
    page.paper.add_patch(Rectangle((x, y), 9, 4.2, facecolor=fill, edgecolor=edge, hatch=hatch or None, linewidth=0))
    page.paper.add_patch(Rectangle((x, y), 9, 4.2, facecolor="none", edgecolor="black", linewidth=0.6))


def stamp(page: Page, x: float, y: float, text: str) -> None:
    """Stamp a sheet, to the left of `x` (millimetres)."""
    page.text(
        x, y, text, size=13, weight="bold", ha="right", color="#a50f15",
        bbox={"facecolor": "none", "edgecolor": "#a50f15", "linewidth": 1.4, "pad": 3},
    )  # fmt: skip


def draw_shapes(
    axes: Axes, shapes: Sequence[shapely.Geometry], *, fill: str, hatch: str = "", role: str = "class"
) -> None:
    """Fill shapes given in metres, hatched where there is a hatch."""
    if not shapes:
        return
    paths = [_path(shape) for shape in shapes if not shapely.is_empty(shape)]
    drawn = PathCollection(
        paths,
        facecolors=fill,
        edgecolors=hatch_colour(fill, role),
        linewidths=0,
        hatch=hatch or None,
        zorder=1,
    )
    axes.add_collection(drawn, autolim=False)


def draw_lines(
    axes: Axes, lines: shapely.Geometry, *, edge: str, width: float, dashed: bool = False, order: float
) -> None:
    """Draw lines given in metres."""
    drawn = LineCollection(
        [shapely.get_coordinates(line) for line in shapely.get_parts(lines)],
        colors=edge,
        linewidths=width,
        linestyles=[(0, (4, 2.5))] if dashed else "solid",
        capstyle="butt",
        zorder=order,
    )
    axes.add_collection(drawn, autolim=False)


@dataclass
class Place:
    """A rectangle on a map that is taken: by a symbol or a label. In metres."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Place) -> bool:
        """Say whether two places overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )  # fmt: skip


def label_at(axes: Axes, x: float, y: float, text: str, taken: list[Place], denominator: int, *, size: float) -> bool:
    """Write a label at or beside a point, where nothing is yet, and say whether there was room.

    Parameters
    ----------
    x, y
        The point, in metres.
    taken
        The places that are taken; the label's is added.
    denominator
        Scale of the map.
    """
    per_mm = denominator / 1000
    shown = printable(text)
    half = (_width_mm(shown, size, False) / 2 + 0.5) * per_mm
    high = (size / 72 * _MM_PER_INCH / 2 + 0.3) * per_mm
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    for right, up in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        at_x, at_y = x + right * (half + 1.5 * per_mm), y + up * (high + 1.8 * per_mm)
        place = Place(at_x - half, at_y - high, at_x + half, at_y + high)
        inside = west < place.left and place.right < east and south < place.bottom and place.top < north
        if inside and not any(place.meets(other) for other in taken):
            axes.text(
                at_x, at_y, shown, size=size, ha="center", va="center", parse_math=False, zorder=8, gid="label",
                path_effects=[patheffects.withStroke(linewidth=2.2, foreground="white")],
            )  # fmt: skip
            taken.append(place)
            return True
    return False


def spread(at: NDArray[np.float64], radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push overlapping circles apart; those at one point form a ring around it. Equal input gives equal output.

    Parameters
    ----------
    at
        Centres, one row each.
    radius
        Radii, in the same unit.

    Returns
    -------
    ndarray
        New centres, in the same order.
    """
    moved = at.astype(float).copy()
    for same in _coinciding(moved):
        ring = radius[same].max() / np.sin(np.pi / len(same))
        turn = np.pi / 2 - 2 * np.pi * np.arange(len(same)) / len(same)
        moved[same] += ring * np.column_stack([np.cos(turn), np.sin(turn)])
    for _ in range(200):
        pushed = False
        for i in range(len(moved)):
            for j in range(i + 1, len(moved)):
                apart, wanted = moved[j] - moved[i], radius[i] + radius[j]
                distance = float(np.hypot(*apart))
                if distance >= wanted * 0.999:
                    continue
                way = apart / distance if distance > 0 else np.array([1.0, 0.0])
                moved[i] -= way * (wanted - distance) / 2
                moved[j] += way * (wanted - distance) / 2
                pushed = True
        if not pushed:
            break
    return moved


def _coinciding(at: NDArray[np.float64]) -> list[list[int]]:
    """Return the rows that stand at one point, to the metre, where there are several."""
    found: dict[tuple[float, float], list[int]] = {}
    for row, (x, y) in enumerate(np.round(at).tolist()):
        found.setdefault((x, y), []).append(row)
    return [rows for rows in found.values() if len(rows) > 1]
