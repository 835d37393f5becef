"""People inside service areas, by polygon and by minutes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_engines import grid, scattered

from mangluoi import projection, roads
from mangluoi.errors import InputError


@pytest.mark.parametrize("seed", [3, 4])
def test_people_inside_are_those_whose_minutes_are(seed: int) -> None:
    """By band, polygon and minutes count the same people, but for cells within `cell_m` of a border."""
    network = roads.network_from_edges(*grid(14, seed))
    sites = scattered(2, seed + 7, "s")
    rng = np.random.default_rng(seed)
    cells = scattered(3000, seed, "c").assign(people=rng.integers(0, 50, 3000))
    areas = roads.isochrones(network, sites, minutes=[6, 15], cell_m=30)
    counted = roads.people_within(areas, cells)
    times = roads.travel_times(network, cells, sites, max_minutes=15)
    x, y = projection.to_metres(cells["lon"], cells["lat"], network.segments.crs)
    borders = areas.to_crs(network.segments.crs).boundary
    for row in counted.itertuples():
        mine = times[(times["to_id"] == row.id) & (times["minutes"] <= row.minutes)]
        mine = mine[(mine["minutes"] > row.from_minutes) | (row.from_minutes == 0)]
        by_minutes = cells.set_index("id")["people"].reindex(mine["from_id"]).sum()
        near = shapely.distance(borders[row.Index], shapely.points(x, y)) <= 30
        assert abs(row.people - by_minutes) <= cells["people"][near].sum()
        assert row.people == pytest.approx(by_minutes, rel=0.1)


def test_wrong_people_are_refused() -> None:
    """Missing columns, negative numbers, and polygons that lie nowhere."""
    box = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(105, 19, 106, 20)], crs="EPSG:4326")
    one = pd.DataFrame({"lon": [105.5], "lat": [19.5], "people": [7.0]})
    assert roads.people_within(box, one)["people"].tolist() == [7]
    assert roads.people_within(box, one.assign(lon=107.0))["people"].tolist() == [0]
    with pytest.raises(InputError, match="people"):
        roads.people_within(box, one.drop(columns="people"))
    with pytest.raises(InputError, match="below zero"):
        roads.people_within(box, one.assign(people=-1))
    with pytest.raises(InputError, match="reference system"):
        roads.people_within(box.set_crs(None, allow_override=True), one)
