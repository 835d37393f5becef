"""To and from networkx, so that users of OSMnx and momepy are at home; GraphML as OSMnx writes it."""

from __future__ import annotations

import ast
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import shapely

from mangluoi.errors import Complaint, InputError
from mangluoi.roads import layout, speeds, ways
from mangluoi.roads.network import RoadNetwork, from_pieces, walking_min_per_km
from mangluoi.roads.osm import Within

__all__ = ["from_networkx", "read_graphml", "to_networkx"]


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[str]:
    """Return the network as a graph in the manner of OSMnx.

    Returns
    -------
    MultiDiGraph
        Nodes by id with x and y in degrees; edges with minutes, length (metres), highway, osmid and geometry; the
        graph's crs is EPSG:4326. Parallel roads are parallel edges.
    """
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


def from_networkx(graph: Any, *, profile: str, terrain: str = "plain", minutes: str | None = None) -> RoadNetwork:
    """Build a network from a graph in the manner of OSMnx.

    Parameters
    ----------
    graph
        Nodes with x and y in degrees. Edges of a directed graph run one way, those of an undirected one both ways.
    profile, terrain
        As in `read_network`.
    minutes
        The attribute that holds minutes. Without it, an edge needs highway and length (metres), and takes the assumed
        speed of its class; classes that are closed to the profile are left out and counted.

    Raises
    ------
    InputError
        For nodes without a place and edges without the attributes, with their ids.
    """
    speeds.check_profile(profile)
    speeds.check_terrain(terrain)
    found = [
        Complaint("missing_value", sheet="nodes", column=name, value=str(node))
        for node, about in graph.nodes(data=True)
        for name in ("x", "y")
        if name not in about
    ]
    names = list(graph.nodes)
    position = {name: i for i, name in enumerate(names)}
    start, end, took, lengths, codes, ids, shapes = [], [], [], [], [], [], []
    classes = sorted(speeds.classes())
    notes: dict[str, float] = {"edges": 0, "edges_closed": 0, "edges_of_unknown_class": 0}
    for tail, head, about in graph.edges(data=True):
        notes["edges"] += 1
        tags = {k: _first(v) for k, v in about.items() if k in ("highway", "maxspeed", "access", "surface", "route")}
        highway = ways.highway_of(tags)
        length_m = float(about.get("length", math.nan))
        if minutes is not None:
            if minutes not in about:
                found.append(Complaint("missing_value", sheet="edges", column=minutes, value=f"{tail} → {head}"))
                continue
            time = float(about[minutes])
            if not (time >= 0 and math.isfinite(time)):
                found.append(Complaint("negative", sheet="edges", column=minutes, value=time))
                continue
        else:
            if highway is None or not math.isfinite(length_m):
                column = "highway" if highway is None else "length"
                found.append(Complaint("missing_value", sheet="edges", column=column, value=f"{tail} → {head}"))
                continue
            if not ways.known(highway):
                notes["edges_of_unknown_class"] += 1
                continue
            rule = ways.read_rule(tags, profile=profile, terrain=terrain)
            if rule is None:
                notes["edges_closed"] += 1
                continue
            time = round(length_m / 1000.0 * rule.min_per_km * layout.MS_PER_MINUTE) / layout.MS_PER_MINUTE
        start.append(position[tail])
        end.append(position[head])
        took.append(time)
        lengths.append(length_m)
        codes.append(classes.index(highway) if highway in classes else len(classes))
        way = _first(about.get("osmid", -1))
        ids.append(int(way) if str(way).lstrip("-").isdigit() else -1)
        shapes.append(_shape(about.get("geometry"), graph.nodes[tail], graph.nodes[head]))
    if found:
        raise InputError(found)
    counts = [len(shape) for shape in shapes]
    points = np.vstack([np.empty((0, 2)), *shapes])
    times = np.array(took, dtype=float)
    return from_pieces(
        np.array([str(n) for n in names], dtype=np.str_),
        np.array([graph.nodes[n]["x"] for n in names], dtype=float),
        np.array([graph.nodes[n]["y"] for n in names], dtype=float),
        np.array(start, dtype=np.int64),
        np.array(end, dtype=np.int64),
        times,
        np.full(len(times), math.inf) if graph.is_directed() else times,
        length_m=np.array(lengths, dtype=float),
        shape=(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), points[:, 0], points[:, 1]),
        way_id=np.array(ids, dtype=np.int64),
        highway=np.array(codes, dtype=np.int32),
        classes=(*classes, ""),
        profile=profile,
        access_min_per_km=walking_min_per_km(),
        source="networkx graph",
        notes=notes,
    )


def read_graphml(path: Path, *, profile: str, terrain: str, within: Within | None) -> RoadNetwork:
    """Read a GraphML file as OSMnx writes it.

    Raises
    ------
    InputError
        If the file is broken, or as `from_networkx`.
    """
    try:
        graph = nx.read_graphml(path)
    except (ET.ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        raise InputError([Complaint("unreadable_file", file=path.name, details={"why": str(error)})]) from error
    for _, about in graph.nodes(data=True):
        about.update({name: float(about[name]) for name in ("x", "y") if name in about})
    if within is not None:
        area = shapely.box(*within) if isinstance(within, tuple) else within
        inside = {n for n, about in graph.nodes(data=True) if shapely.intersects_xy(area, about["x"], about["y"])}
        near = {n for edge in graph.edges(inside) for n in edge[:2]}
        graph = graph.subgraph(inside | near)
    network = from_networkx(graph, profile=profile, terrain=terrain)
    if not len(network.tail):
        why = f"no road that {profile} may use"
        raise InputError([Complaint("unreadable_file", file=path.name, details={"why": why})])
    return network


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


def _shape(geometry: Any, tail: dict[str, Any], head: dict[str, Any]) -> Any:
    """Return the points of an edge: its line, or the straight one."""
    if isinstance(geometry, str):
        geometry = shapely.from_wkt(geometry)
    if geometry is not None:
        return np.asarray(geometry.coords)[:, :2]
    return np.array([[tail["x"], tail["y"]], [head["x"], head["y"]]], dtype=float)
