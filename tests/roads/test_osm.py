"""Tiny OpenStreetMap files written here."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
import shapely

from mangluoi import roads
from mangluoi.errors import InputError

# Six nodes along 19° N, 0.01 degrees (1,051.4 m) apart, and one off the line.
PLACES = {i: (105.0 + 0.01 * i, 19.0) for i in range(1, 7)} | {7: (105.03, 19.01)}
STEP_KM = 1.05137

WAYS = {
    10: ([1, 2, 3], {"highway": "primary"}),
    11: ([3, 4], {"highway": "secondary_link", "oneway": "yes"}),
    12: ([4, 5], {"route": "ferry"}),
    13: ([5, 6], {"highway": "motorway"}),
    14: ([3, 7], {"highway": "residential", "access": "private"}),
    15: ([5, 6], {"highway": "track", "maxspeed": "10"}),
    16: ([6, 99], {"highway": "primary"}),
    17: ([1, 7], {"highway": "construction"}),
}


def write_osm(path: Path, ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS) -> Path:
    lines = ["<osm version='0.6'>"]
    lines += [f"<node id='{i}' version='1' lon='{lon}' lat='{lat}'/>" for i, (lon, lat) in PLACES.items()]
    for way, (refs, tags) in ways.items():
        inside = "".join(f"<nd ref='{r}'/>" for r in refs)
        inside += "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        lines.append(f"<way id='{way}' version='1'>{inside}</way>")
    text = "\n".join([*lines, "</osm>"])
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif path.suffix == ".bz2":
        path.write_bytes(bz2.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def write_overpass(path: Path) -> Path:
    elements: list[dict[str, object]] = [
        {"type": "node", "id": i, "lon": lon, "lat": lat} for i, (lon, lat) in PLACES.items()
    ]
    elements += [{"type": "way", "id": i, "nodes": refs, "tags": tags} for i, (refs, tags) in WAYS.items()]
    path.write_text(json.dumps({"elements": elements}), encoding="utf-8")
    return path


def minutes(network: roads.RoadNetwork, start: str, end: str) -> float | None:
    found = roads.travel_times(network, [start], [end], max_minutes=600)
    return None if found.empty else float(found["minutes"].item())


def test_times_follow_class_direction_and_ferry(tmp_path: Path) -> None:
    """Two steps at 42 km/h, one one-way step at 38, a ferry at 8 with 10 minutes of waiting."""
    network = roads.read_network(write_osm(tmp_path / "a.osm"), profile="motorbike")
    assert minutes(network, "1", "3") == pytest.approx(2 * STEP_KM / 42 * 60, rel=1e-3)
    assert minutes(network, "3", "4") == pytest.approx(STEP_KM / 38 * 60, rel=1e-3)
    assert minutes(network, "4", "3") is None
    assert minutes(network, "4", "5") == pytest.approx(STEP_KM / 8 * 60 + 10, rel=1e-3)


def test_motorways_are_for_cars_and_a_sign_caps(tmp_path: Path) -> None:
    """From 5 to 6 a motorbike takes the track, capped at 10 by its sign; a car the motorway, one way only."""
    path = write_osm(tmp_path / "a.osm")
    motorbike = roads.read_network(path, profile="motorbike")
    car = roads.read_network(path, profile="car")
    assert minutes(motorbike, "5", "6") == pytest.approx(STEP_KM / 10 * 60, rel=1e-3)
    assert minutes(car, "5", "6") == pytest.approx(STEP_KM / 80 * 60, rel=1e-3)
    assert minutes(car, "6", "5") == pytest.approx(STEP_KM / 8 * 60, rel=1e-3)


def test_what_was_skipped_is_counted(tmp_path: Path) -> None:
    """The notes count the private way, the way under construction, the lacking node and assumed speeds."""
    notes = roads.read_network(write_osm(tmp_path / "a.osm"), profile="motorbike").notes
    assert notes["ways"] == 8
    assert notes["ways_closed"] == 2
    assert notes["ways_of_unknown_class"] == 1
    assert notes["ways_with_missing_nodes"] == 1
    assert notes["nodes_missing"] == 1
    assert notes["assumed_speed_share"] == pytest.approx(4 / 5, rel=1e-3)


@pytest.mark.parametrize("name", ["a.osm.gz", "a.osm.bz2", "a.json"])
def test_every_format_gives_the_same_network(tmp_path: Path, name: str) -> None:
    """Compressed XML and Overpass JSON hold the same roads as plain XML."""
    plain = roads.read_network(write_osm(tmp_path / "a.osm"), profile="car")
    path = tmp_path / name
    other = roads.read_network(write_overpass(path) if name.endswith("json") else write_osm(path), profile="car")
    assert plain.node_ids.tolist() == other.node_ids.tolist()
    assert plain.minutes.tolist() == pytest.approx(other.minutes.tolist())


def test_bends_are_not_junctions(tmp_path: Path) -> None:
    """Node 2 is a bend of one road and no node of the network; where two roads cross on it, it is one."""
    bend = roads.read_network(write_osm(tmp_path / "a.osm"), profile="car")
    assert "2" not in bend.node_ids
    crossing = roads.read_network(
        write_osm(tmp_path / "b.osm", WAYS | {18: ([2, 7], {"highway": "track"})}), profile="car"
    )
    assert "2" in crossing.node_ids


def test_within_keeps_roads_that_touch_the_area(tmp_path: Path) -> None:
    """Bounds and the same polygon keep the same roads."""
    path = write_osm(tmp_path / "a.osm")
    bounds = (105.005, 18.9, 105.015, 19.1)
    boxed = roads.read_network(path, profile="car", within=bounds)
    drawn = roads.read_network(path, profile="car", within=shapely.box(*bounds))
    assert boxed.node_ids.tolist() == drawn.node_ids.tolist() == ["1", "3"]


def test_points_off_the_map_walk(tmp_path: Path) -> None:
    """A point with coordinates reaches a node of the file."""
    network = roads.read_network(write_osm(tmp_path / "a.osm"), profile="car")
    points = pd.DataFrame({"id": ["p"], "lon": [105.01], "lat": [19.0]})
    assert roads.travel_times(network, points, ["1"], max_minutes=5)["minutes"].item() == 0.0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.osm.pbf", b"not a protocol buffer"),
        ("a.osm", b"<osm version='0.6'><node id='1'"),
        ("a.json", b"{}"),
        ("a.json", b"{"),
        ("a.txt", b""),
        ("empty.osm", b"<osm version='0.6'></osm>"),
    ],
)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    """A truncated, corrupt, empty or unknown file is unreadable, and the error names it."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=name):
        roads.read_network(path, profile="car")


def test_an_absent_file_and_an_unknown_profile_are_refused(tmp_path: Path) -> None:
    """Neither falls back on anything."""
    with pytest.raises(InputError):
        roads.read_network(tmp_path / "a.osm", profile="car")
    with pytest.raises(InputError, match="motorbike"):
        roads.read_network(write_osm(tmp_path / "a.osm"), profile="motorcycle")


def test_a_one_way_trap_is_named(tmp_path: Path) -> None:
    """The one-way road from 3 to 4 leads to the far bank, which nothing leaves: its nodes are named."""
    ways = {k: WAYS[k] for k in (10, 11)} | {20: ([2, 7], {"highway": "track"})}
    network = roads.read_network(write_osm(tmp_path / "a.osm", ways), profile="motorbike")
    assert network.notes["nodes_trapped"] == 1
    assert network.remarks["id"].tolist() == ["node 4"]
    assert network.notes["parts"] == 1


def test_a_barrier_stops_whom_it_stops(tmp_path: Path) -> None:
    """A bollard on node 2 ends the road for cars on both sides; a motorbike passes."""
    path = write_osm(tmp_path / "a.osm")
    text = path.read_text(encoding="utf-8")
    old = f"<node id='2' version='1' lon='{PLACES[2][0]}' lat='19.0'/>"
    assert old in text
    path.write_text(text.replace(old, old[:-2] + "><tag k='barrier' v='bollard'/></node>"), encoding="utf-8")
    assert minutes(roads.read_network(path, profile="motorbike"), "1", "3") is not None
    assert minutes(roads.read_network(path, profile="car"), "1", "3") is None


def test_another_country_is_refused(tmp_path: Path) -> None:
    """Roads of Liechtenstein are not of Viet Nam."""
    path = write_osm(tmp_path / "a.osm")
    path.write_text(path.read_text(encoding="utf-8").replace("lon='105.", "lon='9."), encoding="utf-8")
    with pytest.raises(InputError, match="outside Viet Nam"):
        roads.read_network(path, profile="car")


def test_a_loop_can_be_lived_on(tmp_path: Path) -> None:
    """A closed way with one exit keeps its length: a point on its far side reaches the exit."""
    ways = {10: ([1, 2], {"highway": "primary"}), 11: ([2, 3, 7, 2], {"highway": "primary"})}
    network = roads.read_network(write_osm(tmp_path / "a.osm", ways), profile="car")
    far = pd.DataFrame({"id": ["p"], "lon": [105.03], "lat": [19.01]})
    found = roads.travel_times(network, far, ["1"], max_minutes=30)
    assert found["minutes"].item() > 2 * STEP_KM / 50 * 60
