"""A road file to a road network: the one door for every kind of file."""

from __future__ import annotations

from pathlib import Path

import shapely

from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster
from mangluoi.roads import bridge, lines, osm
from mangluoi.roads.areas import Area, Within, area_of
from mangluoi.roads.cache import digest_file, key_of, load_network, save_network
from mangluoi.roads.modes import Profile, find_profile
from mangluoi.roads.network import RoadNetwork
from mangluoi.roads.slope import check_elevation

__all__ = ["read_network"]


def read_network(
    path: str | Path,
    *,
    profile: str | Path | Profile,
    terrain: str = "plain",
    within: Within | None = None,
    margin_km: float = 0.0,
    elevation: Raster | None = None,
    cache: str | Path | None = None,
) -> RoadNetwork:
    """Read a road file to the network of one profile.

    Parameters
    ----------
    path
        OpenStreetMap data: ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, or ``.json`` from Overpass;
        line layers: ``.gpkg``, ``.shp``, ``.geojson``; or ``.graphml`` as OSMnx writes it.
    profile
        One of `profiles`, the TOML file of a user's own (see `read_profile`), or a `Profile`.
    terrain
        {"plain", "mountain", "by_elevation"}: which speeds to take; the last takes those of the mountains where the
        ground around a road is steeper than 30 %.
    within
        Keep the roads that touch this area: a polygon in degrees, (west, south, east, north), or a layer of polygons.
    margin_km
        By how much the area is widened on all sides; people use the neighbour's roads.
    elevation
        Metres above the sea, as `sources.rasters.read_raster` or `raster_from_array` give them; then a grade takes its
        time, uphill and downhill, as the profile says.
    cache
        A folder where the network is kept, under the digest of the file, the profile, the area, the elevation, the
        version of this package and its assumed figures; a second reading then takes a fraction of the time.

    Returns
    -------
    RoadNetwork
        Junctions and ends of roads, with the time computed along every bend. Its notes count ways that were read,
        cut off, skipped or of an unknown class, nodes that the file lacks, and the share of kilometres with an assumed
        speed; its remarks name them.

    Raises
    ------
    InputError
        For a missing or unreadable file, an unknown profile or terrain, or a file without a usable road.
    MissingExtraError
        If the file needs ``osmium`` and it is not installed.
    """
    path = Path(path)
    travels = find_profile(profile)
    check_elevation(terrain, elevation)
    if within is None and margin_km:
        raise InputError([Complaint("contradiction", column="margin_km", details={"reason": "margin_of_nothing"})])
    area = None if within is None else area_of(within, margin_km=margin_km)
    if not path.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    if cache is None:
        return _read(path, travels, terrain, area, elevation)
    folder = Path(cache)
    key = key_of(
        file=digest_file(path),
        name=path.name,
        profile=travels.digest,
        terrain=terrain,
        within=None if area is None else shapely.to_wkb(area, hex=True),
        elevation=None if elevation is None else elevation.digest(),
    )
    known = load_network(folder, key)
    if known is not None:
        return known
    network = _read(path, travels, terrain, area, elevation)
    save_network(network, folder, key)
    return network


def _read(path: Path, profile: Profile, terrain: str, within: Area | None, elevation: Raster | None) -> RoadNetwork:
    name = path.name.lower()
    if name.endswith(".graphml"):
        return bridge.read_graphml(path, profile=profile, terrain=terrain, within=within, elevation=elevation)
    if name.endswith((*osm.OSM_ENDINGS, osm.OVERPASS_ENDING)):
        read = osm.read_map(path)
    elif name.endswith(lines.ENDINGS):
        read = lines.read_map(path)
    else:
        known = (*osm.OSM_ENDINGS, osm.OVERPASS_ENDING, *lines.ENDINGS, ".graphml")
        details = {"reason": "no_road_file", "known": ", ".join(known)}
        raise InputError([Complaint("unreadable_file", file=path.name, details=details)])
    return osm.build(read, name=path.name, profile=profile, terrain=terrain, within=within, elevation=elevation)
