"""Charts on paper: panels side by side, looks that survive a photocopy, and the same drawing as PNG and as SVG."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from mangluoi.maps import drawing

__all__ = ["FILLS", "LINES", "WIDTH_MM", "Drawing", "Fill", "Stroke", "dressed", "legend_below", "panels", "saved"]

#: Width of a chart: that of the text of an upright page.
WIDTH_MM = 165.0
_DPI = 170
_WIDEST_MM = 105.0


@dataclass(frozen=True)
class Stroke:
    """How a line is told apart from the others, by its mark and its dark colour."""

    colour: str
    marker: str


@dataclass(frozen=True)
class Fill:
    """How an area is told apart: by its shade, its hatching, and the colour of letters on it."""

    colour: str
    hatch: str
    letters: str


#: All of these have a contrast of at least 4.5 : 1 with white paper.
LINES = (
    Stroke("#1b4965", "o"),
    Stroke("#9c2f2f", "s"),
    Stroke("#2e6b34", "^"),
    Stroke("#7a4b00", "D"),
    Stroke("#4b3b8f", "v"),
    Stroke("#444444", "P"),
)
#: In order: served, full, out of reach, not located; each neighbour differs in shade and in hatching.
FILLS = (
    Fill("#1b4965", "", "#ffffff"),
    Fill("#9ecae1", "///", "#000000"),
    Fill("#f4a259", "..", "#000000"),
    Fill("#ffffff", "xx", "#000000"),
    Fill("#d9d9d9", "", "#000000"),
)


@dataclass(frozen=True)
class Drawing:
    """One drawing in two formats."""

    png: bytes
    svg: str


def panels(
    count: int, *, height_mm: float, foot_mm: float = 12.0, columns: int = 2, title_lines: int = 1
) -> tuple[drawing.Page, list[Axes]]:
    """Return a sheet with panels, and room for a legend below them.

    Parameters
    ----------
    count
        How many panels.
    height_mm
        Height of each, without its title and its axis.
    foot_mm
        Room below them.
    columns
        How many stand side by side, where there are so many.
    title_lines
        Room above each, in lines.
    """
    across = min(columns, count)
    down = -(-count // across)
    left, right, top, below, between = 16.0, 6.0, 5.0 + 3.6 * title_lines, 13.0, 16.0
    width = min((WIDTH_MM - left - right - between * (across - 1)) / across, _WIDEST_MM)
    # A single panel stands in the middle.
    left += (WIDTH_MM - left - right - across * width - (across - 1) * between) / 2
    tall = top + height_mm + below
    page = drawing.new_page(WIDTH_MM, tall * down + foot_mm)
    made = []
    for number in range(count):
        row, column = divmod(number, across)
        bottom = foot_mm + tall * (down - 1 - row) + below
        made.append(page.map_axes(left + column * (width + between), bottom, width, height_mm))
    return page, made


def dressed(axes: Axes, *, title: str = "", x: str = "", y: str = "") -> None:
    """Give a panel its title and the names of its axes, in sizes that are read on paper."""
    if title:
        width = axes.get_position().width * WIDTH_MM + 8
        lines = [line for part in title.split("\n") for line in drawing.wrapped(part, width, size=8, bold=True)]
        axes.set_title("\n".join(lines), size=8, weight="bold", parse_math=False, pad=4)
    axes.set_xlabel(drawing.printable(x), size=8, parse_math=False, labelpad=2)
    axes.set_ylabel(drawing.printable(y), size=8, parse_math=False, labelpad=2)
    axes.tick_params(labelsize=7.5, width=0.6, length=2.5, pad=2)
    axes.grid(visible=True, color="#d5d5d5", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def legend_below(page: drawing.Page, handles: Sequence[Any], labels: Sequence[str], *, columns: int = 2) -> None:
    """Write one legend for all panels at the foot of the sheet."""
    shown = [drawing.printable(label) for label in labels]
    legend = page.figure.legend(
        handles, shown, loc="lower center", ncols=min(columns, len(shown)), fontsize=7.5, frameon=False,
        handlelength=3.4, borderaxespad=0.2, columnspacing=1.4, labelspacing=0.35,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def saved(page: drawing.Page, *, name: str, title: str, description: str) -> Drawing:
    """Save a sheet as PNG and as SVG; equal sheets give equal bytes.

    Parameters
    ----------
    page
        The sheet; saved within `drawing.style`.
    name
        What the ids within the SVG begin with: several stand in one page.
    title, description
        What somebody who cannot see the drawing is told.
    """
    png = io.BytesIO()
    page.figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": None})
    svg = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    page.figure.savefig(svg, format="svg", metadata=nothing)
    return Drawing(png.getvalue(), _inlined(svg.getvalue().decode("utf-8"), name, title, description))


def _inlined(svg: str, name: str, title: str, description: str) -> str:
    """Make an SVG part of a page: its own ids, no prologue, and words for screen readers."""
    body = svg[svg.index("<svg") :].replace("\r\n", "\n").strip()
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    opening, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]+"', opening)
    told = (
        f'<title id="{name}-title">{html.escape(drawing.printable(title))}</title>'
        f'<desc id="{name}-desc">{html.escape(drawing.printable(description))}</desc>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box[0] if box else ""} role="img" aria-labelledby="{name}-title {name}-desc">{told}{rest}'
    )
