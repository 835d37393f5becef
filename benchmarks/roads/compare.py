"""Travel times side by side with peers, on seeded road-like graphs, in one run.

``python benchmarks/roads/compare.py [--sizes 100000 500000] [--peers scipy networkx …]`` in an environment of its own
that holds the peers. Every peer answers the same question on the same graph, or a part of its sources that is scaled up
(marked est). Prints wall and CPU seconds (median of the runs), ratios to this package, and the largest difference of
minutes.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import graphs
import numpy as np
from scipy.sparse import csr_array

from mangluoi import roads
from mangluoi.roads import engine, snapping

SITES, DEMANDS, MAX_MINUTES = 3_000, 100_000, 60.0


@dataclass(frozen=True)
class Seconds:
    """Seconds on the wall, and of all processors together."""

    wall: float
    cpu: float

    def __mul__(self, times: float) -> Seconds:
        return Seconds(self.wall * times, self.cpu * times)


def timed(run: Callable[[], Any], *, repeat: int = 3) -> tuple[Seconds, Any]:
    """Return the median of the seconds of some runs, and the answer."""
    found = []
    for _ in range(repeat):
        start = time.perf_counter(), time.process_time()
        answer = run()
        found.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return Seconds(*(statistics.median(column) for column in zip(*found, strict=True))), answer


def say(task: str, who: str, seconds: Seconds, base: Seconds, note: str = "") -> None:
    ratios = f"wall × {seconds.wall / base.wall:7.1f}, CPU × {seconds.cpu / base.cpu:7.1f}"
    print(f"{task:30} {who:24} {seconds.wall:9.3f} s wall {seconds.cpu:9.3f} s CPU   {ratios}   {note}", flush=True)


def at_nodes(network: roads.RoadNetwork, nodes: np.ndarray) -> snapping.Snapped:
    ids = network.node_ids[np.sort(nodes)]
    return snapping.place(network, ids.tolist(), name="points", snap_limit_m=1.0, raises=True)


def scipy_pairs(network: roads.RoadNetwork, sources: np.ndarray, targets: np.ndarray, limit: float) -> np.ndarray:
    from scipy.sparse.csgraph import dijkstra

    size = len(network.node_ids)
    graph = csr_array((network.minutes, (network.tail, network.head)), shape=(size, size))
    return np.vstack([dijkstra(graph, indices=s, limit=limit)[targets] for s in sources])


def peer_pairs(name: str, network: roads.RoadNetwork) -> Callable[[int], Any] | None:
    """Return a function from a source to the minutes to all nodes, by a peer."""
    size = len(network.node_ids)
    ends = np.column_stack([network.tail, network.head])
    if name == "networkx":
        import networkx as nx

        graph = nx.DiGraph()
        graph.add_weighted_edges_from(
            zip(network.tail.tolist(), network.head.tolist(), network.minutes.tolist(), strict=True)
        )
        return lambda s: nx.single_source_dijkstra_path_length(graph, s, cutoff=MAX_MINUTES)
    if name == "igraph":
        import igraph

        graph = igraph.Graph(n=size, edges=ends.tolist(), directed=True)
        weights = network.minutes.tolist()
        return lambda s: graph.distances(source=[s], weights=weights)
    if name == "networkit":
        import networkit as nk

        graph = nk.Graph(size, weighted=True, directed=True)
        for tail, head, minutes in zip(
            *(a.tolist() for a in (network.tail, network.head, network.minutes)), strict=True
        ):
            graph.addEdge(tail, head, minutes)
        return lambda s: nk.distance.Dijkstra(graph, s, storePaths=False).run().getDistances()
    if name == "rustworkx":
        import rustworkx as rx

        graph = rx.PyDiGraph()
        graph.add_nodes_from(range(size))
        graph.add_edges_from(
            list(zip(network.tail.tolist(), network.head.tolist(), network.minutes.tolist(), strict=True))
        )
        return lambda s: rx.dijkstra_shortest_path_lengths(graph, s, float)
    return None


def pandana_pairs(network: roads.RoadNetwork, sites: np.ndarray, targets: np.ndarray) -> Callable[[int], Any]:
    import pandana
    import pandas as pd

    # Milliseconds: pandana cuts costs off after three decimals.
    net = pandana.Network(
        pd.Series(network.lon), pd.Series(network.lat), pd.Series(network.tail), pd.Series(network.head),
        pd.DataFrame({"ms": np.rint(network.minutes * 60_000)}), twoway=False,
    )  # fmt: skip

    def run(count: int) -> Any:
        one = np.repeat(sites[:count], len(targets))
        return net.shortest_path_lengths(one, np.tile(targets, count), imp_name="ms")

    return run


def compare(size: int, peers: list[str]) -> None:
    network = graphs.make(size)
    rng = np.random.default_rng(11)
    sites = np.sort(rng.choice(size, min(SITES, size // 20), replace=False))
    demands = np.sort(rng.choice(size, min(DEMANDS, size // 2), replace=False))
    print(f"\n{network}, {len(sites)} sites, {len(demands)} demands, {MAX_MINUTES:.0f} minutes")
    near, far = at_nodes(network, sites), at_nodes(network, demands)
    network.layout  # noqa: B018

    # Nothing cached: layout and, where it pays, the order are made within the time.
    def cold() -> Any:
        for name in ("layout", "contraction", "metric"):
            vars(network).pop(name, None)
        return engine.pairs(network, near, far, max_minutes=MAX_MINUTES, forward=True)

    uncached, _ = timed(cold, repeat=1)
    chosen = "hierarchy" if network.contracted else "dijkstra"
    for name in ("contraction", "metric"):
        vars(network).pop(name, None)
    ordering, _ = timed(lambda: network.contraction, repeat=1)
    custom, _ = timed(lambda: (vars(network).pop("metric", None), network.metric))
    ours, found = timed(lambda: engine.pairs(network, near, far, max_minutes=MAX_MINUTES, forward=True))
    print(f"order {ordering.cpu:.2f} s CPU, new speeds {custom.cpu:.3f} s CPU, pairs {len(found[0]):,}")
    say("sparse pairs, order cached", "mangluoi, 2 threads", ours, ours)
    one_thread = engine._threads
    engine._threads = lambda: 1
    single, _ = timed(lambda: engine.pairs(network, near, far, max_minutes=MAX_MINUTES, forward=True))
    engine._threads = one_thread
    say("sparse pairs, order cached", "mangluoi, 1 thread", single, ours)
    say("sparse pairs, nothing cached", f"mangluoi ({chosen})", uncached, ours)

    sample = sites[:: max(1, len(sites) // 12)][:12]
    scale = len(sites) / len(sample)
    seconds, minutes = timed(lambda: scipy_pairs(network, sample, demands, MAX_MINUTES), repeat=1)
    mine = np.full((len(sample), len(demands)), np.inf)
    row_of = np.searchsorted(sites, sample)
    here = np.isin(found[0], row_of)
    mine[np.searchsorted(row_of, found[0][here]), found[1][here]] = found[2][here]
    expected = np.where(minutes <= MAX_MINUTES, minutes, np.inf)
    both = np.isfinite(mine) & np.isfinite(expected)
    same = bool(np.array_equal(np.isfinite(mine), np.isfinite(expected)))
    worst = float(np.abs(mine[both] - expected[both]).max(initial=0.0))
    say("sparse pairs", "scipy (est)", seconds * scale, ours, f"same pairs: {same}, largest difference {worst:.1e} min")
    for name in peers:
        if name in ("scipy", "pandana"):
            continue
        run = peer_pairs(name, network)
        if run is not None:
            few = sample[:3]
            seconds, _ = timed(lambda run=run, few=few: [run(int(s)) for s in few], repeat=1)
            say("sparse pairs", f"{name} (est)", seconds * (len(sites) / len(few)), ours)
    if "pandana" in peers and size <= 500_000:
        preparing, run = timed(lambda: pandana_pairs(network, sites, demands), repeat=1)
        seconds, _ = timed(lambda: run(4), repeat=1)
        say(
            "sparse pairs",
            "pandana (est)",
            seconds * (len(sites) / 4),
            ours,
            f"after {preparing.wall:.0f} s of preparing",
        )

    facilities = at_nodes(network, rng.choice(size, 400, replace=False))
    everywhere = at_nodes(network, np.arange(size))
    for k in (1, 3):
        ours_k, best = timed(lambda k=k: engine.nearest_pairs(network, everywhere, facilities, k=k, max_minutes=10_000))
        say(f"nearest {k} of 400, all nodes", "mangluoi", ours_k, ours_k)
        if k == 1:
            from scipy.sparse.csgraph import dijkstra

            graph = csr_array((network.minutes, (network.head, network.tail)), shape=(size, size))
            seconds, expected = timed(
                lambda graph=graph: dijkstra(graph, indices=facilities.nodes[:, 0], min_only=True)
            )
            difference = np.abs(best[2] - expected[best[0]]).max()
            say("nearest 1 of 400, all nodes", "scipy (min_only)", seconds, ours_k, f"difference {difference:.1e}")
    few, many = at_nodes(network, sites[:: max(1, len(sites) // 300)][:300]), at_nodes(network, demands[:10_000])
    dense, _ = timed(lambda: engine.pairs(network, few, many, max_minutes=17_000, forward=True))
    say("dense 300 × 10,000", "mangluoi", dense, dense)
    seconds, _ = timed(lambda: scipy_pairs(network, few.nodes[:3, 0], many.nodes[:, 0], np.inf), repeat=1)
    say("dense 300 × 10,000", "scipy (est)", seconds * 100, dense)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB (peers included)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000])
    parser.add_argument(
        "--peers", nargs="*", default=["scipy", "networkx", "igraph", "networkit", "rustworkx", "pandana"]
    )
    options = parser.parse_args()
    for nodes in options.sizes:
        compare(nodes, options.peers)
