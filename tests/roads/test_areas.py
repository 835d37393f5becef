"""Areas, margins and the country."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from test_osm import PLACES, write_osm

from mangluoi import roads
from mangluoi.errors import InputError
from mangluoi.roads import areas

SMALL = shapely.box(105.005, 18.99, 105.012, 19.01)


def test_a_margin_keeps_the_neighbours_roads(tmp_path: Path) -> None:
    """A commune of 700 m keeps its own road alone, and with 3 km around it the next ones; what is cut is counted."""
    path = write_osm(tmp_path / "a.osm")
    alone = roads.read_network(path, profile="car", within=SMALL)
    wider = roads.read_network(path, profile="car", within=SMALL, margin_km=3)
    assert alone.node_ids.tolist() == ["1", "3"]
    assert "4" in wider.node_ids
    assert alone.notes["ways_outside"] == 6
    assert wider.notes["ways_outside"] < alone.notes["ways_outside"]
    with pytest.raises(InputError, match="margin"):
        roads.read_network(path, profile="car", margin_km=3)


def test_a_layer_in_metres_is_the_same_area(tmp_path: Path) -> None:
    """A GeoDataFrame in VN-2000 keeps the roads that its polygon in degrees keeps; without a system it is refused."""
    path = write_osm(tmp_path / "a.osm")
    layer = gpd.GeoSeries([SMALL], crs="EPSG:4326").to_crs("EPSG:3405")
    kept = roads.read_network(path, profile="car", within=layer)
    assert kept.node_ids.tolist() == ["1", "3"]
    with pytest.raises(InputError, match="reference system"):
        roads.read_network(path, profile="car", within=gpd.GeoSeries([SMALL]))


@pytest.mark.parametrize(
    "area",
    [shapely.box(500_000, 2_100_000, 510_000, 2_110_000), shapely.Polygon(), (105.0, 19.0, 105.0, 19.0)],
)
def test_an_area_that_is_none_is_refused(area: areas.Within) -> None:
    """Metres taken for degrees, an empty polygon, a box of no width."""
    with pytest.raises(InputError):
        areas.area_of(area)
    with pytest.raises(InputError):
        areas.area_of(SMALL, margin_km=-1)


@pytest.mark.parametrize(
    ("lon", "lat", "ours"),
    [
        (105.85, 21.03, True),  # Hà Nội
        (106.6, 8.69, True),  # Côn Đảo
        (114.3, 10.4, False),  # the open sea, some way off Trường Sa's commune centre
        (102.6, 17.97, False),  # Vientiane, inside the country's bounding box
        (104.92, 11.56, False),  # Phnom Penh
        (108.32, 22.82, False),  # Nanning
        (109.3, 18.25, False),  # Hainan
    ],
)
def test_the_country_is_more_than_its_box(lon: float, lat: float, ours: bool) -> None:
    """Capitals of the neighbours lie within the bounds of Viet Nam, and their roads are refused."""
    spots = np.full(10, lon) + np.linspace(0, 0.01, 10), np.full(10, lat)
    if ours:
        areas.check_country(*spots, name="a.osm")
    else:
        with pytest.raises(InputError, match="outside Viet Nam"):
            areas.check_country(*spots, name="a.osm")


def test_roads_of_laos_are_refused(tmp_path: Path) -> None:
    """A file of another country inside the bounding box stops the reading and is named."""
    path = write_osm(tmp_path / "laos.osm")
    text = path.read_text(encoding="utf-8")
    for i, (lon, lat) in PLACES.items():
        text = text.replace(
            f"id='{i}' version='1' lon='{lon}' lat='{lat}'", f"id='{i}' version='1' lon='{lon - 2.4}' lat='17.97'"
        )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"laos\.osm.*outside Viet Nam"):
        roads.read_network(path, profile="car")
