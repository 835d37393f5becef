"""Points: every commune with a known place has one, with an honest radius."""

import math

import pandas as pd
import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import crosswalk, points, units
from mangluoi.projection import equal_area_radius_m, great_circle_m
from mangluoi.tables import POINTS, check


def test_new_commune_stands_at_its_own_point():
    """A new commune's point is the listed one, within the radius of its area."""
    listed = units.units(units.NEW, level="commune").dropna(subset=["lon", "area_km2"]).iloc[0]
    found = points.points([listed["unit_code"]], units.NEW).points.iloc[0]
    assert (found["lon"], found["lat"]) == (listed["lon"], listed["lat"])
    assert found["located_within_m"] == pytest.approx(equal_area_radius_m(listed["area_km2"]))


def test_split_commune_reaches_to_its_farthest_successor():
    """A split commune stands where its largest share went, and may lie as far as any other successor reaches."""
    share = crosswalk.shares(units.OLD, units.NEW)
    listed = units.units(units.NEW, level="commune").set_index("unit_code")
    split = share[share["from_code"].duplicated(keep=False)]
    known = split[split["to_code"].isin(listed.dropna(subset=["lon", "area_km2"]).index)]
    code = known["from_code"].value_counts().pipe(lambda n: n[n == split["from_code"].value_counts()[n.index]]).index[0]
    own = split[split["from_code"] == code].sort_values(["share", "to_code"], ascending=[False, True])
    at = listed.loc[own["to_code"]]
    expected = max(
        great_circle_m(at["lon"].iloc[0], at["lat"].iloc[0], row["lon"], row["lat"])
        + equal_area_radius_m(row["area_km2"])
        for _, row in at.iterrows()
    )
    found = points.points([code], units.OLD).points.iloc[0]
    assert found["lon"] == at["lon"].iloc[0]
    assert found["located_within_m"] == pytest.approx(expected)


@pytest.mark.parametrize("vintage", [units.OLD, units.NEW])
def test_each_unit_is_located_or_listed(vintage):
    """Every smallest unit is in exactly one of the two frames, and the frame is a POINTS table."""
    codes = units.lineage(vintage).index
    found = points.points(codes, vintage)
    assert sorted([*found.points["unit_code"], *found.unlocated["unit_code"]]) == sorted(codes)
    assert (found.unlocated["reason"] == "no_point").all()
    check(POINTS, found.points)
    assert (found.points["located_within_m"] > 0).all()


def test_commune_without_a_point_is_known_to_its_district():
    """Yên Bình has no trusted point: it stands amid its old district, with a radius that reaches the others there."""
    listed = units.units(units.NEW, level="commune").set_index("unit_code")
    assert math.isnan(listed.at["04714", "lon"])
    found = points.points(["04714"], units.NEW).points.iloc[0]
    around = listed.loc[["04717", "04744"]]
    assert found["located_by"] == "district"
    apart = great_circle_m(found["lon"], found["lat"], around["lon"], around["lat"])
    assert (apart < found["located_within_m"]).all()


def test_order_and_repetition_do_not_matter():
    """Points come sorted by code, once each."""
    codes = units.communes_of("40", units.OLD)
    first, again = points.points(codes, units.OLD), points.points([*reversed(codes), codes[0]], units.OLD)
    pd.testing.assert_frame_equal(first.points, again.points)


def test_unknown_code_raises():
    """A code of the other vintage is not known."""
    with pytest.raises(UnknownUnitError, match="99999"):
        points.points(["99999"], units.OLD)
    assert math.isfinite(points.points([], units.NEW).points["lon"].sum())
