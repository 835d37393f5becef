"""The road network that a plan describes: from its file or estimated, with its own profiles, relief and changes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from mangluoi import gazetteer, roads, sources
from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.facts import Area
from mangluoi.scenario.plan import Plan
from mangluoi.sources import rasters

__all__ = ["ground_of", "network_of"]

_DEGREES_PER_KM = 1 / 111.0
_UNREADABLE = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError)
# Cells as fine as a province allows: no finer than the elevation, no more than are crossed in seconds.
_FINEST_M, _CELLS = 30.0, 2_000_000


def network_of(plan: Plan, where: Area, profile: str) -> tuple[roads.RoadNetwork, list[Notice]]:
    """Return the network of a profile, and what a reader must know of it.

    Raises
    ------
    InputError
        For files that cannot be read, and changes that the network does not bear, such as stopping a ferry that it does
        not have.
    """
    chosen, notices = _profile(plan, profile)
    if plan.inputs.roads:
        network = roads.read_network(
            sources.catalogue.find(plan.inputs.roads, plan.folder),
            profile=chosen,
            terrain=plan.roads.terrain,
            within=_box(plan, where),
            elevation=_raster(plan, plan.inputs.elevation),
        )
        if "elevation_known_share" in network.notes:
            notices.append(Notice("grades_counted", {"share": float(network.notes["elevation_known_share"])}))
    else:
        network = roads.estimated_network(
            _centres(plan, where),
            profile=chosen,
            terrain=plan.roads.terrain,
            mountain_from_km2=plan.roads.mountain_from_km2,
        )
    return _changed(plan, network, notices), notices


def _profile(plan: Plan, name: str) -> tuple[str | Path, list[Notice]]:
    """Return the shipped profile, or the plan's own of that name."""
    if not plan.inputs.profiles:
        return name, []
    folder = Path(plan.folder, plan.inputs.profiles)
    if not folder.is_dir():
        raise InputError([Complaint("missing_file", file=plan.inputs.profiles)])
    strange = sorted({place.stem for place in folder.glob("*.toml")} - set(roads.profiles()))
    if strange:
        known = ", ".join(roads.profiles())
        raise InputError([Complaint("not_in_list", f"{s}.toml", value=s, details={"nearest": known}) for s in strange])
    own = folder / f"{name}.toml"
    if not own.is_file():
        return name, []
    called = roads.read_profile(own).name
    if called != name:
        details = {"reason": "profile_called", "called": called}
        raise InputError([Complaint("contradiction", own.name, column="name", details=details)])
    return own, [Notice("profile_own", {"mode": name, "file": own.name})]


def _changed(plan: Plan, network: roads.RoadNetwork, notices: list[Notice]) -> roads.RoadNetwork:
    """Make the changes of the plan, in an order that does not matter to what each of them means."""
    rules = plan.roads
    if plan.inputs.new_roads:
        network = roads.add_roads(network, _layer(plan, plan.inputs.new_roads))
        fields = {"file": Path(plan.inputs.new_roads).name, "count": int(network.notes["ends_open"])}
        notices.append(Notice("roads_added", fields))
    if plan.inputs.closed_areas:
        network = roads.close_roads(network, within=_layer(plan, plan.inputs.closed_areas))
        fields = {"file": Path(plan.inputs.closed_areas).name, "count": int(network.notes["pieces_closed"])}
        notices.append(Notice("areas_closed", fields))
    if not rules.ferries:
        network = roads.close_roads(network, highway="ferry")
        notices.append(Notice("ferries_stopped", {"count": int(network.notes["pieces_closed"])}))
    if rules.wet_season:
        network = roads.wet_season(network)
        notices.append(Notice("wet_season", {"count": int(network.notes["pieces_changed"])}))
    if rules.speed_factor != 1.0:
        network = roads.change_speeds(network, rules.speed_factor)
        notices.append(Notice("speeds_scaled", {"factor": rules.speed_factor}))
    return network


def ground_of(plan: Plan, where: Area) -> roads.Ground | None:
    """Return the ground between the roads, where the plan gives elevation or land cover."""
    elevation, cover = _raster(plan, plan.inputs.elevation), _raster(plan, plan.inputs.land_cover)
    if elevation is None and cover is None:
        return None
    west, south, east, north = where.cells.total_bounds
    area_m2 = (east - west) * (north - south) * (1000.0 / _DEGREES_PER_KM) ** 2
    cell_m = max(_FINEST_M, (area_m2 / _CELLS) ** 0.5)
    return roads.lay_ground((west, south, east, north), elevation=elevation, cover=cover, cell_m=cell_m)


def _raster(plan: Plan, name: str) -> Raster | None:
    return rasters.read_raster(sources.catalogue.find(name, plan.folder)) if name else None


def _layer(plan: Plan, name: str) -> gpd.GeoDataFrame:
    place = sources.catalogue.find(name, plan.folder)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=name)])
    try:
        layer = gpd.read_file(place)
    except _UNREADABLE as error:
        raise InputError(
            [Complaint("unreadable_file", file=place.name, details={"reason": "reader_says", "said": str(error)})]
        ) from error
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError([Complaint("unreadable_file", file=place.name, details={"reason": "no_geometry"})])
    return layer


def _box(plan: Plan, where: Area) -> shapely.Polygon:
    box: shapely.Polygon = shapely.box(*where.cells.total_bounds).buffer(plan.roads.margin_km * _DEGREES_PER_KM)
    return box


def _centres(plan: Plan, where: Area) -> pd.DataFrame:
    """Return the nodes of the estimated network: commune centres of the area and its margin, and nothing else.

    Sites are no nodes: a site must not change the roads between communes, and a confidential one must not be seen in
    them. An area that is not listed is that of the approximate cell.
    """
    listed = gazetteer.units.units(gazetteer.units.NEW, level="commune")
    listed = listed[listed["lon"].notna() & listed["lat"].notna()]
    west, south, east, north = where.cells.total_bounds
    margin = plan.roads.margin_km * _DEGREES_PER_KM
    near = listed["lon"].between(west - margin, east + margin) & listed["lat"].between(south - margin, north + margin)
    centres = listed.loc[near, ["unit_code", "lon", "lat", "area_km2"]].set_index("unit_code")
    centres["area_km2"] = centres["area_km2"].fillna(gazetteer.cells.approximate_area_km2())
    return centres.reset_index()
