"""Draw Bát Xát: its roads by component, the areas around its town, and the built-up places that they leave out.

``python benchmarks/roads/bat_xat.py FOLDER PICTURE.png`` where FOLDER holds the district's files as the developers'
data does. Prints what it draws.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

from mangluoi import roads
from mangluoi.sources.rasters import read_raster

mpl.use("Agg")
from matplotlib import pyplot as plt

TOWN = pd.DataFrame({"id": ["town"], "lon": [103.8935], "lat": [22.5365]})
# Built-up cells of 10 m are taken together in blocks of this many a side; a block with fewer is no hamlet.
BLOCK, FEWEST = 10, 5


def hamlets(folder: Path) -> pd.DataFrame:
    """Return blocks of built-up land, since the file has no buildings."""
    cover = read_raster(folder / "LandCover_BatXat_DynamicWorld_10m.tif")
    row, column = np.nonzero(cover.values == 6)
    blocks, cells = np.unique(np.column_stack([row // BLOCK, column // BLOCK]), axis=0, return_counts=True)
    blocks, cells = blocks[cells >= FEWEST], cells[cells >= FEWEST]
    return pd.DataFrame(
        {
            "id": [f"{i}-{j}" for i, j in blocks],
            "lon": cover.west + (blocks[:, 1] + 0.5) * BLOCK * cover.width,
            "lat": cover.north - (blocks[:, 0] + 0.5) * BLOCK * cover.height,
            "people": cells,
        }
    )


def main(folder: Path, picture: Path) -> None:
    elevation = read_raster(folder / "Copernicus_DEM_BatXat_30m.tif")
    network = roads.read_network(
        folder / "osm_overpass_all_2026-03-05.json", profile="motorbike", terrain="mountain", elevation=elevation
    )
    sizes = np.bincount(network.part)
    print(f"components: {len(sizes)}, nodes {sorted(sizes.tolist(), reverse=True)}")
    areas = roads.isochrones(network, TOWN, minutes=[30, 60, 90, 120], snap_limit_m=2_000)
    places = hamlets(folder)
    print(roads.people_within(areas, places)[["from_minutes", "minutes", "people"]].to_string(index=False))
    times = roads.travel_times(
        network, places, TOWN, max_minutes=1_000, snap_limit_m=2_000, on_unreached="list"
    ).set_index("from_id")["minutes"]
    lost = places[~places["id"].isin(times.index)]
    print(f"built-up blocks: {len(places)}, no way to the town: {len(lost)}")
    pieces = network.pieces
    owner = np.repeat(np.arange(len(pieces)), np.diff(pieces.first_point))
    lines = gpd.GeoSeries(shapely.linestrings(pieces.lon, pieces.lat, indices=owner), crs="EPSG:4326")
    part = network.part[pieces.start]
    _, ax = plt.subplots(figsize=(13, 11))
    areas.plot(ax=ax, column="minutes", cmap="YlGnBu", alpha=0.6, edgecolor="black", linewidth=0.3)
    kinds = {
        "largest component": (part == sizes.argmax(), "0.2", 0.5),
        "other components": ((part != sizes.argmax()) & (sizes[part] >= network.smallest_part), "tab:blue", 1.6),
        "crumbs, passed over": (sizes[part] < network.smallest_part, "tab:red", 2.0),
    }
    for label, (which, colour, width) in kinds.items():
        lines[which].plot(ax=ax, color=colour, linewidth=width, label=label)
    ax.scatter(lost["lon"], lost["lat"], s=9, color="magenta", label=f"built-up, no way to the town ({len(lost)})")
    ax.plot(TOWN["lon"], TOWN["lat"], "k*", markersize=14)
    ax.legend()
    ax.set_aspect(1 / np.cos(np.radians(22.5)))
    plt.savefig(picture, dpi=80, bbox_inches="tight")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
