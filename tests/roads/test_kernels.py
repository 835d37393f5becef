"""The compiled parts against plain NumPy and SciPy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from test_engines import contracted, grid, scattered

from mangluoi import roads
from mangluoi.roads import arcs, layout, sweep


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_arcs_keep_the_quickest_of_parallel_pieces(seed: int) -> None:
    """Of pieces between the same ends the quickest stays, of equal ones the first; loops and closed ways go."""
    rng = np.random.default_rng(seed)
    start, end = rng.integers(0, 6, (2, 60)).astype(np.int32)
    forward, backward = (np.where(rng.random(60) < 0.2, np.inf, rng.integers(1, 5, 60) / 4) for _ in range(2))
    tail, head, minutes, piece = arcs.quickest(start, end, forward, backward, 6)
    ways = [(a, b, m, i) for i, (a, b, m) in enumerate(zip(start, end, forward, strict=True))]
    ways += [(b, a, m, i) for i, (a, b, m) in enumerate(zip(start, end, backward, strict=True))]
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for a, b, m, i in ways:
        if a != b and np.isfinite(m):
            best[a, b] = min(best.get((a, b), (np.inf, 0)), (m, i))
    assert list(zip(tail, head, strict=True)) == sorted(best)
    assert list(zip(minutes, piece, strict=True)) == [best[key] for key in sorted(best)]


def test_nodes_lie_along_a_curve() -> None:
    """Every node stands once, the arcs are all there both ways round, and neighbours in memory are near each other."""
    network = roads.network_from_edges(*grid(32, 1))
    laid = network.layout
    assert sorted(laid.rank) == list(range(1024))
    tails = np.repeat(np.arange(1024), np.diff(laid.out.first))
    assert (tails == laid.rank[network.tail[laid.out.arc]]).all()
    assert (laid.out.head == laid.rank[network.head[laid.out.arc]]).all()
    heads = np.repeat(np.arange(1024), np.diff(laid.into.first))
    assert (heads == laid.rank[network.head[laid.into.arc]]).all()
    assert (laid.into.head == laid.rank[network.tail[laid.into.arc]]).all()
    order = np.argsort(laid.rank)
    steps = np.hypot(np.diff(network.lon[order]), np.diff(network.lat[order]))
    assert np.median(steps) < 0.0031


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("longest", [3_000, 2**28])
def test_every_pair_has_the_minutes_of_scipy(seed: int, longest: int) -> None:
    """By either search, forwards and backwards, short roads and roads of days: SciPy's pairs and minutes."""
    nodes, edges = grid(13, seed)
    rng = np.random.default_rng(seed)
    edges = edges.assign(minutes=rng.integers(1, longest, len(edges)) / 60_000)
    network = roads.network_from_edges(nodes, edges)
    ids = network.node_ids
    some = ids[rng.permutation(len(ids))[:50]].tolist()
    graph = csr_array((network.minutes, (network.tail, network.head)), shape=(len(ids), len(ids)))
    limit = longest / 60_000 * 6
    expected = pd.DataFrame(dijkstra(graph), ids, ids)
    for one, two in ((some, ids.tolist()), (ids.tolist(), some)):
        for known in (network, contracted(network)):
            found = roads.travel_times(known, one, two, max_minutes=limit)
            table = found.pivot(index="from_id", columns="to_id", values="minutes").reindex(index=one, columns=two)
            wanted = expected.loc[one, two].to_numpy()
            assert (np.isfinite(table.to_numpy()) == (wanted <= limit + 1e-9)).all()
            assert np.nanmax(np.abs(np.where(wanted <= limit + 1e-9, table.to_numpy() - wanted, 0))) < 1e-6


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.booleans())
def test_the_order_of_nodes_and_edges_changes_nothing(seed: int, order: bool) -> None:
    """Rows in another order, and edges written the other way round, give the same table, byte for byte."""
    nodes, edges = grid(8, seed)
    rng = np.random.default_rng(seed)
    turned = edges.sample(frac=1, random_state=seed)
    swap = (rng.random(len(turned)) < 0.5) & ~turned["oneway"].to_numpy()
    turned.loc[swap, ["from_node", "to_node"]] = turned.loc[swap, ["to_node", "from_node"]].to_numpy()
    one = roads.network_from_edges(nodes, edges)
    two = roads.network_from_edges(nodes.sample(frac=1, random_state=seed + 1), turned)
    if order:
        one, two = contracted(one), contracted(two)
    points, sites = scattered(20, seed, "p"), scattered(6, seed + 1, "s")
    tables = [roads.travel_times(network, points, sites, max_minutes=60, snap_limit_m=9_000) for network in (one, two)]
    # Where a point is as near to two roads, the one that is written first may be taken: whole milliseconds apart.
    pd.testing.assert_frame_equal(*tables, check_exact=False, atol=1e-3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_names_of_nodes_change_nothing(seed: int) -> None:
    """Other ids put the nodes in another order; the minutes between them stay, by either search."""
    nodes, edges = grid(7, seed)
    new = dict(zip(nodes["node_id"], np.random.default_rng(seed).permutation(nodes["node_id"]), strict=True))
    one = roads.network_from_edges(nodes, edges)
    two = roads.network_from_edges(
        nodes.assign(node_id=nodes["node_id"].map(new)),
        edges.assign(from_node=edges["from_node"].map(new), to_node=edges["to_node"].map(new)),
    )
    ids = one.node_ids.tolist()
    first = roads.travel_times(contracted(one), ids, ids, max_minutes=30).set_index(["from_id", "to_id"])["minutes"]
    again = roads.travel_times(two, ids, ids, max_minutes=30)
    old = {value: key for key, value in new.items()}
    again = again.assign(from_id=again["from_id"].map(old), to_id=again["to_id"].map(old))
    assert again.set_index(["from_id", "to_id"])["minutes"].sort_index().to_dict() == first.sort_index().to_dict()


def test_networks_of_other_speeds_share_what_is_made_of_the_roads() -> None:
    """Segments and orders are made once, whichever of the networks needs them first; closed roads have their own."""
    network = roads.network_from_edges(*grid(10, 4))
    slower = roads.change_speeds(network, 0.5)
    assert slower.segments is network.segments
    assert slower.layout is network.layout
    order = slower.contraction
    assert network.contraction is order
    assert network.contracted
    closed = roads.close_roads(network, within=(105.0, 19.0, 105.004, 19.004))
    assert closed.layout is not network.layout
    assert closed.contraction is order
    assert dataclasses.replace(network, hierarchy=None).contraction is not order


def test_many_targets_on_one_node_are_all_listed() -> None:
    """More answers than a kernel has room for make it ask for more."""
    network = contracted(roads.network_from_edges(*grid(5, 1)))
    people = scattered(30_000, 3, "p").assign(lon=105.0, lat=19.0)
    sites = scattered(sweep.LANES + 3, 4, "s")
    found = roads.travel_times(network, people, sites, max_minutes=500, memory_mb=1_000, snap_limit_m=9_000)
    assert len(found) == 30_000 * len(sites)
    assert found.groupby("to_id")["minutes"].nunique().max() == 1


def test_minutes_beyond_days_are_searched_finely() -> None:
    """A limit that int32 milliseconds cannot hold changes the unit, not the answer."""
    network = contracted(roads.network_from_edges(*grid(9, 2)))
    ids = network.node_ids.tolist()
    near = roads.travel_times(network, ids, ids, max_minutes=5_000)
    far = roads.travel_times(network, ids, ids, max_minutes=layout.FAR_MS)
    pd.testing.assert_frame_equal(near, far)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(i, i + 1) for i in range(9)],
        [(i, (i + 1) % 10) for i in range(10)],
        [(0, i) for i in range(1, 10)],
        [(i, j) for i in range(10) for j in range(i)],
        [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (5, 6), (7, 8), (8, 9), (9, 7), (7, 3)],
    ],
)
@pytest.mark.parametrize("quick", [False, True])
def test_orders_of_odd_graphs_are_exact(pairs: list[tuple[int, int]], quick: bool) -> None:
    """No road, a road, a ring, a star, everything joined, crumbs: each node stands once, and times are SciPy's."""
    nodes = pd.DataFrame({"node_id": [f"{i}" for i in range(10)], "lon": 105 + np.arange(10) % 4 / 100, "lat": 19.0})
    edges = pd.DataFrame(pairs, columns=["from_node", "to_node"]).astype(str)
    edges["minutes"] = np.random.default_rng(1).integers(1, 60, len(edges)).astype(float)
    network = roads.network_from_edges(nodes, edges)
    order = network.ordered(quick=quick)
    assert sorted(order.rank) == list(range(10))
    ids = network.node_ids.tolist()
    found = roads.travel_times(dataclasses.replace(network, hierarchy=order), ids, ids, max_minutes=1_000)
    graph = csr_array((network.minutes, (network.tail, network.head)), shape=(10, 10))
    expected = dijkstra(graph)
    assert len(found) == np.isfinite(expected).sum()
    at = [ids.index(i) for i in found["from_id"]], [ids.index(i) for i in found["to_id"]]
    assert np.abs(found["minutes"].to_numpy() - expected[at]).max() < 1e-6
