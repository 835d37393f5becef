"""Bars side by side: the same measure of several plans, told apart without colour."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from mangluoi.maps import drawing
from mangluoi.reports.words import Lang
from mangluoi.viettext import format_number

__all__ = ["bar_chart"]

# Shades that stay apart in a photocopy, each with its own hatching.
_LOOKS = (
    ("#1b4965", ""),
    ("#8ecae6", "//"),
    ("#f4a259", ".."),
    ("#ffffff", "xx"),
    ("#bc4b51", "\\\\"),
    ("#d9d9d9", ""),
)
_BAR_MM, _WIDTH_MM, _LEFT_MM = 4.6, 170.0, 62.0
_LABEL_LETTERS = 38


def bar_chart(
    labels: Sequence[str],
    values: Mapping[str, Sequence[float]],
    *,
    axis: str,
    unknown: str,
    lang: Lang = "vi",
    dpi: int = 170,
) -> bytes:
    """Draw horizontal bars, a cluster for each label and a bar in it for each plan.

    Parameters
    ----------
    labels
        What each cluster is about, from top to bottom.
    values
        For each plan, its figures in the order of the labels; NaN is written as `unknown` instead of drawn.
    axis
        What is measured, with its unit.
    unknown
        What stands where there is no figure.
    lang
        {"vi", "en"}, for the numbers.
    dpi
        Resolution.

    Returns
    -------
    bytes
        PNG, the same for the same figures.
    """
    plans, count = list(values), len(labels)
    inner = _BAR_MM * (len(plans) + 1) * count
    height = inner + 16 + 6 * ((len(plans) + 2) // 3)
    with drawing.style():
        page = drawing.new_page(_WIDTH_MM, height)
        axes = page.map_axes(_LEFT_MM, 12, _WIDTH_MM - _LEFT_MM - 12, inner)
        axes.set_ylim(count, 0)
        known = [value for one in values.values() for value in one if np.isfinite(value)]
        axes.set_xlim(0, max([*known, 1e-9]) * 1.12)
        step = 1.0 / (len(plans) + 1)
        for number, plan in enumerate(plans):
            colour, hatch = _LOOKS[number % len(_LOOKS)]
            for place, value in enumerate(values[plan]):
                at = place + step * (number + 1)
                finite = bool(np.isfinite(value))
                width = float(value) if finite else 0.0
                bar = axes.barh(at, width, step * 0.86, color=colour, hatch=hatch, edgecolor="black", linewidth=0.6)
                if place == 0:
                    bar.set_label(drawing.printable(plan))
                told = format_number(width, 1, lang=lang) if finite else unknown
                axes.annotate(told, (width, at), xytext=(3, 0), textcoords="offset points", va="center", size=7)
        axes.set_yticks(np.arange(count) + 0.5)
        lines = [textwrap.fill(drawing.printable(label), _LABEL_LETTERS) for label in labels]
        axes.set_yticklabels(lines, size=7, parse_math=False)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.tick_params(axis="x", labelsize=7)
        axes.set_xlabel(axis, size=8, parse_math=False)
        handles, names = axes.get_legend_handles_labels()
        legend = page.figure.legend(handles, names, loc="upper center", ncols=3, fontsize=7.5, frameon=False)
        for text in legend.get_texts():
            text.set_parse_math(False)
        stream = io.BytesIO()
        page.figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()
