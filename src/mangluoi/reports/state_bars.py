"""Charts with bars: what becomes of need, before and after; and how far a figure moves with each assumption."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mangluoi.maps import drawing
from mangluoi.reports import chart_paper
from mangluoi.reports.chart_paper import FILLS
from mangluoi.reports.words import Lang, say
from mangluoi.viettext import format_number

__all__ = ["Bar", "Swing", "states", "tornado"]

_BAR_MM = 6.2
_LABELS_MM = 58.0
_LETTERS = 38
# A part narrower than so many per cent has no room for its number.
_ROOM = 7.0


@dataclass(frozen=True)
class Bar:
    """One bar: what it is called, its need, and its parts in people; None for what is not known."""

    label: str
    need: int
    parts: tuple[int | None, ...]


@dataclass(frozen=True)
class Swing:
    """How far a figure moves when one assumption is changed down and up."""

    label: str
    low: float
    high: float


def states(groups: Sequence[tuple[str, Sequence[Bar]]], names: Sequence[str], *, lang: Lang) -> drawing.Page:
    """Draw what becomes of need, in per cent of it; a cluster for each group, a bar for each time.

    Parameters
    ----------
    groups
        The name of each group and its bars.
    names
        What the parts are called, and last what stands for the part that nobody knows.
    lang
        {"vi", "en"}
    """
    rows = sum(len(bars) for _, bars in groups)
    room = chart_paper.WIDTH_MM - _LABELS_MM / 2 - 6
    heads = [drawing.wrapped(name, room, size=8, bold=True) for name, _ in groups]
    inner = _BAR_MM * rows + sum(2.4 + 3.6 * len(lines) for lines in heads) + 2
    legend_rows = -(-len(names) // 3)
    foot = 14 + 4.6 * legend_rows
    page = drawing.new_page(chart_paper.WIDTH_MM, inner + foot + 2)
    axes = page.map_axes(_LABELS_MM / 2, foot, chart_paper.WIDTH_MM - _LABELS_MM / 2 - 5, inner)
    axes.set_ylim(inner, 0)
    axes.set_xlim(0, 100)
    at, ticks, labels = 0.0, [], []
    for place, (_, bars) in enumerate(groups):
        lines = heads[place]
        at += 2.4 + 3.6 * len(lines)
        axes.text(0, at - 1.4, "\n".join(lines), size=8, weight="bold", va="bottom", parse_math=False)
        for bar in bars:
            _bar(axes, bar, at + _BAR_MM / 2, lang)
            ticks.append(at + _BAR_MM / 2)
            labels.append(drawing.printable(bar.label))
            at += _BAR_MM
    axes.set_xticks([0, 25, 50, 75, 100])
    chart_paper.dressed(axes, x=say("charts.axis.share", lang))
    axes.set_yticks(ticks)
    axes.set_yticklabels(labels, size=7.5, parse_math=False)
    axes.grid(visible=False, axis="y")
    handles = [
        Patch(facecolor=look.colour, hatch=look.hatch, edgecolor="black", linewidth=0.6)
        for look, _ in zip(FILLS, names, strict=False)
    ]
    chart_paper.legend_below(page, handles, list(names), columns=3)
    return page


def _bar(axes: Axes, bar: Bar, at: float, lang: Lang) -> None:
    left = 0.0
    known = [part for part in bar.parts if part is not None]
    rest = bar.need - sum(known)
    parts = [(part, look) for part, look in zip(bar.parts, FILLS, strict=False) if part is not None]
    if len(known) < len(bar.parts):
        # What nobody knows stands first, where the parts that it hides would.
        parts.insert(0, (rest, FILLS[len(bar.parts)]))
    for people, look in parts:
        width = 100 * people / bar.need
        axes.barh(
            at, width, 0.8 * _BAR_MM, left=left, color=look.colour, hatch=look.hatch, edgecolor="black", linewidth=0.6
        )
        if width >= _ROOM:
            box = {"facecolor": look.colour, "edgecolor": "none", "pad": 0.8}
            axes.text(
                left + width / 2, at, format_number(people, lang=lang), size=7, ha="center", va="center",
                color=look.letters, bbox=box,
            )  # fmt: skip
        left += width


def _told(value: float, lang: Lang) -> str:
    return format_number(value, 0 if value == round(value) else 1, lang=lang)


def tornado(swings: Sequence[Swing], *, centre: float, axis: str, lang: Lang) -> drawing.Page:
    """Draw how far a figure moves with each assumption, the widest on top.

    Parameters
    ----------
    swings
        The figure with the assumption down and up, in the unit of the axis.
    centre
        The figure as the plan has it.
    axis
        What is measured, with its unit.
    lang
        {"vi", "en"}
    """
    widest = sorted(swings, key=lambda swing: (-abs(swing.high - swing.low), swing.label))
    inner = 2 + 8.0 * len(widest)
    page = drawing.new_page(chart_paper.WIDTH_MM, inner + 26)
    axes = page.map_axes(_LABELS_MM, 22, chart_paper.WIDTH_MM - _LABELS_MM - 12, inner)
    ends = [end for swing in widest for end in (swing.low, swing.high)]
    low, high = min([centre, *ends]), max([centre, *ends])
    air = 0.14 * ((high - low) or 1.0)
    axes.set_xlim(low - air, high + air)
    axes.set_ylim(len(widest), 0)
    for place, swing in enumerate(widest):
        # The farther end first: where both lie on one side, it would hide the other.
        both = ((swing.low, FILLS[1]), (swing.high, FILLS[2]))
        for end, look in sorted(both, key=lambda one: -abs(one[0] - centre)):
            axes.barh(
                place + 0.5, end - centre, 0.62, left=centre, color=look.colour, hatch=look.hatch, edgecolor="black",
                linewidth=0.6,
            )  # fmt: skip
            if end == centre:
                continue
            side = -1 if end < centre else 1
            axes.annotate(
                _told(end, lang), (end, place + 0.5), size=7, va="center",
                ha="right" if side < 0 else "left", xytext=(3 * side, 0), textcoords="offset points",
            )  # fmt: skip
    axes.axvline(centre, color="black", linewidth=1.0)
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _told(value, lang)))
    chart_paper.dressed(axes, x=axis)
    axes.set_yticks([place + 0.5 for place in range(len(widest))])
    lines = [textwrap.fill(drawing.printable(swing.label), _LETTERS) for swing in widest]
    axes.set_yticklabels(lines, size=7.5, parse_math=False)
    axes.grid(visible=False, axis="y")
    handles = [
        Patch(facecolor=look.colour, hatch=look.hatch, edgecolor="black", linewidth=0.6)
        for look in (FILLS[1], FILLS[2])
    ]
    chart_paper.legend_below(page, handles, [say("charts.down", lang), say("charts.up", lang)])
    return page
