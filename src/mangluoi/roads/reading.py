"""A road file to a road network: the one door for every kind of file."""

from __future__ import annotations

from pathlib import Path

from mangluoi.errors import Complaint, InputError
from mangluoi.roads import osm, speeds
from mangluoi.roads.network import RoadNetwork
from mangluoi.roads.osm import Within

__all__ = ["read_network"]


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
        Keep the roads that touch this area (a polygon, or west, south, east, north); people use the neighbour's roads,
        so give it a margin.

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
    if path.name.endswith((*osm.OSM_ENDINGS, osm.OVERPASS_ENDING)):
        return osm.build(osm.read_map(path), name=path.name, profile=profile, terrain=terrain, within=within)
    why = "its name ends in none of " + ", ".join((*osm.OSM_ENDINGS, osm.OVERPASS_ENDING))
    raise InputError([Complaint("unreadable_file", file=path.name, details={"why": why})])
