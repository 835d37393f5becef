"""The GeoPackage: layers that can be read again, styles that take every row, the same bytes."""

from __future__ import annotations

import dataclasses
import itertools
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyogrio
import pytest
import shapely
from made_up_province import PAYLOADS

from mangluoi.errors import DisclosureError
from mangluoi.maps import write_geopackage
from mangluoi.scenario.disclosure import Disclosed

Province = Callable[..., Disclosed]


@pytest.fixture(scope="module")
def written(province: Province, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the made-up province."""
    return write_geopackage(province(), tmp_path_factory.mktemp("gpkg") / "ket-qua.gpkg")


def _styles(place: Path) -> list[tuple[str, str, int, str]]:
    with closing(sqlite3.connect(place)) as file:
        return list(file.execute("select f_table_name, styleName, useAsDefault, styleQML from layer_styles"))


def test_the_layers_and_their_reference_system(written: Path) -> None:
    """Four layers in WGS 84 and the table of styles."""
    layers = dict(pyogrio.list_layers(written))
    assert layers == {
        "xa_phuong": "MultiPolygon", "dang_thoi": "MultiPolygon", "co_so": "Point", "phuong_an": "Point",
        "layer_styles": None,
    }  # fmt: skip
    assert pyogrio.read_info(written, layer="xa_phuong")["crs"] == "EPSG:4326"
    with closing(sqlite3.connect(written)) as file:
        assert file.execute("pragma user_version").fetchone() == (10200,)


def test_communes_carry_numbers_and_say_what_is_missing(written: Path, province: Province) -> None:
    """A masked or unknown number is empty, with its reason beside it."""
    read = pyogrio.read_dataframe(written, layer="xa_phuong")
    assert len(read) == len(province().cells)
    assert read["phut_residential"][2] == 16
    assert read["phut_residential_sau"][13] == 20
    assert read["thieu_hut_elderly_residential_sau"].isna().sum() == 3
    masked = read["thieu_hut_elderly_residential"].isna()
    assert set(read.loc[masked, "thieu_hut_elderly_residential_ghi_chu"]) == {"được che (≤ 10 người mỗi xã)"}
    assert shapely.equals_exact(read.geometry[0].geoms[0].normalize(), province().cells.geometry[0].normalize())


def test_states_are_masked_as_the_report_masks_them(written: Path, province: Province) -> None:
    """Before and after, each state of each commune is the disclosed one, or empty."""
    read = pyogrio.read_dataframe(written, layer="xa_phuong").set_index("ma_xa")
    states = province().states
    mine = states[(states["group"] == "elderly") & (states["service"] == "residential")].set_index("unit_code")
    assert mine["masked"].any()
    for column, field in (
        ("served", "phuc_vu"), ("full", "thieu_cho"), ("out_of_reach", "ngoai_pham_vi"),
        ("served_after", "phuc_vu"), ("full_after", "thieu_cho"), ("out_of_reach_after", "ngoai_pham_vi"),
    ):  # fmt: skip
        shown = read[f"{field}_elderly_residential" + ("_sau" if column.endswith("after") else "")]
        assert shown.astype("Float64").equals(mine[column].reindex(shown.index).astype("Float64").rename(shown.name))


def test_isochrones_lie_smallest_on_top(written: Path) -> None:
    """Each area within minutes has its row, says how it was computed, and holds the ones drawn after it."""
    read = pyogrio.read_dataframe(written, layer="dang_thoi")
    mine = read[(read["dich_vu"] == "Chăm sóc, nuôi dưỡng tại cơ sở") & (read["thoi_diem"] == "Hiện nay")]
    assert mine["phut"].tolist() == [180, 120, 90, 60, 30]
    assert mine["la_nguong"].tolist() == [True, False, False, False, False]
    assert read["cach_tinh"].str.contains("ước tính").all()
    assert all(shapely.covers(a.buffer(1e-4), b) for a, b in itertools.pairwise(mine.geometry))


def test_bands_and_occupancy_are_in_words(written: Path) -> None:
    """The travel-time band of each commune, and how full each site is."""
    communes = pyogrio.read_dataframe(written, layer="xa_phuong")
    assert communes["phut_residential_khoang"][2] == "đến 30 phút"
    sites = pyogrio.read_dataframe(written, layer="co_so")
    assert sites["muc_su_dung"].tolist()[:3] == ["quá tải", "còn chỗ", "chưa có số liệu"]
    assert sites["muc_su_dung_phan_tram"][0] == pytest.approx(106.7)
    actions = pyogrio.read_dataframe(written, layer="phuong_an")
    assert "không có việc nào thay thế được" in actions["ly_do_chon"][0]


def test_sites_without_a_place_are_kept(written: Path) -> None:
    """A site that is not located has a row and no geometry; an unknown capacity is empty."""
    read = pyogrio.read_dataframe(written, layer="co_so")
    assert read.geometry.isna().tolist() == [False] * 4 + [True]
    assert read["so_cho"].isna().tolist() == [False, False, True, False, True]


def test_actions_carry_their_reason(written: Path) -> None:
    """Places, cost in million VND, people served more."""
    read = pyogrio.read_dataframe(written, layer="phuong_an")
    assert read[["so_cho_them", "kinh_phi_trieu_dong", "phuc_vu_them"]].to_numpy().tolist() == [
        [120, 36_000, 118], [60, 12_000, 60],
    ]  # fmt: skip


def test_without_actions_the_layer_is_empty(province: Province, tmp_path: Path) -> None:
    """The layer is there all the same."""
    place = write_geopackage(province(actions=False), tmp_path / "a.gpkg")
    assert len(pyogrio.read_dataframe(place, layer="phuong_an")) == 0


def test_each_layer_opens_with_one_style(written: Path) -> None:
    """One default style a layer, for the right geometry column, and all of them well-formed."""
    styles = _styles(written)
    assert sorted(table for table, _, default, _ in styles if default) == [
        "co_so",
        "dang_thoi",
        "phuong_an",
        "xa_phuong",
    ]
    assert next(name for table, name, default, _ in styles if default and table == "xa_phuong").startswith(
        "Thời gian đến cơ sở gần nhất: Chăm sóc, nuôi dưỡng tại cơ sở"
    )
    for table, _, _, qml in styles:
        renderer = ET.fromstring(qml).find("renderer-v2")
        assert renderer is not None
        assert renderer.get("type") == ("singleSymbol" if table == "dang_thoi" else "RuleRenderer")
    with closing(sqlite3.connect(written)) as file:
        columns = dict(file.execute("select table_name, column_name from gpkg_geometry_columns"))
        used = set(file.execute("select f_table_name, f_geometry_column from layer_styles"))
    assert used <= set(columns.items())


def test_the_rules_of_a_style_take_every_row_once(written: Path) -> None:
    """Each commune falls under exactly one rule of each style; none vanishes."""
    with closing(sqlite3.connect(written)) as file:
        for table, name, _, qml in (each for each in _styles(written) if each[0] != "dang_thoi"):
            rules = [rule.get("filter") for rule in ET.fromstring(qml).iter("rule")]
            rows = file.execute(f"select count(*) from {table}").fetchone()[0]
            taken = [file.execute(f"select count(*) from {table} where {rule}").fetchone()[0] for rule in rules]
            assert sum(taken) == rows, name


def test_the_same_result_gives_the_same_bytes(written: Path, province: Province, tmp_path: Path) -> None:
    """The time of writing leaves no trace, and an existing file is replaced."""
    again = tmp_path / "ket-qua.gpkg"
    again.write_bytes(b"old")
    write_geopackage(province(), again)
    assert again.read_bytes() == written.read_bytes()
    assert [place.name for place in tmp_path.iterdir()] == ["ket-qua.gpkg"]


def test_a_failure_leaves_the_old_file(province: Province, tmp_path: Path) -> None:
    """A refused map writes nothing."""
    d = province()
    far = d.cells.copy()
    far.loc[19, "geometry"] = shapely.box(105, 9, 105.1, 9.1)
    place = tmp_path / "ket-qua.gpkg"
    place.write_bytes(b"old")
    with pytest.raises(DisclosureError):
        write_geopackage(dataclasses.replace(d, cells=far), place)
    assert place.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["ket-qua.gpkg"]


def test_hostile_names_are_text(province: Province, tmp_path: Path) -> None:
    """Names arrive as they are, and the styles stay well-formed."""
    place = write_geopackage(province(names=PAYLOADS), tmp_path / "a.gpkg")
    assert pyogrio.read_dataframe(place, layer="xa_phuong")["ten"].tolist()[: len(PAYLOADS)] == list(PAYLOADS)
    for _, _, _, qml in _styles(place):
        ET.fromstring(qml)
