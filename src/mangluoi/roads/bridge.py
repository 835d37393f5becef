"""To and from networkx, so that users of OSMnx and momepy are at home; GraphML as OSMnx writes it."""

from __future__ import annotations

import ast
import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster
from mangluoi.roads import layout, slope, ways
from mangluoi.roads.areas import Area, check_country
from mangluoi.roads.assembly import with_parts
from mangluoi.roads.modes import CLASSES, Profile, find_profile
from mangluoi.roads.network import Floats, RoadNetwork, from_pieces, walking_min_per_km
from mangluoi.roads.slope import check_elevation

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["from_networkx", "read_graphml", "to_networkx"]

_TAGS = (
    "highway", "maxspeed", "access", "surface", "smoothness", "tracktype", "route", "bridge", "tunnel", "motorcycle",
    "motorcar", "foot", "motor_vehicle", "vehicle", "junction",
)  # fmt: skip


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[str]:
    """Return the network as a graph in the manner of OSMnx.

    Returns
    -------
    MultiDiGraph
        Nodes by id with x and y in degrees; edges with minutes, length (metres), highway, osmid and geometry; the
        graph's crs is EPSG:4326. Parallel roads are parallel edges.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(crs="EPSG:4326", profile=network.profile, source=network.source)
    ids = network.node_ids.tolist()
    graph.add_nodes_from(
        (name, {"x": x, "y": y}) for name, x, y in zip(ids, network.lon.tolist(), network.lat.tolist(), strict=True)
    )
    pieces = network.pieces
    owner = np.repeat(np.arange(len(pieces)), np.diff(pieces.first_point))
    shapes = np.asarray(shapely.linestrings(pieces.lon, pieces.lat, indices=owner)) if len(pieces) else np.empty(0)
    for i in range(len(pieces)):
        about: dict[str, Any] = {
            "length": float(pieces.length_m[i]),
            "osmid": int(pieces.way_id[i]),
            "highway": pieces.classes[pieces.highway[i]] if pieces.classes else "",
        }
        start, end = ids[pieces.start[i]], ids[pieces.end[i]]
        if math.isfinite(pieces.forward[i]):
            graph.add_edge(start, end, minutes=float(pieces.forward[i]), geometry=shapes[i], **about)
        if math.isfinite(pieces.backward[i]):
            graph.add_edge(end, start, minutes=float(pieces.backward[i]), geometry=shapely.reverse(shapes[i]), **about)
    return graph


def from_networkx(
    graph: Any,
    *,
    profile: str | Path | Profile,
    terrain: str = "plain",
    minutes: str | None = None,
    elevation: Raster | None = None,
) -> RoadNetwork:
    """Build a network from a graph in the manner of OSMnx.

    Parameters
    ----------
    graph
        Nodes with x and y, in degrees or in the reference system that the graph names as its `crs`. Edges of a directed
        graph run one way, those of an undirected one both ways.
    profile, terrain, elevation
        As in `read_network`.
    minutes
        The attribute that holds minutes. Without it, an edge needs highway and length (metres), and takes the speed of
        its class; classes that are closed to the profile are left out and counted.

    Raises
    ------
    InputError
        For nodes without a place and edges without the attributes, with their ids; for a reference system that is not
        known; and for a graph of another country.
    """
    travels = find_profile(profile)
    check_elevation(terrain, elevation)
    names = list(graph.nodes)
    lon, lat, found = _places(graph)
    reading = _Edges(travels, names, lon, lat, minutes, found)
    terrains = _terrains(graph, terrain, elevation, reading)
    for (tail, head, about), ground in zip(graph.edges(data=True), terrains, strict=True):
        reading.add(tail, head, about, ground)
    if reading.found:
        raise InputError(reading.found)
    if len(names):
        check_country(lon, lat, name="graph")
    return reading.network(both_ways=not graph.is_directed(), elevation=elevation)


def _places(graph: Any) -> tuple[Floats, Floats, list[Complaint]]:
    """Return longitudes and latitudes of the nodes, and what is wrong with them."""
    found = [
        Complaint("missing_value", sheet="nodes", column=name, value=str(node))
        for node, about in graph.nodes(data=True)
        for name in ("x", "y")
        if name not in about
    ]
    x, y = (np.array([float(about.get(k, 0.0)) for _, about in graph.nodes(data=True)]) for k in ("x", "y"))
    crs = graph.graph.get("crs")
    if crs is not None and not projection.is_known(str(crs)):
        details = {"reason": "crs_unknown", "crs": str(crs)}
        return x, y, [*found, Complaint("contradiction", sheet="nodes", column="crs", details=details)]
    if crs is not None and str(crs).upper() != projection.DEGREES:
        x, y = projection.to_degrees(x, y, str(crs))
    wrong = ~((np.abs(x) <= 180) & (np.abs(y) <= 90))
    if wrong.any():
        first = list(graph.nodes)[int(wrong.argmax())]
        strays = {"reason": "nodes_no_degrees", "count": int(wrong.sum()), "first": first}
        found.append(Complaint("contradiction", sheet="nodes", column="crs", details=strays))
    return x, y, found


def _terrains(graph: Any, terrain: str, elevation: Raster | None, reading: _Edges) -> list[str]:
    """Return the terrain of each edge."""
    count = graph.number_of_edges()
    if elevation is None or terrain != "by_elevation" or not count:
        return [terrain] * count
    shapes = [reading.shape(about.get("geometry"), tail, head) for tail, head, about in graph.edges(data=True)]
    way = np.repeat(np.arange(count), [len(shape) for shape in shapes])
    points = np.vstack(shapes)
    terrains = slope.terrain_of_ways(elevation, way, points[:, 0], points[:, 1], np.arange(count))
    return [str(name) for name in terrains]


class _Edges:
    """Edges of a graph while they are being read."""

    def __init__(
        self,
        profile: Profile,
        names: list[Any],
        lon: Floats,
        lat: Floats,
        minutes: str | None,
        found: list[Complaint],
    ) -> None:
        self.profile, self.names, self.lon, self.lat, self.minutes = profile, names, lon, lat, minutes
        self.position = {name: i for i, name in enumerate(names)}
        self.classes = sorted(CLASSES)
        self.found = found
        self.remarks: list[tuple[str, str, str]] = []
        self.notes: dict[str, float] = {"edges": 0, "edges_closed": 0, "edges_of_unknown_class": 0}
        self.rows: list[tuple[int, int, float, float, int, int, bool, bool, bool]] = []
        self.shapes: list[Any] = []

    def shape(self, geometry: Any, tail: Any, head: Any) -> Any:
        """Return the points of an edge in degrees: its line where that is in degrees, or the straight one."""
        ends = np.array([[self.lon[i], self.lat[i]] for i in (self.position[tail], self.position[head])])
        if isinstance(geometry, str):
            geometry = shapely.from_wkt(geometry)
        if geometry is None:
            return ends
        points = np.asarray(geometry.coords)[:, :2]
        # The line of an edge of a projected graph is projected too; only one in degrees is kept.
        return points if (np.abs(points) <= 180).all() else ends

    def complain(self, problem: str, column: str, value: Any) -> None:
        """Note a complaint about an edge."""
        self.found.append(Complaint(problem, sheet="edges", column=column, value=value))

    def add(self, tail: Any, head: Any, about: dict[str, Any], terrain: str) -> None:
        """Add an edge, or say why not."""
        self.notes["edges"] += 1
        edge = f"{tail} → {head}"
        tags = {k: _first(v) for k, v in about.items() if k in _TAGS}
        highway = ways.highway_of(tags)
        length_m = _number(about.get("length"))
        assumed = False
        if length_m < 0:
            self.complain("negative", "length", f"{edge}: {length_m:g}")
            return
        if self.minutes is not None:
            time = _number(about.get(self.minutes))
            if not (time >= 0 and math.isfinite(time)):
                self.complain("missing_value" if math.isnan(time) else "negative", self.minutes, f"{edge}: {time:g}")
                return
        else:
            if highway is None or not math.isfinite(length_m):
                self.complain("missing_value", "highway" if highway is None else "length", edge)
                return
            if not ways.known(highway):
                self.notes["edges_of_unknown_class"] += 1
                self.remarks.append(("unknown class", f"edge {edge}", f"{highway}: not used"))
                return
            rule = ways.read_rule(tags, profile=self.profile, terrain=terrain)
            if rule is None:
                self.notes["edges_closed"] += 1
                return
            time, assumed = length_m / 1000.0 * rule.min_per_km, rule.assumed
        if tail == head:
            self.remarks.append(("loop", f"edge {edge}", "kept for drawing; it leads nowhere else"))
        elif length_m == 0:
            self.remarks.append(("zero length", f"edge {edge}", "kept: it takes no time"))
        way = _first(about.get("osmid", -1))
        code = self.classes.index(highway) if highway in self.classes else len(self.classes)
        self.shapes.append(self.shape(about.get("geometry"), tail, head))
        self.rows.append(
            (
                self.position[tail],
                self.position[head],
                time,
                length_m,
                int(way) if str(way).lstrip("-").isdigit() else -1,
                code,
                assumed,
                ways.unpaved(tags),
                ways.spans(tags),
            )
        )

    def network(self, *, both_ways: bool, elevation: Raster | None) -> RoadNetwork:
        """Return the network of all edges added."""
        columns = list(zip(*self.rows, strict=True)) if self.rows else [()] * 9
        start, end, way_id, code = (np.array(columns[i], dtype=np.int64) for i in (0, 1, 4, 5))
        times, length_m = (np.array(columns[i], dtype=float) for i in (2, 3))
        assumed, unpaved, spanning = (np.array(columns[i], dtype=bool) for i in (6, 7, 8))
        first = np.concatenate([[0], np.cumsum([len(shape) for shape in self.shapes])]).astype(np.int64)
        points = np.vstack([np.empty((0, 2)), *self.shapes])
        there, back = times, times
        if self.minutes is None:
            km = float(length_m.sum()) / 1000.0
            self.notes["km"] = km
            self.notes["assumed_speed_share"] = float(length_m[assumed].sum()) / 1000.0 / km if km else 0.0
            if elevation is not None:
                up, down, known = slope.climbs(elevation, self.profile, first, points[:, 0], points[:, 1], spanning)
                there, back = times * up, times * down
                self.notes["elevation_known_share"] = float(length_m[known].sum()) / 1000.0 / km if km else 0.0
            there, back = (np.rint(t * layout.MS_PER_MINUTE) / layout.MS_PER_MINUTE for t in (there, back))
        return from_pieces(
            np.array([str(name) for name in self.names], dtype=np.str_),
            self.lon,
            self.lat,
            start,
            end,
            there,
            back if both_ways else np.full(len(times), math.inf),
            length_m=length_m,
            shape=(first, points[:, 0], points[:, 1]),
            way_id=way_id,
            highway=code.astype(np.int32),
            unpaved=unpaved,
            classes=(*self.classes, ""),
            profile=self.profile.name,
            access_min_per_km=walking_min_per_km(),
            source="networkx graph",
            notes=self.notes,
            remarks=pd.DataFrame(self.remarks, columns=["problem", "id", "done"], dtype="str"),
        )


def read_graphml(
    path: Path, *, profile: Profile, terrain: str, within: Area | None, elevation: Raster | None
) -> RoadNetwork:
    """Read a GraphML file as OSMnx writes it.

    Raises
    ------
    InputError
        If the file is broken, or as `from_networkx`.
    """
    # Few read or make a graph, and all would wait for it.
    import networkx as nx

    try:
        graph = nx.read_graphml(path)
    except (ET.ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        raise InputError(
            [Complaint("unreadable_file", file=path.name, details={"reason": "reader_says", "said": str(error)})]
        ) from error
    outside = 0
    if within is not None:
        lon, lat, found = _places(graph)
        if found:
            raise InputError(found)
        here = shapely.intersects_xy(within, lon, lat)
        inside = {n for n, keep in zip(graph.nodes, here, strict=True) if keep}
        near = {n for edge in graph.edges(inside) for n in edge[:2]}
        if isinstance(graph, nx.DiGraph):
            near |= {n for edge in graph.in_edges(inside) for n in edge[:2]}
        kept = graph.subgraph(inside | near)
        outside, graph = graph.number_of_edges() - kept.number_of_edges(), kept
    network = from_networkx(graph, profile=profile, terrain=terrain, elevation=elevation)
    if not len(network.tail):
        details = {"reason": "no_road_for", "profile": profile.name, "count": len(graph.edges)}
        raise InputError([Complaint("unreadable_file", file=path.name, details=details)])
    network = with_parts(network)
    return replace(network, notes={**network.notes, "edges_outside": outside})


def _number(value: Any) -> float:
    """Return an attribute as a number, NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _first(value: Any) -> str:
    """Return a tag as text; of several (OSMnx joins ways), the first."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return str(value)
    if isinstance(value, (list, tuple)):
        return str(value[0]) if value else ""
    return str(value)
