"""Files that are broken, absurd or meant to do harm: refused with the reason, before they can do any."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas
import golden_files as golden
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from legacy_text import encode
from shapely import Point, Polygon, box, from_wkt

from mangluoi import gazetteer, sources
from mangluoi.errors import InputError, MangluoiError
from mangluoi.sources import grids, reading
from mangluoi.tables import PEOPLE, SITES

READ = {"province": "40", "defaults": golden.DEFAULTS}
CONTENT = "urn:oasis:names:tc:opendocument:xmlns:"
SITE = {"facility_id": "C1", "name": "A", "confidential": "no", "source": "x", "address": None}


def refused(place: Path, **options: object) -> tuple[str, str | None]:
    """Return the kind of the one complaint about a file, and its reason."""
    with pytest.raises(InputError) as caught:
        grids.read_grids(place, **options)
    (only,) = caught.value.complaints
    assert only.file == place.name
    return only.problem, only.details.get("reason")


def ods(place: Path, rows: str) -> Path:
    names = " ".join(f'xmlns:{name}="{CONTENT}{name}:1.0"' for name in ("office", "table", "text"))
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='A'>{rows}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return place


def xlsx(place: Path, **parts: str) -> Path:
    """A small workbook, with packed files put in place of its own."""
    book = openpyxl.Workbook()
    book.active.append(["Mã xã", "Nhóm", "Số người"])
    book.active.append(["17617", "elderly", 3])
    kept = io.BytesIO()
    book.save(kept)
    with zipfile.ZipFile(kept) as made, zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in made.namelist():
            packed.writestr(name, parts.pop(name, None) or made.read(name))
        for name, text in parts.items():
            packed.writestr(name, text)
    return place


def test_repetition_is_not_unrolled(tmp_path: Path):
    """A spreadsheet that repeats a row or a cell a thousand million times is refused, not built."""
    cell = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    many = f"<table:table-row table:number-rows-repeated='1000000000'>{cell}</table:table-row>"
    assert refused(ods(tmp_path / "a.ods", many)) == ("unreadable_file", "too_many_rows")
    wide = f"<table:table-row>{cell.replace('<table:table-cell', '<table:table-cell table:number-columns-repeated=' + chr(39) + '1000000000' + chr(39))}</table:table-row>"  # noqa: E501
    assert refused(ods(tmp_path / "b.ods", wide)) == ("unreadable_file", "too_many_columns")


def test_empty_repetition_keeps_the_count_of_rows(tmp_path: Path):
    """Empty rows in between count, and those that reach to the end of the sheet do not."""
    cell = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    row, empty = f"<table:table-row>{cell}</table:table-row>", "<table:table-row table:number-rows-repeated='{}'/>"
    (grid,) = grids.read_grids(ods(tmp_path / "a.ods", row + empty.format(1500) + row + empty.format(10**6)))
    assert len(grid.rows) == 1502
    assert grid.rows[1501] == ("x",)


def test_comments_are_not_values(tmp_path: Path):
    """A comment on a cell of an .ods file is not part of its value."""
    note = f"<office:annotation><text:p>ghi chú</text:p></office:annotation>"  # noqa: F541
    row = f"<table:table-row><table:table-cell>{note}<text:p>12</text:p></table:table-cell></table:table-row>"
    assert grids.read_grids(ods(tmp_path / "a.ods", row))[0].rows == (("12",),)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_entities_are_refused(tmp_path: Path, part: str):
    """XML that declares entities could grow without end or reach outside; no spreadsheet needs it."""
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert refused(xlsx(tmp_path / "a.xlsx", **{part: text})) == ("unreadable_file", "declares_entities")


def test_packed_crowd_is_refused(tmp_path: Path):
    """A file of tens of thousands of packed files is no workbook."""
    place = tmp_path / "a.xlsx"
    with zipfile.ZipFile(place, "w") as packed:
        for number in range(10_001):
            packed.writestr(str(number), "")
    assert refused(place) == ("unreadable_file", "too_many_parts")


def test_password_and_wrong_names_are_told(tmp_path: Path):
    """A workbook with a password, an unknown kind of file and an empty one each have their reason."""
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    assert refused(tmp_path / "a.xlsx") == ("unreadable_file", "password")
    assert refused(tmp_path / "a.pdf") == ("unreadable_file", "unknown_suffix")


@pytest.mark.parametrize(("suffix", "package", "extra"), [(".xls", "xlrd", "xls"), (".parquet", "pyarrow", "parquet")])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch, suffix: str, package: str, extra: str):
    """Formats that need a further package say which extra brings it."""
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.parquet", None)
    (tmp_path / f"a{suffix}").write_bytes(b"x")
    with pytest.raises(InputError, match=rf"{package} is not installed; run: pip install 'mangluoi\[{extra}\]'"):
        grids.read_grids(tmp_path / f"a{suffix}")


def test_a_sheet_that_breaks_off_names_its_last_row(tmp_path: Path):
    """Of a damaged sheet the last good row is named."""
    place = xlsx(tmp_path / "good.xlsx")
    with zipfile.ZipFile(place) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    cut = text[: text.index('<row r="2"') + 30]
    with pytest.raises(InputError) as caught:
        grids.read_grids(xlsx(tmp_path / "a.xlsx", **{"xl/worksheets/sheet1.xml": cut}))
    assert caught.value.complaints[0].details["reason"] in ("damaged_after", "damaged")
    assert caught.value.complaints[0].details.get("row", 1) == 1


def test_a_formula_that_was_never_calculated_is_named(tmp_path: Path):
    """A number that is only a formula cannot be read, and the row says so; a calculated one is its value."""
    book = openpyxl.Workbook()
    book.active.append(["Mã xã", "Nhóm", "Số người"])
    book.active.append(["17617", "elderly", "=1+2"])
    book.active.append(["17619", "elderly", 4])
    book.save(tmp_path / "a.xlsx")
    read = sources.read_table(tmp_path / "a.xlsx", PEOPLE, **READ)
    assert [(c.problem, c.row) for c in read.complaints] == [("formula_without_value", 2)]
    assert read.frame["people"].tolist() == [4]


def test_a_list_of_addresses_to_fetch_is_no_map(tmp_path: Path, sockets: list[object]):
    """GDAL tells files by their content; one that calls itself GeoJSON and names a web address is not opened."""
    fetch = "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/http://127.0.0.1/a.json</SrcDataSource>"
    (tmp_path / "a.geojson").write_text(fetch + "</OGRVRTLayer></OGRVRTDataSource>", encoding="utf-8")
    (tmp_path / "a.gpkg").write_text(fetch, encoding="utf-8")
    assert refused(tmp_path / "a.geojson") == ("unreadable_file", "damaged")
    assert refused(tmp_path / "a.gpkg") == ("unreadable_file", "damaged")
    assert sockets == []


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_broken_geometry_is_listed(tmp_path: Path, suffix: str):
    """A good point is taken, an area gives a point inside; empty, crossing, foreign and odd ones are listed."""
    shapes = {
        "good": Point(105.3, 18.9),
        "area": box(105.2, 18.8, 105.4, 19.0),
        "none": None,
        "empty": from_wkt("POINT EMPTY"),
        "bow tie": Polygon([(105, 18), (106, 19), (106, 18), (105, 19)]),
        "line": from_wkt("LINESTRING (105 18, 106 19)"),
        "foreign": Point(2.35, 48.86),
    }
    frame = geopandas.GeoDataFrame(
        [{"site_id": name, **SITE} for name in shapes], geometry=list(shapes.values()), crs="EPSG:4326"
    )
    frame.to_file(tmp_path / f"a{suffix}")
    read = sources.read_table(tmp_path / f"a{suffix}", SITES)
    assert read.frame["site_id"].tolist() == ["good", "area"]
    assert read.frame["lon"].tolist() == pytest.approx([105.3, 105.3])
    problems = dict(
        zip([*shapes][2:], ["missing_geometry"] * 2 + ["invalid_geometry"] * 2 + ["outside_country"], strict=True)
    )
    assert {c.row: c.problem for c in read.complaints} == {
        [*shapes].index(name) + 2: problem for name, problem in problems.items()
    }
    assert sum(read.counts.values()) == len(shapes) + 1


def test_shapefile_that_does_not_say_its_encoding(tmp_path: Path):
    """Attributes of an old Shapefile in TCVN3 are read, and names cut to ten letters are known."""
    frame = geopandas.GeoDataFrame(
        [{**SITE, "site_id": "D1", "name": "XXXX", "address": "YYYY"}], geometry=[Point(105.3, 18.9)], crs="EPSG:4326"
    )
    frame.rename(columns={"facility_id": "facility_i", "confidential": "confidenti"}).to_file(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    dbf = tmp_path / "a.dbf"
    raw = dbf.read_bytes()
    for blank, text in (("XXXX", "Người già, người khuyết tật"), ("YYYY", "xã Giang Sơn Đông, huyện Đô Lương")):
        typed = encode(text, "TCVN3")
        raw = raw.replace(blank.encode() + b" " * (len(typed) - 4), typed)
    dbf.write_bytes(raw)
    read = sources.read_table(tmp_path / "a.shp", SITES)
    assert read.frame.loc[0, ["name", "address"]].tolist() == [
        "Người già, người khuyết tật", "xã Giang Sơn Đông, huyện Đô Lương",
    ]  # fmt: skip
    assert read.encoding == "TCVN3"


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Số thẻ", ["040190001234", "040085004321", "040201000001"]),
        ("Mã", ["182345678", "186111222", "187333444"]),
        ("Liên hệ", ["0912 345 678", "0383.456.789", "+84987654321"]),
        ("Hộp thư", ["a@b.vn", "c.d@e.com", "f@g.gov.vn"]),
        ("Người hưởng", ["Nguyễn Văn An", "TRẦN THỊ BÌNH", "Lê Cường"]),
    ],
)
def test_personal_data_are_found_by_their_look(tmp_path: Path, heading: str, cells: list[str]):
    """A column of identity numbers, phones or people's names is refused whatever its heading, unless it is dropped."""
    book = openpyxl.Workbook()
    book.active.append(["Mã xã", "Nhóm", "Số người", heading])
    for code, cell in zip(("17617", "17619", "17623"), cells, strict=True):
        book.active.append([code, "elderly", 12, cell])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError) as caught:
        sources.read_table(tmp_path / "a.xlsx", PEOPLE, **READ)
    assert [(c.problem, c.column) for c in caught.value.complaints] == [("personal_data", heading)]
    assert not any(cell in str(caught.value) for cell in cells)
    assert len(sources.read_table(tmp_path / "a.xlsx", PEOPLE, drop=[heading], **READ).frame) == 3


def test_counts_and_codes_are_not_personal(tmp_path: Path):
    """Codes of units, names of communes and large counts are not mistaken for personal data."""
    place = tmp_path / "a.csv"
    place.write_text(
        "Mã xã;Tên xã;Nhóm;Số người\n17617;Đô Lương;population;012\n17619;Giang Sơn Đông;population;8\n"
        "17653;Đông Sơn;population;9\n17656;Nam Sơn;population;7\n",
        encoding="utf-8",
    )
    assert len(sources.read_table(place, PEOPLE, **READ).frame) == 4


def test_where_a_shelter_is_stays_out_of_complaints(tmp_path: Path):
    """A complaint about a confidential row names the row and the column, and not what stands there."""
    place = tmp_path / "a.csv"
    place.write_text(
        "Mã địa điểm;Mã cơ sở;Tên địa điểm;Địa chỉ;Kinh độ;Vĩ độ;Bảo mật;Nguồn\n"
        "D1;C1;Nhà tạm lánh;ngõ 5 Lê Lợi;2,35;48,86;có;x\n", encoding="utf-8",
    )  # fmt: skip
    read = sources.read_table(place, SITES)
    told = str(read.complaints) + str(read.rows["why"].tolist())
    assert [c.problem for c in read.complaints] == ["outside_country"]
    assert not any(secret in told for secret in ("2.35", "48.86", "Lê Lợi", "tạm lánh"))


def _mutated(content: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    new = bytearray(content)
    for place, byte in changes:
        new[place % len(new)] = byte
    return bytes(new[: len(new) - cut % len(new)])


def _repacked(content: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    """Change what is inside a packed file and pack it again, so that the parsers see it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            inside = old.read(name)
            touched = name in ("content.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml")
            new.writestr(name, _mutated(inside, changes, cut) if touched and inside else inside)
    return out.getvalue()


@functools.cache
def originals() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        made = golden.province_workbook(Path(folder) / "a.xlsx").read_bytes()
    stored = Path(__file__).parent / "golden"
    texts = {f".{n}.csv": encode(golden.text_lines(), name) for n, name in enumerate(("utf-8", "TCVN3", "utf-16"))}
    pages = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"Mã xã": "17617", "Nhóm": "elderly", "Số người": 3},
         "geometry": {"type": "Point", "coordinates": [105.3, 18.9]}}]}  # fmt: skip
    return {
        ".xlsx": made, ".ods": (stored / "bieu.ods").read_bytes(), ".xls": (stored / "bieu.xls").read_bytes(),
        ".geojson": json.dumps(pages).encode(), **texts,
    }  # fmt: skip


KINDS = [".xlsx", ".ods", ".xls", ".geojson", ".0.csv", ".1.csv", ".2.csv"]
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS), CHANGES, st.one_of(st.just(0), st.integers(0, 5000)), st.booleans())
def test_mutated_files_are_read_whole_or_refused(
    tmp_path: Path, suffix: str, changes: list[tuple[int, int]], cut: int, inside: bool
):
    """A file with bytes changed or cut off gives rows that add up, or a MangluoiError that names the file."""
    packed = suffix in (".xlsx", ".ods") and inside
    place = tmp_path / f"a{suffix}"
    place.write_bytes((_repacked if packed else _mutated)(originals()[suffix], changes, cut))
    with contextlib.suppress(MangluoiError):
        found = grids.read_grids(place)
        for grid in found:
            with contextlib.suppress(MangluoiError):
                read = sources.read_table(place, PEOPLE, sheet=grid.sheet, **READ)
                assert read.rows["row"].tolist() == list(range(1, len(grid.rows) + 1))
                assert set(read.rows["status"]) <= set(reading.STATUSES)
                used = set(read.rows.loc[read.rows["status"].isin(["accepted", "repaired"]), "row"])
                assert used == set(read.frame_rows)
                assert len(read.frame_rows) == len(read.frame)
                assert read.frame["people"].notna().all()


def test_reading_and_locating_open_no_socket(tmp_path: Path, sockets: list[object]):
    """Nothing that reads or locates looks at the network."""
    for suffix, content in originals().items():
        if suffix == ".xls":
            pytest.importorskip("xlrd")
        (tmp_path / f"a{suffix}").write_bytes(content)
        sheet = "Biểu 1" if suffix in (".xlsx", ".xls", ".ods") else None
        read = sources.read_table(tmp_path / f"a{suffix}", PEOPLE, sheet=sheet, locate=gazetteer.locate, **READ)
        assert len(read.frame)
    assert sockets == []
