"""Points put on roads."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import toytown
from mangluoi import projection, roads
from mangluoi.roads import segments

TOY = roads.network_from_edges(toytown.nodes(), toytown.edges())


def at(**places: tuple[float, float]) -> pd.DataFrame:
    """Points by name, with degrees."""
    return pd.DataFrame([(k, *v) for k, v in places.items()], columns=["id", "lon", "lat"])


def minutes(network: roads.RoadNetwork, start: pd.DataFrame, end: pd.DataFrame) -> float | None:
    found = roads.travel_times(network, start, end, max_minutes=200)
    return None if found.empty else float(found["minutes"].item())


def test_a_point_along_a_road_splits_it() -> None:
    """A quarter of the way from A to B takes 2.5 minutes to A and 7.5 to B."""
    point = at(p=(105.0025, 19.0))
    assert minutes(TOY, point, at(a=(105.0, 19.0))) == pytest.approx(2.5, abs=0.02)
    assert minutes(TOY, point, at(b=(105.01, 19.0))) == pytest.approx(7.5, abs=0.02)


def test_two_points_on_one_road_do_not_go_round_by_its_end() -> None:
    """From a quarter to three quarters of one road is half of it."""
    assert minutes(TOY, at(p=(105.0025, 19.0)), at(q=(105.0075, 19.0))) == pytest.approx(5.0, abs=0.02)


def test_a_one_way_road_is_left_forwards_only() -> None:
    """On the one-way road from A to B, a later point is near and an earlier one far round, or out of reach."""
    edges = toytown.edges().assign(oneway=[True, False, False, False, False])
    network = roads.network_from_edges(toytown.nodes(), edges)
    early, late = at(p=(105.0025, 19.0)), at(q=(105.0075, 19.0))
    assert minutes(network, early, late) == pytest.approx(5.0, abs=0.02)
    assert minutes(network, late, early) is None
    back = pd.concat([edges, pd.DataFrame({"from_node": ["B"], "to_node": ["A"], "minutes": [30.0], "oneway": [True]})])
    round_about = roads.network_from_edges(toytown.nodes().assign(lat=[19.0, 19.001, 19, 19, 19, 19]), back)
    assert minutes(round_about, at(q=(105.0075, 19.00075)), at(p=(105.0025, 19.00025))) is not None


def test_a_point_at_a_junction_leaves_by_any_road() -> None:
    """Whichever road it is snapped to, a point on B goes both to A and to C in ten minutes."""
    point = at(p=(105.01, 19.0))
    for lon in (105.0, 105.02):
        assert minutes(TOY, point, at(x=(lon, 19.0))) == pytest.approx(10.0, abs=1e-3)


def test_two_points_off_the_road_go_straight() -> None:
    """Two huts 100 m from each other and 2 km from the road do not walk to the road and back."""
    north = 19 + 2000 / 110_690
    found = minutes(TOY, at(p=(105.02, north)), at(q=(105.02, north + 100 / 110_690)))
    assert found == pytest.approx(100 / 1000 * 19.5, rel=0.02)


def test_a_track_that_joins_nothing_is_passed_over() -> None:
    """With many roads hanging together, a point beside a stray track is put on the next road that leads somewhere."""
    count = 40
    nodes = pd.DataFrame(
        {"node_id": [f"m{i:02}" for i in range(count)], "lon": 105 + np.arange(count) * 0.01, "lat": 19.0}
    )
    stray = pd.DataFrame({"node_id": ["s1", "s2"], "lon": [105.1, 105.11], "lat": [19.005, 19.005]})
    edges = pd.DataFrame({"from_node": nodes["node_id"][:-1], "to_node": list(nodes["node_id"][1:]), "minutes": 5.0})
    more = pd.DataFrame({"from_node": ["s1"], "to_node": ["s2"], "minutes": [5.0]})
    whole = roads.network_from_edges(pd.concat([nodes, stray]), pd.concat([edges, more]))
    point, site = at(p=(105.105, 19.005)), at(x=(105.0, 19.0))
    assert minutes(whole, point, site) is None

    careful = dataclasses.replace(whole, smallest_part=3)
    assert minutes(careful, point, site) == pytest.approx(52.5 + 0.554 * 19.5, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_nearest_segment_is_shapely_s(seed: int) -> None:
    """Distances equal those to the union of all roads, also for points outside of their bounds."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 60))
    nodes = pd.DataFrame(
        {
            "node_id": [str(i) for i in range(count)],
            "lon": rng.uniform(105, 105.2, count),
            "lat": rng.uniform(19, 19.1, count),
        }
    )
    edges = pd.DataFrame(
        {
            "from_node": rng.choice(nodes["node_id"], count),
            "to_node": rng.choice(nodes["node_id"], count),
            "minutes": 1.0,
        }
    )
    network = roads.network_from_edges(nodes, edges)
    lon, lat = rng.uniform(104.9, 105.3, 30), rng.uniform(18.95, 19.15, 30)
    foot = segments.nearest_foot(network.segments, lon, lat)
    x, y = projection.to_metres(lon, lat, network.segments.crs)
    lines = shapely.linestrings(network.segments.ends.reshape(-1, 2, 2))
    expected = shapely.distance(lines[None, :], shapely.points(x, y)[:, None]).min(axis=1)
    assert foot.distance_m == pytest.approx(expected, abs=1e-6)
    assert np.hypot(foot.x - x, foot.y - y) == pytest.approx(foot.distance_m, abs=1e-6)


def test_a_node_without_a_road_can_be_stood_on() -> None:
    """An island commune of an estimated network reaches itself, and nothing else."""
    nodes = pd.concat([toytown.nodes(), pd.DataFrame({"node_id": ["I"], "lon": [105.5], "lat": [19.5]})])
    network = roads.network_from_edges(nodes, toytown.edges())
    island = at(home=(105.5, 19.5))
    assert minutes(network, island, at(site=(105.5, 19.5))) == 0.0
    assert minutes(network, island, at(b=(105.01, 19.0))) is None
