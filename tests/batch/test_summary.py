"""The summary of a batch: everything is in it, failures too, and the country is whole or not drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from matplotlib.text import Text

from mangluoi import maps
from mangluoi.batch import run_batch, write_summary
from mangluoi.errors import DisclosureError
from mangluoi.maps import national
from mangluoi.scenario import Plan


@pytest.mark.usefixtures("answered")
def test_the_summary_holds_every_plan(plan: Callable[[str], Plan], tmp_path: Path):
    """What was answered is ranked, what failed is listed with its reason."""
    outcomes = run_batch(map(plan, ["a", "sai", "<b>"]), tmp_path)
    place = write_summary(outcomes, tmp_path)
    book = openpyxl.load_workbook(place / "tong-hop.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {"a", "<b>", "sai", 100, 60, 40} <= set(cells)
    page = (place / "tong-hop.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    told = json.loads((place / "tong-hop.json").read_text(encoding="utf-8"))
    assert [each["status"] for each in told] == ["done", "failed", "done"]
    assert (place / "ban-do-ca-nuoc.png").exists()


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("profile", ["internal", "public"])
def test_an_internal_summary_is_stamped(plan: Callable[[str], Plan], tmp_path: Path, profile: Any, monkeypatch):
    """The page, every sheet of the workbook and the map of the country bear the stamp; a public summary bears none."""
    drawn = []
    monkeypatch.setattr(maps, "national_map", lambda _, **given: drawn.append(given["internal"]) or "không vẽ")
    outcomes = run_batch(map(plan, ["a", "sai"]), tmp_path, profile=profile)
    place = write_summary(outcomes, tmp_path, profile=profile)
    stamped = profile == "internal"
    assert drawn == [stamped]
    assert ('<div class="stamp">NỘI BỘ' in (place / "tong-hop.html").read_text(encoding="utf-8")) is stamped
    heads = [sheet.oddHeader.center.text or "" for sheet in openpyxl.load_workbook(place / "tong-hop.xlsx")]
    assert [("NỘI BỘ" in head) for head in heads] == [stamped] * len(heads)


@pytest.mark.usefixtures("answered")
def test_the_same_batch_gives_the_same_summary(plan: Callable[[str], Plan], tmp_path: Path):
    """Answered now or kept from before, the summary has the same bytes."""
    first = write_summary(run_batch(map(plan, "ab"), tmp_path), tmp_path)
    before = {file.name: file.read_bytes() for file in first.iterdir()}
    again = write_summary(run_batch(map(plan, "ab"), tmp_path), tmp_path)
    assert {file.name: file.read_bytes() for file in again.iterdir()} == before


@pytest.mark.parametrize("lacking", ["48", "56"])
def test_no_map_of_the_country_lacks_an_archipelago(lacking: str):
    """Without Đà Nẵng, which holds Hoàng Sa, or Khánh Hòa, which holds Trường Sa, the country is not drawn."""
    shapes = national._shapes(national.shipped.folder())
    parts = shapes.explode(ignore_index=True)
    kept = gpd.GeoDataFrame(
        parts[(parts["province_code"] != lacking) | (parts.geometry.bounds["minx"] < 110.5)], crs=shapes.crs
    )
    with pytest.raises(DisclosureError, match=r"Hoàng Sa|Trường Sa"):
        maps.national_map({}, title="x", legend="x", source="x", shapes=kept)


def test_the_map_of_the_country_names_both_archipelagos():
    """Both names stand on the sheet, and every province of today is drawn."""
    drawn = maps.national_map({"01": 5.0}, title="Bản đồ", legend="Chú giải", source="Nguồn")
    svg = drawn.svg().decode()
    assert drawn.svg() == drawn.svg()
    texts = {text.get_text() for axes in drawn.figure.axes for text in axes.texts}
    assert {"Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)"} <= texts
    assert len(texts & set(national._shapes(national.shipped.folder())["name"].map(national._bare))) >= 28
    assert svg


def test_an_internal_map_of_the_country_is_stamped():
    """The stamp stands on the sheet of an internal summary alone."""
    told = {"title": "Bản đồ", "legend": "Chú giải", "source": "Nguồn"}
    for internal in (True, False):
        sheet = maps.national_map({"01": 5.0}, internal=internal, **told)
        words = [text.get_text() for text in sheet.figure.findobj(Text)]
        assert any("NỘI BỘ" in text for text in words) is internal
