"""Insets: an archipelago that belongs to a province, framed on the province's sheet at a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from mangluoi.maps import drawing, extent
from mangluoi.maps.drawing import Page
from mangluoi.maps.ground import Ground
from mangluoi.maps.measures import Measure
from mangluoi.projection import DEGREES
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.viettext import format_number

__all__ = ["draw_inset"]

# An island group that is known by one point is shown as a circle of this radius on paper.
_LEAST_MM = 1.3


def draw_inset(
    page: Page,
    frame: tuple[float, float, float, float],
    name: str,
    ground: Ground,
    measure: Measure | None,
    lang: Lang,
    *,
    labels: Sequence[str] = (),
    size: float = 6.5,
) -> Axes:
    """Draw one archipelago into a frame and return its axes, which count in the metres of the ground.

    Parameters
    ----------
    frame
        Left, bottom, width and height in millimetres.
    name
        Which one, see `extent.ARCHIPELAGOS`.
    measure
        What its cells are coloured by; None: plain.
    labels
        Names of all cells of the ground, to be written beside those of the archipelago; none: only the heading.
    size
        Size of the text.
    """
    left, bottom, width, height = frame
    axes = page.map_axes(left, bottom, width, height)
    # Above the map, below the paper, on which its heading is written.
    axes.set_zorder(4)
    axes.set_gid(f"inset-{name}")
    box = gpd.GeoSeries([extent.ARCHIPELAGOS[name]], crs=DEGREES).to_crs(ground.crs).iloc[0]
    west, south, east, north = box.bounds
    heading = drawing.wrapped(words.say(f"map.national.{name}", lang), width - 2, size=size, bold=True)
    line_mm = size * 0.46
    # Heading and scale stand within the frame, the islands between them.
    room = (width - 2, height - line_mm * (len(heading) + 1) - 3)
    denominator = drawing.round_scale((east - west, north - south), room)
    per_mm = denominator / 1000
    middle = ((west + east) / 2, (south + north) / 2 + (len(heading) - 1) * line_mm * per_mm / 2)
    axes.set_xlim(middle[0] - width * per_mm / 2, middle[0] + width * per_mm / 2)
    axes.set_ylim(middle[1] - height * per_mm / 2, middle[1] + height * per_mm / 2)
    for i, (shape, of) in enumerate(zip(ground.shapes, ground.at_sea, strict=True)):
        if of == name:
            _island(axes, shape, per_mm, measure, i)
            if labels:
                at = shapely.centroid(shape)
                drawing.label_at(
                    axes,
                    float(shapely.get_x(at)),
                    float(shapely.get_y(at)) - 2.5 * per_mm,
                    labels[i],
                    [],
                    denominator,
                    size=size,
                )
    for i, line in enumerate(heading):
        page.text(left + 1, bottom + height - (i + 1) * line_mm - 0.4, line, size=size, weight="bold")
    scale = words.say("map.inset_scale", lang, denominator=format_number(denominator, lang=lang))
    page.text(left + 1, bottom + 1.2, scale, size=size - 0.5)
    return axes


def _island(axes: Axes, shape: shapely.Geometry, per_mm: float, measure: Measure | None, row: int) -> None:
    band = None if measure is None else measure.bands[measure.of_cell[row]]
    fill, hatch, role = ("#fbfbf7", "", "class") if band is None else (band.colour, band.hatch, band.role)
    radius = float(np.sqrt(shapely.area(shape) / np.pi))
    if radius >= _LEAST_MM * per_mm:
        drawing.draw_shapes(axes, [shape], fill=fill, hatch=hatch, role=role)
        drawing.draw_lines(axes, shapely.boundary(shape), edge="black", width=0.8, order=3)
        return
    at = shapely.centroid(shape)
    place = (float(shapely.get_x(at)), float(shapely.get_y(at)))
    edge = drawing.hatch_colour(fill, role)
    circle = Circle(place, _LEAST_MM * per_mm, facecolor=fill, edgecolor=edge, hatch=hatch or None, lw=0)
    axes.add_patch(circle)
    axes.add_patch(Circle(place, _LEAST_MM * per_mm, fill=False, edgecolor="black", lw=0.8, zorder=3))
