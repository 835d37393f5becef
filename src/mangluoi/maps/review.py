"""The review map: where doubtful addresses may be, on a Folium map that opens without a network."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from mangluoi import gazetteer
from mangluoi.maps import extent
from mangluoi.maps.leaflet import MapPage, multipolygon
from mangluoi.reports import words
from mangluoi.reports.words import Lang, places
from mangluoi.scenario.locating import DOUBTFUL, LOCATED, UNLOCATED, Located

__all__ = ["ReviewMap", "review_map"]

_COLOURS = {LOCATED: "#5b6770", DOUBTFUL: "#c45a00", UNLOCATED: "#a50f15"}
_KINDS = (LOCATED, DOUBTFUL, UNLOCATED)
_MARGIN_DEG = 0.02
# Coordinates far off the communes would shrink them to a dot: the view stays on the communes.
_FARTHEST_DEG = 0.5


class ReviewMap(MapPage):
    """A map of addresses to review; it shows itself in Jupyter and is saved as one page.

    Parameters
    ----------
    content
        What the page draws.
    lang
        Language of the page.
    """

    def __init__(self, content: dict[str, Any], lang: Lang) -> None:
        super().__init__(content, lang, script="review.js", function="mangluoiReview")


def review_map(located: Located, *, lang: Lang = "vi") -> ReviewMap:
    """Draw the addresses of a list: located ones small, doubtful ones with their circle, candidates of the others.

    Parameters
    ----------
    located
        What `scenario.locate` returned. Confidential rows are not drawn.
    lang
        {"vi", "en"}

    Raises
    ------
    DisclosureError
        If the places lie in several provinces far apart and the map would need islands that it lacks.
    """
    if len(located.cells):
        extent.require_archipelagos(located.cells.geometry)
    shown = located.places[~located.places["confidential"]]
    points: list[dict[str, Any]] = []
    for place in sorted(shown.to_dict("records"), key=lambda each: (_KINDS.index(each["status"]), each["row"])):
        points += _drawn(place, lang)
    counts = shown["status"].value_counts()
    return ReviewMap(
        {
            "heading": words.say("review.map.title", lang),
            "subtitle": located.file,
            "texts": {
                "legend": words.say("review.map.legend", lang),
                "review": words.say("review.sheet.doubtful", lang),
                "map": words.say("map.page.map", lang),
                "zoom_in": words.say("map.page.zoom_in", lang),
                "zoom_out": words.say("map.page.zoom_out", lang),
            },
            "notes": [words.say(f"review.map.{key}", lang) for key in ("within", "approximate", "secret")],
            "cells": _collection(located.cells),
            "kinds": [
                {
                    "label": words.say(
                        "review.map.candidate" if status == UNLOCATED else f"review.status.{status}", lang
                    ),
                    "count": str(int(counts.get(status, 0))),
                    "colour": _COLOURS[status],
                    "hollow": status == UNLOCATED,
                    "dashed": status == UNLOCATED,
                }
                for status in _KINDS
            ],
            "points": points,
            "bounds": _bounds(located.cells, points),
        },
        lang,
    )


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _drawn(place: dict[Any, Any], lang: Lang) -> list[dict[str, Any]]:
    """Return the point of a place, or the candidates of one that is not located; without any, one without a point."""
    row = words.say("review.map.row", lang, row=str(place["row"]))
    title = ": ".join(filter(None, (row, _text(place["name"]) or _text(place["row_id"]))))
    code = str(place["reason"] or ("low_confidence" if place["status"] == DOUBTFUL else ""))
    why = places.reason(code, lang, of_point=bool(_text(place["read_as"]))) if code else ""
    lines = [text for text in (_text(place["address"]), why) if text]
    kind = _KINDS.index(place["status"])
    if place["status"] != UNLOCATED:
        within = place["located_within_m"]
        unit = ", ".join(filter(None, (_text(place["unit_name"]), _text(place["province_name"]))))
        return [
            {
                "kind": kind, "title": title, "lines": [*lines, unit], "listed": place["status"] == DOUBTFUL,
                "lon": round(float(place["lon"]), 5), "lat": round(float(place["lat"]), 5),
                "within": 0 if place["status"] == LOCATED or pd.isna(within) else round(float(within)),
            }
        ]  # fmt: skip
    found = []
    for how, lon, lat in place["points"]:
        found.append((places.coordinates(how, lang), lon, lat))
    for unit_code, vintage, name in place["candidates"]:
        if unit_code not in gazetteer.units.lineage(vintage).index:
            continue
        at = gazetteer.points.points([unit_code], vintage).points
        if len(at):
            found.append((name, float(at["lon"].iloc[0]), float(at["lat"].iloc[0])))
    if not found:
        # No candidate either: it has no point, but it is not left out of the list.
        return [{"kind": kind, "title": title, "lines": lines, "listed": True, "within": 0, "lon": None, "lat": None}]
    return [
        {
            "kind": kind, "title": title, "lines": [name, *lines], "listed": True, "within": 0,
            "lon": round(lon, 5), "lat": round(lat, 5),
        }
        for name, lon, lat in found
    ]  # fmt: skip


def _collection(cells: gpd.GeoDataFrame) -> dict[str, Any]:
    names = cells["name"] if "name" in cells.columns else []
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": str(name)}, "geometry": multipolygon(shape)}
            for name, shape in zip(names, cells.geometry, strict=False)
        ],
    }


def _bounds(cells: gpd.GeoDataFrame, points: list[dict[str, Any]]) -> list[list[float]]:
    home = shapely.box(*cells.total_bounds) if len(cells) else None
    near = [
        shapely.Point(p["lon"], p["lat"])
        for p in points
        if p["lon"] is not None
        if home is None or home.distance(shapely.Point(p["lon"], p["lat"])) < _FARTHEST_DEG
    ]
    # An empty list of places has no extent: the middle of the country will do.
    whole = shapely.GeometryCollection([*([home] if home is not None else []), *near] or [shapely.box(104, 9, 109, 23)])
    west, south, east, north = whole.buffer(_MARGIN_DEG).bounds
    return [[round(south, 5), round(west, 5)], [round(north, 5), round(east, 5)]]
