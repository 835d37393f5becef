"""Units: codes belong to a vintage, and every unit knows what it belongs to."""

import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import units


def test_official_totals():
    """The lists hold the official numbers of units: 10,035 communes in 63 provinces, 3,321 in 34."""
    counted = units.units().groupby(["vintage", "level"]).size()
    assert counted[units.OLD, "commune"] == 10_035
    assert counted[units.OLD, "province"] == 63
    assert counted[units.NEW, "commune"] == 3_321
    assert counted[units.NEW, "province"] == 34


def test_reused_code_needs_its_vintage():
    """Province 15 was Yên Bái and is Lào Cai: the same code names different units."""
    assert units.full_name("15", units.OLD) == "Tỉnh Yên Bái"
    assert units.full_name("15", units.NEW) == "Tỉnh Lào Cai"
    with pytest.raises(ValueError, match="vintage"):
        units.units(province="15")


def test_lineage_of_a_commune():
    """An old commune belongs to a district and a province, a new one to a province only."""
    assert units.full_name("17619", units.OLD) == "Xã Giang Sơn Đông, Huyện Đô Lương, Tỉnh Nghệ An"
    assert units.district_of("17619", units.OLD) == "427"
    assert units.province_of("17619", units.OLD) == "40"
    assert units.district_of("17623", units.NEW) is None
    assert units.lineage(units.OLD).loc["17619"].tolist() == ["427", "40"]


def test_smallest_units_cover_every_province():
    """The smallest units of all provinces together are all communes and the five islands without any."""
    for vintage, total in ((units.OLD, 10_040), (units.NEW, 3_321)):
        provinces = units.units(vintage, level="province")["unit_code"]
        assert sum(len(units.communes_of(code, vintage)) for code in provinces) == total


def test_frame_belongs_to_the_caller():
    """Changing a returned frame changes nothing for the next caller."""
    first = units.units(units.NEW, level="province")
    first["name"] = "x"
    assert units.units(units.NEW, level="province")["name"].iloc[0] != "x"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: units.units("1999-01-01"),
        lambda: units.units(units.NEW, province="99"),
        lambda: units.communes_of("427", units.OLD),
        lambda: units.full_name("00000", units.OLD),
        lambda: units.province_of("00000", units.NEW),
    ],
)
def test_unknown_units_raise(ask):
    """What no list knows is an error that is both a MangluoiError and a KeyError."""
    with pytest.raises(UnknownUnitError):
        ask()
