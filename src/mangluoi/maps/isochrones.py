"""Isochrones: how far people come within given minutes of the sites that a map shows.

Where the plan has a road file they follow its network; where times are estimated between commune centres they are
the outlines of whole communes, and say so: an estimate has no line within a commune. Only sites that may be shown
are counted, so a confidential one leaves no trace in any line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from mangluoi import roads
from mangluoi.maps import notes
from mangluoi.maps.bands import MINUTES
from mangluoi.maps.ground import area_of
from mangluoi.maps.measures import Measure
from mangluoi.projection import DEGREES
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario import admission, facts, networks
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = ["Isochrone", "isochrones", "notes_on"]

# So many raster cells along the longer side of a province, and vertices of all lines of a page together.
_CELLS, _FINEST_M = 320, 100.0
_MOST_VERTICES = 6_000
_CLOSING = ("close", "merge")


@dataclass(frozen=True)
class Isochrone:
    """The area from which the nearest shown site is reached within some minutes.

    Parameters
    ----------
    service
        Which service.
    moment
        {"now", "after"}: before or after the chosen actions.
    minutes
        The limit.
    threshold
        Whether it is the plan's threshold for the service.
    shape
        The area, in degrees.
    within_m
        How exact its border is, in metres; None: by whole communes.
    """

    service: str
    moment: Literal["now", "after"]
    minutes: float
    threshold: bool
    shape: shapely.Geometry
    within_m: float | None


def isochrones(d: Disclosed, found: Sequence[Measure]) -> list[Isochrone]:
    """Return the isochrones of every service whose travel times may be shown, by service, moment and minutes.

    Where the chosen actions change nothing, there are none for the moment after them.

    Parameters
    ----------
    d
        What may be shown.
    found
        Its measures, see `measures.measures`.

    Raises
    ------
    InputError
        If the plan's road file cannot be read any more.
    """
    drawn = _on_roads(d, found) if d.plan.inputs.roads else _of_communes(d, found)
    return sorted(drawn, key=lambda each: (each.service, each.moment != "now", each.minutes))


def notes_on(drawn: Sequence[Isochrone], lang: Lang) -> list[str]:
    """Return what a reader of isochrones must know; nothing where there are none."""
    if not drawn:
        return []
    cells = [each.within_m for each in drawn if each.within_m is not None]
    if not cells:
        return [words.say("map.note.isochrones_estimated", lang)]
    return [words.say("map.note.isochrones_roads", lang, km=format_number(max(cells) / 1000, 1, lang=lang))]


def _limits(d: Disclosed, service: str) -> list[float]:
    return sorted({*map(float, MINUTES), d.plan.service(service).max_minutes})


def _of_communes(d: Disclosed, found: Sequence[Measure]) -> list[Isochrone]:
    """Join the cells whose travel time is within each limit."""
    shapes = _light(d)
    joined: dict[bytes, shapely.Geometry] = {}
    drawn = []
    today = {m.service: np.asarray(m.value, dtype=float) for m in found if m.kind == "minutes" and m.moment == "now"}
    for m in (m for m in found if m.kind == "minutes"):
        value = np.asarray(m.value, dtype=float)
        if m.moment == "after" and np.array_equal(value, today[m.service], equal_nan=True):
            continue
        before = 0
        for limit in _limits(d, m.service):
            # A missing time is beyond every limit.
            inside = value <= limit
            # A limit that takes in no further commune has no line of its own.
            if inside.sum() > before:
                before = int(inside.sum())
                same = inside.tobytes()
                if same not in joined:
                    joined[same] = area_of(shapes[inside])
                threshold = limit == d.plan.service(m.service).max_minutes
                drawn.append(Isochrone(m.service, m.moment, limit, threshold, joined[same], None))
    return drawn


def _light(d: Disclosed) -> NDArray[Any]:
    """Return the cells in degrees, detailed ones simplified together until their joins are quick and small."""
    crs = notes.crs_of(d)
    shapes = d.cells.geometry.to_crs(crs).to_numpy()
    tolerance_m = _FINEST_M
    while int(shapely.get_num_coordinates(shapes).sum()) > _MOST_VERTICES:
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
        tolerance_m *= 2
    light: NDArray[Any] = gpd.GeoSeries(shapes, crs=crs).to_crs(DEGREES).to_numpy()
    return light


def _on_roads(d: Disclosed, found: Sequence[Measure]) -> list[Isochrone]:
    """Draw them on the networks of the plan, each service by its own profile."""
    where = facts.Area(d.province_name, d.units, d.cells, pd.DataFrame())
    crs = notes.crs_of(d)
    within = gpd.GeoSeries([area_of(d.cells.geometry.to_numpy())], crs=DEGREES).to_crs(crs).iloc[0]
    west, south, east, north = within.bounds
    cell_m = max(_FINEST_M, max(east - west, north - south) / _CELLS)
    laid: dict[str, roads.RoadNetwork] = {}
    drawn: list[Isochrone] = []
    for m in (m for m in found if m.kind == "minutes"):
        rule = d.plan.service(m.service)
        sites = _open_sites(d, m.service, m.moment)
        if m.moment == "after" and sites.equals(_open_sites(d, m.service, "now")):
            continue
        if rule.profile not in laid:
            laid[rule.profile] = networks.network_of(d.plan, where, rule.profile)[0]
        network, limits = laid[rule.profile], _limits(d, m.service)
        legs = roads.walking_legs(network, sites, None, snap_limit_m=d.plan.roads.snap_limit_m)
        ends = legs.loc[legs["basis"] != "none", ["id", "lon", "lat"]].assign(service=m.service)
        bands = roads.isochrones(
            network, ends, minutes=limits, by="service", cell_m=cell_m, snap_limit_m=d.plan.roads.snap_limit_m
        ).to_crs(crs)
        for limit in limits:
            parts = bands.geometry[bands["minutes"] <= limit].to_numpy()
            area = shapely.intersection(shapely.union_all(parts, grid_size=1.0), within)
            if not shapely.is_empty(area):
                drawn.append(Isochrone(m.service, m.moment, limit, limit == rule.max_minutes, area, cell_m))
    return _in_degrees(drawn, crs, cell_m)


def _open_sites(d: Disclosed, service: str, moment: Literal["now", "after"]) -> pd.DataFrame:
    """Return site_id, lon, lat of what is open for a service to a group that it is planned for."""
    offered = d.capacity.loc[d.capacity["service"] == service, ["site_id", "service"]].drop_duplicates()
    here = facts.Supply(d.facilities, d.sites, d.capacity, pd.DataFrame(), ())
    groups = {rule.group for rule in d.plan.needs if rule.service == service} or {"population"}
    may = admission.admissible(d.plan, here, offered)
    ids = set(may.loc[may["group"].isin(groups) & (may["service"] == service), "site_id"])
    if moment == "after":
        acts = d.actions[d.actions["service"] == service]
        ids -= set(acts.loc[acts["kind"].isin(_CLOSING), "site_id"])
        ids |= set(acts.loc[~acts["kind"].isin(_CLOSING), "site_id"])
    places = [frame[["site_id", "lon", "lat"]] for frame in (d.sites, d.actions) if len(frame)]
    every = pd.concat(places, ignore_index=True).drop_duplicates("site_id")
    chosen = every[every["site_id"].isin(ids) & every["lon"].notna() & every["lat"].notna()]
    return chosen.astype({"lon": float, "lat": float}).sort_values("site_id", ignore_index=True)


def _in_degrees(drawn: Sequence[Isochrone], crs: str, cell_m: float) -> list[Isochrone]:
    """Take off detail that the raster does not have, and what a page cannot carry."""
    tolerance = cell_m / 2
    shapes = np.array([each.shape for each in drawn], dtype=object)
    while len(shapes):
        shapes = shapely.simplify(shapes, tolerance)
        if int(shapely.get_num_coordinates(shapes).sum()) <= _MOST_VERTICES:
            break
        # Specks smaller than what is simplified away are no places that anybody could name.
        shapes = np.array([_without_specks(shape, 4 * tolerance**2) for shape in shapes], dtype=object)
        tolerance *= 1.5
    turned = gpd.GeoSeries(shapes, crs=crs).to_crs(DEGREES)
    return [
        Isochrone(each.service, each.moment, each.minutes, each.threshold, shape, max(cell_m, tolerance))
        for each, shape in zip(drawn, turned, strict=True)
        if not shapely.is_empty(shape)
    ]


def _without_specks(shape: shapely.Geometry, area_m2: float) -> shapely.Geometry:
    kept = []
    for polygon in (part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)):
        if shapely.area(polygon) >= area_m2:
            holes = [hole for hole in polygon.interiors if shapely.area(shapely.Polygon(hole)) >= area_m2]
            kept.append(shapely.Polygon(polygon.exterior, holes))
    return shapely.MultiPolygon(kept)
