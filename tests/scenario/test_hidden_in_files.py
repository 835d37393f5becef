"""No file of an output holds a shelter's name, id, address or place, however it is written or rounded."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import shapely
from test_adversary import small, small_answer

from mangluoi import maps
from mangluoi.reports import brief, workbook
from mangluoi.reports.document import document
from mangluoi.reports.pages import page
from mangluoi.reports.trail import trail
from mangluoi.scenario import Disclosed, Result, disclose
from mangluoi.viettext import fold


@pytest.fixture(scope="module")
def hidden() -> Result:
    """Return an answer with a shelter."""
    _, given = small()
    return small_answer((given.area.codes[4],))


def unpacked(packed: bytes) -> Iterator[str]:
    """Return every part of an office file as text, with its tags and without."""
    with zipfile.ZipFile(BytesIO(packed)) as file:
        for name in file.namelist():
            text = html.unescape(file.read(name).decode("utf-8", errors="replace"))
            yield text
            yield re.sub("<[^>]+>", "", text)


def texts(shown: Disclosed, place: Path) -> dict[str, list[str]]:
    """Return all text of the files of an output, by file; layers are written to `place`."""
    maps.write_geopackage(shown, place)
    with closing(sqlite3.connect(place)) as file:
        layers = list(file.iterdump())
    return {
        "bieu.xlsx": list(unpacked(workbook.workbook(shown))),
        "bao-cao.docx": list(unpacked(document(shown))),
        "bao-cao.html": [page(shown)],
        "ban-do.html": [maps.atlas(shown).html()],
        "ket-qua.gpkg": layers,
        "truy-nguyen.json": [trail(shown, workbook.all_exhibits(shown), "vi")],
        "plan.toml": [shown.plan.to_toml()],
        "provenance.json": [json.dumps(dict(shown.provenance), default=str)],
        "--json": [json.dumps(brief.brief(shown), ensure_ascii=False)],
        "notebook": [shown._repr_html_()],
    }


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_no_file_holds_a_shelter(hidden: Result, profile, tmp_path: Path):
    """Neither in letters with or without marks, nor in numbers from three decimals on, nor in the layers' shapes."""
    shown = disclose(hidden, profile=profile)
    site = hidden.sites.set_index("site_id").loc["TL00-1"]
    words = {"TL00", site["name"], site["address"].partition(",")[0]}
    written = re.compile("|".join(re.escape(text) for text in {*words, *map(fold, words)}), re.IGNORECASE)
    numbers = re.compile("|".join(rf"(?<!\d){re.escape(f'{site[key]:.3f}')}" for key in ("lon", "lat")))
    for file, parts in texts(shown, tmp_path / "a.gpkg").items():
        for part in parts:
            assert not written.search(part), file
            assert len(set(numbers.findall(part))) < 2, file
    point = shapely.Point(site["lon"], site["lat"])
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as layers:
        for table, column in layers.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall():
            for (blob,) in layers.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'):
                envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
                corners = shapely.points(shapely.get_coordinates(shapely.from_wkb(blob[8 + envelope :])))
                assert shapely.distance(corners, point).min() > 5e-4, table


def test_the_search_finds_what_is_there(hidden: Result, tmp_path: Path):
    """The same search finds the public sites: it can fail."""
    shown = disclose(hidden)
    site = shown.sites.dropna(subset=["lon"]).iloc[0]
    found = texts(shown, tmp_path / "a.gpkg")
    for file in ("bieu.xlsx", "bao-cao.docx", "ban-do.html", "ket-qua.gpkg"):
        assert any(site["name"] in part for part in found[file]), file
