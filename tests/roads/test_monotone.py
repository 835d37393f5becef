"""What changes may do to times: hypothesis properties."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engines import contracted, grid, scattered

from mangluoi import projection, roads


def both_ways(one: roads.RoadNetwork, two: roads.RoadNetwork, seed: int) -> tuple[pd.Series, pd.Series]:
    """Minutes of all pairs in two networks; a pair that is absent takes for ever."""
    points, sites = scattered(12, seed, "p"), scattered(4, seed + 1, "s")
    tables = []
    for network in (one, two):
        found = roads.travel_times(network, points, sites, max_minutes=1_000, snap_limit_m=20_000)
        tables.append(found.set_index(["from_id", "to_id"])["minutes"])
    every = pd.MultiIndex.from_product([points["id"], sites["id"]])
    return tables[0].reindex(every).fillna(np.inf), tables[1].reindex(every).fillna(np.inf)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(1.0, 3.0), west=st.floats(0, 0.02), order=st.booleans())
def test_raising_a_speed_never_lengthens_a_time(seed: int, factor: float, west: float, order: bool) -> None:
    """Everywhere or in an area, by either search; a whole millisecond a road is allowed for rounding."""
    network = roads.network_from_edges(*grid(7, seed))
    network = contracted(network) if order else network
    area = (105 + west, 19.0, 105 + west + 0.01, 19.02)
    for faster in (roads.change_speeds(network, factor), roads.change_speeds(network, factor, within=area)):
        before, after = both_ways(network, faster, seed)
        assert (after <= before + 50 / 60_000).all()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), west=st.floats(0, 0.02), south=st.floats(0, 0.02), order=st.booleans())
def test_closing_roads_never_shortens_a_time(seed: int, west: float, south: float, order: bool) -> None:
    """A flood only takes ways away."""
    network = roads.network_from_edges(*grid(7, seed))
    network = contracted(network) if order else network
    flood = shapely.box(105 + west, 19 + south, 105 + west + 0.004, 19 + south + 0.006)
    before, after = both_ways(network, roads.close_roads(network, within=flood), seed)
    assert (after >= before - 1e-9).all()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), kph=st.floats(1, 100))
def test_a_new_road_lengthens_no_time_between_places_on_roads(seed: int, kph: float) -> None:
    """A new road only adds ways; places that stand at junctions are not moved to it."""
    network = roads.network_from_edges(*grid(6, seed))
    rng = np.random.default_rng(seed)
    ends = np.column_stack([105 + rng.uniform(0, 0.015, 2), 19 + rng.uniform(0, 0.015, 2)])
    if np.hypot(*(ends[0] - ends[1])) < 1e-4:
        return
    lines = gpd.GeoDataFrame({"speed_kph": [kph]}, geometry=[shapely.LineString(ends)], crs="EPSG:4326")
    built = roads.add_roads(network, lines, join_limit_m=500)
    ids = network.node_ids.tolist()
    before = roads.travel_times(network, ids, ids, max_minutes=900).set_index(["from_id", "to_id"])["minutes"]
    after = roads.travel_times(built, ids, ids, max_minutes=900).set_index(["from_id", "to_id"])["minutes"]
    # Splitting a road shares its milliseconds out, so that a rounding per junction is allowed.
    assert (after.reindex(before.index) <= before + 50 / 60_000).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_triangles_hold_between_junctions(seed: int) -> None:
    """No way over a third place is shorter than the direct answer."""
    network = roads.network_from_edges(*grid(6, seed))
    ids = network.node_ids.tolist()[::3]
    table = roads.travel_times(network, ids, ids, max_minutes=10_000)
    minutes = table.pivot(index="from_id", columns="to_id", values="minutes").reindex(index=ids, columns=ids)
    dense = minutes.fillna(np.inf).to_numpy()
    assert (dense[:, None, :] <= dense[:, :, None] + dense[None, :, :] + 1e-9).all()


@pytest.mark.parametrize("seed", [2, 5])
def test_path_times_and_isochrone_agree(seed: int) -> None:
    """For points anywhere: the path sums to the minutes, and the polygon holds those that are few enough."""
    network = roads.network_from_edges(*grid(12, seed))
    site, points = scattered(1, seed + 50, "s"), scattered(150, seed, "p")
    area = roads.isochrones(network, site, minutes=15, cell_m=30).to_crs(network.segments.crs).geometry.item()
    times = roads.travel_times(network, points, site, max_minutes=500).set_index("from_id")["minutes"]
    x, y = projection.to_metres(points["lon"], points["lat"], network.segments.crs)
    clear = shapely.distance(area.boundary, shapely.points(x, y)) > 30
    inside = shapely.contains_xy(area, x, y)
    for i in range(len(points)):
        way = roads.path(network, points.iloc[[i]], site)
        taken = times.get(points["id"][i], np.inf)
        assert (len(way) == 0 and taken == np.inf) or way["minutes"].sum() == pytest.approx(taken, abs=0.002)
        if clear[i]:
            assert inside[i] == (taken <= 15)
