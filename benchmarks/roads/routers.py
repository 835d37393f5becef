"""Distances and minutes against Valhalla on the same file.

``python benchmarks/roads/routers.py ROADS.osm.pbf PYTHON_WITH_PYVALHALLA WORKFOLDER``: draws pairs of junctions, asks
both for the shortest and the quickest way by car, and prints the ratios.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from calibrate import by_length

from mangluoi import roads

PAIRS = 600


def drawn_pairs(network: roads.RoadNetwork) -> pd.DataFrame:
    """Return pairs of junctions of the largest part."""
    main = np.flatnonzero(network.part == np.bincount(network.part).argmax())
    one, two = np.random.default_rng(11).choice(main, (2, PAIRS))
    return pd.DataFrame(
        {
            "pair": np.arange(PAIRS), "node1": network.node_ids[one], "node2": network.node_ids[two],
            "lon1": network.lon[one], "lat1": network.lat[one], "lon2": network.lon[two], "lat2": network.lat[two],
        }
    )  # fmt: skip


def ours(network: roads.RoadNetwork, pairs: pd.DataFrame, limit: float) -> pd.Series:
    """Return the minutes of each pair, placed by its coordinates as any point is."""
    found = {}
    for row in pairs.itertuples():
        one = pd.DataFrame({"id": ["a"], "lon": [row.lon1], "lat": [row.lat1]})
        two = pd.DataFrame({"id": ["b"], "lon": [row.lon2], "lat": [row.lat2]})
        times = roads.travel_times(network, one, two, max_minutes=limit)
        if len(times):
            found[row.pair] = float(times["minutes"].item())
    return pd.Series(found, name="ours")


def say(label: str, ratio: pd.Series) -> None:
    low, middle, high = ratio.quantile([0.05, 0.5, 0.95])
    print(f"{label:52} {len(ratio)} pairs: median {middle:.4f}, 5–95 % {low:.3f}–{high:.3f}")


def main(path: Path, python: str, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    car = roads.read_network(path, profile="car")
    pairs = drawn_pairs(car)
    pairs.to_csv(work / "pairs.csv", index=False)
    script = Path(__file__).with_name("valhalla_distances.py")
    subprocess.run([python, script, path, work / "pairs.csv", work / "answers.csv", work], check=True)
    theirs = pd.read_csv(work / "answers.csv").pivot(index="pair", columns="question")
    shortest = ours(by_length(car), pairs, 500)
    both = theirs["km"]["shortest_km"].to_frame("theirs").join(shortest, how="outer")
    print(f"no way: {int(both['ours'].isna().sum())} here, {int(both['theirs'].isna().sum())} there")
    both = both.dropna()
    both = both[both["theirs"] > 1]
    say("shortest way by car, km: ours ÷ Valhalla", both["ours"] / both["theirs"])
    quickest = ours(car, pairs, 900)
    minutes = theirs["minutes"]["quickest"].to_frame("theirs").join(quickest, how="inner").dropna()
    say("quickest way by car, minutes: ours ÷ Valhalla", (minutes["ours"] / minutes["theirs"])[minutes["theirs"] > 2])
    motorbike = ours(roads.read_network(path, profile="motorbike"), pairs, 900)
    minutes = theirs["minutes"]["scooter"].to_frame("theirs").join(motorbike, how="inner").dropna()
    ratio = (minutes["ours"] / minutes["theirs"])[minutes["theirs"] > 2]
    say("by motorbike ÷ Valhalla's motor scooter, minutes", ratio)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
