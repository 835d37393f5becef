"""A province end to end: read three profiles, put points on the roads, travel times, and a hundred speed scenarios.

``python benchmarks/roads/province.py FILE.osm.pbf`` prints wall and CPU seconds of each step, from a warm cache.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import roads
from mangluoi.roads import segments


def seconds(label: str, run: Callable[[], Any]) -> Any:
    start = time.perf_counter(), time.process_time()
    answer = run()
    print(
        f"{label:52} {time.perf_counter() - start[0]:7.3f} s wall {time.process_time() - start[1]:7.3f} s CPU",
        flush=True,
    )
    return answer


def points(network: roads.RoadNetwork, count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    near = rng.integers(0, len(network.lon), count)
    lon, lat = (a[near] + rng.normal(0, 0.002, count) for a in (network.lon, network.lat))
    return pd.DataFrame({"id": [f"p{i}" for i in range(count)], "lon": lon, "lat": lat})


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory() as cache:

        def end_to_end() -> None:
            for profile in roads.profiles():
                network = roads.prepare(roads.read_network(path, profile=profile, cache=cache), cache=cache)
                sites, people = points(network, 60, 1), points(network, 5_000, 2)
                roads.travel_times(network, people, sites, max_minutes=60)

        seconds("three profiles, nothing cached (kernels compile)", end_to_end)
        seconds("three profiles, 5,000 points × 60 sites, cached", end_to_end)
        network = roads.prepare(roads.read_network(path, profile="motorbike", cache=cache), cache=cache)
        many = points(network, 100_000, 3)
        lon, lat = many["lon"].to_numpy(), many["lat"].to_numpy()
        seconds(f"laying {len(network.pieces):,} pieces into a grid", lambda: network.segments)
        label = f"snapping 100,000 points to {len(network.segments.ends):,} segments"
        seconds(label, lambda: segments.nearest_foot(network.segments, lon, lat))
        sites, people = points(network, 60, 1), points(network, 5_000, 2)
        factors = np.linspace(0.7, 1.3, 100)

        def scenarios() -> None:
            for factor in factors:
                roads.travel_times(roads.change_speeds(network, float(factor)), people, sites, max_minutes=60)

        seconds("100 speed scenarios, 5,000 points × 60 sites", scenarios)
        seconds("isochrones of 5 sites, 15, 30 and 60 minutes",
                lambda: roads.isochrones(network, sites.head(5), minutes=[15, 30, 60]))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
