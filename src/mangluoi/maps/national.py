"""The map of the whole country: one figure for each province, with Hoàng Sa and Trường Sa, or none at all."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mangluoi import gazetteer, shipped
from mangluoi.maps import drawing, extent
from mangluoi.maps.bands import Band, count_bands, position
from mangluoi.maps.print import PrintMap
from mangluoi.projection import DEGREES
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.viettext import format_number

__all__ = ["national_map", "province_shapes"]

_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 9.0
_HEAD, _FOOT = 18.0, 12.0
#: VN-2000 with the central meridian of maps of the whole country.
_CRS = (
    "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9996 +x_0=500000 +y_0=0 +ellps=WGS84 "
    "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278 +units=m +no_defs"
)
_ISLAND_MM = 0.7
_OFF_COAST_M = 20_000.0
# The legend stands in the empty north-east.
_LEGEND_MM, _LEGEND_LEFT, _LEGEND_DOWN = 76.0, 108.0, 10.0


def province_shapes(codes: list[str]) -> gpd.GeoDataFrame:
    """Return the approximate shapes of provinces of today, in degrees.

    Parameters
    ----------
    codes
        Their codes.

    Returns
    -------
    GeoDataFrame
        province_code, name, geometry; islands of their own included.
    """
    shapes = _shapes(shipped.folder())
    return shapes[shapes["province_code"].isin(codes)].reset_index(drop=True)


@functools.cache
def _shapes(_folder: Path) -> gpd.GeoDataFrame:
    listed = gazetteer.units.units(gazetteer.units.NEW, level="province").sort_values("unit_code")
    above = gazetteer.units.lineage(gazetteer.units.NEW)["province_code"]
    cells = gazetteer.cells.cells(gazetteer.units.NEW, sorted(above.index))
    home = cells["unit_code"].map(above)
    joined = [
        shapely.union_all(cells.geometry[home == code].to_numpy(), grid_size=1e-5) for code in listed["unit_code"]
    ]
    return gpd.GeoDataFrame(
        {"province_code": listed["unit_code"].to_numpy(), "name": listed["name"].to_numpy()},
        geometry=joined, crs=DEGREES,
    )  # fmt: skip


def national_map(
    values: Mapping[str, float], *, title: str, legend: str, source: str, name: str = "ca-nuoc", lang: Lang = "vi",
    shapes: gpd.GeoDataFrame | None = None, internal: bool = False,
) -> PrintMap:  # fmt: skip
    """Draw one figure for each province of today on a map of the whole country.

    Parameters
    ----------
    values
        A count by province code; a province without one is drawn as without figures.
    title, legend, source
        Heading of the sheet, of its legend, and the line below.
    name
        Short name of the sheet.
    lang
        {"vi", "en"}
    shapes
        province_code, name, geometry of the whole country; by default those that ship.
    internal
        Whether the sheet is stamped.

    Raises
    ------
    DisclosureError
        If the shapes lack Hoàng Sa or Trường Sa.
    """
    country = _shapes(shipped.folder()) if shapes is None else shapes
    extent.require_archipelagos(gpd.GeoSeries(country.geometry.explode(ignore_index=True), crs=DEGREES))
    bands = count_bands("need", values.values(), lang, masks=False)
    no_data = next(i for i, band in enumerate(bands) if band.role == "no_data")
    of = [position(bands, values[code]) if code in values else no_data for code in country["province_code"]]
    with drawing.style():
        page = drawing.new_page(_WIDTH, _HEIGHT)
        low = _MARGIN + _FOOT
        frame = (_MARGIN, low, _WIDTH - 2 * _MARGIN, _HEIGHT - _MARGIN - _HEAD - low)
        axes = page.map_axes(*frame)
        drawn = country.to_crs(_CRS).geometry.to_numpy()
        groups = gpd.GeoSeries(list(extent.ARCHIPELAGOS.values()), crs=DEGREES).to_crs(_CRS).to_numpy()
        west, south, east, north = shapely.bounds(shapely.union_all(np.concatenate([drawn, groups])))
        denominator = drawing.round_scale((east - west, north - south), frame[2:])
        half = np.array(frame[2:]) * denominator / 2000
        axes.set_xlim((west + east) / 2 - half[0], (west + east) / 2 + half[0])
        axes.set_ylim((south + north) / 2 - half[1], (south + north) / 2 + half[1])
        for i, band in enumerate(bands):
            chosen = [shape for shape, at in zip(drawn, of, strict=True) if at == i]
            drawing.draw_shapes(axes, chosen, fill=band.colour, hatch=band.hatch, role=band.role)
        for shape in drawn:
            drawing.draw_lines(axes, shapely.boundary(shape), edge="#303030", width=0.6, order=2)
        taken: list[drawing.Place] = []
        per_mm = denominator / 1000
        # Islands too small to be seen at this scale are marked, so that none is lost.
        for shape in drawn:
            parts = shapely.get_parts(shape)
            body = parts[int(np.argmax(shapely.area(parts)))]
            small = np.sqrt(shapely.area(parts) / np.pi) < _ISLAND_MM * per_mm
            for part in parts[small & (shapely.distance(parts, body) > _OFF_COAST_M)]:
                axes.plot(part.centroid.x, part.centroid.y, "o", ms=2.6, mfc="white", mec="black", mew=0.7, zorder=4)
        for group, shape in zip(extent.ARCHIPELAGOS, groups, strict=True):
            _archipelago(axes, shape, words.say(f"map.national.{group}", lang), taken, denominator)
        main = [max(shapely.get_parts(shape), key=shapely.area) for shape in drawn]
        order = sorted(range(len(main)), key=lambda i: -shapely.area(main[i]))
        for i in order:
            at = shapely.point_on_surface(main[i])
            text = _bare(str(country["name"].iloc[i]))
            drawing.label_at(axes, float(at.x), float(at.y), text, taken, denominator, size=6)
        page.paper.set_zorder(5)
        page.paper.patch.set_alpha(0)
        _write(page, frame, bands, of, title, legend, source, denominator, lang)
        if internal:
            top = frame[1] + frame[3]
            drawing.stamp(page, _WIDTH - _MARGIN - 1, top - 7.5, words.say("map.internal", lang))
    return PrintMap(name, title, page.figure)


def _bare(name: str) -> str:
    return name.removeprefix("Tỉnh ").removeprefix("Thành phố ")


def _archipelago(axes: Axes, shape: shapely.Geometry, text: str, taken: list[drawing.Place], denominator: int) -> None:
    """Frame an archipelago and name it; its islands are too small for the scale of the country."""
    west, south, east, north = shapely.bounds(shape)
    axes.add_patch(
        Rectangle((west, south), east - west, north - south, fill=False, ls=(0, (3, 2)), lw=0.8, ec="#303030", zorder=3)
    )
    drawing.label_at(axes, (west + east) / 2, north + 3 * denominator / 1000, text, taken, denominator, size=7.5)


def _write(
    page: drawing.Page, frame: tuple[float, float, float, float], bands: tuple[Band, ...], of: list[int], title: str,
    legend: str, source: str, denominator: int, lang: Lang,
) -> None:  # fmt: skip
    for i, line in enumerate(drawing.wrapped(title, _WIDTH - 2 * _MARGIN, size=13, bold=True)[:2]):
        page.text(_MARGIN, _HEIGHT - _MARGIN - 6 - 6 * i, line, size=13, weight="bold", color="#10283f")
    left, bottom, width, height = frame
    x, y = left + _LEGEND_LEFT, bottom + height - _LEGEND_DOWN
    for line in drawing.wrapped(legend, _LEGEND_MM, size=9, bold=True):
        page.text(x, y, line, size=9, weight="bold", color="#10283f")
        y -= 4.4
    for i, band in enumerate(bands):
        y -= 5.4
        drawing.swatch(page, x, y, band.colour, band.hatch, band.role)
        count = words.say("map.national.provinces", lang, count=of.count(i))
        page.text(x + 11, y + 1, f"{band.label} ({count})", size=8)
    drawing.scale_bar(page, left + 5, bottom + 8, denominator, words.say("map.km", lang))
    scale = words.say("map.scale", lang, denominator=format_number(denominator, lang=lang))
    page.text(left + 4, bottom + 3, scale, size=8)
    drawing.north_arrow(page, left + width - 10, bottom + 6, words.say("map.north", lang))
    lines = [
        *drawing.wrapped(words.say("map.national.note", lang), _WIDTH - 2 * _MARGIN, size=7),
        *drawing.wrapped(source, _WIDTH - 2 * _MARGIN, size=7),
    ]
    for i, line in enumerate(lines[:4]):
        page.text(_MARGIN, _MARGIN + 8.2 - 3.2 * i, line, size=7, color="#333333")
