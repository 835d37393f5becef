"""OpenStreetMap files (PBF, XML, Overpass JSON) to a road network."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError, MissingExtraError
from mangluoi.rasters import Raster
from mangluoi.roads import pbf, slope, ways
from mangluoi.roads.areas import Area, check_country
from mangluoi.roads.assembly import Climb, Drawn, assemble
from mangluoi.roads.modes import Profile
from mangluoi.roads.network import RoadNetwork

__all__ = ["OSM_ENDINGS", "OVERPASS_ENDING", "PBF_ENDING", "OsmMap", "build", "read_by_osmium", "read_map"]

OSM_ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")
OVERPASS_ENDING = ".json"
PBF_ENDING = ".pbf"


# A file cut at a border lacks a few nodes; one that lacks more than this share was cut in some other way.
_MOST_MISSING = 0.2


@dataclass
class OsmMap:
    """The roads and ferries of a map: tags of ways, their nodes one after another, and where nodes lie.

    Parameters
    ----------
    way_id, tags
        One per way.
    count
        How many nodes each way has.
    refs
        The node ids of all ways.
    node_id, lon, lat
        The located nodes, in any order; a node may stand twice.
    barriers
        Tags of nodes that carry a barrier.
    remarks, notes
        What the reader found in the source, as in `RoadNetwork`.
    """

    way_id: list[int] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    refs: array[int] = field(default_factory=lambda: array("q"))
    node_id: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    barriers: dict[int, dict[str, str]] = field(default_factory=dict)
    remarks: list[tuple[str, str, str]] = field(default_factory=list)
    notes: dict[str, float] = field(default_factory=dict)

    def add_way(self, way_id: int, tags: dict[str, str], refs: list[int]) -> None:
        """Add a way."""
        self.way_id.append(way_id)
        self.tags.append(tags)
        self.count.append(len(refs))
        self.refs.extend(refs)

    def add_place(self, node_id: int, lon: float, lat: float) -> None:
        """Add the place of a node."""
        self.node_id.append(node_id)
        self.lon.append(lon)
        self.lat.append(lat)


def read_map(path: Path) -> OsmMap:
    """Read the roads of an OpenStreetMap file.

    Raises
    ------
    InputError
        If the file is broken or of an unknown kind.
    MissingExtraError
        If the file needs ``osmium`` and it is not installed.
    """
    if path.name.endswith(OVERPASS_ENDING):
        return _read_overpass(path)
    if path.name.endswith(PBF_ENDING):
        try:
            return _read_pbf(path)
        except pbf.UnsupportedError:
            # A rare packing or a file with history: osmium reads every one.
            return read_by_osmium(path)
    return read_by_osmium(path)


def _read_pbf(path: Path) -> OsmMap:
    try:
        roads = pbf.read_roads(path, keys=ways.TAGS)
    except pbf.UnsupportedError:
        raise
    except ValueError as error:
        raise InputError(
            [Complaint("unreadable_file", file=path.name, details={"reason": "reader_says", "said": str(error)})]
        ) from error
    read = OsmMap(roads.way_id.tolist(), roads.tags, roads.count.tolist())
    read.refs.frombytes(roads.refs.tobytes())
    read.node_id.frombytes(roads.node_id.tobytes())
    read.lon.frombytes(roads.lon.tobytes())
    read.lat.frombytes(roads.lat.tobytes())
    read.barriers = {node: tags for node, tags in roads.node_tags.items() if "barrier" in tags}
    return read


def read_by_osmium(path: Path) -> OsmMap:
    """Read the roads of any kind of OpenStreetMap file that the package ``osmium`` knows."""
    try:
        import osmium
        import osmium.osm as kinds
    except ImportError as error:
        raise MissingExtraError("osmium", "osm") from error
    read = OsmMap()
    try:
        # Unwanted objects are dropped before Python sees them; nodes are located on the way.
        wanted = osmium.filter.KeyFilter("highway", "route", "barrier")
        for thing in (
            osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations().with_filter(wanted)
        ):
            tags = {tag.k: tag.v for tag in thing.tags if tag.k in ways.TAGS}
            if isinstance(thing, kinds.Node):
                if "barrier" in tags:
                    read.barriers[thing.id] = tags
            elif isinstance(thing, kinds.Way) and ways.highway_of(tags) is not None:
                refs = []
                for node in thing.nodes:
                    refs.append(node.ref)
                    place = node.location
                    if place.valid():
                        read.add_place(node.ref, place.lon, place.lat)
                read.add_way(thing.id, tags, refs)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise InputError(
            [Complaint("unreadable_file", file=path.name, details={"reason": "reader_says", "said": str(error)})]
        ) from error
    return read


def _read_overpass(path: Path) -> OsmMap:
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
        elements: list[dict[str, Any]] = answer["elements"]
        # A server that ran out of time or memory sends what it has, and says so at the end.
        if "error" in str(answer.get("remark", "")):
            raise ValueError(answer["remark"])
        read = OsmMap()
        for element in elements:
            tags = element.get("tags", {})
            if element.get("type") == "node":
                read.add_place(element["id"], element["lon"], element["lat"])
                if "barrier" in tags:
                    read.barriers[element["id"]] = tags
            elif element.get("type") == "way" and ways.highway_of(tags) is not None:
                refs = list(element.get("nodes", []))
                read.add_way(element["id"], tags, refs)
                # "out geom" gives the places with the way.
                for ref, place in zip(refs, element.get("geometry", []), strict=False):
                    if place is not None:
                        read.add_place(ref, place["lon"], place["lat"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        details = {"reason": "no_overpass", "said": repr(error)}
        raise InputError([Complaint("unreadable_file", file=path.name, details=details)]) from error
    return read


def build(
    read: OsmMap,
    *,
    name: str,
    profile: Profile,
    terrain: str,
    within: Area | None,
    elevation: Raster | None = None,
) -> RoadNetwork:
    """Build the network of one profile from a map.

    Parameters
    ----------
    read
        The map.
    name
        What it is called, for complaints and as the source.
    profile
        Who travels.
    terrain
        {"plain", "mountain", "by_elevation"}
    within
        Keep the ways that touch this area, in degrees.
    elevation
        Metres above the sea; then grades count.

    Raises
    ------
    InputError
        If the map holds no road that the profile may use, or lies outside Viet Nam.
    """
    notes: dict[str, float] = dict.fromkeys(
        (
            "ways_of_unknown_class", "ways_closed", "ways_outside", "ways_with_missing_nodes", "nodes_missing",
            "signs_unread", "surfaces_unread",
        ),
        0,
    )  # fmt: skip
    notes |= {"ways": len(read.way_id), **read.notes}
    remarks = list(read.remarks)
    node_id, first = np.unique(np.frombuffer(read.node_id, dtype=np.int64), return_index=True)
    lon, lat = np.frombuffer(read.lon)[first], np.frombuffer(read.lat)[first]
    refs = np.frombuffer(read.refs, dtype=np.int64)
    spot = np.minimum(np.searchsorted(node_id, refs), max(0, len(node_id) - 1))
    node = np.where(node_id[spot] == refs, spot, -1) if len(node_id) else np.full(len(refs), -1)
    way = np.repeat(np.arange(len(read.count)), read.count)
    touches = _touches(way, node, lon, lat, len(read.way_id), within)
    notes["ways_outside"] = int((~touches).sum())
    terrains = np.full(len(read.way_id), terrain)
    if elevation is not None and terrain == "by_elevation":
        # Only ways that are kept must lie on the raster.
        here = (node >= 0) & touches[way]
        way_ids = np.array(read.way_id, dtype=np.int64)
        terrains = slope.terrain_of_ways(elevation, way[here], lon[node[here]], lat[node[here]], way_ids)
    rules = _rules(read, profile, terrains, touches, notes, remarks)
    kept = np.array([rule is not None for rule in rules], dtype=bool)
    _remark_missing(read, way, node, refs, kept, notes, remarks)
    _remark_short(read, way, node, kept, notes, remarks)
    chosen = np.flatnonzero(kept)
    renumbered = np.cumsum(kept) - 1
    point = kept[way]
    if not np.any(node[point] >= 0):
        details = {"reason": "no_road_for", "profile": profile.name, "count": len(read.way_id)}
        raise InputError([Complaint("unreadable_file", file=name, details=details)])
    located = node[point & (node >= 0)]
    if len(located) < (1 - _MOST_MISSING) * point.sum():
        share = 1 - len(located) / point.sum()
        details = {"reason": "road_points_missing", "percent": round(100 * share)}
        raise InputError([Complaint("unreadable_file", file=name, details=details)])
    check_country(lon[located], lat[located], name=name)
    blocked = {ref for ref, tags in read.barriers.items() if ways.blocks(tags, profile=profile)}
    drawn = Drawn(
        way_id=np.array(read.way_id, dtype=np.int64)[chosen],
        rules=[rule for rule, keep in zip(rules, kept, strict=True) if rule is not None and keep],
        highway=[ways.highway_of(read.tags[i]) or "" for i in chosen],
        unpaved=np.array([ways.unpaved(read.tags[i]) for i in chosen], dtype=bool),
        way=renumbered[way[point]],
        node=node[point],
        node_ids=node_id.astype(np.str_),
        lon=lon,
        lat=lat,
        blocked=np.isin(node_id, np.array(sorted(blocked), dtype=np.int64)),
    )
    climb = None
    if elevation is not None:
        spanning = np.array([ways.spans(read.tags[i]) for i in chosen], dtype=bool)
        climb = Climb(elevation, profile, spanning)
    return assemble(
        drawn, remarks=remarks, notes=notes, climb=climb, profile=profile.name, source=f"OpenStreetMap: {name}"
    )


def _rules(
    read: OsmMap,
    profile: Profile,
    terrains: NDArray[np.str_],
    touches: NDArray[np.bool_],
    notes: dict[str, float],
    remarks: list[tuple[str, str, str]],
) -> list[ways.Rule | None]:
    """Return the rule of each way, None for one outside, closed to the profile or of an unknown class."""
    rules: list[ways.Rule | None] = []
    met = set()
    # Most ways share their tags with many others.
    known: dict[tuple[int, str], ways.Rule | None] = {}
    for way_id, tags, terrain, inside in zip(read.way_id, read.tags, terrains.tolist(), touches.tolist(), strict=True):
        if not inside:
            rules.append(None)
            continue
        highway = ways.highway_of(tags)
        if not ways.known(highway):
            notes["ways_of_unknown_class"] += 1
            remarks.append(("unknown class", f"way {way_id}", f"{highway}: not used"))
            rules.append(None)
            continue
        like = id(tags), terrain
        if like not in known:
            known[like] = ways.read_rule(tags, profile=profile, terrain=terrain)
        rule = known[like]
        notes["ways_closed"] += rule is None
        if rule is not None and ways.unread_sign(tags):
            notes["signs_unread"] += 1
            remarks.append(("maxspeed not read", f"way {way_id}", f"{tags['maxspeed']}: assumed speed taken"))
        if rule is not None and ways.unread_surface(tags, profile=profile):
            notes["surfaces_unread"] += 1
            remarks.append(("surface not read", f"way {way_id}", f"{tags['surface']}: taken for paved"))
        if rule is not None:
            met.add((highway, terrain))
        rules.append(rule)
    remarks += [
        ("above the law", f"class {highway}, {terrain}", f"{given:g} km/h: {profile.kph[highway, terrain]:g} taken")
        for (highway, terrain), given in sorted(profile.lowered.items())
        if (highway, terrain) in met
    ]
    return rules


def _touches(
    way: NDArray[Any],
    node: NDArray[Any],
    lon: NDArray[Any],
    lat: NDArray[Any],
    count: int,
    area: Area | None,
) -> NDArray[np.bool_]:
    """Say which ways touch the area."""
    touches = np.ones(count, dtype=bool)
    if area is None:
        return touches
    located = node >= 0
    ways_here, nodes_here = way[located], node[located]
    points = np.bincount(ways_here, minlength=count)
    line = points[ways_here] > 1
    drawn, position = np.unique(ways_here[line], return_inverse=True)
    touches[:] = False
    if len(drawn):
        lines = shapely.linestrings(lon[nodes_here[line]], lat[nodes_here[line]], indices=position)
        touches[drawn] = shapely.intersects(area, lines)
    return touches


def _remark_missing(
    read: OsmMap,
    way: NDArray[Any],
    node: NDArray[Any],
    refs: NDArray[Any],
    kept: NDArray[np.bool_],
    notes: dict[str, float],
    remarks: list[tuple[str, str, str]],
) -> None:
    lacking = np.flatnonzero((node < 0) & kept[way])
    notes["nodes_missing"] = len(np.unique(refs[lacking]))
    for i, count in zip(*np.unique(way[lacking], return_counts=True), strict=True):
        notes["ways_with_missing_nodes"] += 1
        remarks.append(("nodes missing", f"way {read.way_id[i]}", f"{count} of {read.count[i]}: the road ends there"))


def _remark_short(
    read: OsmMap,
    way: NDArray[Any],
    node: NDArray[Any],
    kept: NDArray[np.bool_],
    notes: dict[str, float],
    remarks: list[tuple[str, str, str]],
) -> None:
    """Name the ways of which fewer than two different points are known: they lead nowhere."""
    located = (node >= 0) & kept[way]
    spots = np.unique(np.column_stack([way[located], node[located]]), axis=0)
    points = np.bincount(spots[:, 0], minlength=len(kept))
    short = np.flatnonzero((points < 2) & kept)
    notes["ways_of_no_length"] = len(short)
    remarks += [("no length", f"way {read.way_id[i]}", "fewer than two points: not used") for i in short]
