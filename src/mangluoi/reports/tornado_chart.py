"""A tornado: how far each assumption alone moves a figure, the widest first, told apart without colour."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mangluoi.maps import drawing
from mangluoi.reports.words import Lang
from mangluoi.viettext import format_number

__all__ = ["Bar", "tornado_chart"]

_BAR_MM, _WIDTH_MM, _LEFT_MM = 11.0, 170.0, 48.0
_LABEL_LETTERS = 26
# Pale with hatching, and dark without: they stay apart in a photocopy.
_LOW, _HIGH = ("#ffffff", "////"), ("#1b4965", "")


@dataclass(frozen=True)
class Bar:
    """One factor: its name, and the figure where it is at its low and at its high end."""

    label: str
    low: float
    high: float


def tornado_chart(
    bars: Sequence[Bar],
    middle: float,
    *,
    axis: str,
    ends: tuple[str, str],
    line: str,
    lang: Lang = "vi",
    kind: Literal["png", "svg"] = "png",
    dpi: int = 170,
) -> bytes:
    """Draw a tornado.

    Parameters
    ----------
    bars
        The factors, from top to bottom.
    middle
        The figure where all is as assumed.
    axis
        What is measured, with its unit.
    ends
        What the low and the high end are called.
    line
        What the line in the middle is called.
    lang
        {"vi", "en"}, for the numbers.
    kind
        {"png", "svg"}
    dpi
        Resolution of a PNG.

    Returns
    -------
    bytes
        The same for the same figures.
    """
    inner = _BAR_MM * max(len(bars), 1)
    with drawing.style():
        page = drawing.new_page(_WIDTH_MM, inner + 28)
        axes = page.map_axes(_LEFT_MM, 14, _WIDTH_MM - _LEFT_MM - 8, inner)
        axes.set_ylim(len(bars), 0)
        values = [middle, *(end for bar in bars for end in (bar.low, bar.high))]
        spread = max(max(values) - min(values), 1.0)
        axes.set_xlim(min(values) - 0.14 * spread, max(values) + 0.14 * spread)
        for number, bar in enumerate(bars):
            _draw(axes, number + 0.5, bar, middle, ends if number == 0 else None, lang)
        axes.axvline(middle, color="black", linewidth=1.2, linestyle="-", label=drawing.printable(line))
        axes.set_yticks(np.arange(len(bars)) + 0.5)
        names = [textwrap.fill(drawing.printable(bar.label), _LABEL_LETTERS) for bar in bars]
        axes.set_yticklabels(names, size=8.5, parse_math=False)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, 0, lang=lang)))
        axes.tick_params(axis="x", labelsize=8)
        axes.set_xlabel(drawing.printable(axis), size=8.5, parse_math=False)
        handles, told = axes.get_legend_handles_labels()
        legend = page.figure.legend(handles, told, loc="upper center", ncols=3, fontsize=8, frameon=False)
        for text in legend.get_texts():
            text.set_parse_math(False)
        stream = io.BytesIO()
        nothing = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        page.figure.savefig(stream, format=kind, dpi=dpi, metadata=nothing)
    return stream.getvalue()


def _draw(axes: drawing.Axes, at: float, bar: Bar, middle: float, ends: tuple[str, str] | None, lang: Lang) -> None:
    """Draw both ends of a factor above each other where they lie on one side, so that neither hides the other."""
    same_side = (bar.low - middle) * (bar.high - middle) > 0
    for place, (value, (colour, hatch)) in enumerate(((bar.low, _LOW), (bar.high, _HIGH))):
        height, shift = (0.32, (place - 0.5) * 0.34) if same_side else (0.62, 0.0)
        drawn = axes.barh(
            at + shift, value - middle, height, left=middle, color=colour, hatch=hatch, edgecolor="black", linewidth=0.7
        )
        if ends is not None:
            drawn.set_label(drawing.printable(ends[place]))
        if value == middle:
            continue
        away = 3 if value > middle else -3
        axes.annotate(
            format_number(value, 0, lang=lang), (value, at + shift), xytext=(away, 0), textcoords="offset points",
            va="center", ha="left" if away > 0 else "right", size=8,
        )  # fmt: skip
