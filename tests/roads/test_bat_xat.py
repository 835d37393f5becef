"""Bát Xát on the real map: its components, ferries and barriers, relief, isochrones and people."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from mangluoi import projection, roads
from mangluoi.sources.rasters import read_raster

DATA = Path(__file__).parents[3] / "shared" / "data" / "roads"
FILE = DATA / "bat_xat" / "osm_overpass_all_2026-03-05.json"
HCMC = DATA / "hcmc_2018" / "hcm_2018.osm.pbf"
TOWN = pd.DataFrame({"id": ["town"], "lon": [103.8935], "lat": [22.5365]})
# The expressway to Hà Nội, mapped as a trunk road with motorcycle=no and foot=no.
EXPRESSWAY = {1247826989, 1247826992}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real roads do not lie beside the checkout"),
]


def components(without: set[int]) -> int:
    """Count the components of the file's ways by networkx alone."""
    graph = nx.Graph()
    for element in json.loads(FILE.read_text(encoding="utf-8"))["elements"]:
        if element["type"] == "way" and element["id"] not in without:
            nx.add_path(graph, element["nodes"])
    return nx.number_connected_components(graph)


def test_the_components_are_28_by_car_and_30_by_motorbike() -> None:
    """The file has 28; closing the two ways of the expressway, as its signs do, leaves two ends on their own."""
    assert components(set()) == 28
    assert components(EXPRESSWAY) == 30
    for profile, parts in (("car", 28), ("motorbike", 30), ("walk", 30)):
        network = roads.read_network(FILE, profile=profile, terrain="mountain")
        assert network.notes["parts"] == parts
        closed = EXPRESSWAY if profile != "car" else set()
        assert network.notes["ways_closed"] == len(closed)
        assert EXPRESSWAY.isdisjoint(network.pieces.way_id.tolist()) == bool(closed)


def test_area_minutes_and_people_agree() -> None:
    """Built-up cells inside the areas are those whose minutes are, but for the cells along the borders."""
    network = roads.read_network(FILE, profile="motorbike", terrain="mountain")
    cover = read_raster(DATA / "bat_xat" / "LandCover_BatXat_DynamicWorld_10m.tif")
    row, column = np.nonzero(cover.values == 6)
    row, column = row[::60], column[::60]
    cells = pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(len(row))],
            "lon": cover.west + (column + 0.5) * cover.width,
            "lat": cover.north - (row + 0.5) * cover.height,
            "people": 1.0,
        }
    )
    areas = roads.isochrones(network, TOWN, minutes=[30, 60], cell_m=100, snap_limit_m=2_000)
    assert areas.is_valid.all()
    counted = roads.people_within(areas, cells).set_index("minutes")["people"]
    times = roads.travel_times(network, cells, TOWN, max_minutes=60, snap_limit_m=2_000, on_unreached="list")
    minutes = times.set_index("from_id")["minutes"].reindex(cells["id"]).fillna(np.inf).to_numpy()
    x, y = projection.to_metres(cells["lon"], cells["lat"], network.segments.crs)
    metric = areas.to_crs(network.segments.crs).set_index("minutes").geometry
    near = shapely.distance(metric[30].boundary, shapely.points(x, y)) <= 100
    inside = shapely.contains_xy(metric[30], x, y)
    assert (inside[~near] == (minutes[~near] <= 30)).all()
    assert abs(counted[30] - (minutes <= 30).sum()) <= near.sum()
    assert counted.sum() == pytest.approx((minutes <= 60).sum(), rel=0.02)


def test_relief_makes_mountain_roads_slower() -> None:
    """With the elevation model, no time is shorter for a motorbike, and walking uphill takes longer than down."""
    dem = read_raster(DATA / "bat_xat" / "Copernicus_DEM_BatXat_30m.tif")
    plain, steep = (roads.read_network(FILE, profile="motorbike", terrain="mountain", elevation=e) for e in (None, dem))
    assert steep.notes["elevation_known_share"] > 0.6
    assert (steep.minutes >= plain.minutes - 1e-9).all()
    assert steep.minutes.sum() > 1.05 * plain.minutes.sum()
    walk = roads.read_network(FILE, profile="walk", terrain="mountain", elevation=dem)
    pieces, both = walk.pieces, np.isfinite(walk.pieces.forward) & np.isfinite(walk.pieces.backward)
    last = pieces.first_point[1:] - 1
    climb = dem.at(pieces.lon[last], pieces.lat[last]) - dem.at(
        pieces.lon[pieces.first_point[:-1]], pieces.lat[pieces.first_point[:-1]]
    )
    up = both & (climb > 0.05 * pieces.length_m) & (pieces.length_m > 200)
    assert up.sum() > 50
    assert (pieces.forward[up] > pieces.backward[up]).mean() > 0.95


def test_real_bridges_tunnels_ferries_and_motorways() -> None:
    """In the city: motorbikes leave motorways out, ferries wait ten minutes, bridges have no junction in mid-air."""
    osmium = pytest.importorskip("osmium")
    car, motorbike = (roads.read_network(HCMC, profile=p) for p in ("car", "motorbike"))
    assert (car.pieces.highway == car.pieces.classes.index("motorway")).any()
    assert "motorway" not in motorbike.pieces.classes
    ferries = motorbike.pieces.highway == motorbike.pieces.classes.index("ferry")
    assert ferries.sum() >= 3
    sailing = motorbike.pieces.length_m[ferries] / 1000 / 8 * 60
    landing = motorbike.pieces.forward[ferries] - sailing
    assert ((landing < 10.01) | np.isinf(landing)).all()
    # Inner nodes of bridges are junctions only where a way that is a bridge or ends there shares them.
    uses: dict[int, int] = {}
    inner: set[int] = set()
    for way in osmium.FileProcessor(str(HCMC), osmium.osm.WAY):
        if "highway" not in way.tags:
            continue
        refs = [node.ref for node in way.nodes]
        for ref in refs:
            uses[ref] = uses.get(ref, 0) + 1
        if way.tags.get("bridge", "no") != "no":
            inner.update(refs[1:-1])
    lonely = np.array(sorted(str(ref) for ref in inner if uses[ref] == 1))
    assert len(lonely) > 500
    assert not np.isin(lonely, car.node_ids).any()
