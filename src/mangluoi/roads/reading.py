"""A road file to a road network: the one door for every kind of file."""

from __future__ import annotations

from pathlib import Path

import shapely

from mangluoi.errors import Complaint, InputError
from mangluoi.roads import bridge, lines, osm, speeds
from mangluoi.roads.cache import digest_file, key_of, load_network, save_network
from mangluoi.roads.network import RoadNetwork
from mangluoi.roads.osm import Within

__all__ = ["read_network"]


def read_network(
    path: str | Path,
    *,
    profile: str,
    terrain: str = "plain",
    within: Within | None = None,
    cache: str | Path | None = None,
) -> RoadNetwork:
    """Read a road file to the network of one profile.

    Parameters
    ----------
    path
        OpenStreetMap data: ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, or ``.json`` from Overpass;
        line layers: ``.gpkg``, ``.shp``, ``.geojson``; or ``.graphml`` as OSMnx writes it.
    profile
        One of `profiles`.
    terrain
        {"plain", "mountain"}: which assumed speeds to take.
    within
        Keep the roads that touch this area (a polygon, or west, south, east, north); people use the neighbour's roads,
        so give it a margin.
    cache
        A folder where the network is kept, under the digest of the file, the profile, the area, the version of this
        package and its assumed speeds; a second reading then takes a fraction of the time.

    Returns
    -------
    RoadNetwork
        Junctions and ends of roads, with the time computed along every bend. Its notes count ways that were read,
        skipped or of an unknown class, nodes that the file lacks, and the share of kilometres with an assumed speed;
        its remarks name them.

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
    if cache is None:
        return _read(path, profile, terrain, within)
    folder, key = Path(cache), _key(path, profile, terrain, within)
    known = load_network(folder, key)
    if known is not None:
        return known
    network = _read(path, profile, terrain, within)
    save_network(network, folder, key)
    return network


def _key(path: Path, profile: str, terrain: str, within: Within | None) -> str:
    area = None if within is None else list(within) if isinstance(within, tuple) else shapely.to_wkb(within, hex=True)
    return key_of(file=digest_file(path), name=path.name, profile=profile, terrain=terrain, within=area)


def _read(path: Path, profile: str, terrain: str, within: Within | None) -> RoadNetwork:
    name = path.name.lower()
    if name.endswith((*osm.OSM_ENDINGS, osm.OVERPASS_ENDING)):
        return osm.build(osm.read_map(path), name=path.name, profile=profile, terrain=terrain, within=within)
    if name.endswith(lines.ENDINGS):
        return osm.build(lines.read_map(path), name=path.name, profile=profile, terrain=terrain, within=within)
    if name.endswith(".graphml"):
        return bridge.read_graphml(path, profile=profile, terrain=terrain, within=within)
    known = (*osm.OSM_ENDINGS, osm.OVERPASS_ENDING, *lines.ENDINGS, ".graphml")
    why = "its name ends in none of " + ", ".join(known)
    raise InputError([Complaint("unreadable_file", file=path.name, details={"why": why})])
