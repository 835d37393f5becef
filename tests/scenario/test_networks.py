"""Road files, relief and changes of the roads, from the plan to the minutes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image, TiffImagePlugin

from mangluoi.errors import InputError, PlanError
from mangluoi.scenario import Plan, facts, networks, origin, read_plan, travel
from mangluoi.sources import catalogue
from mangluoi.sources.rasters import read_raster

ROADS = "roads.geojson"


def write_tiff(path: Path, values: np.ndarray, west: float, north: float, cell: float) -> None:
    """A GeoTIFF in degrees."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, kind, value in (
        (33550, 12, (cell, cell, 0.0)),
        (33922, 12, (0.0, 0.0, 0.0, west, north, 0.0)),
        (34735, 3, (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)),
    ):
        tags.tagtype[tag] = kind
        tags[tag] = value
    Image.fromarray(values.astype(np.float32)).save(path, tiffinfo=tags)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Kon Tum with a road file: a star of roads from the middle to every commune, one of them a track, one a ferry."""
    base = read_plan("kon-tum")
    units = facts.area(base).units.dropna(subset=["lon"]).sort_values("unit_code")
    middle = units["lon"].mean(), units["lat"].mean()
    # Old communes that became one stand on one spot.
    spots = units[["lon", "lat"]].drop_duplicates().itertuples(index=False, name=None)
    lines = [shapely.LineString([middle, spot]) for spot in spots]
    kinds = pd.Series(["ferry", "track", *["primary"] * (len(lines) - 2)])
    tags = {"highway": kinds.where(kinds != "ferry"), "route": kinds.where(kinds == "ferry")}
    layer = gpd.GeoDataFrame(tags, geometry=lines, crs="EPSG:4326")
    layer["highway"] = layer["highway"].fillna("")
    layer.to_file(tmp_path / ROADS)
    return dataclasses.replace(base, folder=tmp_path, inputs=dataclasses.replace(base.inputs, roads=ROADS))


def with_inputs(plan: Plan, **inputs: str) -> Plan:
    return plan.replace(inputs=dataclasses.replace(plan.inputs, **inputs))


def with_rules(plan: Plan, **rules: object) -> Plan:
    return plan.replace(roads=dataclasses.replace(plan.roads, **rules))


def minutes(plan: Plan) -> tuple[pd.Series, set[str]]:
    """Minutes from every commune to the middle by motorbike, and the keys of the notices."""
    where = facts.area(plan)
    placed = where.units.dropna(subset=["lon"])
    site = pd.DataFrame({"site_id": ["s"], "lon": [placed["lon"].mean()], "lat": [placed["lat"].mean()]})
    laid = travel.ways(plan, where, site, profiles=["motorbike"])
    return laid.minutes(2_000).set_index("from_id")["minutes"].sort_index(), {n.key for n in laid.notices}


def test_a_data_set_is_named_instead_of_a_path(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    """Roads that a user added under a name give the minutes of the file itself, and its checksum is on file."""
    monkeypatch.setenv("MANGLUOI_CACHE", str(plan.folder / "store"))
    facts_of_it = {"licence": "CC0", "date": "2026-01-01", "source": "Sở Xây dựng"}
    added = catalogue.add(plan.folder / ROADS, dataset="duong-tinh", **facts_of_it)
    named = with_inputs(plan, roads="data:duong-tinh")
    pd.testing.assert_series_equal(minutes(named)[0], minutes(plan)[0])
    assert added in origin.own_files(named)


def test_sensitivity_and_weather_and_ferries(plan: Plan) -> None:
    """Speeds by 0.8 take 1.25 times as long; rain slows the track alone; without the ferry its bank is out of reach."""
    base, told = minutes(plan)
    assert "speeds_assumed" in told
    slow, told_slow = minutes(with_rules(plan, speed_factor=0.8))
    assert slow.to_numpy() == pytest.approx(base.to_numpy() / 0.8, rel=1e-3)
    assert "speeds_scaled" in told_slow
    wet, told_wet = minutes(with_rules(plan, wet_season=True))
    assert 0 < (wet > base + 0.01).mean() < 0.2
    assert "wet_season" in told_wet
    dry, told_dry = minutes(with_rules(plan, ferries=False))
    assert 0.8 * len(base) < len(dry) < len(base)
    assert "ferries_stopped" in told_dry


def test_a_flood_closes_and_a_new_road_opens(plan: Plan, tmp_path: Path) -> None:
    """Polygons and lines in metres, as an office would draw them; each is told of."""
    base, _ = minutes(plan)
    code = base.index[-1]
    unit = facts.area(plan).units.set_index("unit_code").loc[code]
    site = facts.area(plan).units[["lon", "lat"]].mean()
    half = (unit["lon"] + site["lon"]) / 2, (unit["lat"] + site["lat"]) / 2
    flood = gpd.GeoSeries([shapely.Point(half).buffer(0.001)], crs="EPSG:4326").to_crs("EPSG:3405")
    flood.to_frame("geometry").to_file(tmp_path / "flood.gpkg")
    flooded, told = minutes(with_inputs(plan, closed_areas="flood.gpkg"))
    assert code not in flooded.index
    assert "areas_closed" in told
    line = shapely.LineString([(unit["lon"], unit["lat"]), tuple(site)])
    lines = gpd.GeoDataFrame({"speed_kph": [60.0]}, geometry=[line], crs="EPSG:4326").to_crs("EPSG:3405")
    lines.to_file(tmp_path / "new.gpkg")
    built, told = minutes(with_inputs(plan, closed_areas="flood.gpkg", new_roads="new.gpkg"))
    assert "roads_added" in told
    assert code not in built.index, "the new road is flooded as well"
    built, _ = minutes(with_inputs(plan, new_roads="new.gpkg"))
    assert built[code] < base[code]


def test_own_profiles_take_the_place_of_the_shipped(plan: Plan, tmp_path: Path) -> None:
    """A folder with motorbike.toml; a file of another name, or that calls itself otherwise, is refused."""
    base, _ = minutes(plan)
    folder = tmp_path / "profiles"
    folder.mkdir()
    text = '[speed]\nstatus = "assumption"\nsource = "x"\nprimary = { plain = 20, mountain = 16 }\n'
    text += "track = { plain = 5, mountain = 4 }\nferry = { plain = 8, mountain = 8 }\n"
    own = folder / "motorbike.toml"
    own.write_text('name = "motorbike"\ntravels = "motorbike"\n' + text, encoding="utf-8")
    slow, told = minutes(with_inputs(plan, profiles="profiles"))
    assert "profile_own" in told
    assert (slow / base).median() == pytest.approx(2.0, rel=1e-2)
    own.write_text('name = "moto"\ntravels = "motorbike"\n' + text, encoding="utf-8")
    with pytest.raises(InputError, match="moto"):
        minutes(with_inputs(plan, profiles="profiles"))
    own.rename(folder / "bicycle.toml")
    with pytest.raises(InputError, match="bicycle"):
        minutes(with_inputs(plan, profiles="profiles"))
    with pytest.raises(InputError, match="nowhere"):
        minutes(with_inputs(plan, profiles="nowhere"))


def test_relief_lengthens_times_and_is_told_of(plan: Plan, tmp_path: Path) -> None:
    """Level ground changes nothing; ridges do; terrain by elevation takes plain speeds on level ground."""
    west, south, east, north = facts.area(plan).cells.total_bounds
    cell = 0.01
    rows, columns = (int((b - a) / cell) + 160 for a, b in ((south, north), (west, east)))
    level = np.full((rows, columns), 500.0)
    write_tiff(tmp_path / "level.tif", level, west - 0.8, north + 0.8, cell)
    ridges = level + 900.0 * (np.arange(columns) % 2)
    write_tiff(tmp_path / "ridges.tif", ridges, west - 0.8, north + 0.8, cell)
    base, _ = minutes(plan)
    flat, told = minutes(with_inputs(plan, elevation="level.tif"))
    assert "grades_counted" in told
    assert flat.to_numpy() == pytest.approx(base.to_numpy(), rel=1e-6)
    steep, _ = minutes(with_inputs(plan, elevation="ridges.tif"))
    assert (steep > base * 1.1).mean() > 0.7
    by_ground = dataclasses.replace(
        plan,
        roads=dataclasses.replace(plan.roads, terrain="by_elevation"),
        inputs=dataclasses.replace(plan.inputs, elevation="level.tif"),
    )
    assert minutes(by_ground)[0].to_numpy() == pytest.approx(minutes(with_rules(plan, terrain="plain"))[0].to_numpy())


def test_who_lives_far_from_roads_is_told_of(plan: Plan, tmp_path: Path) -> None:
    """Without their own roads two communes walk: straight, or over the ground where its cover is given."""
    layer = gpd.read_file(tmp_path / ROADS)
    layer.iloc[:-2].to_file(tmp_path / ROADS)
    straight, told = minutes(plan)
    assert "legs_straight" in told
    west, south, east, north = facts.area(plan).cells.total_bounds
    cover = np.full((int((north - south) / 0.005) + 4, int((east - west) / 0.005) + 4), 2.0)
    write_tiff(tmp_path / "cover.tif", cover, west - 0.01, north + 0.01, 0.005)
    walked, told = minutes(with_inputs(plan, land_cover="cover.tif"))
    assert "legs_terrain" in told
    # Grass at 4 km/h without a detour is quicker than the assumed 3.1 km/h, straight.
    assert (walked.reindex(straight.index) <= straight + 0.1).all()
    assert (walked.reindex(straight.index) < straight - 1).any()


@pytest.mark.parametrize("key", ["elevation", "land_cover", "new_roads", "closed_areas"])
def test_what_needs_a_road_file_says_so(key: str) -> None:
    """On an estimated network none of these means anything."""
    base = read_plan("kon-tum")
    with pytest.raises(PlanError, match=key):
        with_inputs(base, **{key: "a.tif"})
    for rules in ({"wet_season": True}, {"ferries": False}, {"speed_factor": 0.0}, {"terrain": "by_elevation"}):
        with pytest.raises(PlanError):
            with_rules(base, **rules)


def test_files_that_are_not_there_or_broken_are_named(plan: Plan, tmp_path: Path) -> None:
    """Each by its name."""
    (tmp_path / "bad.tif").write_bytes(b"II*\x00 no raster")
    (tmp_path / "bad.gpkg").write_bytes(b"no layer")
    for key, name in (
        ("elevation", "gone.tif"), ("elevation", "bad.tif"), ("closed_areas", "gone.gpkg"), ("new_roads", "bad.gpkg"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=name.replace(".", r"\.")):
            networks.network_of(with_inputs(plan, **{key: name}), facts.area(plan), "motorbike")


def test_a_raster_is_read_where_it_lies(tmp_path: Path) -> None:
    """Cells, corner and middle; what is no GeoTIFF is refused."""
    write_tiff(tmp_path / "a.tif", np.arange(6.0).reshape(2, 3), 105.0, 19.0, 0.1)
    raster = read_raster(tmp_path / "a.tif")
    assert raster.at(105.15, 18.95).item() == pytest.approx(1.0)
    assert raster.at(105.1, 18.9).item() == pytest.approx(2.0)
    assert np.isnan(raster.at(105.4, 18.95))
    assert raster.at(105.29, 18.81, between=False).item() == 5.0
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(tmp_path / "plain.tif")
    with pytest.raises(InputError, match="no GeoTIFF"):
        read_raster(tmp_path / "plain.tif")
