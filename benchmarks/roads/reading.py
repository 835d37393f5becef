"""Reading an OpenStreetMap file side by side with peers, in one run.

``python benchmarks/roads/reading.py FILE.osm.pbf [--peers osmium pyrosm osmnx]`` in the benchmark's own environment.
The plain loop and pyrosm make no graph of their own accord; this package and OSMnx do. Prints wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from outside import as_xml, plain_loop

from mangluoi import roads
from mangluoi.roads import osm


def seconds(label: str, run: Callable[[], object], *, repeat: int = 3) -> float:
    found = []
    for _ in range(repeat):
        start = time.perf_counter(), time.process_time()
        run()
        found.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    wall, cpu = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"{label:52} {wall:8.3f} s wall {cpu:8.3f} s CPU", flush=True)
    return cpu


def pyrosm_graph(path: Path) -> object:
    import pyrosm

    nodes, edges = pyrosm.OSM(str(path)).get_network(network_type="driving", nodes=True)
    return nodes, edges


def main(path: Path, peers: list[str]) -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        roads.read_network(path, profile="car")
        kept = Path(folder) / "cache"

        def to_cached_graph() -> None:
            for old in kept.glob("*"):
                old.unlink()
            roads.read_network(path, profile="car", cache=kept)

        ours = seconds("mangluoi, PBF to a cached graph", to_cached_graph)
        seconds("mangluoi, again from the cache", lambda: roads.read_network(path, profile="car", cache=kept))
        seconds("mangluoi, the bytes alone", lambda: osm.read_map(path))
        found = {"mangluoi by osmium, the ways alone": seconds("… by osmium", lambda: osm.read_by_osmium(path))}
        found["plain loop"] = seconds("pyosmium, plain loop, no graph", lambda: plain_loop(path))
        if "pyrosm" in peers:
            found["pyrosm"] = seconds("pyrosm, driving network", lambda: pyrosm_graph(path), repeat=1)
        if "osmnx" in peers:
            import osmnx as ox

            xml = as_xml(path, Path(folder))
            found["osmnx"] = seconds("osmnx.graph_from_xml", lambda: ox.graph_from_xml(xml, retain_all=True), repeat=1)
        print(", ".join(f"{name} × {theirs / ours:.1f}" for name, theirs in found.items()), "(CPU)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peers", nargs="*", default=["pyrosm", "osmnx"])
    options = parser.parse_args()
    main(options.file, options.peers)
