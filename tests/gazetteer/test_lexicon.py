"""Names: every unit can be found by its own name, however it is written."""

import unicodedata

import pytest

from mangluoi import shipped
from mangluoi.gazetteer import lexicon, locate, units, wording


@pytest.mark.parametrize("vintage", [units.OLD, units.NEW])
def test_every_commune_resolves_by_its_full_name(vintage):
    """All 10,035 old and 3,321 new communes answer to their full name, and none to another's."""
    codes = units.units(vintage, level="commune")["unit_code"].tolist()
    found = locate([units.full_name(code, vintage) for code in codes], vintage=vintage)
    assert found["unit_code"].tolist() == codes


def test_lists_hold_together():
    """Every unit of every list has an official name in the lexicon and a province."""
    known = lexicon.lexicon(shipped.folder())
    assert len(known.units) == len(units.units())
    assert all(any(entry.official for entry in known.names_of[n]) for n in range(len(known.units)))
    assert all(known.units[unit.province].level == "province" for unit in known.units)


@pytest.mark.parametrize(
    "written",
    [
        "Phường Hòa Thuận, Thành phố Cao Lãnh, Tỉnh Đồng Tháp",
        "phường hoà thuận, thành phố cao lãnh, tỉnh đồng tháp",
        "P. Hòa Thuận, TP. Cao Lãnh, Đồng Tháp",
        "phuong hoa thuan, tp cao lanh, dong thap",
        "PHƯỜNG HÒA THUẬN - TP CAO LÃNH - ĐỒNG THÁP",
        unicodedata.normalize("NFD", "Phường Hòa Thuận, Thành phố Cao Lãnh, Tỉnh Đồng Tháp"),
        "Phường Hòa Thuận, Thành phố Cao Lãnh, Tỉnh Ðồng Tháp",
        "Đồng Tháp, Cao Lãnh, phường Hòa Thuận",
        "Số 5 Lê Lợi P. Hòa Thuận TP. Cao Lãnh, Đồng Tháp",
        "Phường Hòa Thuậm, Thành phố Cao Lãnh, Tỉnh Đồng Tháp",
        "Phường Hòa Thuận, Thành phố Cao Lãnh, Tỉnh Đồng Thap, Việt Nam",
        "phườg Hòa Thuận, thành phố Cao Lãnh",
    ],
)
def test_one_commune_in_many_writings(written):
    """One commune is found however its address is written."""
    found = locate([written]).iloc[0]
    assert units.full_name(found["unit_code"], found["vintage"]) == (
        "Phường Hòa Thuận, Thành phố Cao Lãnh, Tỉnh Đồng Tháp"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hòa Bình", "hoà bình"), ("Thuỷ", "Thủy"), ("Đắk Lắk", "Ðắk Lắk"), ("Ea H'leo", "Ea Hleo")],
)
def test_keys_ignore_what_does_not_matter(one, other):
    """Case, tone placement, look-alike letters and marks do not make another name."""
    assert wording.strict_key(one) == wording.strict_key(other)


@pytest.mark.parametrize(("one", "other"), [("Đắc Lắc", "Dak Lak"), ("Phú Quí", "Phu Quy"), ("Phường 01", "Phường 1")])
def test_loose_keys_ignore_diacritics(one, other):
    """Names written in several ways have one loose key."""
    assert wording.read_part(one.casefold()).loose == wording.read_part(other.casefold()).loose


def test_former_names_lead_to_what_they_became():
    """A name from before a merger finds the unit that it went into."""
    found = locate(["Quận 9, Thành phố Hồ Chí Minh", "thị trấn Diễn Châu, huyện Diễn Châu, Nghệ An"])
    assert found["unit_code"].tolist() == ["769", "17464"]


def test_bare_province_is_no_commune():
    """A province whose name a new ward bears is not taken for the ward."""
    found = locate(["Khóm 1, Bạc Liêu"]).iloc[0]
    assert found["located_by"] != "commune"


def test_no_socket_is_opened(sockets):
    """Locating never looks at the network."""
    assert locate(["xã Bạch Ngọc, tỉnh Nghệ An"])["unit_code"].tolist() == ["17623"]
    assert sockets == []
