"""What-if changes of a network."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from test_engines import grid, scattered
from test_osm import STEP_KM, write_osm

import toytown
from mangluoi import roads
from mangluoi.errors import InputError

TOY = roads.network_from_edges(toytown.nodes(), toytown.edges())


def minutes(network: roads.RoadNetwork, start: str, end: str) -> float | None:
    found = roads.travel_times(network, [start], [end], max_minutes=900)
    return None if found.empty else float(found["minutes"].item())


def test_a_flood_cuts_the_roads_that_it_touches() -> None:
    """Water over the road between C and D parts the village; the base network is as it was."""
    flooded = roads.close_roads(TOY, within=(105.024, 18.99, 105.026, 19.01))
    assert minutes(flooded, "A", "C") == 20
    assert minutes(flooded, "C", "D") is None
    assert minutes(TOY, "C", "D") == 10
    assert flooded.notes["pieces_closed"] == 1


def test_a_ferry_that_stops(tmp_path: Path) -> None:
    """Without the ferry the far bank is out of reach."""
    network = roads.read_network(write_osm(tmp_path / "a.osm"), profile="motorbike")
    assert minutes(network, "4", "5") is not None
    assert minutes(roads.close_roads(network, highway="ferry"), "4", "5") is None


def test_the_wet_season_slows_unpaved_roads_only(tmp_path: Path) -> None:
    """The track, unpaved unless the map says otherwise, takes a third longer; the paved road does not."""
    network = roads.read_network(write_osm(tmp_path / "a.osm"), profile="motorbike")
    wet = roads.wet_season(network)
    assert minutes(wet, "5", "6") == pytest.approx(STEP_KM / 10 * 60 / 0.75, rel=1e-3)
    assert minutes(wet, "1", "3") == minutes(network, "1", "3")


def test_faster_roads_never_take_longer() -> None:
    """Raising all speeds by a fifth divides every time by 1.2, within a millisecond a road."""
    network = roads.network_from_edges(*grid(8, 2))
    ids = network.node_ids.tolist()
    base = roads.travel_times(network, ids[:9], ids, max_minutes=500)
    fast = roads.travel_times(roads.change_speeds(network, 1.2), ids[:9], ids, max_minutes=500)
    assert (fast["minutes"] <= base["minutes"]).all()
    assert fast["minutes"].to_numpy() == pytest.approx(base["minutes"].to_numpy() / 1.2, abs=0.002)


def test_changes_keep_the_order_of_contraction() -> None:
    """A changed network answers by the order that was made before, and exactly."""
    network = roads.prepare(roads.network_from_edges(*grid(8, 2)))
    changed = roads.change_speeds(roads.close_roads(network, within=(105.0, 19.0, 105.006, 19.006)), 0.8)
    assert changed.hierarchy is network.hierarchy
    ids = network.node_ids.tolist()
    plain = roads.change_speeds(
        roads.close_roads(roads.network_from_edges(*grid(8, 2)), within=(105.0, 19.0, 105.006, 19.006)), 0.8
    )
    swept = roads.travel_times(changed, ids, ids[:5], max_minutes=500)
    assert swept.equals(roads.travel_times(plain, ids, ids[:5], max_minutes=500))


def test_a_new_bridge_splits_the_roads_that_it_joins() -> None:
    """A road from the middle of A–B to the middle of E–F, at 40 km/h, shortens the way from B to E."""
    line = shapely.LineString([(105.005, 19.0001), (105.02, 19.02), (105.045, 19.0001)])
    lines = gpd.GeoDataFrame({"speed_kph": [40.0]}, geometry=[line], crs="EPSG:4326")
    built = roads.add_roads(TOY, lines)
    assert built.notes["ends_joined"] == 2
    length_km = float(gpd.GeoSeries([line], crs="EPSG:4326").to_crs("EPSG:3405").length.item()) / 1000
    expected = 5 + length_km / 40 * 60 + 5
    assert expected < 30
    assert minutes(built, "B", "E") == pytest.approx(expected, rel=0.01)
    assert minutes(built, "A", "B") == pytest.approx(10, abs=1e-6)


def test_an_end_in_the_fields_stays_open() -> None:
    """A road that joins nothing within the limit is counted, not dragged to the village."""
    line = shapely.LineString([(105.005, 19.1), (105.02, 19.12)])
    lines = gpd.GeoDataFrame({"speed_kph": [40.0]}, geometry=[line], crs="EPSG:4326")
    assert roads.add_roads(TOY, lines).notes["ends_open"] == 2


def test_unknown_words_and_ids_are_refused() -> None:
    """A misspelt class, an id that is not there, no condition at all, and a factor of nothing."""
    with pytest.raises(InputError, match="ferry"):
        roads.close_roads(TOY, highway="fery")
    with pytest.raises(InputError, match="12345"):
        roads.close_roads(TOY, way_ids=[12345])
    with pytest.raises(InputError):
        roads.close_roads(TOY)
    for factor in (0.0, -1.0, float("nan")):
        with pytest.raises(InputError):
            roads.change_speeds(TOY, factor)
    with pytest.raises(InputError, match="reference system"):
        roads.add_roads(TOY, gpd.GeoDataFrame({"speed_kph": [1.0]}, geometry=[shapely.LineString([(0, 0), (1, 1)])]))


def test_what_was_laid_out_is_kept_and_changes_nothing() -> None:
    """A network changed after it was used answers as one changed before."""
    used, fresh = (roads.network_from_edges(*grid(8, 6)) for _ in range(2))
    points, sites = scattered(30, 1, "p"), scattered(5, 2, "s")
    roads.travel_times(used, points, sites, max_minutes=60)
    one, two = (
        roads.travel_times(roads.change_speeds(network, 0.7), points, sites, max_minutes=90)
        for network in (used, fresh)
    )
    assert one.equals(two)
    closed = [
        roads.travel_times(
            roads.close_roads(network, within=(105.0, 19.0, 105.006, 19.02)), points, sites, max_minutes=90
        )
        for network in (used, fresh)
    ]
    assert closed[0].equals(closed[1])
