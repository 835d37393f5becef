"""Isochrones: what is within a line is within its minutes, and no confidential site moves any line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mangluoi.maps import atlas
from mangluoi.maps.isochrones import Isochrone, isochrones, notes_on
from mangluoi.maps.measures import measures
from mangluoi.scenario import Result, disclose, facts, read_plan, run
from mangluoi.scenario.disclosure import Disclosed

Province = Callable[..., Disclosed]
_CLEAR_M = 2.0  # borders are rounded to the metre


@pytest.fixture(scope="module")
def on_roads(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Return the answer of Kon Tum on a road file: a star of roads from the middle to every commune."""
    plan = read_plan("kon-tum")
    units = facts.area(plan).units.dropna(subset=["lon"])
    middle = units["lon"].mean(), units["lat"].mean()
    spots = units[["lon", "lat"]].drop_duplicates().itertuples(index=False, name=None)
    lines = [shapely.LineString([middle, spot]) for spot in spots]
    folder = tmp_path_factory.mktemp("roads")
    gpd.GeoDataFrame({"highway": ["primary"] * len(lines)}, geometry=lines, crs="EPSG:4326").to_file(
        folder / "r.geojson"
    )
    inputs = dataclasses.replace(plan.inputs, roads="r.geojson")
    return run(dataclasses.replace(plan, folder=folder, inputs=inputs, budget_vnd=0))


def _drawn(d: Disclosed) -> list[Isochrone]:
    return isochrones(d, measures(d, "vi"))


def test_estimates_follow_whole_communes(province: Province) -> None:
    """A cell lies within a line if and only if its minutes do; limits that add nothing have no line."""
    d = province()
    minutes = d.minutes[d.minutes["service"] == "residential"].set_index("unit_code")["minutes"]
    lines = [each for each in _drawn(d) if (each.service, each.moment) == ("residential", "now")]
    assert [each.minutes for each in lines] == [30, 60, 90, 120, 180]
    assert [each.threshold for each in lines] == [False] * 4 + [True]
    for each in lines:
        assert each.within_m is None
        inside = shapely.covers(shapely.buffer(each.shape, 1e-4), d.cells.geometry.to_numpy())
        known = d.cells["cell_code"].map(minutes).to_numpy(dtype=float)
        assert inside.tolist() == (known <= each.minutes).tolist()


def test_what_actions_do_not_change_is_not_drawn_twice(province: Province) -> None:
    """Without actions there is one moment; with the same minutes as well."""
    d = province()
    same = d.minutes.assign(minutes_after=d.minutes["minutes"])
    assert {each.moment for each in _drawn(d)} == {"now", "after"}
    assert {each.moment for each in _drawn(dataclasses.replace(d, minutes=same))} == {"now"}


def test_on_roads_lines_agree_with_the_minutes_of_communes(on_roads: Result) -> None:
    """A commune's centre farther than a few cells from a line is within it if and only if its minutes are."""
    d = disclose(on_roads)
    drawn = [each for each in _drawn(d) if each.service == "residential"]
    assert [each.minutes for each in drawn if each.within_m] == [30, 60, 90, 120]
    at = gpd.GeoSeries(gpd.points_from_xy(d.units["lon"], d.units["lat"]), crs="EPSG:4326").to_crs(3405)
    known = d.minutes[d.minutes["service"] == "residential"].set_index("unit_code")["minutes"]
    minutes = d.units["unit_code"].map(known).to_numpy(dtype=float)
    compared = 0
    for each in drawn:
        shape = gpd.GeoSeries([each.shape], crs="EPSG:4326").to_crs(3405).iloc[0]
        clear = shapely.distance(shapely.boundary(shape), at.to_numpy()) > 4 * (each.within_m or 0) + _CLEAR_M
        inside = shapely.contains(shape, at.to_numpy())
        assert (inside[clear] == (minutes <= each.minutes)[clear]).all()
        compared += int(clear.sum())
    assert compared > 100


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_a_confidential_site_moves_no_line(on_roads: Result, profile: str) -> None:
    """With a shelter in the far north, and with the shelter's service, every line is the one without it."""
    result = on_roads

    def more(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
        row = {**frame.iloc[0].to_dict(), **values}
        return pd.concat([frame, pd.DataFrame([row]).astype(frame.dtypes.to_dict())], ignore_index=True)

    top = result.units.loc[result.units["lat"].idxmax()]
    hidden = {"facility_id": "BIMAT", "name": "Nhà tạm lánh", "type": "shelter"}
    place = {"site_id": "BIMAT-1", "lon": top["lon"], "lat": top["lat"], "confidential": True}
    secret = dataclasses.replace(
        result,
        facilities=more(result.facilities, **hidden),
        sites=more(result.sites, **hidden, **place),
        capacity=more(result.capacity, site_id="BIMAT-1", service="residential"),
    )
    without = {(e.service, e.moment, e.minutes): e.shape for e in _drawn(disclose(result, profile=profile))}  # type: ignore[arg-type]
    found = {(e.service, e.moment, e.minutes): e.shape for e in _drawn(disclose(secret, profile=profile))}  # type: ignore[arg-type]
    assert not [key for key in found if key[0] == "residential"]
    assert found
    assert all(shape.equals(without[key]) for key, shape in found.items())


def test_the_map_says_what_its_lines_are(province: Province, on_roads: Result) -> None:
    """Estimated by communes, or on roads with the size of a cell; nothing is said where there are no lines."""
    page = atlas(province()).html()
    assert "Đường đẳng thời là ước tính: gộp nguyên các xã" in page
    assert "Đường đẳng thời ước tính, theo cả xã" in page
    real = atlas(disclose(on_roads)).html()
    assert "Đường đẳng thời tính trên mạng đường với ô lưới 0,5 km" in real
    assert np.size(notes_on([], "vi")) == 0
    assert len(real.encode()) < 1_500_000


def test_a_missing_road_file_is_told(on_roads: Result, tmp_path: Path) -> None:
    """Lines are not left out in silence where the roads cannot be read any more."""
    gone = dataclasses.replace(on_roads, plan=dataclasses.replace(on_roads.plan, folder=tmp_path))
    with pytest.raises(ValueError, match=r"r\.geojson"):
        _drawn(disclose(gone))
