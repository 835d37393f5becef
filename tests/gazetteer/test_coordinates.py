"""Coordinates: the right zone is found by the declared commune, and a doubtful one is never assumed."""

import numpy as np
import pandas as pd
import pyproj
import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import coordinates, points, units

# Zone, old province: Nghệ An 104°45', Bình Phước 106°15', Kon Tum 107°30', Yên Bái 104°45'.
HOME = [(9208, "40"), (9212, "70"), (9216, "62"), (9208, "15")]


def placed(province, count=40):
    codes = units.communes_of(province, units.OLD)[::3][:count]
    at = points.points(codes, units.OLD).points
    return at["unit_code"].tolist(), at["lon"].to_numpy(), at["lat"].to_numpy()


@pytest.mark.parametrize(("epsg", "province"), HOME)
@pytest.mark.parametrize("northing_first", [False, True])
def test_zone_is_recognised_or_asked(epsg, province, northing_first):
    """Metres of a provincial zone come back as degrees within a metre, or stay open; never another place."""
    codes, lon, lat = placed(province)
    east, north = pyproj.Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True).transform(lon, lat)
    given = (north, east) if northing_first else (east, north)
    found = coordinates.resolve(*given, codes, units.OLD)
    taken = found["lon"].notna().to_numpy()
    assert taken.mean() > 0.5
    assert found.loc[taken, "read_as"].str.startswith(f"EPSG:{epsg}").all()
    assert found.loc[taken, "read_as"].str.endswith("_northing_first").eq(northing_first).all()
    assert np.abs(found["lon"].to_numpy()[taken] - lon[taken]).max() < 1e-5
    assert set(found.loc[~taken, "reason"]) <= {"ambiguous"}


def test_zones_on_one_meridian_need_an_answer():
    """Đồng Tháp's zone and UTM 48N share their meridian: the commune cannot decide, the caller does."""
    codes, lon, lat = placed("87", 10)
    given = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:5897", always_xy=True).transform(lon, lat)
    asked = coordinates.resolve(*given, codes, units.OLD)
    assert (asked["reason"] == "ambiguous").all()
    assert asked["read_as"].str.contains("EPSG:5897").all()
    answered = coordinates.resolve(*given, codes, units.OLD, zone=5897)
    assert np.abs(answered["lon"].to_numpy() - lon).max() < 1e-5
    with pytest.raises(ValueError, match="zone"):
        coordinates.resolve(*given, codes, units.OLD, zone=4326)


def test_degrees_stay_and_swapped_ones_are_turned():
    """Degrees are taken as they are; exchanged ones are turned and said so."""
    codes, lon, lat = placed("40", 5)
    straight = coordinates.resolve(lon, lat, codes, units.OLD)
    swapped = coordinates.resolve(lat, lon, codes, units.OLD)
    assert (straight["read_as"] == "degrees").all()
    assert (swapped["read_as"] == "degrees_swapped").all()
    pd.testing.assert_frame_equal(straight[["lon", "lat"]], swapped[["lon", "lat"]])


def test_point_outside_its_commune_is_reported_with_the_distance():
    """A point in another commune is given with how far off it lies."""
    codes, lon, lat = placed("40", 2)
    found = coordinates.resolve(lon[::-1] + 1.0, lat[::-1], codes, units.OLD)
    assert (found["reason"] == "outside_commune").all()
    assert (found["distance_m"] > 50_000).all()


def test_nothing_is_assumed_without_a_commune():
    """Metres without a commune may be of many zones: asked, not assumed."""
    found = coordinates.resolve([500_000.0, 105.3, np.nan, 1.0], [2_090_000.0, 18.9, 1.0, 2.0], [None] * 4, units.OLD)
    assert found["reason"].tolist() == ["ambiguous", "", "missing", "outside_country"]


def test_unknown_commune_raises():
    """A code that the list does not know is an error."""
    with pytest.raises(UnknownUnitError):
        coordinates.resolve([105.3], [18.9], ["99999"], units.OLD)
