"""What must hold of the files in ``data/boundaries/``, whoever rebuilds them."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import shapely.geometry

FOLDER = Path(__file__).parents[1] / "data" / "boundaries"
OLD, NEW = "2025-06-30", "2025-07-01"
ISLAND_DISTRICTS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}


Targets = dict[str, list[str]]
Feature = dict[str, Any]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    """The units of both vintages in one frame."""
    return pd.concat([read(f"units-{vintage}.csv") for vintage in (OLD, NEW)], ignore_index=True)


@pytest.fixture(scope="module")
def crosswalk() -> pd.DataFrame:
    return read("crosswalk.csv")


@pytest.fixture(scope="module")
def targets(crosswalk: pd.DataFrame) -> Targets:
    """The new codes of each old code."""
    return {str(code): rows["to_code"].tolist() for code, rows in crosswalk.groupby("from_code")}


@pytest.fixture(scope="module")
def outline() -> Feature:
    feature: Feature
    (feature,) = json.loads((FOLDER / "outline.geojson").read_text(encoding="utf-8"))["features"]
    return feature


def test_vintages_are_the_two_that_the_units_have(units: pd.DataFrame) -> None:
    """The vintages file names each vintage of the units once, and the two do not overlap in time."""
    vintages = read("vintages.csv").set_index("vintage")
    assert vintages.index.tolist() == sorted(set(units["vintage"])) == [OLD, NEW]
    assert vintages.loc[OLD, "valid_to"] < vintages.loc[NEW, "valid_from"]


@pytest.mark.parametrize(
    ("vintage", "level", "count"),
    [
        (OLD, "province", 63),
        (OLD, "district", 696),
        (OLD, "commune", 10_035),
        (NEW, "province", 34),
        (NEW, "district", 0),
        (NEW, "commune", 3_321),
    ],
)
def test_counts_are_the_official_ones(units: pd.DataFrame, vintage: str, level: str, count: int) -> None:
    """Each vintage has as many units of each level as the official lists."""
    assert ((units["vintage"] == vintage) & (units["level"] == level)).sum() == count


@pytest.mark.parametrize(
    ("vintage", "province", "count"),
    [
        *[(OLD, "15", 168), (OLD, "87", 141), (OLD, "70", 111), (OLD, "62", 102), (OLD, "40", 412)],
        *[(NEW, "15", 99), (NEW, "82", 102), (NEW, "75", 95), (NEW, "51", 96), (NEW, "40", 130)],
    ],
)
def test_the_provinces_of_the_source_documents_have_their_communes(
    units: pd.DataFrame, vintage: str, province: str, count: int
) -> None:
    """The five provinces have the numbers of communes that the law gives, before and after."""
    here = units[units["vintage"] == vintage]
    districts = here.loc[(here["level"] == "district") & (here["parent_code"] == province), "unit_code"]
    above = [province] if vintage == NEW else districts
    assert ((here["level"] == "commune") & here["parent_code"].isin(above)).sum() == count


def test_a_code_and_a_vintage_name_one_unit(units: pd.DataFrame) -> None:
    """(unit_code, vintage) is a key."""
    assert not units.duplicated(["unit_code", "vintage"]).any()


def test_a_code_alone_names_no_unit(units: pd.DataFrame) -> None:
    """Most codes of new communes were those of other old communes: a code alone is no key."""
    communes = units[units["level"] == "commune"]
    names = communes.pivot(index="unit_code", columns="vintage", values="name").dropna()
    assert len(names) == 3_316
    assert (names[OLD] != names[NEW]).sum() == 2_145


def test_codes_keep_their_zeros(units: pd.DataFrame) -> None:
    """A province has 2 digits, a district 3, a commune 5."""
    digits = units["level"].map({"province": 2, "district": 3, "commune": 5})
    assert units["unit_code"].str.fullmatch(r"\d+").all()
    assert (units["unit_code"].str.len() == digits).all()


def test_every_parent_exists_one_level_up(units: pd.DataFrame) -> None:
    """The parent is a unit of the same vintage, one level up; a province has none."""
    level = units.set_index(["vintage", "unit_code"])["level"].to_dict()
    above = {(OLD, "district"): "province", (OLD, "commune"): "district", (NEW, "commune"): "province"}
    below = units[units["level"] != "province"]
    assert (units.loc[units["level"] == "province", "parent_code"] == "").all()
    for row in below.itertuples():
        assert level.get((row.vintage, row.parent_code)) == above[row.vintage, row.level], row.unit_code


def test_names_are_nfc_and_begin_with_their_kind(units: pd.DataFrame) -> None:
    """A name is in NFC and begins with its kind, which is in lower case."""
    assert all(unicodedata.is_normalized("NFC", name) for name in units["name"])
    assert all(n.lower().startswith(f"{k} ") for n, k in zip(units["name"], units["kind"], strict=True))


def test_the_kinds_of_new_communes_are_the_official_numbers(units: pd.DataFrame) -> None:
    """The merger made 2,621 xã, 687 phường and 13 đặc khu."""
    kinds = units.loc[(units["vintage"] == NEW) & (units["level"] == "commune"), "kind"].value_counts()
    assert kinds.to_dict() == {"xã": 2_621, "phường": 687, "đặc khu": 13}


def test_only_new_communes_have_points(units: pd.DataFrame) -> None:
    """Points and areas are given for new communes only, and a point has both coordinates or none."""
    others = units[(units["vintage"] == OLD) | (units["level"] != "commune")]
    assert (others[["lon", "lat", "area_km2"]] == "").all(axis=None)
    assert ((units["lon"] == "") == (units["lat"] == "")).all()


def test_nearly_all_points_are_known_and_lie_in_vietnam(units: pd.DataFrame) -> None:
    """All but six new communes have a point, inside 102-118 east and 6-24 north."""
    communes = units[(units["vintage"] == NEW) & (units["level"] == "commune")]
    unknown = communes.loc[communes["lon"] == "", "unit_code"]
    assert unknown.tolist() == ["04714", "06172", "06757", "06967", "29983", "30781"]
    points = communes.loc[communes["lon"] != "", ["lon", "lat"]].astype(float)
    assert points["lon"].between(102, 118).all()
    assert points["lat"].between(6, 24).all()


def test_areas_are_positive_or_missing(units: pd.DataFrame) -> None:
    """No area is zero: an unknown area is empty."""
    assert (units.loc[units["area_km2"] != "", "area_km2"].astype(float) > 0).all()


def test_no_area_is_shared_by_namesakes(units: pd.DataFrame) -> None:
    """Communes of one name never have one area: the source copies areas between namesakes."""
    measured = units[units["area_km2"] != ""]
    names = measured["name"].str.lower().str.replace(r"^(xã|phường) ", "", regex=True)
    alike = names.str.normalize("NFD").str.encode("ascii", "ignore")
    assert not pd.DataFrame({"name": alike, "area": measured["area_km2"]}).duplicated().any()


def test_shares_of_an_origin_sum_to_exactly_one(crosswalk: pd.DataFrame) -> None:
    """The shares of each origin are positive and sum to 1 as decimals, not just nearly."""
    shares = crosswalk["share"].map(Decimal)
    sums = {code: sum(shares[rows]) for code, rows in crosswalk.groupby("from_code").groups.items()}
    assert (shares > 0).all()
    assert {code: total for code, total in sums.items() if total != 1} == {}


def test_the_basis_says_whether_an_origin_is_split(crosswalk: pd.DataFrame) -> None:
    """An unsplit origin is ``whole`` with share 1; a split one is ``equal``."""
    parts = crosswalk.groupby("from_code")["to_code"].transform("size")
    assert ((crosswalk["basis"] == "whole") == (parts == 1)).all()
    assert ((crosswalk["basis"] == "equal") == (parts > 1)).all()
    assert ((crosswalk["share"] == "1") == (parts == 1)).all()


def test_crosswalk_rows_are_unique(crosswalk: pd.DataFrame) -> None:
    """An origin has each target once, and only the way from old to new is given."""
    assert not crosswalk.duplicated(["from_code", "to_code"]).any()
    assert set(crosswalk["from_vintage"]) == {OLD}
    assert set(crosswalk["to_vintage"]) == {NEW}


def test_every_crosswalk_code_is_a_unit(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    """Both ends of every row exist in their vintage."""
    known = set(zip(units["unit_code"], units["vintage"], strict=True))
    for end in ("from", "to"):
        assert set(zip(crosswalk[f"{end}_code"], crosswalk[f"{end}_vintage"], strict=True)) <= known


def test_origins_are_old_communes_and_five_islands(units: pd.DataFrame, targets: Targets) -> None:
    """Every old commune has a target; the only other origins are the districts without communes."""
    old = units[units["vintage"] == OLD]
    communes = old.loc[old["level"] == "commune", "unit_code"]
    districts = old.loc[old["level"] == "district", "unit_code"]
    without = set(districts) - set(old.loc[old["level"] == "commune", "parent_code"])
    assert without == set(ISLAND_DISTRICTS)
    assert set(targets) == set(communes) | without
    assert all(targets[code] == [ISLAND_DISTRICTS[code]] for code in without)


def test_targets_are_all_the_new_communes(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    """Every new commune took the land of some old one, and nothing else is a target."""
    communes = units.loc[(units["vintage"] == NEW) & (units["level"] == "commune"), "unit_code"]
    assert set(crosswalk["to_code"]) == set(communes)


def test_no_old_province_is_torn(units: pd.DataFrame, targets: Targets) -> None:
    """The communes of an old province all went to one new province."""
    home = units[units["vintage"] == NEW].set_index("unit_code")["parent_code"]
    parent = units[units["vintage"] == OLD].set_index("unit_code")["parent_code"]
    homes: dict[str, set[str]] = {}
    for code, parts in targets.items():
        district = code if len(code) == 3 else parent[code]
        homes.setdefault(parent[district], set()).update(home[part] for part in parts)
    assert len(homes) == 63
    assert {province: into for province, into in homes.items() if len(into) > 1} == {}


@pytest.mark.parametrize(
    ("old_code", "old_name", "new_code", "new_name"),
    [
        ("17619", "Xã Giang Sơn Đông", "17623", "Xã Bạch Ngọc"),
        ("17464", "Thị trấn Diễn Thành", "17464", "Xã Diễn Châu"),
        ("25306", "Xã Lộc Khánh", "25303", "Xã Lộc Hưng"),
        ("23287", "Phường Quyết Thắng", "23293", "Phường Kon Tum"),
        ("29887", "Xã Mỹ Trà", "29888", "Phường Mỹ Trà"),
    ],
)
def test_moved_places(
    units: pd.DataFrame,
    targets: Targets,
    old_code: str,
    old_name: str,
    new_code: str,
    new_name: str,
) -> None:
    """The places that the source documents name are in the communes that took them over."""
    name = units.set_index(["vintage", "unit_code"])["name"]
    assert name[OLD, old_code] == old_name
    assert targets[old_code] == [new_code]
    assert name[NEW, new_code] == new_name


@pytest.mark.parametrize(
    ("old_code", "new_code"),
    [("29902", "29905"), ("29908", "29905"), ("28252", "28249"), ("29872", "29869"), ("25462", "25459")],
)
def test_namesakes_are_not_mixed_up(targets: Targets, old_code: str, new_code: str) -> None:
    """Phường 3 and 4 of Sa Đéc, 4 of Mỹ Tho, 4 of Cao Lãnh and 4 of Tây Ninh each stay where they are."""
    assert targets[old_code] == [new_code]


def test_the_outline_is_valid_and_rounded(outline: Feature) -> None:
    """The outline is a valid multipolygon with 5 decimals, of about the size of the country."""
    shape = shapely.geometry.shape(outline["geometry"])
    coordinates = shapely.get_coordinates(shape)
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    assert (coordinates.round(5) == coordinates).all()
    assert shape.area == pytest.approx(27.9, abs=0.3)  # 331,000 km² ÷ (111.2² × cos 16°)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "inside"),
    [
        *[("Hà Nội", 105.85, 21.03, True), ("Vinh", 105.69, 18.67, True), ("Cần Thơ", 105.75, 10.03, True)],
        *[("Phú Quốc", 104.0, 10.25, True), ("Côn Đảo", 106.6, 8.7, True)],
        *[("Vientiane", 102.6, 17.96, False), ("Phnom Penh", 104.9, 11.56, False)],
        ("the gulf", 107.5, 19.0, False),
    ],
)
def test_the_outline_holds_vietnam_only(
    outline: Feature,
    place: str,
    lon: float,
    lat: float,
    inside: bool,
) -> None:
    """Towns and large islands of Vietnam are inside; the neighbours and the sea are outside."""
    assert shapely.geometry.shape(outline["geometry"]).contains(shapely.Point(lon, lat)) == inside, place


def test_the_outline_says_that_it_lacks_the_archipelagos(outline: Feature, units: pd.DataFrame) -> None:
    """The outline lacks Hoàng Sa and Trường Sa and says so, with source, licence and date."""
    properties = outline["properties"]
    shape = shapely.geometry.shape(outline["geometry"])
    points = units[units["vintage"] == NEW].set_index("unit_code")[["lon", "lat"]]
    for key, code in (("has_hoang_sa", "20333"), ("has_truong_sa", "22736")):
        assert properties[key] is False
        assert shape.distance(shapely.Point(*points.loc[code].astype(float))) > 3
    assert all(properties[key] for key in ("source", "licence", "date"))


@pytest.mark.parametrize("name", [f"units-{OLD}.csv", f"units-{NEW}.csv", "crosswalk.csv", "vintages.csv"])
def test_files_are_sorted_with_lf(name: str) -> None:
    """Rows are sorted by their key, lines end in LF, and there is no byte-order mark."""
    content = (FOLDER / name).read_bytes()
    keys = [column for column in ("from_code", "to_code", "unit_code") if column in read(name)] or ["vintage"]
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert read(name)[keys].apply(tuple, axis=1).is_monotonic_increasing
