"""Walking over the ground: to the road, and where there is none."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mangluoi import projection, roads
from mangluoi.errors import InputError
from mangluoi.rasters import raster_from_array
from mangluoi.roads import ground as grounds
from mangluoi.roads import strides

BOX = (105.0, 19.0, 105.04, 19.03)
NODES = pd.DataFrame({"node_id": ["a", "b"], "lon": [105.0, 105.04], "lat": [19.0, 19.0]})
EDGES = pd.DataFrame({"from_node": ["a"], "to_node": ["b"], "minutes": [6.0]})
ROAD = roads.network_from_edges(NODES, EDGES)
LEVEL_KPH = 4 / 1.3
NONE = np.empty(0, dtype=np.int64)


def points(*spots: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(spots, columns=["id", "lon", "lat"])


def raster(values: object, cell: float = 0.0005) -> object:
    """A raster of a function of longitude and latitude around the box."""
    lon = 104.99 + (np.arange(120) + 0.5) * cell
    lat = 19.04 - (np.arange(100) + 0.5) * cell
    return raster_from_array(values(*np.meshgrid(lon, lat)), (cell, 0, 104.99, 0, -cell, 19.04), "EPSG:4326")  # type: ignore[operator]


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("way", [strides.FORWARD, strides.BACKWARD, strides.BOTH_WAYS])
def test_least_cost_is_scipys_on_the_same_steps(neighbours: int, way: int) -> None:
    """On random ground with closed cells, every cell has the minutes that SciPy finds on the graph of all steps."""
    rng = np.random.default_rng(neighbours + way)
    rows, columns, cell = 13, 17, 30.0
    pace = 0.06 / rng.uniform(2, 5, (rows, columns))
    pace[rng.random(pace.shape) < 0.15] = np.inf
    height = rng.uniform(0, 40, pace.shape)
    height[0, :3] = np.nan
    seeds = np.array([20, 100, 200])
    seeds = seeds[np.isfinite(pace.reshape(-1)[seeds])]
    tail, head, cost = [], [], []
    for r, c in itertools.product(range(rows), range(columns)):
        for i, j in strides.moves(neighbours):
            if 0 <= r + i < rows and 0 <= c + j < columns:
                a, b = r * columns + c, (r + i) * columns + c + j
                minutes = strides._step(pace, height, cell, a, b, i, j, way)
                if math.isfinite(minutes):
                    tail.append(a)
                    head.append(b)
                    cost.append(minutes)
    graph = csr_array((cost, (tail, head)), shape=(pace.size, pace.size))
    expected = dijkstra(graph, indices=seeds).min(axis=0)
    found, seed = strides.spread(pace, height, cell, strides.moves(neighbours), seeds, 1e9, way, NONE)
    assert found == pytest.approx(expected)
    assert ((seed >= 0) == np.isfinite(expected)).all()
    wanted = rng.integers(0, pace.size, 5)
    early, _ = strides.spread(pace, height, cell, strides.moves(neighbours), seeds, 1e9, way, wanted)
    assert early[wanted] == pytest.approx(expected[wanted])


def test_there_and_back_are_the_two_directions() -> None:
    """From A to B by a search from A equals the search towards B, and half of both is what a leg takes."""
    rng = np.random.default_rng(3)
    pace, height = 0.06 / rng.uniform(2, 5, (9, 9)), rng.uniform(0, 50, (9, 9))
    steps = strides.moves(16)
    out = strides.spread(pace, height, 30.0, steps, np.array([0]), 1e9, strides.FORWARD, NONE)[0][80]
    same = strides.spread(pace, height, 30.0, steps, np.array([80]), 1e9, strides.BACKWARD, NONE)[0][0]
    assert out == pytest.approx(same)


@pytest.mark.parametrize(("neighbours", "most"), [(8, 1.083), (16, 1.028)])
def test_open_level_ground_is_crossed_almost_straight(neighbours: int, most: float) -> None:
    """In any direction the way is at least the straight one and at most as much too long as is stated."""
    ground = roads.lay_ground(BOX, cell_m=50)
    spots = points(
        *((str(a), 105.02 + 0.012 * math.cos(a), 19.015 + 0.012 * math.sin(a)) for a in np.arange(0, 6.2, 0.3))
    )
    found = roads.walking_times(ground, points(("o", 105.02, 19.015)), spots, max_minutes=200, neighbours=neighbours)
    x, y = projection.to_metres([105.02, *spots["lon"]], [19.015, *spots["lat"]], ground.crs)
    straight = pd.Series(np.hypot(x[1:] - x[0], y[1:] - y[0]), index=spots["id"])
    km = found.set_index("to_id")["minutes"] / 60 * LEVEL_KPH * 1000
    # Both ends may lie half a cell's diagonal off the middles of their cells.
    assert (km >= straight[km.index] - 71).all()
    assert (km <= straight[km.index] * most + 71).all()
    assert found.columns.tolist() == ["from_id", "to_id", "minutes", "mode"]
    assert set(found["mode"]) == {"walk"}


def test_uphill_takes_longer_than_downhill() -> None:
    """On a slope of 20 %, the way up takes as much longer as Tobler says, whichever side the search starts from."""
    slope = raster(lambda lon, lat: 0.2 * (lat - 19) * 111_195 + 0 * lon)
    ground = roads.lay_ground(BOX, elevation=slope, cell_m=50)
    low, high = points(("low", 105.02, 19.005)), points(("high", 105.02, 19.025), ("high2", 105.021, 19.025))
    up = roads.walking_times(ground, low, high, max_minutes=300).set_index("to_id")["minutes"]
    down = roads.walking_times(ground, high, low, max_minutes=300).set_index("from_id")["minutes"]
    assert up["high"] / down["high"] == pytest.approx(math.exp(3.5 * 0.1), rel=0.02)
    km = 0.02 * 111.195
    assert up["high"] == pytest.approx(km / LEVEL_KPH * 60 * math.exp(3.5 * 0.2), rel=0.05)


def test_a_river_is_walked_round_and_never_jumped() -> None:
    """Water from east to west with one ford: all ways go over the ford; without it there is none."""

    def water(ford: bool) -> object:
        def classes(lon: object, lat: object) -> object:
            wet = np.abs(lat - 19.015 - 0.3 * (lon - 105.02)) < 0.0008
            dry = (np.abs(lon - 105.035) < 0.001) if ford else False
            return np.where(wet & ~np.asarray(dry), 0, 4)

        return raster(classes)

    here, there = points(("s", 105.005, 19.002)), points(("n", 105.005, 19.02))
    forded = roads.lay_ground(BOX, cover=water(True), cell_m=40)
    barred = roads.lay_ground(BOX, cover=water(False), cell_m=40)
    way = roads.walking_times(forded, here, there, max_minutes=1000)["minutes"].item()
    assert way > 2 * 0.028 * 105 / 4 * 60
    assert roads.walking_times(barred, here, there, max_minutes=1000).empty


def test_a_leg_over_the_ground_goes_where_the_road_is_soonest_reached() -> None:
    """Behind a lake the nearest road on the map is not the nearest on foot; the leg is marked, and its time counts."""

    def lake(lon: object, lat: object) -> object:
        return np.where((np.abs(lon - 105.02) < 0.006) & (np.abs(lat - 19.008) < 0.003), 0, 4)

    ground = roads.lay_ground(BOX, cover=raster(lake), cell_m=30, margin_km=0.5)
    hamlet = points(("hamlet", 105.02, 19.014), ("roadside", 105.01, 19.0001))
    legs = roads.walking_legs(ROAD, hamlet, ground).set_index("id")
    assert legs["basis"].to_dict() == {"hamlet": "terrain", "roadside": "road"}
    straight_km = 0.014 * 111.195
    assert legs.loc["hamlet", "access_minutes"] > 1.1 * straight_km / 4 * 60
    assert abs(legs.loc["hamlet", "lon"] - 105.02) > 0.004
    placed = legs.reset_index()
    times = roads.travel_times(ROAD, placed, ["a"], max_minutes=300).set_index("from_id")["minutes"]
    share = (legs.loc["hamlet", "lon"] - 105) / 0.04
    assert times["hamlet"] == pytest.approx(legs.loc["hamlet", "access_minutes"] + 6 * share, abs=0.05)
    assert math.isnan(legs.loc["roadside", "access_minutes"])


def test_without_ground_a_leg_is_straight_and_says_so() -> None:
    """The same minutes as before, marked; and what is beyond the limit has no place, so that no table takes it."""
    far = points(("far", 105.02, 19.02), ("beyond", 105.02, 19.2))
    legs = roads.walking_legs(ROAD, far)
    assert legs["basis"].tolist() == ["straight", "none"]
    assert legs["lon"].isna().tolist() == [False, True]
    one = roads.travel_times(ROAD, far[:1], ["a"], max_minutes=300)
    assert roads.travel_times(ROAD, legs[:1], ["a"], max_minutes=300).equals(one)
    with pytest.raises(InputError, match="lon"):
        roads.travel_times(ROAD, legs, ["a"], max_minutes=300)


def test_points_off_the_ground_are_listed_or_refused() -> None:
    """A point in the lake and one outside of the cells are named; the rest is answered."""
    ground = roads.lay_ground(BOX, cover=raster(lambda lon, lat: np.where(lon > 105.03, 0, 4) + 0 * lat), cell_m=50)
    spots = points(("dry", 105.01, 19.01), ("wet", 105.035, 19.01), ("away", 106.0, 19.01))
    assert roads.off_ground(ground, spots).to_dict("list") == {"id": ["away", "wet"], "why": ["outside", "closed"]}
    with pytest.raises(InputError, match="wet") as error:
        roads.walking_times(ground, spots, spots, max_minutes=10)
    assert len(error.value.complaints) == 2
    found = roads.walking_times(ground, spots, spots, max_minutes=10, on_unreached="list")
    assert found["from_id"].tolist() == ["dry"]


def test_senseless_ground_is_refused() -> None:
    """Unknown classes, speeds of nothing, cells too many, and numbers of neighbours that make no sense."""
    with pytest.raises(InputError, match="42"):
        roads.lay_ground(BOX, cover=raster(lambda lon, lat: 42 + 0 * lon + 0 * lat))
    with pytest.raises(InputError, match="kph"):
        roads.lay_ground(BOX, cover=raster(lambda lon, lat: 4 + 0 * lon + 0 * lat), kph={4: -1.0})
    for cell_m in (0.1, 0.0, math.nan):
        with pytest.raises(InputError):
            roads.lay_ground(BOX, cell_m=cell_m)
    with pytest.raises(InputError, match="16"):
        strides.moves(4)
    assert grounds.cover_speeds()[0] is None


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_closing_cells_never_shortens_a_walk(seed: int) -> None:
    """What is reached over fewer cells is reached no sooner."""
    rng = np.random.default_rng(seed)
    pace, height = 0.06 / rng.uniform(2, 5, (8, 8)), rng.uniform(0, 30, (8, 8))
    fewer = np.where(rng.random(pace.shape) < 0.25, np.inf, pace)
    fewer[0, 0] = pace[0, 0]
    before, after = (
        strides.spread(p, height, 30.0, strides.moves(16), np.array([0]), 1e9, strides.FORWARD, NONE)[0]
        for p in (pace, fewer)
    )
    assert (after >= before - 1e-12).all()
