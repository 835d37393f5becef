"""OpenStreetMap files (PBF, XML, Overpass JSON) to a road network."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from mangluoi import projection
from mangluoi.errors import Complaint, InputError, MissingExtraError
from mangluoi.roads import speeds, ways
from mangluoi.roads.network import RoadNetwork, from_arcs, walking_min_per_km

__all__ = ["read_network"]

#: An area to keep: a polygon in degrees, or (west, south, east, north).
Within = shapely.Polygon | shapely.MultiPolygon | tuple[float, float, float, float]

_OSM_ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")


@dataclass
class _Map:
    """What was read: the ways that are roads or ferries, and where their nodes lie."""

    ways: list[tuple[int, list[int], dict[str, str]]] = field(default_factory=list)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)


def read_network(
    path: str | Path, *, profile: str, terrain: str = "plain", within: Within | None = None
) -> RoadNetwork:
    """Read a road file to the network of one profile.

    Parameters
    ----------
    path
        OpenStreetMap data: ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, or ``.json`` from Overpass.
    profile
        One of `profiles`.
    terrain
        {"plain", "mountain"}: which assumed speeds to take.
    within
        Keep the roads that touch this area; people use the neighbour's roads, so give it a margin.

    Returns
    -------
    RoadNetwork
        Junctions and ends of roads, with the time computed along every bend. Its notes count ways that were read,
        skipped or of an unknown class, nodes that the file lacks, and the share of kilometres with an assumed speed.

    Raises
    ------
    InputError
        For a missing or unreadable file, an unknown profile or terrain, or a file without a usable road.
    MissingExtraError
        If the file needs ``osmium`` and it is not installed.
    """
    path = Path(path)
    speeds.check_profile(profile)
    speeds.check_terrain(terrain)
    if not path.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    if path.name.endswith(".json"):
        read = _read_overpass(path)
    elif path.name.endswith(_OSM_ENDINGS):
        read = _read_osm(path)
    else:
        known = ", ".join((*_OSM_ENDINGS, ".json"))
        raise InputError(
            [Complaint("unreadable_file", file=path.name, details={"why": f"its name ends in none of {known}"})]
        )
    return _network(read, path, profile, terrain, within)


def _read_osm(path: Path) -> _Map:
    try:
        import osmium
        import osmium.osm as kinds
    except ImportError as error:
        raise MissingExtraError("osmium", "osm") from error
    read = _Map()
    try:
        # Ways first: only the nodes that they use are then kept.
        for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
            if not isinstance(way, kinds.Way):
                continue
            tags = {tag.k: tag.v for tag in way.tags}
            if ways.highway_of(tags) is not None:
                read.ways.append((way.id, [node.ref for node in way.nodes], tags))
        wanted = {ref for _, refs, _ in read.ways for ref in refs}
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE):
            if isinstance(node, kinds.Node) and node.id in wanted and node.location.valid():
                read.places[node.id] = (node.location.lon, node.location.lat)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise InputError([Complaint("unreadable_file", file=path.name, details={"why": str(error)})]) from error
    return read


def _read_overpass(path: Path) -> _Map:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        elements: list[dict[str, Any]] = document["elements"]
    except (ValueError, KeyError, TypeError) as error:
        why = f"no Overpass answer with 'elements': {error}"
        raise InputError([Complaint("unreadable_file", file=path.name, details={"why": why})]) from error
    read = _Map()
    for element in elements:
        if element.get("type") == "node":
            read.places[element["id"]] = (element["lon"], element["lat"])
        elif element.get("type") == "way" and ways.highway_of(element.get("tags", {})) is not None:
            refs = list(element.get("nodes", []))
            read.ways.append((element["id"], refs, element["tags"]))
            # "out geom" gives the places with the way.
            for ref, place in zip(refs, element.get("geometry", []), strict=False):
                if place is not None:
                    read.places[ref] = (place["lon"], place["lat"])
    return read


def _network(read: _Map, path: Path, profile: str, terrain: str, within: Within | None) -> RoadNetwork:
    notes: Counter[str] = Counter()
    runs = list(_usable_runs(read, profile, terrain, notes))
    runs = _inside(runs, read.places, within, notes)
    if not runs:
        why = f"no road that {profile} may use, among {len(read.ways)} ways"
        raise InputError([Complaint("unreadable_file", file=path.name, details={"why": why})])
    junctions = _junctions(runs)
    ashore = {ref for refs, rule in runs if not rule.ferry for ref in refs}
    tails, heads, minutes, lengths = [], [], [], []
    km = assumed_km = 0.0
    for refs, rule in runs:
        steps = _steps_m([read.places[ref] for ref in refs])
        whole_m = float(steps.sum())
        km += whole_m / 1000.0
        assumed_km += whole_m / 1000.0 if rule.assumed else 0.0
        for first, last in _pieces(refs, junctions):
            length_m = float(steps[first:last].sum())
            took = length_m / 1000.0 * rule.min_per_km
            if rule.ferry:
                if rule.minutes is not None and whole_m > 0:
                    took = rule.minutes * length_m / whole_m
                # Half of the wait at each landing, so that a crossing mapped in several ways waits once.
                landings = (refs[first] in ashore) + (refs[last] in ashore)
                took += speeds.assumption("ferry_wait") / 2.0 * landings
            for tail, head, runs_so in ((first, last, rule.forward), (last, first, rule.backward)):
                if runs_so:
                    tails.append(refs[tail])
                    heads.append(refs[head])
                    minutes.append(took)
                    lengths.append(length_m)
    nodes, ends = np.unique(np.array([tails, heads], dtype=np.int64), return_inverse=True)
    places = np.array([read.places[ref] for ref in nodes.tolist()], dtype=float)
    ends = ends.reshape(2, -1)
    return from_arcs(
        nodes.astype(np.str_),
        places[:, 0],
        places[:, 1],
        ends[0],
        ends[1],
        np.array(minutes),
        np.array(lengths),
        profile=profile,
        access_min_per_km=walking_min_per_km(),
        source=f"OpenStreetMap: {path.name}",
        notes={**notes, "km": km, "assumed_speed_share": assumed_km / km if km else 0.0},
    )


_Run = tuple[list[int], ways.Rule]


def _usable_runs(read: _Map, profile: str, terrain: str, notes: Counter[str]) -> Iterator[_Run]:
    """Yield the stretches of ways that the profile may use and whose nodes all have a place."""
    known = speeds.classes()
    for _, refs, tags in read.ways:
        notes["ways"] += 1
        if ways.highway_of(tags) not in known:
            notes["ways_of_unknown_class"] += 1
            continue
        rule = ways.read_rule(tags, profile=profile, terrain=terrain)
        if rule is None:
            notes["ways_closed"] += 1
            continue
        missing = sum(ref not in read.places for ref in refs)
        notes["nodes_missing"] += missing
        notes["ways_with_missing_nodes"] += missing > 0
        run: list[int] = []
        for ref in [*refs, None]:
            if ref is not None and ref in read.places:
                # A node that stands twice in a row is one node.
                if not run or run[-1] != ref:
                    run.append(ref)
                continue
            if len(run) > 1:
                yield run, rule
            run = []


def _inside(
    runs: list[_Run], places: Mapping[int, tuple[float, float]], within: Within | None, notes: Counter[str]
) -> list[_Run]:
    if within is None:
        return runs
    area = shapely.box(*within) if isinstance(within, tuple) else within
    shapely.prepare(area)
    kept = [
        (refs, rule) for refs, rule in runs if shapely.intersects(area, shapely.LineString([places[r] for r in refs]))
    ]
    notes["ways_outside"] = len(runs) - len(kept)
    return kept


def _junctions(runs: list[_Run]) -> set[int]:
    """Return nodes where roads meet or end. Roads that cross without sharing a node (a bridge) do not meet."""
    uses: Counter[int] = Counter()
    for refs, _ in runs:
        uses.update(refs)
        # Both ends are junctions, and so is the start of a closed way.
        uses.update((refs[0], refs[-1]))
    return {ref for ref, count in uses.items() if count > 1}


def _pieces(refs: list[int], junctions: set[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last position of each stretch between junctions."""
    stops = [i for i, ref in enumerate(refs) if ref in junctions]
    yield from itertools.pairwise(stops)


def _steps_m(places: list[tuple[float, float]]) -> Any:
    lon, lat = np.array(places, dtype=float).T
    return projection.great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
