"""Geocoding: an address is located where it names one unit clearly, and explained where it does not."""

import pandas as pd
import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import geocoding, units
from mangluoi.gazetteer.geocoding import locate


@pytest.mark.parametrize(
    ("address", "code", "vintage"),
    [
        ("xã Giang Sơn Đông, huyện Đô Lương, tỉnh Nghệ An", "17619", units.OLD),
        ("X. Giang Sơn Đông - H. Đô Lương - Nghệ An", "17619", units.OLD),
        ("XÃ GIANG SƠN ĐÔNG; HUYỆN ĐÔ LƯƠNG; TỈNH NGHỆ AN", "17619", units.OLD),
        ("khối 5, thị trấn Diễn Châu, huyện Diễn Châu, tỉnh Nghệ An", "17464", units.OLD),
        ("xã Bạch Ngọc, tỉnh Nghệ An", "17623", units.NEW),
        ("P.1, TP. Cao Lãnh, Đồng Tháp", "29869", units.OLD),
        ("Phường 01, thành phố Cao Lãnh, tỉnh Đồng Tháp", "29869", units.OLD),
        ("phường Cao Lãnh, tỉnh Đồng Tháp", "29869", units.NEW),
    ],
)
def test_clear_address_is_located(address, code, vintage):
    """An address that names one commune, in either list, is located there."""
    found = locate([address]).iloc[0]
    assert (found["unit_code"], found["vintage"], found["located_by"]) == (code, vintage, "commune")
    assert found["reason"] == ""
    assert 0.5 < found["confidence"] <= 1


def test_district_alone_is_located_within_its_reach():
    """An address that names only a district lies somewhere in it."""
    found = locate(["thành phố Kon Tum, tỉnh Kon Tum"]).iloc[0]
    assert (found["unit_code"], found["located_by"]) == ("608", "district")
    assert found["located_within_m"] > 3_000


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no_address"),
        ("  ", "no_address"),
        ("tỉnh Nghệ An", "province_only"),
        ("Phường 1", "ambiguous"),
        ("xã Không Có, huyện Đô Lương, tỉnh Nghệ An", "unknown_name"),
        ("xã Giang Sơn Đông, huyện Diễn Châu, tỉnh Nghệ An", "conflict"),
        ("số 12 đường Không Tên", "unknown_name"),
    ],
)
def test_unclear_address_is_explained(address, reason):
    """An address that names no unit clearly has no place, and a reason."""
    found = locate([address]).iloc[0]
    assert pd.isna(found["unit_code"])
    assert pd.isna(found["lon"])
    assert found["reason"] == reason


def test_province_hint_settles_but_does_not_overrule():
    """A province given from outside chooses among equals; what the address says is stronger."""
    assert locate(["xã Tân Phú"]).iloc[0]["reason"] == "ambiguous"
    assert locate(["xã Giang Sơn Đông, tỉnh Nghệ An"], province="87").iloc[0]["unit_code"] == "17619"
    by_name = locate(["xã Giang Sơn Đông"], province="Nghệ An").iloc[0]
    assert by_name["province_name"] == "Tỉnh Nghệ An"
    with pytest.raises(UnknownUnitError):
        locate(["xã Tân Phú"], province="Atlantis")


def test_preferred_vintage_wins_where_both_fit():
    """An address that fits units of both lists is read in the preferred one."""
    address = ["xã Ba Vì, thành phố Hà Nội"]
    assert locate(address, vintage=units.OLD).iloc[0]["vintage"] == units.OLD
    assert locate(address, vintage=units.NEW).iloc[0]["vintage"] == units.NEW


def test_answers_stand_on_the_callers_index():
    """Rows keep their labels, equal texts get equal answers, and names serve where there is no address."""
    addresses = pd.Series(["xã Bạch Ngọc, tỉnh Nghệ An", None], index=["b", "a"])
    found = locate(addresses, names=["x", "Trạm y tế, xã Bạch Ngọc, tỉnh Nghệ An"])
    assert found.index.tolist() == ["b", "a"]
    assert found["unit_code"].tolist() == ["17623", "17623"]
    assert tuple(found.columns) == geocoding.COLUMNS


def test_nothing_in_nothing_out():
    """An empty list gives an empty frame with all columns."""
    found = locate([])
    assert found.empty
    assert tuple(found.columns) == geocoding.COLUMNS
