"""Grades and terrain from an elevation raster."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from test_osm import STEP_KM, minutes, write_osm

from mangluoi import roads
from mangluoi.errors import InputError
from mangluoi.rasters import Raster, raster_from_array
from mangluoi.roads import modes

# Cells of 0.0005 degrees (some 53 m) around the roads of `write_osm`.
CELL, WEST, NORTH = 0.0005, 104.99, 19.03


def raster(height: object) -> Raster:
    """Metres above the sea as a function of metres east of 105.01° and north of 19°."""
    columns, rows = np.arange(180), np.arange(120)
    east = (WEST + (columns + 0.5) * CELL - 105.01) * 111_195 * np.cos(np.radians(19))
    north = (NORTH - (rows + 0.5) * CELL - 19.0) * 111_195
    values = height(*np.meshgrid(east, north))  # type: ignore[operator]
    return raster_from_array(values, (CELL, 0, WEST, 0, -CELL, NORTH), "EPSG:4326")


ONE_ROAD = {10: ([1, 2, 3], {"highway": "primary"})}


@pytest.mark.parametrize("profile", ["walk", "motorbike", "car"])
@pytest.mark.parametrize("grade", [0.0, 0.05, 0.12])
def test_an_even_climb_takes_the_time_of_its_grade(tmp_path: Path, profile: str, grade: float) -> None:
    """Up and down an even slope, minutes are those of level ground times the pace of the grade and of its opposite."""
    path = write_osm(tmp_path / "a.osm", ONE_ROAD)
    level = minutes(roads.read_network(path, profile=profile), "1", "3")
    steep = roads.read_network(path, profile=profile, elevation=raster(lambda x, y: 100 + grade * x + 0 * y))
    who = modes.find_profile(profile)
    assert minutes(steep, "1", "3") == pytest.approx(level * who.pace(grade), rel=2e-3)
    assert minutes(steep, "3", "1") == pytest.approx(level * who.pace(-grade), rel=2e-3)
    assert steep.notes["elevation_known_share"] == 1


def test_up_and_down_does_not_cancel_on_foot(tmp_path: Path) -> None:
    """A ridge half-way costs time though both ends are level with each other."""
    path = write_osm(tmp_path / "a.osm", ONE_ROAD)
    ridge = raster(lambda x, y: 200 - 0.15 * np.abs(x - 1051) + 0 * y)
    walked = minutes(roads.read_network(path, profile="walk", elevation=ridge), "1", "3")
    pace = modes.find_profile("walk").pace
    assert walked == pytest.approx(2 * STEP_KM / 4 * 60 * (pace(0.15) + pace(-0.15)) / 2, rel=0.02)


def test_a_bridge_does_not_go_down_into_the_valley(tmp_path: Path) -> None:
    """Over a gorge 300 m deep, a bridge is level."""
    gorge = raster(lambda x, y: np.where((x > 300) & (x < 1800), 0.0, 300.0) + 0 * y)
    for tag, level in (("yes", True), ("no", False)):
        path = write_osm(tmp_path / "a.osm", {10: ([1, 2, 3], {"highway": "primary", "bridge": tag})})
        walked = minutes(roads.read_network(path, profile="walk", elevation=gorge), "1", "3")
        assert (walked == pytest.approx(2 * STEP_KM / 4 * 60, rel=1e-3)) == level


def test_terrain_comes_from_the_ground_across_the_road(tmp_path: Path) -> None:
    """On level ground plain speeds hold, along a hillside of 40 % those of the mountains, though the road is level."""
    path = write_osm(tmp_path / "a.osm", ONE_ROAD)
    for slope, kph in ((0.0, 42), (0.2, 42), (0.4, 32)):
        hillside = raster(lambda x, y, slope=slope: 500 + slope * y + 0 * x)
        network = roads.read_network(path, profile="motorbike", terrain="by_elevation", elevation=hillside)
        assert minutes(network, "1", "3") == pytest.approx(2 * STEP_KM / kph * 60, rel=1e-3)


def test_elevation_that_is_missing_is_counted_or_refused(tmp_path: Path) -> None:
    """Beyond the raster grades count for nothing and the share is noted; terrain by elevation stops the run."""
    path = write_osm(tmp_path / "a.osm", ONE_ROAD)
    far = Raster(np.zeros((3, 3)), 104.0, 19.0, 0.001, 0.001, "EPSG:4326")
    network = roads.read_network(path, profile="car", elevation=far)
    assert network.notes["elevation_known_share"] == 0
    with pytest.raises(InputError, match="such as 10"):
        roads.read_network(path, profile="car", terrain="by_elevation", elevation=far)
    with pytest.raises(InputError, match="elevation"):
        roads.read_network(path, profile="car", terrain="by_elevation")
    with pytest.raises(InputError, match="plain"):
        roads.read_network(path, profile="car", terrain="plane")


def test_the_ferry_is_level(tmp_path: Path) -> None:
    """Water has no grade, whatever a raster says of its banks."""
    path = write_osm(tmp_path / "a.osm")
    steep = raster(lambda x, y: 0.2 * x + 0 * y)
    plain, climbed = (roads.read_network(path, profile="motorbike", elevation=e) for e in (None, steep))
    assert minutes(climbed, "4", "5") == minutes(plain, "4", "5")


def test_a_graph_climbs_as_a_file_does() -> None:
    """From networkx, one-way edges each take the grade of their own direction."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node("1", x=105.01, y=19.0)
    graph.add_node("3", x=105.03, y=19.0)
    graph.add_edge("1", "3", highway="primary", length=2 * STEP_KM * 1000)
    graph.add_edge("3", "1", highway="primary", length=2 * STEP_KM * 1000)
    up = raster(lambda x, y: 0.1 * x + 0 * y)
    network = roads.from_networkx(graph, profile="walk", elevation=up)
    pace = modes.find_profile("walk").pace
    assert minutes(network, "1", "3") == pytest.approx(2 * STEP_KM / 4 * 60 * pace(0.1), rel=2e-3)
    assert minutes(network, "3", "1") == pytest.approx(2 * STEP_KM / 4 * 60 * pace(-0.1), rel=2e-3)
    assert network.notes["assumed_speed_share"] == 1
