"""Line layers, GraphML, networkx and the cache."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from test_engines import grid
from test_osm import STEP_KM, write_osm

import toytown
from mangluoi import roads
from mangluoi.errors import InputError
from mangluoi.roads import cache

# A road from west to east, one that touches it from the north between its vertices, and a bridge over it.
LINES = gpd.GeoDataFrame(
    {
        "highway": ["primary", "secondary", "primary", "avenue"],
        "oneway": [None, "yes", "no", None],
    },
    geometry=[
        shapely.LineString([(105.0, 19.0), (105.02, 19.0)]),
        shapely.LineString([(105.01, 19.01), (105.01, 19.0)]),
        shapely.LineString([(105.015, 19.01), (105.015, 18.99)]),
        shapely.LineString([(105.0, 19.0), (105.0, 19.01)]),
    ],
    crs="EPSG:4326",
)


def at(lon: float, lat: float) -> pd.DataFrame:
    return pd.DataFrame({"id": ["p"], "lon": [lon], "lat": [lat]})


def minutes(network: roads.RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> float | None:
    found = roads.travel_times(network, at(*start), at(*end), max_minutes=60)
    return None if found.empty else float(found["minutes"].item())


@pytest.mark.parametrize(
    ("name", "crs"),  # GeoJSON is always in degrees
    [(f"roads.{kind}", crs) for kind in ("gpkg", "shp") for crs in ("EPSG:4326", "EPSG:3405")]
    + [("roads.geojson", "EPSG:4326")],
)
def test_lines_meet_where_they_touch_and_not_where_they_cross(tmp_path: Path, name: str, crs: str) -> None:
    """The dead end joins the road, in one direction; the bridge does not; the unknown class is counted."""
    LINES.to_crs(crs).to_file(tmp_path / name)
    network = roads.read_network(tmp_path / name, profile="motorbike")
    assert minutes(network, (105.0, 19.0), (105.02, 19.0)) == pytest.approx(2 * STEP_KM / 42 * 60, rel=2e-3)
    down = minutes(network, (105.01, 19.01), (105.0, 19.0))
    assert down == pytest.approx(1.107 / 38 * 60 + STEP_KM / 42 * 60, rel=5e-3)
    assert minutes(network, (105.0, 19.0), (105.01, 19.01)) is None
    assert minutes(network, (105.0, 19.0), (105.015, 18.99)) is None
    assert network.notes["ways_of_unknown_class"] == 1


def test_a_layer_without_class_or_reference_system_is_refused(tmp_path: Path) -> None:
    """Neither is guessed."""
    LINES[["geometry"]].to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="highway"):
        roads.read_network(tmp_path / "a.gpkg", profile="car")
    LINES.to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    with pytest.raises(InputError, match="reference system"):
        roads.read_network(tmp_path / "b.shp", profile="car")
    (tmp_path / "c.gpkg").write_bytes(b"no layer")
    with pytest.raises(InputError, match=r"c\.gpkg"):
        roads.read_network(tmp_path / "c.gpkg", profile="car")


def test_to_networkx_and_back_changes_no_minute() -> None:
    """The bridge keeps one-way streets, parallel roads and minutes."""
    network = roads.network_from_edges(*grid(6, 3))
    again = roads.from_networkx(roads.to_networkx(network), profile="car", minutes="minutes")
    ids = network.node_ids.tolist()
    one = roads.travel_times(network, ids, ids, max_minutes=90)
    two = roads.travel_times(again, ids, ids, max_minutes=90)
    pd.testing.assert_frame_equal(one.drop(columns="mode"), two.drop(columns="mode"))


def test_graphml_takes_the_speed_of_the_class(tmp_path: Path) -> None:
    """As OSMnx writes it: directed edges with highway, length, and lists written as text."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node("1", x="105.0", y="19.0")
    graph.add_node("2", x="105.02", y="19.0")
    graph.add_edge("1", "2", highway="['primary', 'trunk']", length="2100.0", osmid="[1, 2]")
    graph.add_edge("2", "1", highway="motorway", length="2100.0", osmid="3")
    nx.write_graphml(graph, tmp_path / "a.graphml")
    network = roads.read_network(tmp_path / "a.graphml", profile="motorbike")
    found = roads.travel_times(network, ["1", "2"], ["1", "2"], max_minutes=60)
    times = dict(zip(zip(found["from_id"], found["to_id"], strict=True), found["minutes"], strict=True))
    assert times == {("1", "1"): 0, ("1", "2"): pytest.approx(3.0), ("2", "2"): 0}
    assert network.notes["edges_closed"] == 1


def test_a_graph_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    """Edges without class or length, nodes without a place, and negative minutes are complaints, not defaults."""
    graph = nx.DiGraph()
    graph.add_node("1", x=105.0, y=19.0)
    graph.add_node("2", x=105.0)
    graph.add_edge("1", "2", minutes=-1.0)
    with pytest.raises(InputError) as error:
        roads.from_networkx(graph, profile="car")
    assert {(c.sheet, c.column) for c in error.value.complaints} == {("nodes", "y"), ("edges", "highway")}
    with pytest.raises(InputError, match="below zero"):
        roads.from_networkx(graph, profile="car", minutes="minutes")
    (tmp_path / "a.graphml").write_text("<graphml>", encoding="utf-8")
    with pytest.raises(InputError, match="graphml"):
        roads.read_network(tmp_path / "a.graphml", profile="car")


def test_a_second_reading_is_the_same_network(tmp_path: Path) -> None:
    """What the cache gives back has the same roads, notes and times; another profile or file is another entry."""
    path, folder = write_osm(tmp_path / "a.osm"), tmp_path / "cache"
    first = roads.read_network(path, profile="car", cache=folder)
    second = roads.read_network(path, profile="car", cache=folder)
    for name in ("node_ids", "tail", "head", "minutes", "length_m"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert second.notes == first.notes
    pd.testing.assert_frame_equal(second.remarks, first.remarks)
    assert len(list(folder.iterdir())) == 1
    roads.read_network(path, profile="motorbike", cache=folder)
    path.write_text(path.read_text().replace("primary", "trunk"))
    changed = roads.read_network(path, profile="car", cache=folder)
    assert changed.minutes.tolist() != first.minutes.tolist()
    assert len(list(folder.iterdir())) == 3


def test_a_broken_cache_is_made_anew(tmp_path: Path) -> None:
    """A file cut short by a crash is no error."""
    path, folder = write_osm(tmp_path / "a.osm"), tmp_path / "cache"
    first = roads.read_network(path, profile="car", cache=folder)
    kept = next(folder.iterdir())
    kept.write_bytes(kept.read_bytes()[:100])
    assert roads.read_network(path, profile="car", cache=folder).minutes.tolist() == first.minutes.tolist()


def test_the_order_of_contraction_is_kept_for_all_speeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second network, of other speeds, finds the order of the first."""
    network = roads.prepare(roads.network_from_edges(*grid(6, 3)), cache=tmp_path)
    slower = roads.change_speeds(roads.network_from_edges(*grid(6, 3)), 0.5)
    monkeypatch.setattr(cache, "_write", None)
    assert np.array_equal(roads.prepare(slower, cache=tmp_path).hierarchy.rank, network.hierarchy.rank)


def test_toytown_by_networkx_draws_its_roads() -> None:
    """Edges carry their line, so that a graph can be drawn."""
    graph = roads.to_networkx(roads.network_from_edges(toytown.nodes(), toytown.edges()))
    assert graph.edges["A", "B", 0]["geometry"].coords[:] == [(105.0, 19.0), (105.01, 19.0)]
    assert graph.edges["B", "A", 0]["geometry"].coords[:] == [(105.01, 19.0), (105.0, 19.0)]
