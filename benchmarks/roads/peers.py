"""The peers, each asked for the same: the demands within reach of some sources, and the minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from mangluoi import roads

Ask = Callable[[np.ndarray], Any]


def prepare(name: str, network: roads.RoadNetwork, demands: np.ndarray, limit: float) -> dict[str, Ask]:
    """Return what a peer can be asked by, after it has built its graph."""
    size = len(network.node_ids)
    tail, head, minutes = network.tail, network.head, network.minutes
    if name == "networkx":
        import networkx as nx

        graph = nx.DiGraph()
        graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), minutes.tolist(), strict=True))
        wanted = set(demands.tolist())

        def by_networkx(sources: np.ndarray) -> Any:
            found = [nx.single_source_dijkstra_path_length(graph, int(s), cutoff=limit) for s in sources]
            return [{node: m for node, m in reached.items() if node in wanted} for reached in found]

        return {"": by_networkx}
    if name == "igraph":
        import igraph

        graph = igraph.Graph(n=size, edges=np.column_stack([tail, head]).tolist(), directed=True)
        weights, targets = minutes.tolist(), demands.tolist()
        return {"": lambda sources: within(graph.distances(sources.tolist(), targets, weights=weights), limit)}
    if name == "networkit":
        import networkit as nk

        graph = nk.GraphFromCoo(
            (minutes, (tail.astype(np.uint64), head.astype(np.uint64))), n=size, weighted=True, directed=True
        )

        def by_networkit(sources: np.ndarray) -> Any:
            runs = [nk.distance.Dijkstra(graph, int(s), storePaths=False).run().getDistances() for s in sources]
            return within([np.asarray(reached)[demands] for reached in runs], limit)

        return {"": by_networkit}
    if name == "rustworkx":
        import rustworkx as rx

        graph = rx.PyDiGraph()
        graph.add_nodes_from(range(size))
        graph.add_edges_from(list(zip(tail.tolist(), head.tolist(), minutes.tolist(), strict=True)))
        return {"": lambda sources: [dict(rx.dijkstra_shortest_path_lengths(graph, int(s), float)) for s in sources]}
    if name == "pandana":
        return by_pandana(network, demands, limit)
    raise ValueError(f"no peer {name}")


def by_pandana(network: roads.RoadNetwork, demands: np.ndarray, limit: float) -> dict[str, Ask]:
    """Pandana lists nodes in range, or measures given pairs; seconds, for it keeps three decimals in 32 bits."""
    import pandana
    import pandas as pd

    net = pandana.Network(
        pd.Series(network.lon), pd.Series(network.lat), pd.Series(network.tail), pd.Series(network.head),
        pd.DataFrame({"s": np.rint(network.minutes * 60_000) / 1_000}), twoway=False,
    )  # fmt: skip
    wanted = np.zeros(len(network.node_ids), dtype=bool)
    wanted[demands] = True

    def in_range(sources: np.ndarray) -> Any:
        found = net.nodes_in_range(sources, limit * 60, imp_name="s")
        return found[wanted[found["destination"].to_numpy()]]

    def pair_by_pair(sources: np.ndarray) -> Any:
        some = sources[:4]
        return net.shortest_path_lengths(np.repeat(some, len(demands)), np.tile(demands, len(some)), imp_name="s")

    def scaled(sources: np.ndarray) -> Any:
        for _ in range(max(1, len(sources) // 4)):
            pair_by_pair(sources)

    return {"in range": in_range, "pair by pair": scaled}


def within(rows: Any, limit: float) -> list[Any]:
    """Return the positions and minutes within the limit of each row."""
    found = []
    for row in rows:
        minutes = np.asarray(row)
        near = np.flatnonzero(minutes <= limit)
        found.append((near, minutes[near]))
    return found


@numba.njit(nogil=True)
def _spin(turns: int) -> int:
    total = 1
    for _ in range(turns):
        total = (total * 1_103_515_245 + 12_345) & 0x7FFFFFFF
    return total


def second_processor(turns: int = 20_000_000) -> float:
    """Return how much sooner two loops end side by side than one after the other: 2 on two free processors."""
    _spin(10)
    start = time.perf_counter()
    _spin(turns)
    one = time.perf_counter() - start
    crew = [threading.Thread(target=_spin, args=(turns,)) for _ in range(2)]
    start = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return 2 * one / (time.perf_counter() - start)
