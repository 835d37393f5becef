"""Small multiples: one small map beside the other, in the same classes and at the same scale, so that they compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from mangluoi.maps import drawing, extent, notes
from mangluoi.maps.bands import Band, count_bands, minutes_bands, position
from mangluoi.maps.drawing import Page
from mangluoi.maps.ground import Ground, bounds_of, ground
from mangluoi.maps.insets import draw_inset
from mangluoi.maps.markers import action_marks, site_marks
from mangluoi.maps.measures import Measure, main_service, measures
from mangluoi.maps.print import PrintMap
from mangluoi.projection import to_metres
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario import travel
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.result import Result
from mangluoi.viettext import format_number

__all__ = ["group_maps", "scenario_maps"]

_WIDTH, _HEIGHT, _MARGIN = 297.0, 210.0, 9.0
_TITLE, _FOOT, _COLUMN, _GAP = 15.0, 9.0, 72.0, 3.0
# Of each panel: its heading above, its figure below.
_HEAD, _UNDER = 9.0, 4.6
_MOST = 12
# Room of the inset of an archipelago in a panel.
_INSET = (24.0, 26.0)


@dataclass(frozen=True)
class _Panel:
    """One small map: what it is headed, what may be shown of its answer, and what its cells are coloured by."""

    heading: str
    d: Disclosed
    measure: Measure
    ground: Ground


def group_maps(
    result: Result | Disclosed, *, lang: Lang = "vi", profile: Literal["public", "internal"] = "public"
) -> list[PrintMap]:
    """Draw every group's gap, or its need where provision is not known, as small maps of one sheet.

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
        One sheet for twelve pairs of group and service; none where fewer than two may be shown.

    Raises
    ------
    DisclosureError
        If it spans more than a province and lacks Hoàng Sa or Trường Sa.
    """
    d = disclose(result, profile=profile)
    extent.require_archipelagos(d.cells.geometry)
    kind: Literal["gap", "need"] = "need" if d.plan.supply.listed == "part" else "gap"
    main = main_service(d)
    found = [m for m in measures(d, lang) if m.kind == kind and m.moment == "now"]
    found.sort(key=lambda m: (m.service != main, m.service, m.group))
    if len(found) < 2:
        return []
    below = ground(d)
    panels = [
        _Panel(f"{words.name('group', m.group, lang)} – {words.name('service', m.service, lang)}", d, m, below)
        for m in found
    ]
    title = words.say(f"map.multiples.{kind}", lang, province=notes.province(d, lang))
    return _sheets(panels, title, words.say(f"map.page.{kind}", lang), f"5-theo-nhom-{_SHORT[kind]}", lang)


_SHORT = {"gap": "thieu-hut", "need": "nhu-cau", "minutes": "thoi-gian"}


def scenario_maps(
    shown: Sequence[Disclosed],
    *,
    kind: Literal["minutes", "gap"] = "gap",
    service: str | None = None,
    group: str | None = None,
    lang: Lang = "vi",
) -> list[PrintMap]:
    """Draw what several plans come to, after their actions, as small maps of one sheet.

    Parameters
    ----------
    shown
        Results that were disclosed together, see `disclose_together`; of one province each, in the order to be drawn.
    kind
        {"minutes", "gap"}
    service
        Which service; None: the first one of the first plan of which it may be shown in every plan.
    group
        Whose gap; None: the first group of that service by its id.
    lang
        {"vi", "en"}

    Returns
    -------
    list of PrintMap
        One sheet for twelve plans; none where there is no such measure in at least two of them.

    Raises
    ------
    DisclosureError
        If a plan spans more than a province and lacks Hoàng Sa or Trường Sa.
    """
    for d in shown:
        extent.require_archipelagos(d.cells.geometry)
    by_plan = [{m.key: m for m in _last(measures(d, lang)) if m.kind == kind} for d in shown]
    wanted = _wanted(shown, by_plan, service, group)
    drawn = [(d, found[wanted]) for d, found in zip(shown, by_plan, strict=True) if wanted in found]
    if len(drawn) < 2:
        return []
    # Plans of one province share their cells, which are projected once.
    crs = notes.crs_of(drawn[0][0])
    grounds = {tuple(d.cells["cell_code"]): d for d, _ in drawn}
    below = {codes: ground(d, crs=crs) for codes, d in grounds.items()}
    panels = [_Panel(d.plan.name, d, m, below[tuple(d.cells["cell_code"])]) for d, m in drawn]
    first = panels[0]
    title = words.say(f"map.multiples.scenarios_{kind}", lang, province=notes.province(first.d, lang))
    name = f"so-sanh-{_SHORT[kind]}"
    return _sheets(panels, title, first.measure.title, name, lang)


def _last(found: Iterable[Measure]) -> list[Measure]:
    """Return each measure as it is after the actions, where there are any."""
    return list({m.key: m for m in sorted(found, key=lambda m: m.moment != "now")}.values())


def _wanted(
    shown: Sequence[Disclosed], by_plan: Sequence[Mapping[str, Measure]], service: str | None, group: str | None
) -> str:
    """Return the key of the measure that most plans have: the asked one, or of the first plan's first service."""
    counted: dict[str, tuple[int, Measure]] = {}
    for found in by_plan:
        for key, m in found.items():
            if (service is None or m.service == service) and (group is None or not m.group or m.group == group):
                counted[key] = (counted.get(key, (0, m))[0] + 1, m)
    main = main_service(shown[0]) if shown else None
    order = sorted(
        counted, key=lambda k: (-counted[k][0], counted[k][1].service != main, counted[k][1].service, k)
    )  # fmt: skip
    return order[0] if order else ""


def _shared(panels: Sequence[_Panel], lang: Lang) -> tuple[list[_Panel], tuple[Band, ...]]:
    """Give all panels the same classes."""
    found = [panel.measure for panel in panels]
    kind = found[0].kind
    if kind == "minutes":
        # What is beyond the nearest limit of search cannot be told apart in all plans.
        reach = min(_furthest(panel.d) for panel in panels)
        bands = minutes_bands(reach, lang)
    else:
        reach = float("inf")
        values = [v for m in found for v in m.value if np.isfinite(v)]
        masks = any(band.role == "masked" for m in found for band in m.bands)
        bands = count_bands(kind, values, lang, masks=masks)
    roles = [band.role for band in bands]

    def of(m: Measure, i: int) -> int:
        role = m.bands[m.of_cell[i]].role
        if role in ("masked", "no_data", "unreachable"):
            return roles.index(role)
        return roles.index("unreachable") if m.value[i] > reach else position(bands, m.value[i])

    shared = [replace(m, bands=bands, of_cell=tuple(of(m, i) for i in range(len(m.of_cell)))) for m in found]
    return [replace(panel, measure=m) for panel, m in zip(panels, shared, strict=True)], bands


def _furthest(d: Disclosed) -> float:
    return max([*travel.BAND_EDGES, *(rule.max_minutes for rule in d.plan.services)])


def _sheets(panels: Sequence[_Panel], title: str, legend: str, name: str, lang: Lang) -> list[PrintMap]:
    same, bands = _shared(panels, lang)
    parts = [same[i : i + _MOST] for i in range(0, len(same), _MOST)]
    with drawing.style():
        return [
            _sheet(
                part,
                bands,
                title if len(parts) == 1 else f"{title} ({i}/{len(parts)})",
                legend,
                name if i == 1 else f"{name}-{i}",
                lang,
            )
            for i, part in enumerate(parts, start=1)
        ]


def _grid(count: int, spans: tuple[float, float], room: tuple[float, float]) -> tuple[int, int, int]:
    """Return columns, rows and the scale at which so many panels are largest."""
    found = []
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        frame = _panel_size(columns, rows, room)
        if min(frame) > 10:
            found.append((drawing.round_scale(spans, frame), columns, rows))
    denominator, columns, rows = min(found)
    return columns, rows, denominator


def _panel_size(columns: int, rows: int, room: tuple[float, float]) -> tuple[float, float]:
    width = (room[0] - _GAP * (columns - 1)) / columns
    height = (room[1] - _GAP * (rows - 1)) / rows - _HEAD - _UNDER
    return width, height


def _sheet(
    panels: Sequence[_Panel], bands: tuple[Band, ...], title: str, legend: str, name: str, lang: Lang
) -> PrintMap:
    page = drawing.new_page(_WIDTH, _HEIGHT)
    low, top = _MARGIN + _FOOT, _HEIGHT - _MARGIN - _TITLE
    room = (_WIDTH - 2 * _MARGIN - _COLUMN - 5, top - low)
    west, south, east, north = bounds_of([panel.ground for panel in panels])
    columns, rows, denominator = _grid(len(panels), (east - west, north - south), room)
    width, height = _panel_size(columns, rows, room)
    for i, panel in enumerate(panels):
        left = _MARGIN + (i % columns) * (width + _GAP)
        base = top - (i // columns + 1) * (height + _HEAD + _UNDER) - (i // columns) * _GAP
        axes = page.map_axes(left, base + _UNDER, width, height)
        half = np.array([width, height]) * denominator / 2000
        axes.set_xlim((west + east) / 2 - half[0], (west + east) / 2 + half[0])
        axes.set_ylim((south + north) / 2 - half[1], (south + north) / 2 + half[1])
        _draw(axes, panel, lang)
        at_sea = sorted(set(panel.ground.at_sea) - {""})
        for turn, sea in enumerate(at_sea, start=1):
            inset = (left + width - _INSET[0] * turn, base + _UNDER, *_INSET)
            draw_inset(page, inset, sea, panel.ground, panel.measure, lang, size=5.5)
        _caption(page, panel, (left, base + _UNDER, width, height), lang)
    _write(page, panels, bands, title, legend, denominator, lang)
    return PrintMap(name, title, page.figure)


def _draw(axes: Axes, panel: _Panel, lang: Lang) -> None:
    shapes, lines = panel.ground.shapes, panel.ground.lines
    for i, band in enumerate(panel.measure.bands):
        chosen = [shape for shape, of in zip(shapes, panel.measure.of_cell, strict=True) if of == i]
        drawing.draw_shapes(axes, chosen, fill=band.colour, hatch=band.hatch, role=band.role)
    drawing.draw_lines(axes, lines.inner, edge="white", width=0.5, order=2)
    drawing.draw_lines(axes, lines.inner, edge="#7a7a7a", width=0.2, order=2.1)
    drawing.draw_lines(axes, lines.outline, edge="black", width=0.8, order=3)
    _points(axes, panel, lang)


def _caption(page: Page, panel: _Panel, frame: tuple[float, float, float, float], lang: Lang) -> None:
    left, bottom, width, height = frame
    lines_of = drawing.wrapped(panel.heading, width, size=8, bold=True)
    if len(lines_of) > 2:
        lines_of = [lines_of[0], f"{lines_of[1][:-1]}…"]
    for i, line in enumerate(lines_of):
        page.text(left, bottom + height + 1.4 + 3.6 * (len(lines_of) - 1 - i), line, size=8, weight="bold")
    figure = _figure(panel, lang)
    if figure:
        page.text(left, bottom - 3.4, drawing.wrapped(figure, width, size=7)[0], size=7)


def _points(axes: Axes, panel: _Panel, lang: Lang) -> None:
    """Mark sites with a ring and chosen actions with a diamond: too small for numbers."""
    for marks, symbol, face, size in (
        (site_marks(panel.d, lang), "o", "white", 3.2),
        (action_marks(panel.d, lang) if panel.measure.moment == "after" else [], "D", "#ffd400", 4.4),
    ):
        at = [(mark.lon, mark.lat) for mark in marks if mark.lon is not None and mark.lat is not None]
        if at:
            x, y = to_metres([lon for lon, _ in at], [lat for _, lat in at], panel.ground.crs)
            axes.plot(x, y, symbol, ms=size, mfc=face, mec="black", mew=0.8, zorder=5, ls="")


def _figure(panel: _Panel, lang: Lang) -> str:
    """Return the figure of the whole province that stands below its map, where it may be shown."""
    m = panel.measure
    if m.kind == "minutes":
        return ""
    totals = panel.d.state_totals
    row = totals[(totals["group"] == m.group) & (totals["service"] == m.service)]
    end = "_after" if m.moment == "after" else ""
    columns = ["need"] if m.kind == "need" else [f"full{end}", f"out_of_reach{end}"]
    if row.empty or bool(row["masked"].iloc[0]) or row[columns].isna().to_numpy().any():
        return ""
    count = float(row[columns].to_numpy(dtype=float).sum())
    return words.say("map.multiples.total", lang, people=format_number(count, lang=lang))


def _write(
    page: Page, panels: Sequence[_Panel], bands: tuple[Band, ...], title: str, legend: str, denominator: int, lang: Lang
) -> None:
    d = panels[0].d
    for i, line in enumerate(drawing.wrapped(title, _WIDTH - 2 * _MARGIN - 34, size=14, bold=True)[:2]):
        page.text(_MARGIN, _HEIGHT - _MARGIN - 5.5 - 6 * i, line, size=14, weight="bold", color="#10283f")
    if any(panel.d.profile == "internal" for panel in panels):
        drawing.stamp(page, _WIDTH - _MARGIN - 1, _HEIGHT - _MARGIN - 7.5, words.say("map.internal", lang))
    x, y = _WIDTH - _MARGIN - _COLUMN, _HEIGHT - _MARGIN - _TITLE - 4
    for text, size in ((words.say("map.legend", lang), 11.0), (legend, 9.0)):
        for line in drawing.wrapped(text, _COLUMN, size=size, bold=True):
            page.text(x, y, line, size=size, weight="bold", color="#10283f")
            y -= size * 0.46
        y -= 1.4
    for band in bands:
        y -= 5.4
        drawing.swatch(page, x, y, band.colour, band.hatch, band.role)
        page.text(x + 11, y + 1, band.label, size=8)
    marks = [("o", "white", words.say("map.page.sites", lang))]
    if any(panel.measure.moment == "after" and not panel.d.actions.empty for panel in panels):
        marks.append(("D", "#ffd400", words.say("map.page.actions", lang)))
    y -= 2
    for symbol, face, text in marks:
        y -= 5
        page.paper.plot([x + 4.5], [y + 1.2], symbol, ms=5, mfc=face, mec="black", mew=0.9)
        page.text(x + 11, y, text, size=8)
    y -= 16
    drawing.scale_bar(page, x + 2, y, denominator, words.say("map.km", lang), limit_mm=38)
    scale = words.say("map.scale", lang, denominator=format_number(denominator, lang=lang))
    page.text(x, y - 5, scale, size=8)
    drawing.north_arrow(page, x + _COLUMN - 8, y - 2, words.say("map.north", lang))
    y -= 11
    told, masks = [words.say("map.multiples.same", lang)], any(band.role == "masked" for band in bands)
    for panel in panels:
        of = panel.measure
        about = notes.notes(panel.d, [], lang, of=of.kind, services=[of.service], masks=masks)
        told += [text for text in about if text not in told]
    for text in told:
        lines = drawing.wrapped(f"– {text}", _COLUMN, size=7)
        if y - 3.3 * len(lines) < _MARGIN + _FOOT:
            break
        for line in lines:
            page.text(x, y, line, size=7)
            y -= 3.3
    source = notes.source_line(d, lang, projected=True)
    for i, line in enumerate(drawing.wrapped(source, _WIDTH - 2 * _MARGIN, size=7)[:2]):
        page.text(_MARGIN, _MARGIN + 3.6 - i * 3.2, line, size=7, color="#333333")
