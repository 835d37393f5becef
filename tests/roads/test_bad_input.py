"""Input that would make minutes wrong: named, and stopped where it must be."""

from __future__ import annotations

import json
import math
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from test_osm import PLACES, WAYS, minutes, write_osm, write_overpass

from mangluoi import roads
from mangluoi.errors import InputError

PRIMARY = {"highway": "primary"}


def write_pbf(path: Path, nodes: int = 4000) -> Path:
    """A long road of many nodes in several blocks of a PBF file."""
    osmium = pytest.importorskip("osmium")
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for i in range(1, nodes + 1):
            place = osmium.osm.mutable.Node(id=i, version=1, location=(105.0 + i * 1e-5 * (i % 7), 19.0 + i * 1e-5))
            writer.add_node(place)
        for i in range(1, nodes - 10, 10):
            writer.add_way(osmium.osm.mutable.Way(id=i, version=1, nodes=list(range(i, i + 11)), tags=PRIMARY))
    return path


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_pbf_cut_short_is_never_half_read(tmp_path: Path, kept: float) -> None:
    """A download that broke off stops the reading and is named; the whole file is read."""
    path = write_pbf(tmp_path / "a.osm.pbf")
    assert len(roads.read_network(path, profile="car").pieces)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"a\.osm\.pbf"):
        roads.read_network(path, profile="car")


def test_a_pbf_with_a_flipped_byte_is_refused_or_unchanged(tmp_path: Path) -> None:
    """Damage in the middle of compressed blocks does not become roads."""
    path = write_pbf(tmp_path / "a.osm.pbf")
    whole = bytearray(path.read_bytes())
    for at in range(200, len(whole), max(1, len(whole) // 12)):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        path.write_bytes(bytes(broken))
        with pytest.raises(InputError, match=r"a\.osm\.pbf"):
            roads.read_network(path, profile="car")


def test_an_answer_that_ran_out_of_time_is_refused(tmp_path: Path) -> None:
    """Overpass sends what it had when it timed out, with a remark: half a map."""
    path = write_overpass(tmp_path / "a.json")
    answer = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(answer | {"remark": "runtime error: Query timed out"}), encoding="utf-8")
    with pytest.raises(InputError, match="timed out"):
        roads.read_network(path, profile="car")


def test_many_missing_nodes_stop_the_run(tmp_path: Path) -> None:
    """A few are named, way by way; a file that lacks more than a fifth of its points is refused."""
    few = WAYS | {18: ([1, 2, 3, 98], PRIMARY)}
    network = roads.read_network(write_osm(tmp_path / "a.osm", few), profile="motorbike")
    missing = network.remarks[network.remarks["problem"] == "nodes missing"]
    assert missing["id"].tolist() == ["way 16", "way 18"]
    many = {10: ([1, 91, 2, 92], PRIMARY), 11: ([2, 93, 3], PRIMARY)}
    with pytest.raises(InputError, match="missing"):
        roads.read_network(write_osm(tmp_path / "b.osm", many), profile="motorbike")


def test_ways_of_no_length_and_loops_are_named(tmp_path: Path) -> None:
    """A way of one node, or of one node twice, is left out by id; a loop stays and takes its time."""
    ways = {10: ([1, 2, 3], PRIMARY), 11: ([2], PRIMARY), 12: ([3, 3], PRIMARY), 13: ([3, 4, 7, 3], PRIMARY)}
    network = roads.read_network(write_osm(tmp_path / "a.osm", ways), profile="car")
    assert network.notes["ways_of_no_length"] == 2
    named = network.remarks[network.remarks["problem"] == "no length"]
    assert named["id"].tolist() == ["way 11", "way 12"]
    assert (network.pieces.start != network.pieces.end).all()


def test_two_nodes_on_one_spot_take_no_time(tmp_path: Path) -> None:
    """A piece of no length is passed in no time, and nothing else breaks."""
    path = write_osm(tmp_path / "a.osm", {10: ([1, 2, 3], PRIMARY), 11: ([3, 7], PRIMARY)})
    text = path.read_text(encoding="utf-8").replace(
        f"lon='{PLACES[7][0]}' lat='{PLACES[7][1]}'", f"lon='{PLACES[3][0]}' lat='{PLACES[3][1]}'"
    )
    path.write_text(text, encoding="utf-8")
    assert minutes(roads.read_network(path, profile="car"), "3", "7") == 0


@pytest.mark.parametrize("minutes", [math.nan, math.inf, -1.0, None, "fast"])
def test_edges_without_a_sound_time_are_refused(minutes: object) -> None:
    """NaN, infinite, negative, missing or no number: the row is named."""
    nodes = pd.DataFrame({"node_id": ["a", "b"], "lon": [105.0, 105.1], "lat": [19.0, 19.0]})
    edges = pd.DataFrame({"from_node": ["a", "a"], "to_node": ["b", "b"], "minutes": [1.0, minutes]})
    with pytest.raises(InputError, match="row 3"):
        roads.network_from_edges(nodes, edges)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"length": -5.0}, "below zero"),
        ({"length": math.nan}, "length"),
        ({"length": "long"}, "length"),
        ({}, "length"),
    ],
)
def test_graph_edges_without_a_sound_length_are_refused(about: dict[str, object], message: str) -> None:
    """The edge is named by its nodes."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node("1", x=105.0, y=19.0)
    graph.add_node("2", x=105.02, y=19.0)
    graph.add_edge("1", "2", highway="primary", **about)
    with pytest.raises(InputError, match=message) as error:
        roads.from_networkx(graph, profile="car")
    assert str(error.value.complaints[0].value).startswith("1 → 2")


def test_graph_loops_and_zero_lengths_are_remarked() -> None:
    """Both stay, and are named."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for name, lon in (("1", 105.0), ("2", 105.02), ("3", 105.02)):
        graph.add_node(name, x=lon, y=19.0)
    graph.add_edge("1", "2", highway="primary", length=2100.0)
    graph.add_edge("2", "3", highway="primary", length=0.0)
    graph.add_edge("2", "2", highway="primary", length=300.0)
    network = roads.from_networkx(graph, profile="car")
    assert network.remarks["problem"].tolist() == ["zero length", "loop"]
    assert minutes(network, "1", "3") == minutes(network, "1", "2")


def test_a_graph_file_names_its_traps_and_passes_crumbs_over(tmp_path: Path) -> None:
    """As other files do: a node that is entered and never left is named, and points are not put on a lone crumb."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for i in range(150):
        graph.add_node(str(i), x=105.0 + i * 0.001, y=19.0)
        if i:
            graph.add_edge(str(i - 1), str(i), highway="primary", length=105.0)
            graph.add_edge(str(i), str(i - 1), highway="primary", length=105.0)
    graph.add_node("trap", x=105.05, y=19.001)
    graph.add_edge("50", "trap", highway="primary", length=111.0)
    graph.add_node("crumb", x=105.05, y=19.01)
    nx.write_graphml(graph, tmp_path / "a.graphml")
    network = roads.read_network(tmp_path / "a.graphml", profile="car")
    assert network.remarks["id"].tolist() == ["node trap"]
    assert network.notes["parts_passed_over"] == 1
    near_crumb = pd.DataFrame({"id": ["p"], "lon": [105.05], "lat": [19.0099]})
    assert roads.unreached(network, near_crumb, snap_limit_m=500)["id"].tolist() == ["p"]


def test_a_projected_graph_is_brought_to_degrees() -> None:
    """`osmnx.project_graph` writes metres and says so: the same network; metres without a word are refused."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    metres = nx.MultiDiGraph(crs="EPSG:32648")
    for name, lon, x in (("1", 105.0, 500_000.0), ("2", 105.02, 502_104.5)):
        graph.add_node(name, x=lon, y=19.0)
        metres.add_node(name, x=x, y=2_100_776.0)
    for one in (graph, metres):
        one.add_edge("1", "2", highway="primary", length=2100.0)
    two = roads.from_networkx(metres, profile="car")
    assert two.lon == pytest.approx(roads.from_networkx(graph, profile="car").lon, abs=1e-4)
    for crs in (None, "EPSG:4326", "EPSG:999999"):
        metres.graph["crs"] = crs
        with pytest.raises(InputError, match=r"crs|EPSG"):
            roads.from_networkx(metres, profile="car")


def layer(shapes: list[object], crs: str | None = "EPSG:4326", **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"highway": ["primary"] * len(shapes), **columns}, geometry=shapes, crs=crs)


def test_a_layer_in_metres_said_to_be_in_degrees_is_refused(tmp_path: Path) -> None:
    """The rows whose points are not where their reference system puts them are named."""
    good = shapely.LineString([(105.0, 19.0), (105.02, 19.0)])
    wrong = shapely.LineString([(500_000, 2_100_000), (502_000, 2_100_000)])
    layer([good, wrong]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="row 2"):
        roads.read_network(tmp_path / "a.gpkg", profile="car")


def test_what_is_no_line_is_named_and_ends_that_touch_are_reported(tmp_path: Path) -> None:
    """Points and empty rows are left out, a dead end that touches is joined, each by row; a crossing is counted."""
    shapes = [
        shapely.LineString([(105.0, 19.0), (105.02, 19.0)]),
        shapely.LineString([(105.01, 19.01), (105.01, 19.000001)]),
        shapely.Point(105.0, 19.0),
        None,
        shapely.LineString([(105.015, 19.01), (105.015, 18.99)]),
    ]
    layer(shapes).to_file(tmp_path / "a.gpkg")
    network = roads.read_network(tmp_path / "a.gpkg", profile="car")
    told = {(r.problem, r.id) for r in network.remarks.itertuples()}
    assert told >= {("no line", "row 3"), ("no line", "row 4"), ("end joined", "row 2")}
    assert network.notes["ends_joined"] == 1
    assert network.notes["crossings_not_joined"] == 1
    assert network.notes["parts"] == 2


@pytest.mark.parametrize(
    ("columns", "shape", "message"),
    [
        ({"speed_kph": [math.nan]}, None, "speed_kph"),
        ({"speed_kph": [0.0]}, None, "below"),
        ({"speed_kph": [-30.0]}, None, "below"),
        ({"speed": [30.0]}, None, "speed_kph"),
        ({"speed_kph": [30.0], "one_way": [True]}, None, "oneway"),
        ({"speed_kph": [30.0], "oneway": ["maybe"]}, None, "maybe"),
        ({"speed_kph": [30.0]}, shapely.LineString([(105.0, 19.0), (105.0, 19.0)]), "geometry"),
        ({"speed_kph": [30.0]}, shapely.Point(105.0, 19.0), "geometry"),
    ],
)
def test_new_roads_that_make_no_sense_are_refused(
    columns: dict[str, list[object]], shape: object, message: str
) -> None:
    """Speeds of nothing, misspelt columns, flags that are none, lines that are none."""
    nodes = pd.DataFrame({"node_id": ["a", "b"], "lon": [105.0, 105.02], "lat": [19.0, 19.0]})
    network = roads.network_from_edges(nodes, pd.DataFrame({"from_node": ["a"], "to_node": ["b"], "minutes": [3.0]}))
    line = shape or shapely.LineString([(105.0, 19.0), (105.0, 19.02)])
    with pytest.raises(InputError, match=message):
        roads.add_roads(network, gpd.GeoDataFrame(columns, geometry=[line], crs="EPSG:4326"))


def test_a_bridge_in_two_parts_holds_together() -> None:
    """Two new lines that meet in mid-stream, on no road, are one way across."""
    nodes = pd.DataFrame({"node_id": ["a", "b"], "lon": [105.0, 105.02], "lat": [19.0, 19.0]})
    edges = pd.DataFrame({"from_node": ["a"], "to_node": ["a"], "minutes": [3.0]})
    network = roads.network_from_edges(nodes, edges)
    halves = [
        shapely.LineString([(105.0, 19.0), (105.01, 19.001)]),
        shapely.LineString([(105.02, 19.0), (105.01, 19.001)]),
    ]
    lines = gpd.GeoDataFrame({"speed_kph": [30, 30], "unpaved": [True, False]}, geometry=halves, crs="EPSG:4326")
    built = roads.add_roads(network, lines)
    assert minutes(built, "a", "b") == pytest.approx(2.12 / 30 * 60, rel=0.02)
    assert built.notes["ends_open"] == 1
    wet = roads.wet_season(built, factor=0.5)
    assert minutes(wet, "a", "b") == pytest.approx(1.5 * minutes(built, "a", "b"), rel=0.01)


def test_a_ferry_that_is_not_there_cannot_stop(tmp_path: Path) -> None:
    """Closing what the network does not have is an error, as is wet weather where no surface is known."""
    path = write_osm(tmp_path / "a.osm", {10: ([1, 2, 3], PRIMARY)})
    network = roads.read_network(path, profile="car")
    with pytest.raises(InputError, match="ferry"):
        roads.close_roads(network, highway="ferry")
    with pytest.raises(InputError, match="factor"):
        roads.change_speeds(network, np.nan)
    nodes = pd.DataFrame({"node_id": ["a"], "lon": [105.0], "lat": [19.0]})
    bare = roads.network_from_edges(nodes, pd.DataFrame({"from_node": [], "to_node": [], "minutes": []}))
    with pytest.raises(InputError, match="surfaces"):
        roads.wet_season(bare)
