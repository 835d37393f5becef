"""How far the estimated network is from real ones, and the detour and speed that fit best.

Run beside the real data: ``python benchmarks/roads/calibrate.py FOLDER`` where FOLDER holds ``roads/`` and
``boundaries/`` as the developers' data does. Prints the factors that fit each place and profile, and the error of
minutes between commune centres before and after, against travel times over the real roads.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from mangluoi import projection, roads
from mangluoi.roads import speeds
from mangluoi.roads.network import RoadNetwork, arcs_of

PLACES = {
    "HCMC and Đồng Nai, 2018 (plain)": ("roads/hcmc_2018/hcm_2018.osm.pbf", "plain"),
    "Bát Xát, 2026 (mountain)": ("roads/bat_xat/osm_overpass_all_2026-03-05.json", "mountain"),
}
MAX_MINUTES = 120.0
# Where a file covers fewer communes than this, junctions stand for villages, so far apart.
FEW, SPACING_M = 10, 3_000.0
# Centres farther than this from a road of the file are outside of what it covers.
NEAR_M = 1_500.0


def centres(folder: Path, network: RoadNetwork, count: int = 250) -> pd.DataFrame:
    """Return points that stand for commune centres: those of communes that the roads cover."""
    communes = gpd.read_parquet(folder / "boundaries/communes_2025_national_simplified.parquet")
    points = communes.geometry.representative_point()
    units = pd.DataFrame({"unit_code": communes["code"], "lon": points.x, "lat": points.y})
    box = network.lon.min(), network.lon.max(), network.lat.min(), network.lat.max()
    inside = units["lon"].between(*box[:2]) & units["lat"].between(*box[2:])
    units = units[inside].rename(columns={"unit_code": "id"})
    far = roads.unreached(network, units, snap_limit_m=NEAR_M)["id"]
    units = units[~units["id"].isin(far)].sort_values("id").head(count).reset_index(drop=True)
    return units if len(units) >= FEW else junctions(network)


def junctions(network: RoadNetwork) -> pd.DataFrame:
    """Return junctions of the largest part, each at least the spacing from those before it, in a seeded order."""
    main = np.flatnonzero(network.part == np.bincount(network.part).argmax())
    x, y = projection.to_metres(network.lon, network.lat, projection.metres_crs(network.lon))
    chosen: list[int] = []
    for i in np.random.default_rng(1).permutation(main):
        if all(np.hypot(x[i] - x[j], y[i] - y[j]) >= SPACING_M for j in chosen):
            chosen.append(int(i))
    chosen.sort()
    return pd.DataFrame(
        {"id": network.node_ids[chosen].astype(object), "lon": network.lon[chosen], "lat": network.lat[chosen]}
    )


def by_length(network: RoadNetwork) -> RoadNetwork:
    """Return the network with one minute per kilometre."""
    pieces = network.pieces
    km = pieces.length_m / 1000.0
    changed = replace(
        pieces,
        forward=np.where(np.isfinite(pieces.forward), km, np.inf),
        backward=np.where(np.isfinite(pieces.backward), km, np.inf),
    )
    tail, head, minutes, length_m, arc_piece = arcs_of(changed, len(network.node_ids))
    return replace(
        network, pieces=changed, tail=tail, head=head, minutes=minutes, length_m=length_m, arc_piece=arc_piece,
        access_min_per_km=1.0,
    )  # fmt: skip


def errors(estimated: pd.DataFrame, real: pd.DataFrame) -> str:
    """Describe the error of estimated minutes."""
    both = real.merge(estimated, on=["from_id", "to_id"], suffixes=("_real", "_estimated"))
    off = both["minutes_estimated"] - both["minutes_real"]
    share = off / both["minutes_real"]
    return (
        f"pairs {len(both)}; bias {share.median():+.0%}; |error| median {off.abs().median():.1f} min "
        f"({share.abs().median():.0%}), p90 {off.abs().quantile(0.9):.1f} min ({share.abs().quantile(0.9):.0%})"
    )


def main(folder: Path) -> None:
    for place, (file, terrain) in PLACES.items():
        for profile in ("motorbike", "car"):
            network = roads.read_network(folder / file, profile=profile, terrain=terrain)
            points = centres(folder, network)
            real = roads.travel_times(network, points, points, max_minutes=MAX_MINUTES)
            real = real[(real["from_id"] != real["to_id"]) & (real["minutes"] > 2)].drop(columns="mode")
            km = roads.travel_times(by_length(network), points, points, max_minutes=400).drop(columns="mode")
            pairs = real.merge(km, on=["from_id", "to_id"], suffixes=("", "_km"))
            lookup = points.set_index("id")
            one, two = lookup.loc[pairs["from_id"]], lookup.loc[pairs["to_id"]]
            straight = projection.great_circle_m(one["lon"], one["lat"], two["lon"], two["lat"]) / 1000.0
            detour = (pairs["minutes_km"].to_numpy() / straight)[straight > 2]
            kph = 60.0 * pairs["minutes_km"] / pairs["minutes"]
            units = points.rename(columns={"id": "unit_code"})
            estimated = roads.estimated_network(units, profile=profile, terrain=terrain)
            times = roads.travel_times(estimated, list(points["id"]), list(points["id"]), max_minutes=400)
            times = times.drop(columns="mode")
            print(f"{place}, {profile}: {len(points)} centres; {errors(times, real)}")
            print(
                f"   real detour median {np.median(detour):.2f}, real speed median {kph.median():.1f} km/h "
                f"(assumed {speeds.estimate(terrain).detour})"
            )
            merged = real.merge(times, on=["from_id", "to_id"], suffixes=("_real", "_estimated"))
            factor = float((merged["minutes_real"] / merged["minutes_estimated"]).median())
            fitted = times.assign(minutes=times["minutes"] * factor)
            print(f"   × {factor:.3f} fits: {errors(fitted, real)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
