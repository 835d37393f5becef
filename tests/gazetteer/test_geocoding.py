"""Geocoding: an address is located where it names one unit clearly, and explained where it does not."""

import pandas as pd
import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import geocoding, units
from mangluoi.gazetteer.confidence import DOUBTS
from mangluoi.gazetteer.explaining import explained
from mangluoi.gazetteer.geocoding import locate
from mangluoi.gazetteer.matching import COSTS


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


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("Xã Bích Hca, Huyện Thanh Oai, Thành phố Hà Nội", "Xã Bích Hòa, Huyện Thanh Oai, Thành phố Hà Nội"),
        ("Lô Gkang, Đông Hưng, Thái Bình", "Xã Lô Giang, Huyện Đông Hưng, Tỉnh Thái Bình"),
        ("Kỳ Sơn, Hòa wBình, Hòa Bình", "Phường Kỳ Sơn, Thành phố Hòa Bình, Tỉnh Hòa Bình"),
        (
            "P. Kim Dinh, TP. Bà Rịa, T. Bb Rịa - Vũng Tàu",
            "Phường Kim Dinh, Thành phố Bà Rịa, Tỉnh Bà Rịa - Vũng Tàu",
        ),
        ("wX. Duy Phú, H. Duy Xuyên, T. Quảng Nam", "Xã Duy Phú, Huyện Duy Xuyên, Tỉnh Quảng Nam"),
        (
            "Phuong Phuong Dong, Thanh pho Uong Bi, Tinh Quang Ninh",
            "Phường Phương Đông, Thành phố Uông Bí, Tỉnh Quảng Ninh",
        ),
    ],
)
def test_one_wrong_letter_is_seen_through(address, told):
    """A name one letter off is understood where one commune explains all of the address."""
    found = locate([address]).iloc[0]
    assert units.full_name(found["unit_code"], found["vintage"]) == told


@pytest.mark.parametrize(
    ("address", "reason", "first"),
    [
        # Every word of it is usual in names: the commune may be one that no list knows.
        ("Xã Quỳnh Hưng B, Huyện Quỳnh Phụ, Tỉnh Thái Bình", "unknown_name", ""),
        ("Xã Thanh Liêm, Huyện Thanh Chương, Tỉnh Nghệ An", "doubtful", "Xã Thanh Liên"),
        ("Xã Thụy Hùng, Tỉnh Lạng Sơn", "ambiguous", "Xã Thụy Hùng"),
        ("Xa Tam Dan, Huyen Phu Ninh, Tinh Quang Nam", "ambiguous", "Xã Tam Đàn"),
    ],
)
def test_what_the_text_leaves_open_stays_open(address, reason, first):
    """Where another place fits as well, or the name may be one that no list knows, nothing is chosen but offered."""
    found = locate([address]).iloc[0]
    assert found["reason"] == reason
    assert "".join(name.split(",")[0] for _, _, name in found["candidates"][:1]) == first


def two_levels(vintage, province, count):
    codes = [c for c in units.communes_of(province, vintage) if len(c) == 5][:count]
    names = [units.full_name(code, vintage).split(", ") for code in codes]
    return [f"{each[0]}, {each[-1]}" for each in names]


def test_list_tells_its_form():
    """What an address leaves open is read as the rest of its list is written; a mixed or a short list tells nothing."""
    open_ = "Xã Thụy Hùng, Tỉnh Lạng Sơn"
    old, new = two_levels(units.OLD, "34", 60), two_levels(units.NEW, "33", 60)
    assert locate([open_, *new])["vintage"].iloc[0] == units.NEW
    assert locate([open_, *new])["confidence"].iloc[0] < 0.99
    # Two old communes of the province bear the name: the form of the list does not tell which.
    assert locate([open_, *old])["reason"].iloc[0] == "ambiguous"
    assert locate([open_, *new, *old])["reason"].iloc[0] == "ambiguous"
    assert locate([open_, *new[:5]])["reason"].iloc[0] == "ambiguous"


def test_order_of_rows_changes_nothing():
    """The same rows in another order get the same answers."""
    rows = pd.Series(["Xã Thụy Hùng, Tỉnh Lạng Sơn", *two_levels(units.NEW, "33", 40), "xã Tân Phú", None])
    turned = rows.iloc[::-1]
    pd.testing.assert_frame_equal(locate(rows), locate(turned).sort_index())


def test_every_answer_says_why(capsys):
    """Every row has a sentence in Vietnamese; the library is silent unless progress is asked for."""
    found = locate(["Xã Bích Hca, Huyện Thanh Oai, Thành phố Hà Nội", "xã Tân Phú", None, "xã Bạch Ngọc, tỉnh Nghệ An"])
    assert found["why"].tolist() == [
        "sai một chữ trong tên",
        "địa chỉ ứng với nhiều đơn vị hành chính trùng tên",
        "nguồn không ghi địa chỉ",
        "địa chỉ khớp tên đơn vị hành chính",
    ]
    assert capsys.readouterr() == ("", "")
    pd.testing.assert_frame_equal(locate(["xã Tân Phú"], progress=True), locate(["xã Tân Phú"]))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_code_has_words(lang):
    """Every reason and every cause has its sentence in both languages, and every cause its doubt."""
    assert all(explained(reason, lang=lang) for reason in geocoding.REASONS)
    assert all(explained("", [cause], lang=lang) for cause in COSTS)
    assert set(DOUBTS) == set(COSTS)
