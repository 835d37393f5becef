"""Car distances and reading against OSMnx, on one OpenStreetMap file.

``python benchmarks/roads/outside.py FILE.osm.pbf`` in the benchmark's own environment (osmnx, osmium). OSMnx reads the
same file as XML, keeps its drive network, and routes by length between the points that it splits nothing for: its
nearest nodes. This package snaps to roads. Prints the ratio of distances and the seconds of reading.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
from calibrate import by_length

from mangluoi import roads

PAIRS = 400


def as_xml(path: Path, folder: Path) -> Path:
    """Write the roads of a PBF file as XML."""
    target = folder / "roads.osm"
    wanted = {
        node.ref
        for way in osmium.FileProcessor(str(path), osmium.osm.WAY)
        if "highway" in way.tags
        for node in way.nodes
    }
    with osmium.SimpleWriter(str(target)) as writer:
        for thing in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY):
            if (thing.is_node() and thing.id in wanted) or (thing.is_way() and "highway" in thing.tags):
                writer.add(thing)
    return target


def plain_loop(path: Path) -> int:
    """Read roads as most scripts do: every node and way in a Python loop."""
    places, count = {}, 0
    for thing in osmium.FileProcessor(str(path)):
        if thing.is_node():
            places[thing.id] = (thing.lon, thing.lat)
        elif thing.is_way() and "highway" in thing.tags:
            refs = [node.ref for node in thing.nodes]
            count += sum(a in places and b in places for a, b in itertools.pairwise(refs))
    return count


def seconds(label: str, run: object) -> object:
    start = time.process_time()
    answer = run()  # type: ignore[operator]
    print(f"{label:42} {time.process_time() - start:7.2f} s CPU", flush=True)
    return answer


def main(path: Path) -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        roads.read_network(path, profile="car")
        seconds("pyosmium, plain loop, no graph", lambda: plain_loop(path))
        network = seconds(
            "mangluoi, PBF to a cached graph", lambda: roads.read_network(path, profile="car", cache=cache)
        )
        seconds("mangluoi, again from the cache", lambda: roads.read_network(path, profile="car", cache=cache))
        xml = as_xml(path, Path(folder))
        graph = seconds("osmnx.graph_from_xml (its own filter: all)", lambda: ox.graph_from_xml(xml, retain_all=True))
    drive = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"}
    drive |= {f"{name}_link" for name in drive}
    kept = [
        (u, v, k) for u, v, k, h in graph.edges(keys=True, data="highway")
        if (h if isinstance(h, str) else h[0]) in drive
    ]  # fmt: skip
    graph = ox.truncate.largest_component(graph.edge_subgraph(kept).copy(), strongly=True)
    rng = np.random.default_rng(5)
    spots = rng.choice(len(network.lon), 2 * PAIRS)
    points = pd.DataFrame(
        {"id": [f"p{i}" for i in range(2 * PAIRS)], "lon": network.lon[spots], "lat": network.lat[spots]}
    )
    near = ox.distance.nearest_nodes(graph, points["lon"], points["lat"])
    lengths = by_length(network)
    ratios = []
    for i in range(PAIRS):
        one, two = points.iloc[[i]], points.iloc[[PAIRS + i]]
        mine = roads.travel_times(lengths, one, two, max_minutes=400)
        if mine.empty or not nx.has_path(graph, near[i], near[PAIRS + i]):
            continue
        theirs = nx.shortest_path_length(graph, near[i], near[PAIRS + i], weight="length") / 1000.0
        if theirs > 1:
            ratios.append(float(mine["minutes"].item()) / theirs)
    quantiles = np.quantile(ratios, [0.05, 0.25, 0.5, 0.75, 0.95])
    low, _, middle, _, high = quantiles
    print(f"{len(ratios)} pairs, distance ratio to OSMnx: median {middle:.4f}, 5–95 % {low:.3f}–{high:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
