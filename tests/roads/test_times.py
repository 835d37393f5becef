"""Travel times over small networks."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toytown
from mangluoi import roads
from mangluoi.errors import InputError

TOY = roads.network_from_edges(toytown.nodes(), toytown.edges())


def random_tables(seed: int, *, size: int = 30, arcs: int = 90) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and edges at random, with parallel edges, loops and one-way streets."""
    rng = np.random.default_rng(seed)
    nodes = pd.DataFrame(
        {
            "node_id": [f"n{i}" for i in rng.permutation(size)],
            "lon": rng.uniform(105, 105.2, size),
            "lat": rng.uniform(19, 19.2, size),
        }
    )
    edges = pd.DataFrame(
        {
            "from_node": rng.choice(nodes["node_id"], arcs),
            "to_node": rng.choice(nodes["node_id"], arcs),
            "minutes": rng.choice([0.0, 0.5, 1.25, 2.0, 3.7, 8.1], arcs),
            "oneway": rng.random(arcs) < 0.5,
        }
    )
    return nodes, edges


def as_networkx(nodes: pd.DataFrame, edges: pd.DataFrame) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(nodes["node_id"])
    for edge in edges.itertuples():
        graph.add_edge(edge.from_node, edge.to_node, minutes=edge.minutes)
        if not edge.oneway:
            graph.add_edge(edge.to_node, edge.from_node, minutes=edge.minutes)
    return graph


def as_dict(times: pd.DataFrame) -> dict[tuple[str, str], float]:
    return dict(zip(zip(times["from_id"], times["to_id"], strict=True), times["minutes"], strict=True))


def test_toytown_matches_the_times_solved_by_hand() -> None:
    """Minutes from every hamlet to the two homes are those of the drawing, pairs beyond 15 minutes absent."""
    sites = pd.DataFrame({"site_id": ["home_b", "home_e"], "node_id": ["B", "E"]})
    found = roads.travel_times(TOY, toytown.nodes().rename(columns={"node_id": "id"}), sites, max_minutes=15)
    expected = toytown.times(max_minutes=15).sort_values(["from_id", "to_id"])
    assert as_dict(found) == as_dict(expected)
    assert list(found.columns) == ["from_id", "to_id", "minutes", "mode"]


@pytest.mark.parametrize("seed", range(12))
def test_minutes_agree_with_networkx(seed: int) -> None:
    """Every pair within reach has the minutes of networkx's Dijkstra, and no other pair is listed."""
    nodes, edges = random_tables(seed)
    graph = as_networkx(nodes, edges)
    origins = list(nodes["node_id"][: 5 + seed])
    targets = list(nodes["node_id"][10:])
    found = as_dict(roads.travel_times(roads.network_from_edges(nodes, edges), origins, targets, max_minutes=9.5))
    expected = {
        (start, end): minutes
        for start in origins
        for end, minutes in nx.single_source_dijkstra_path_length(graph, start, cutoff=9.5, weight="minutes").items()
        if end in targets
    }
    assert found.keys() == expected.keys()
    assert all(found[pair] == pytest.approx(expected[pair], abs=1e-6) for pair in found)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed: int) -> None:
    """Shuffled nodes, edges and points give the same table, byte for byte."""
    nodes, edges = random_tables(seed)
    shuffled = [frame.sample(frac=1, random_state=seed + 1) for frame in (nodes, edges)]
    origins, targets = list(nodes["node_id"][:12]), list(nodes["node_id"][8:])
    one = roads.travel_times(roads.network_from_edges(nodes, edges), origins, targets, max_minutes=30)
    two = roads.travel_times(roads.network_from_edges(*shuffled), origins[::-1], targets[::-1], max_minutes=30)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), closed=st.integers(0, 89))
def test_closing_an_edge_never_shortens_a_time(seed: int, closed: int) -> None:
    """Without one edge, every pair takes at least as long, or is absent."""
    nodes, edges = random_tables(seed)
    ids = list(nodes["node_id"])
    whole = as_dict(roads.travel_times(roads.network_from_edges(nodes, edges), ids, ids, max_minutes=60))
    less = as_dict(roads.travel_times(roads.network_from_edges(nodes, edges.drop(closed)), ids, ids, max_minutes=60))
    assert less.keys() <= whole.keys()
    assert all(less[pair] >= whole[pair] for pair in less)


def test_one_way_street_counts_from_origin_to_destination() -> None:
    """A one-way street is used along its direction only, whichever side is the smaller."""
    edges = toytown.edges().assign(oneway=[True, False, False, False, False])
    network = roads.network_from_edges(toytown.nodes(), edges)
    assert as_dict(roads.travel_times(network, ["A"], toytown.POINTS, max_minutes=20)) == {
        ("A", "A"): 0.0,
        ("A", "B"): 10.0,
        ("A", "C"): 20.0,
    }
    assert ("B", "A") not in as_dict(roads.travel_times(network, toytown.POINTS, ["A"], max_minutes=60))


def test_of_parallel_edges_the_quickest_counts() -> None:
    """A second, slower road between two hamlets changes nothing; a quicker one does."""
    more = pd.DataFrame({"from_node": ["A", "B"], "to_node": ["B", "C"], "minutes": [25.0, 4.0]})
    network = roads.network_from_edges(toytown.nodes(), pd.concat([toytown.edges(), more]))
    assert as_dict(roads.travel_times(network, ["A"], ["C"], max_minutes=60)) == {("A", "C"): 14.0}


def test_a_limit_is_inclusive_in_spite_of_floating_point() -> None:
    """Three tenths of a minute are within 0.3 minutes."""
    edges = toytown.edges().assign(minutes=0.1)
    network = roads.network_from_edges(toytown.nodes(), edges)
    assert as_dict(roads.travel_times(network, ["A"], ["D"], max_minutes=0.3)) == {("A", "D"): 0.3}


def test_nearest_breaks_ties_by_id() -> None:
    """C and D lie 10 and 20 minutes from B and E; halfway sites at B and D are equally near to C: B comes first."""
    found = roads.nearest(TOY, ["C"], ["D", "B", "F"], k=2)
    assert list(zip(found["to_id"], found["minutes"], found["rank"], strict=True)) == [("B", 10.0, 1), ("D", 10.0, 2)]


def test_points_off_the_road_walk_to_it() -> None:
    """A point one kilometre off walks a detour of 1.3 km at 4 km/h, 19.5 minutes."""
    point = pd.DataFrame({"point_id": ["p"], "lon": [105.0], "lat": [19.0 + 1000 / 110_690]})
    found = roads.travel_times(TOY, point, ["A"], max_minutes=60)
    assert found["minutes"].item() == pytest.approx(19.5, abs=0.1)


def test_points_too_far_off_stop_the_run_or_are_listed() -> None:
    """A point beyond the limit raises with its distance; asked to list, it has no row and `unreached` names it."""
    points = pd.DataFrame({"id": ["near", "far"], "lon": [105.0, 105.5], "lat": [19.0, 19.5]})
    with pytest.raises(InputError) as error:
        roads.travel_times(TOY, points, ["A"], max_minutes=60, snap_limit_m=1000)
    assert [(c.problem, c.value) for c in error.value.complaints] == [("outside_network", "far")]
    listed = roads.travel_times(TOY, points, ["A"], max_minutes=60, snap_limit_m=1000, on_unreached="list")
    assert as_dict(listed) == {("near", "A"): 0.0}
    far = roads.unreached(TOY, points, snap_limit_m=1000)
    assert far["id"].tolist() == ["far"]
    assert far["distance_m"].item() == pytest.approx(72_000, rel=0.05)


@pytest.mark.parametrize("wrong", [-1.0, math.nan])
def test_a_senseless_limit_is_refused(wrong: float) -> None:
    """A limit below zero or no number is an error, not an empty table."""
    with pytest.raises(InputError):
        roads.travel_times(TOY, ["A"], ["B"], max_minutes=wrong)


def test_duplicated_or_unknown_ids_are_all_named() -> None:
    """Every duplicate and every unknown node is in the one error."""
    with pytest.raises(InputError) as error:
        roads.travel_times(TOY, ["A", "A", "Z"], ["B"], max_minutes=5)
    assert [(c.problem, c.value) for c in error.value.complaints] == [
        ("duplicate_key", "A"),
        ("unknown_reference", "Z"),
    ]


def test_nobody_gives_an_empty_table_with_its_columns() -> None:
    """No origin is no pair, not an error."""
    found = roads.travel_times(TOY, [], ["A"], max_minutes=5)
    assert found.empty
    assert list(found.columns) == ["from_id", "to_id", "minutes", "mode"]
