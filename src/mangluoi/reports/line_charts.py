"""Charts with lines: coverage by threshold, the Lorenz curve, need in the years to come, people for a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mangluoi.maps import drawing
from mangluoi.reports import chart_paper
from mangluoi.reports.chart_paper import LINES
from mangluoi.reports.words import Lang, say
from mangluoi.viettext import format_number

__all__ = ["Curve", "Panel", "coverage", "forecast", "frontier", "lorenz"]

_WHOLE = 100.0


@dataclass(frozen=True)
class Curve:
    """A line of a panel: its name, and where it goes before and, where anything differs, after."""

    name: str
    x: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Panel:
    """A panel: its title, its lines, and the thresholds that are marked in it."""

    title: str
    curves: tuple[Curve, ...]
    marked: tuple[float, ...] = ()


def _numbers(axes: Axes, lang: Lang, *, x: bool = False) -> None:
    shown = FuncFormatter(lambda value, _: format_number(value, 0 if value == round(value) else 1, lang=lang))
    axes.yaxis.set_major_formatter(shown)
    if x:
        axes.xaxis.set_major_formatter(shown)


def coverage(sheet: Sequence[Panel], *, lang: Lang) -> drawing.Page:
    """Draw the share of need that is covered, in per cent, by the threshold in minutes; one panel for a service."""
    names = list(dict.fromkeys(curve.name for panel in sheet for curve in panel.curves))
    both = any(curve.after is not None for panel in sheet for curve in panel.curves)
    rows = len(names) + (1 if both else 0)
    page, found = chart_paper.panels(len(sheet), height_mm=48, foot_mm=4 + 4.6 * -(-rows // 2), title_lines=2)
    for axes, panel in zip(found, sheet, strict=True):
        for curve in panel.curves:
            look = LINES[names.index(curve.name) % len(LINES)]
            every = max(1, len(curve.x) // 8)
            marks: dict[str, Any] = {"marker": look.marker, "markersize": 3.6, "markevery": every}
            axes.plot(curve.x, curve.before, color=look.colour, linewidth=1.4, **marks)
            if curve.after is not None:
                marks["markevery"] = (every // 2, every)
                axes.plot(
                    curve.x, curve.after, color=look.colour, linewidth=1.4, linestyle=(0, (4, 2)),
                    markerfacecolor="white", **marks,
                )  # fmt: skip
        for minutes in panel.marked:
            axes.axvline(minutes, color="black", linewidth=0.9, linestyle=":")
            told = say("charts.threshold", lang, minutes=minutes)
            axes.annotate(
                drawing.printable(told), (minutes, 103), size=7, ha="right", va="top", rotation=90, xytext=(-2, 0),
                textcoords="offset points", parse_math=False, zorder=6,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
            )  # fmt: skip
        axes.set_ylim(0, 105)
        axes.set_xlim(0, max([120.0, *panel.marked]) + 3)
        axes.set_xticks([t for t in (0, 30, 60, 90, 120, 150, 180) if t <= axes.get_xlim()[1]])
        axes.set_yticks([0, 25, 50, 75, 100])
        chart_paper.dressed(
            axes, title=panel.title, x=say("charts.axis.minutes", lang), y=say("charts.axis.share", lang)
        )
    handles = [
        Line2D([], [], color=LINES[n % len(LINES)].colour, marker=LINES[n % len(LINES)].marker, markersize=4)
        for n in range(len(names))
    ]
    labels = list(names)
    if both:
        dark: Any = {"color": "black", "markersize": 4, "marker": "o"}
        handles += [Line2D([], [], **dark), Line2D([], [], linestyle=(0, (4, 2)), markerfacecolor="white", **dark)]
        labels += [say("charts.today", lang), say("charts.after", lang)]
    chart_paper.legend_below(page, handles, labels, columns=2)
    return page


def lorenz(sheet: Mapping[str, tuple[Sequence[float], Sequence[float]]], *, lang: Lang) -> drawing.Page:
    """Draw what share of all places the people with the least have; one panel for each title."""
    page, found = chart_paper.panels(len(sheet), height_mm=66, foot_mm=8, title_lines=2)
    for axes, (title, (people, places)) in zip(found, sheet.items(), strict=True):
        axes.plot([0, _WHOLE], [0, _WHOLE], color="black", linewidth=0.9, linestyle=(0, (4, 2)))
        axes.plot(people, places, color=LINES[0].colour, linewidth=1.5)
        axes.fill_between(people, places, people, facecolor="#e8eef2", edgecolor=LINES[0].colour, hatch="////", lw=0)
        axes.set_xlim(0, _WHOLE)
        axes.set_ylim(0, _WHOLE)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_yticks([0, 25, 50, 75, 100])
        chart_paper.dressed(
            axes, title=title, x=say("charts.axis.people_share", lang), y=say("charts.axis.places_share", lang)
        )
    handles = [
        Line2D([], [], color="black", linewidth=0.9, linestyle=(0, (4, 2))),
        Line2D([], [], color=LINES[0].colour, linewidth=1.5),
    ]
    chart_paper.legend_below(page, handles, [say("charts.equal", lang), say("charts.actual", lang)])
    return page


def forecast(sheet: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]], *, lang: Lang) -> drawing.Page:
    """Draw need by year, low, as stated and high; one panel for each title."""
    page, found = chart_paper.panels(len(sheet), height_mm=44, foot_mm=8, title_lines=3)
    names: list[str] = []
    dashes: Any = ((0, (1, 1.5)), "-", (0, (5, 2)))
    for axes, (title, lines) in zip(found, sheet.items(), strict=True):
        names = list(lines)
        tops = []
        for number, (years, values) in enumerate(lines.values()):
            look = LINES[number]
            axes.plot(
                years, values, color=look.colour, marker=look.marker, markersize=4, linewidth=1.4,
                linestyle=dashes[number % 3],
            )  # fmt: skip
            told = format_number(values[-1], lang=lang)
            axes.annotate(told, (years[-1], values[-1]), size=7, xytext=(4, 0), textcoords="offset points", va="center")
            tops.append(max(values))
        all_years = sorted({year for years, _ in lines.values() for year in years})
        axes.set_xticks(all_years)
        axes.set_xlim(all_years[0] - 1, all_years[-1] + 0.16 * (all_years[-1] - all_years[0] + 1) + 1)
        axes.set_ylim(0, 1.15 * max(tops))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        _numbers(axes, lang)
        chart_paper.dressed(axes, title=title, y=say("charts.axis.people", lang))
        axes.yaxis.label.set_visible(len(sheet) < 3)
    handles = [
        Line2D([], [], color=LINES[n].colour, marker=LINES[n].marker, markersize=4, linestyle=dashes[n % 3])
        for n in range(len(names))
    ]
    chart_paper.legend_below(page, handles, names, columns=3)
    return page


def frontier(
    budgets: Sequence[float],
    people: Sequence[float],
    bounds: Sequence[float],
    *,
    chosen: float | None,
    aim: str,
    lang: Lang,
) -> drawing.Page:
    """Draw the most people for each budget: proven points filled, others hollow under the bound of what may be.

    Parameters
    ----------
    budgets
        Billion VND, ascending.
    people, bounds
        What is reached, and what no choice can pass.
    chosen
        The budget of the plan.
    aim
        What people are counted for, with its unit.
    lang
        {"vi", "en"}
    """
    page, (axes,) = chart_paper.panels(1, height_mm=58, foot_mm=14, columns=1)
    x, reached, most = (np.asarray(values, dtype=float) for values in (budgets, people, bounds))
    # People are whole: a bound below the next one proves as much.
    proven = most < reached + 1.0
    axes.step(x, reached, where="post", color=LINES[0].colour, linewidth=1.2)
    axes.plot(x[proven], reached[proven], "o", color=LINES[0].colour, markersize=5)
    if (~proven).any():
        axes.plot(x[~proven], reached[~proven], "o", color=LINES[0].colour, markerfacecolor="white", markersize=5)
        axes.vlines(x[~proven], reached[~proven], most[~proven], color="black", linewidth=0.8)
        axes.plot(x[~proven], most[~proven], "_", color="black", markersize=9)
    if chosen is not None:
        axes.axvline(chosen, color="black", linewidth=0.9, linestyle=":")
        axes.annotate(
            drawing.printable(say("charts.budget_of_plan", lang)), (chosen, 0.02), xycoords=("data", "axes fraction"),
            size=7, rotation=90, ha="right", va="bottom", xytext=(-2, 0), textcoords="offset points", parse_math=False,
        )  # fmt: skip
    axes.set_xlim(0, 1.05 * max([*x, chosen or 0.0]))
    axes.set_ylim(0, 1.12 * max(float(most.max()), 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    _numbers(axes, lang, x=True)
    chart_paper.dressed(axes, x=say("charts.axis.billion", lang), y=aim)
    dark: Any = {"color": LINES[0].colour, "marker": "o", "linestyle": ""}
    handles = [Line2D([], [], **dark)]
    labels = [say("charts.proven", lang)]
    if (~proven).any():
        handles += [
            Line2D([], [], markerfacecolor="white", **dark),
            Line2D([], [], color="black", marker="_", linestyle=""),
        ]
        labels += [say("charts.not_proven", lang), say("charts.bound", lang)]
    chart_paper.legend_below(page, handles, labels, columns=3)
    return page
