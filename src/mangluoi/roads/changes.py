"""What if: closed roads, slower roads, a wet season, a ferry that stops, a new bridge. Each returns a new network."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import layout, segments, speeds
from mangluoi.roads.areas import Within, area_of
from mangluoi.roads.columns import flags, missing_columns, numbers
from mangluoi.roads.modes import CLASSES, check_known
from mangluoi.roads.network import Pieces, RoadNetwork, from_pieces

__all__ = ["add_roads", "change_speeds", "close_roads", "wet_season"]


def close_roads(
    network: RoadNetwork,
    *,
    highway: str | Collection[str] | None = None,
    way_ids: Collection[int] | None = None,
    within: Within | None = None,
) -> RoadNetwork:
    """Close the roads that meet every condition given: a flooded area, a landslide, a ferry that stops.

    Parameters
    ----------
    network
        The road network; a contraction order that it has stays in use.
    highway
        Classes, such as ``"ferry"``.
    way_ids
        Ids of roads in the source.
    within
        An area, as in `read_network`; every piece that touches it is closed.

    Raises
    ------
    InputError
        For no condition at all, and for a class or id that the network does not have.
    """
    chosen = _chosen(network, highway=highway, way_ids=way_ids, within=within, unpaved=None)
    pieces = network.pieces
    forward, backward = pieces.forward.copy(), pieces.backward.copy()
    forward[chosen] = backward[chosen] = math.inf
    return network.retimed(forward, backward, pieces_closed=int(chosen.sum()))


def change_speeds(
    network: RoadNetwork,
    factor: float,
    *,
    highway: str | Collection[str] | None = None,
    way_ids: Collection[int] | None = None,
    within: Within | None = None,
    unpaved: bool | None = None,
) -> RoadNetwork:
    """Multiply speeds by a factor on the roads that meet every condition given, or on all.

    Parameters
    ----------
    network, highway, way_ids, within
        As in `close_roads`.
    factor
        0.8 for a fifth slower.
    unpaved
        True for unpaved roads only, False for the others only.

    Raises
    ------
    InputError
        For a factor that is not positive, and for a class or id that the network does not have.
    """
    if not (factor > 0 and math.isfinite(factor)):
        raise InputError([Complaint("below_range", column="factor", value=factor, details={"low": 0})])
    everything = highway is None and way_ids is None and within is None and unpaved is None
    chosen = np.ones(len(network.pieces), dtype=bool)
    if not everything:
        chosen = _chosen(network, highway=highway, way_ids=way_ids, within=within, unpaved=unpaved)
    forward, backward = (
        np.where(chosen, _rounded(network, minutes / factor), minutes)
        for minutes in (network.pieces.forward, network.pieces.backward)
    )
    return network.retimed(forward, backward, pieces_changed=int(chosen.sum()))


def wet_season(network: RoadNetwork, *, factor: float | None = None) -> RoadNetwork:
    """Slow unpaved roads down, by the assumed factor of ``data/roads`` or one given.

    Raises
    ------
    InputError
        For a factor that is not positive, and for a network that knows no surfaces.
    """
    if not network.pieces.classes:
        raise InputError([Complaint("contradiction", details={"reason": "no_surfaces"})])
    return change_speeds(network, speeds.assumption("wet_factor") if factor is None else factor, unpaved=True)


def _chosen(
    network: RoadNetwork,
    *,
    highway: str | Collection[str] | None,
    way_ids: Collection[int] | None,
    within: Within | None,
    unpaved: bool | None,
) -> NDArray[np.bool_]:
    """Say which pieces meet every condition."""
    pieces = network.pieces
    if highway is None and way_ids is None and within is None and unpaved is None:
        raise InputError([Complaint("contradiction", details={"reason": "no_roads_named"})])
    chosen = np.ones(len(pieces), dtype=bool)
    if highway is not None:
        wanted = [highway] if isinstance(highway, str) else list(highway)
        for word in wanted:
            check_known(word, CLASSES | set(pieces.classes), "highway")
        absent = [word for word in wanted if word not in pieces.classes]
        if absent:
            target = "the classes of the network"
            raise InputError(
                [Complaint("unknown_reference", column="highway", value=w, details={"target": target}) for w in absent]
            )
        codes = [i for i, name in enumerate(pieces.classes) if name in wanted]
        chosen &= np.isin(pieces.highway, codes)
    if way_ids is not None:
        missing = sorted(set(way_ids) - set(np.unique(pieces.way_id).tolist()))
        if missing:
            raise InputError(
                [
                    Complaint("unknown_reference", column="way_ids", value=w, details={"target": "network"})
                    for w in missing
                ]
            )
        chosen &= np.isin(pieces.way_id, np.array(sorted(way_ids), dtype=np.int64))
    if within is not None:
        area = area_of(within)
        owner = np.repeat(np.arange(len(pieces)), np.diff(pieces.first_point))
        chosen &= shapely.intersects(area, shapely.linestrings(pieces.lon, pieces.lat, indices=owner))
    if unpaved is not None:
        chosen &= pieces.unpaved == unpaved
    return chosen


def _rounded(network: RoadNetwork, minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep whole milliseconds whole."""
    if network.ms is None:
        return minutes
    return np.rint(minutes * layout.MS_PER_MINUTE) / layout.MS_PER_MINUTE


def add_roads(network: RoadNetwork, lines: gpd.GeoDataFrame, *, join_limit_m: float = 50.0) -> RoadNetwork:
    """Add planned roads or bridges.

    Parameters
    ----------
    network
        The road network.
    lines
        Lines with a reference system and a column `speed_kph`. Both directions are open, unless a column `oneway` is
        true; a column `unpaved` says which of them the wet season slows. Each end joins the nearest road within the
        limit, or the end of another new line within a metre, or stays a dead end; nothing is joined in between.
    join_limit_m
        How far an end may lie from the road that it joins.

    Returns
    -------
    RoadNetwork
        Without a contraction order, since it has new junctions; its notes count the ends joined and left open.

    Raises
    ------
    InputError
        For lines without a reference system, with an unfit geometry, of no length, or without a positive speed, and
        for a column that looks like one of these misspelt.
    """
    if lines.crs is None:
        raise InputError([Complaint("contradiction", sheet="lines", details={"reason": "no_crs"})])
    geometry = str(lines.geometry.name)
    wrong = missing_columns(lines, ("speed_kph",), ("oneway", "unpaved", geometry), "lines")
    if wrong:
        raise InputError(wrong)
    kph, found = numbers(lines["speed_kph"], "lines", "speed_kph", low=1)
    shapes = list(lines.to_crs(projection.DEGREES).geometry)
    for row, shape in enumerate(shapes, start=2):
        if not isinstance(shape, shapely.LineString) or shape.is_empty:
            details = {"expected": "one line"}
            found.append(Complaint("wrong_type", None, "lines", row, "geometry", str(shape)[:40], details))
        elif not (shape.length > 0 and math.isfinite(shape.length)):
            found.append(Complaint("below_range", None, "lines", row, "geometry", shape.length, {"low": 0}))
    given = {name: np.zeros(len(lines), dtype=bool) for name in ("oneway", "unpaved")}
    for name in set(given) & set(lines.columns):
        given[name], found_flags = flags(lines[name], "lines", name)
        found += found_flags
    if found:
        raise InputError(found)
    drawing = _Drawing(network)
    for shape, speed, oneway, unpaved in zip(shapes, kph, given["oneway"], given["unpaved"], strict=True):
        drawing.add(np.asarray(shape.coords)[:, :2], float(speed), bool(oneway), bool(unpaved), join_limit_m)
    return drawing.finished()


# Ends of two new lines this near to each other, in metres, are one.
_SAME_END_M = 1.0


class _Drawing:
    """A network while roads are being added to it."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.ids: list[str] = []
        self.places: list[tuple[float, float]] = []
        # By piece: where it is split, and the node there.
        self.splits: dict[int, list[tuple[float, int]]] = {}
        self.new: list[_Road] = []
        self.open_ends: list[int] = []
        self.notes = {"ends_joined": 0, "ends_open": 0}

    def add(self, points: NDArray[Any], kph: float, oneway: bool, unpaved: bool, join_limit_m: float) -> None:
        """Add one line."""
        ends = [self._end(float(points[i, 0]), float(points[i, 1]), join_limit_m) for i in (0, -1)]
        # The line runs as far as the nodes that it joins.
        drawn = np.vstack([self._place(ends[0]), points, self._place(ends[1])])
        length_m = float(projection.great_circle_m(drawn[:-1, 0], drawn[:-1, 1], drawn[1:, 0], drawn[1:, 1]).sum())
        minutes = float(_rounded(self.network, np.array([length_m / 1000.0 / kph * 60.0]))[0])
        back, highway = math.inf if oneway else minutes, len(self.network.pieces.classes)
        self.new.append(_Road(ends[0], ends[1], minutes, back, length_m, drawn, -1, highway, unpaved))

    def _place(self, node: int) -> tuple[float, float]:
        old = len(self.network.node_ids)
        if node >= old:
            return self.places[node - old]
        return float(self.network.lon[node]), float(self.network.lat[node])

    def _end(self, lon: float, lat: float, join_limit_m: float) -> int:
        """Return the node for an end of a line: an old one, one that splits a road, or a new one."""
        network = self.network
        foot = segments.nearest_foot(network.segments, np.array([lon]), np.array([lat]), search_m=join_limit_m)
        near = [
            node for node in self.open_ends if projection.great_circle_m(*self._place(node), lon, lat) <= _SAME_END_M
        ]
        self.notes["ends_joined" if near or np.isfinite(foot.distance_m[0]) else "ends_open"] += 1
        if near:
            return near[0]
        if foot.node[0] >= 0:
            return int(foot.node[0])
        if foot.piece[0] < 0:
            self.open_ends.append(self._node(lon, lat))
            return self.open_ends[-1]
        piece, along = int(foot.piece[0]), float(foot.along[0])
        if along in (0.0, 1.0):
            return int((network.pieces.start if along == 0.0 else network.pieces.end)[piece])
        node = self._node(*_degrees(network, foot.x[0], foot.y[0]))
        self.splits.setdefault(piece, []).append((along, node))
        return node

    def _node(self, lon: float, lat: float) -> int:
        self.ids.append(f"new/{len(self.ids)}")
        self.places.append((lon, lat))
        return len(self.network.node_ids) + len(self.ids) - 1

    def finished(self) -> RoadNetwork:
        """Return the network with all lines added."""
        network, old = self.network, self.network.pieces
        kept = old.take(np.setdiff1d(np.arange(len(old)), np.array(sorted(self.splits), dtype=np.int64)))
        added = list(self.new)
        for piece in sorted(self.splits):
            added += _split(old, piece, sorted(self.splits[piece]), self._place)
        counts = np.concatenate([np.diff(kept.first_point), [len(road.points) for road in added]])
        places = np.array(self.places).reshape(-1, 2)
        points = np.vstack([np.column_stack([kept.lon, kept.lat]), *(road.points for road in added)])

        def both(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(kept, name), [getattr(road, name) for road in added]])

        return from_pieces(
            np.concatenate([network.node_ids, np.array(self.ids, dtype=np.str_)]),
            np.concatenate([network.lon, places[:, 0]]),
            np.concatenate([network.lat, places[:, 1]]),
            both("start").astype(np.int64),
            both("end").astype(np.int64),
            both("forward"),
            both("backward"),
            length_m=both("length_m"),
            shape=(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), points[:, 0], points[:, 1]),
            way_id=both("way_id").astype(np.int64),
            highway=both("highway").astype(np.int32),
            unpaved=both("unpaved").astype(bool),
            classes=(*old.classes, "added"),
            notes={**network.notes, **self.notes},
            profile=network.profile,
            access_min_per_km=network.access_min_per_km,
            estimated=network.estimated,
            source=network.source,
            remarks=network.remarks,
            smallest_part=network.smallest_part,
        )


@dataclass(frozen=True)
class _Road:
    """One piece of road, as `Pieces` holds many."""

    start: int
    end: int
    forward: float
    backward: float
    length_m: float
    points: NDArray[Any]
    way_id: int
    highway: int
    unpaved: bool


def _split(
    pieces: Pieces, piece: int, cuts: list[tuple[float, int]], place_of: Callable[[int], tuple[float, float]]
) -> list[_Road]:
    """Cut a piece of road at nodes along it."""
    begin, stop = int(pieces.first_point[piece]), int(pieces.first_point[piece + 1])
    points = np.column_stack([pieces.lon[begin:stop], pieces.lat[begin:stop]])
    steps = projection.great_circle_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    at = np.concatenate([[0.0], np.cumsum(steps)]) / max(float(steps.sum()), 1e-9)
    ends = [(0.0, int(pieces.start[piece])), *cuts, (1.0, int(pieces.end[piece]))]
    roads = []
    for (low, start), (high, end) in itertools.pairwise(ends):
        between = points[(at > low) & (at < high)]
        first = points[0] if low == 0.0 else place_of(start)
        last = points[-1] if high == 1.0 else place_of(end)
        share = high - low
        roads.append(
            _Road(
                start,
                end,
                float(pieces.forward[piece]) * share,
                float(pieces.backward[piece]) * share,
                float(pieces.length_m[piece]) * share,
                np.vstack([first, between, last]),
                int(pieces.way_id[piece]),
                int(pieces.highway[piece]),
                bool(pieces.unpaved[piece]),
            )
        )
    return roads


def _degrees(network: RoadNetwork, x: float, y: float) -> tuple[float, float]:
    lon, lat = projection.to_degrees(np.array([x]), np.array([y]), network.segments.crs)
    return float(lon[0]), float(lat[0])
