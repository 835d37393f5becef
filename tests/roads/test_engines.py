"""Both searches, with and without a contraction order, against each other and against networkx."""

from __future__ import annotations

import dataclasses
import pickle

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangluoi import roads
from mangluoi.roads import dissection, engine, hierarchy


def grid(side: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A town of streets, some of them one-way, some closed, with whole seconds."""
    rng = np.random.default_rng(seed)
    at = np.arange(side * side)
    nodes = pd.DataFrame(
        {"node_id": [f"n{i}" for i in at], "lon": 105 + at % side * 0.003, "lat": 19 + at // side * 0.003}
    )
    right = [(i, i + 1) for i in at if i % side < side - 1]
    up = [(i, i + side) for i in at if i // side < side - 1]
    pairs = np.array(right + up)[rng.random(2 * side * (side - 1)) < 0.85]
    edges = pd.DataFrame(
        {
            "from_node": [f"n{i}" for i in pairs[:, 0]],
            "to_node": [f"n{i}" for i in pairs[:, 1]],
            "minutes": rng.integers(10, 300, len(pairs)) / 60.0,
            "oneway": rng.random(len(pairs)) < 0.3,
        }
    )
    return nodes, edges


def scattered(count: int, seed: int, name: str) -> pd.DataFrame:
    """Points around the town, most of them off its streets."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(-0.002, 0.05, (count, 2))
    ids = [f"{name}{i}" for i in range(count)]
    return pd.DataFrame({"id": ids, "lon": 105 + spots[:, 0], "lat": 19 + spots[:, 1]})


def contracted(network: roads.RoadNetwork) -> roads.RoadNetwork:
    """The same network with its order at hand."""
    return dataclasses.replace(network, hierarchy=network.contraction)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", [4.0, 15.0, 300.0])
def test_both_searches_give_the_same_table(seed: int, limit: float) -> None:
    """Points anywhere, one-way streets and any limit: the sweep lists the same pairs with the same minutes."""
    network = roads.network_from_edges(*grid(16, seed))
    origins, targets = scattered(40, seed, "o"), scattered(70, seed + 100, "t")
    for one, two in ((origins, targets), (targets, origins)):
        plain = roads.travel_times(network, one, two, max_minutes=limit)
        swept = roads.travel_times(contracted(network), one, two, max_minutes=limit)
        pd.testing.assert_frame_equal(plain, swept, check_exact=True)
        assert len(plain)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("k", [1, 3])
def test_nearest_is_the_head_of_all_pairs(seed: int, k: int) -> None:
    """The k nearest are the first k of the whole table sorted by minutes and id, by either search."""
    network = roads.network_from_edges(*grid(14, seed))
    origins, sites = scattered(60, seed, "o"), scattered(12, seed + 50, "s")
    every = roads.travel_times(network, origins, sites, max_minutes=500).sort_values(["from_id", "minutes", "to_id"])
    expected = every.groupby("from_id").head(k).reset_index(drop=True)
    for given_network in (network, contracted(network)):
        found = roads.nearest(given_network, origins, sites, k=k, max_minutes=500)
        pd.testing.assert_frame_equal(found.drop(columns="rank"), expected, check_exact=True)


def test_many_sources_make_the_order_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where contraction pays it is made without being asked for, and changes no minute."""
    nodes, edges = grid(20, 3)
    ids = list(nodes["node_id"])
    network = roads.network_from_edges(nodes, edges)
    found = roads.travel_times(network, ids, ids, max_minutes=60)
    assert network.contracted
    plain = roads.network_from_edges(nodes, edges)
    monkeypatch.setattr(engine, "_CONTRACTION_COST", 1e9)
    pd.testing.assert_frame_equal(found, roads.travel_times(plain, ids, ids, max_minutes=60), check_exact=True)
    assert not plain.contracted


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_order_of_contraction_is_exact(seed: int) -> None:
    """Even a random order gives networkx's minutes; only the time it takes differs."""
    nodes, edges = grid(7, seed)
    network = roads.network_from_edges(nodes, edges)
    order = np.random.default_rng(seed).permutation(len(nodes)).astype(np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dissection, "contraction_order", lambda *_, **__: order)
        network = contracted(network)
    graph = nx.DiGraph()
    for arc in zip(network.tail, network.head, network.minutes, strict=True):
        key = str(network.node_ids[arc[0]]), str(network.node_ids[arc[1]])
        graph.add_edge(*key, minutes=arc[2])
    found = roads.travel_times(network, list(nodes["node_id"]), list(nodes["node_id"]), max_minutes=1000)
    for start, expected in nx.all_pairs_dijkstra_path_length(graph, weight="minutes"):
        mine = found[found["from_id"] == start].set_index("to_id")["minutes"].to_dict()
        assert mine == pytest.approx(expected, abs=1e-6)


def test_new_speeds_on_an_old_order() -> None:
    """The order of one network serves another one with other minutes and fewer roads."""
    nodes, edges = grid(12, 5)
    order = roads.network_from_edges(nodes, edges).contraction
    slower = roads.network_from_edges(nodes, edges.assign(minutes=edges["minutes"] * 2).drop(range(10)))
    ids = list(nodes["node_id"])
    plain = roads.travel_times(slower, ids[:20], ids, max_minutes=90)
    swept = roads.travel_times(dataclasses.replace(slower, hierarchy=order), ids[:20], ids, max_minutes=90)
    pd.testing.assert_frame_equal(plain, swept, check_exact=True)


def test_a_road_unknown_to_the_order_is_still_used() -> None:
    """Where the order lacks a road, the plain search answers."""
    nodes, edges = grid(6, 5)
    order = roads.network_from_edges(nodes, edges).contraction
    bridge = pd.DataFrame({"from_node": ["n0"], "to_node": ["n35"], "minutes": [0.5], "oneway": [False]})
    network = roads.network_from_edges(nodes, pd.concat([edges, bridge]))
    found = roads.travel_times(dataclasses.replace(network, hierarchy=order), ["n0"], ["n35"], max_minutes=1)
    assert found["minutes"].tolist() == [0.5]


def test_own_dissection_is_an_order_with_short_shortcuts() -> None:
    """Without METIS every node stands once, and contraction adds few arcs per node."""
    nodes, edges = grid(40, 1)
    network = roads.network_from_edges(nodes, edges)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda _: None)
        order = hierarchy.build(network.lon, network.lat, network.tail, network.head)
    assert sorted(order.rank.tolist()) == list(range(1600))
    assert len(order.upper) / 1600 < 12


def test_a_network_survives_pickling() -> None:
    """Workers of a batch receive the same network."""
    network = roads.network_from_edges(*grid(5, 1))
    again = pickle.loads(pickle.dumps(network))
    assert again.minutes.tolist() == network.minutes.tolist()
    assert again.notes == network.notes


def test_stopping_from_the_progress_stops_the_work() -> None:
    """What the callback raises comes out, after the chunks under way."""
    nodes, edges = grid(10, 1)
    network = roads.network_from_edges(nodes, edges)

    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        roads.travel_times(network, list(nodes["node_id"]), list(nodes["node_id"]), max_minutes=60, progress=stop)
