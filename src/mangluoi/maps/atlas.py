"""The atlas: one province as a Folium map that opens without a network."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any, Literal

import geopandas as gpd
import shapely

from mangluoi.maps import extent, notes
from mangluoi.maps.borders import borders
from mangluoi.maps.isochrones import Isochrone, isochrones, notes_on
from mangluoi.maps.leaflet import DECIMALS, MapPage, multipolygon
from mangluoi.maps.markers import FULL, Filling, SiteMark, action_marks, placed_together, site_marks
from mangluoi.maps.measures import Measure, cell_names, main_service, measures
from mangluoi.projection import DEGREES
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.result import Result
from mangluoi.viettext import fold, format_number

__all__ = ["Atlas", "atlas"]

# This many vertices are about half a megabyte.
_MOST_VERTICES = 24_000
_SIMPLIFY_M = 50.0
_PAGE_TEXTS = (
    "choose", "minutes", "gap", "need", "people", "moment", "now", "after", "show", "sites", "actions", "bubbles",
    "search", "search_none", "map", "zoom_in", "zoom_out", "not_placed", "isochrones_none", "mainland",
)  # fmt: skip


class Atlas(MapPage):
    """A map of one province that shows itself in Jupyter and opens without a network.

    Parameters
    ----------
    content
        What the page draws.
    lang
        Language of the page.
    """

    def __init__(self, content: dict[str, Any], lang: Lang) -> None:
        super().__init__(content, lang, script="atlas.js", function="mangluoiAtlas")


def atlas(result: Result | Disclosed, *, lang: Lang = "vi", profile: Literal["public", "internal"] = "public") -> Atlas:
    """Draw one province as a Folium map: cells by a chosen measure, sites, chosen actions.

    Parameters
    ----------
    result
        The answer, or what may be shown of it.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}: which disclosure rules hold; one that is disclosed already keeps its own.

    Raises
    ------
    DisclosureError
        If it spans more than a province and lacks Hoàng Sa or Trường Sa.
    """
    d = disclose(result, profile=profile)
    extent.require_archipelagos(d.cells.geometry)
    return Atlas(_content(d, lang), lang)


def _content(d: Disclosed, lang: Lang) -> dict[str, Any]:
    sites, actions = site_marks(d, lang), action_marks(d, lang)
    found = _ordered(measures(d, lang), d)
    lines_of_time = isochrones(d, found)
    cells = d.cells.to_crs(DEGREES)
    at_sea = extent.archipelago_of(cells.geometry)
    shapes = _simplified(d, cells)
    lines = borders(shapes.to_numpy(), 10**-DECIMALS)
    near = cells[[not name for name in at_sea]] if not all(at_sea) else cells
    west, south, east, north = (round(float(v), DECIMALS) for v in near.total_bounds)
    texts = {key: words.say(f"map.page.{key}", lang) for key in _PAGE_TEXTS}
    texts |= {key: words.say(f"map.{key}", lang) for key in ("legend", "north", "north_up")}
    texts["notes"] = words.say("map.note.heading", lang)
    texts["sites_heading"] = words.say("map.site.heading", lang)
    texts["actions_heading"] = words.say("map.action.heading", lang)
    texts["site_symbols"] = f"{words.say('map.site.size', lang)}. {words.say('map.site.hollow', lang)}."
    texts["isochrones"] = words.say(f"map.page.isochrones_{_basis(d)}", lang)
    texts["filling_heading"] = words.say("map.filling.heading", lang)
    types = Counter((site.type_name, site.colour) for site in sites)
    return {
        "heading": notes.title(d, lang),
        "subtitle": notes.subtitle(d, lang),
        "stamp": words.say("map.internal", lang) if d.profile == "internal" else "",
        "texts": texts,
        "notes": [*notes.notes(d, sites, lang, masks=_masks(found)), *notes_on(lines_of_time, lang)],
        "source": notes.source_line(d, lang, projected=False),
        "credit": words.say("map.approximate", lang) if bool(cells["approximate"].any()) else "",
        "approximate": bool(cells["approximate"].any()),
        "bounds": [[south, west], [north, east]],
        "cells": [
            {
                "name": name,
                "members": words.say("map.members", lang, names=members) if members else "",
                "folded": fold(f"{name} {members}"),
                "at": [round(float(v), DECIMALS) for v in reversed(shapely.point_on_surface(shape).coords[0])],
                "shape": multipolygon(shape),
                "sea": words.say(f"map.national.{sea}", lang) if sea else "",
                "show": words.say("map.page.at_sea", lang, name=name) if sea else "",
            }
            for name, members, shape, sea in zip(*cell_names(d), shapes, at_sea, strict=True)
        ],
        "outline": _lines(lines.outline),
        "borders": _lines(lines.inner),
        "measures": [_measure(m, lang) for m in found],
        "isochrones": [_isochrone(each, lang) for each in lines_of_time],
        "types": [{"name": name, "colour": colour, "count": count} for (name, colour), count in sorted(types.items())],
        "fillings": _fillings(sites, lang),
        "sites": _sites(sites),
        "actions": [dataclasses.asdict(action) for action in actions],
    }


def _masks(found: list[Measure]) -> bool:
    """Whether small counts are withheld in anything that the page can show."""
    return any(band.role == "masked" for m in found for band in m.bands)


def _basis(d: Disclosed) -> str:
    return "roads" if d.plan.inputs.roads else "estimated"


def _isochrone(each: Isochrone, lang: Lang) -> dict[str, Any]:
    key = "isochrone_threshold" if each.threshold else "isochrone"
    return {
        "service": each.service,
        "moment": each.moment,
        "minutes": f"{each.minutes:g}",
        "label": words.say(f"map.page.{key}", lang, minutes=format_number(each.minutes, lang=lang)),
        "threshold": each.threshold,
        "shape": multipolygon(each.shape),
    }


def _fillings(sites: list[SiteMark], lang: Lang) -> list[dict[str, Any]]:
    """Return how full the sites are, the kinds that there are, with how many of each."""
    counts = Counter(site.filling for site in sites)
    kinds: tuple[Filling, ...] = ("free", "full", "over", "unknown")
    percent = format_number(100 * FULL, lang=lang)
    return [
        {"filling": kind, "name": words.say(f"map.filling.{kind}", lang, percent=percent), "count": counts[kind]}
        for kind in kinds
        if counts[kind]
    ]


def _ordered(found: list[Measure], d: Disclosed) -> list[Measure]:
    """Put the plan's first service first."""
    main = main_service(d)
    kinds = ("minutes", "gap", "need", "people")
    return sorted(found, key=lambda m: (kinds.index(m.kind), m.service != main, m.service, m.group, m.moment != "now"))


def _simplified(d: Disclosed, cells: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Simplify detailed boundaries together, so that neighbours keep one border, until the page stays small.

    Where neighbours did not quite meet before, they do not after, but no new gap opens.
    """
    shapes, tolerance = cells.geometry, _SIMPLIFY_M
    metres = shapes.to_crs(notes.crs_of(d))
    while int(shapely.get_num_coordinates(shapes.to_numpy()).sum()) > _MOST_VERTICES:
        simple = shapely.coverage_simplify(metres.to_numpy(), tolerance)
        shapes = gpd.GeoSeries(simple, crs=metres.crs).to_crs(DEGREES)
        tolerance *= 2
    return shapes


def _lines(lines: shapely.Geometry) -> dict[str, Any]:
    parts = shapely.get_parts(lines)
    rounded = [[[round(float(v), DECIMALS) for v in at] for at in shapely.get_coordinates(part)] for part in parts]
    return {"type": "MultiLineString", "coordinates": rounded}


def _measure(m: Measure, lang: Lang) -> dict[str, Any]:
    names = [words.name("group", m.group, lang)] if m.group else []
    if m.service:
        names.append(words.name("service", m.service, lang))
    return {
        "key": m.key,
        "kind": m.kind,
        "service": m.service,
        "moment": m.moment,
        "title": m.title,
        "option": " – ".join(names),
        "bands": [{"label": b.label, "role": b.role, "colour": b.colour, "hatch": b.hatch} for b in m.bands],
        "counts": [words.say("map.cells", lang, count=count) for count in m.counts()],
        "of": m.of_cell,
        "value": [round(v) if v > 0 else 0 for v in m.value] if m.kind == "gap" else None,
        "text": m.text,
    }


def _sites(sites: list[SiteMark]) -> list[dict[str, Any]]:
    together = placed_together(sites)
    rows = []
    for site in sites:
        turn, number = together.get(site.number, (0, 1))
        rows.append(
            {
                "number": site.number,
                "name": site.name,
                "colour": site.colour,
                "dark": site.light,
                "places": site.places,
                "filling": site.filling,
                "places_text": site.places_text,
                "lon": site.lon,
                "lat": site.lat,
                "within": site.within_m,
                "turn": turn,
                "together": number,
                "lines": site.lines,
            }
        )
    return rows
