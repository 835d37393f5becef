"""The atlas: the same bytes, nothing from outside, nothing that must not be shown."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.plugins import MarkerCluster
from made_up_province import PAYLOADS

from mangluoi.errors import DisclosureError
from mangluoi.maps import Atlas, atlas, extent
from mangluoi.scenario.disclosure import Disclosed

Province = Callable[..., Disclosed]


def content(page: str) -> dict[str, Any]:
    """Return the data that a page hands to its script."""
    found = re.search(r"mangluoiAtlas\(map_\w+, (\{.*\})\);", page)
    assert found
    value: dict[str, Any] = json.loads(found[1])
    return value


@pytest.fixture(scope="module")
def page(province: Province) -> str:
    """Return the page of the made-up province."""
    return atlas(province()).html()


def test_the_same_result_gives_the_same_bytes(province: Province, page: str) -> None:
    """Folium's random names are gone; a second rendering of one atlas and a second atlas are equal."""
    again = atlas(province())
    assert again.html() == page
    assert again.html() == page


def test_the_order_of_rows_does_not_matter(province: Province, page: str) -> None:
    """Shuffled tables give the same page."""
    d = province()
    turned = {
        field.name: getattr(d, field.name).iloc[::-1].reset_index(drop=True)
        for field in dataclasses.fields(d)
        if field.name in ("units", "sites", "capacity", "people", "states", "minutes", "actions")
    }
    assert atlas(dataclasses.replace(d, **turned)).html() == page


def test_the_page_is_small_and_loads_nothing(page: str) -> None:
    """At most 1.5 MB; no tag names an address."""
    assert len(page.encode()) < 1_500_000
    assert not re.findall(r"<[^>]*\b(?:src|href)\s*=\s*['\"]?(?:https?:)?//", page)
    assert "default-src 'none'" in page


def test_the_flag_of_the_attribution_is_gone(page: str) -> None:
    """The credit of Leaflet stays, in plain words: no link, no flag."""
    assert 'prefix:"Leaflet"' in page
    assert 'class="leaflet-attribution-flag"' not in page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_that_attack_stand_as_data_only(province: Province, payload: str) -> None:
    """A hostile name reaches the script as the same text and stands nowhere as markup or template."""
    shown = atlas(province(names=(payload,))).html()
    assert content(shown)["cells"][0]["name"] == payload
    assert "PWNED'>" not in shown
    assert "{{7*7}}" not in shown
    assert ">49<" not in shown


def test_a_layer_that_needs_the_network_is_refused(province: Province) -> None:
    """What is added to the map may use Leaflet and jQuery; online tiles make no offline page."""
    made = atlas(province())
    folium.CircleMarker([19, 105], popup=folium.Popup("a")).add_to(made.map)
    assert "circle_marker_" in made.html()
    MarkerCluster().add_to(made.map)
    with pytest.raises(ValueError, match="not vendored"):
        made.html()


def test_the_bands_of_travel_time_and_their_counts(page: str) -> None:
    """Classes are those of the plan; each cell is counted once, with and without a way and without data apart."""
    shown = content(page)["measures"][0]
    assert shown["kind"] == "minutes"
    labels = [band["label"] for band in shown["bands"]]
    assert labels[:2] == ["đến 30 phút", "trên 30 đến 60 phút"]
    assert labels[-2:] == ["trên 180 phút hoặc không đến được", "không có số liệu"]
    by_label = dict(zip(labels, np.bincount(shown["of"], minlength=len(labels)).tolist(), strict=True))
    # 8 minutes × position: cells 0–3 within 30, 4–7 within 60, …; cell 18 has no row, cell 19 no way.
    assert by_label == {
        "đến 30 phút": 4, "trên 30 đến 60 phút": 4, "trên 60 đến 90 phút": 4, "trên 90 đến 120 phút": 4,
        "trên 120 đến 180 phút": 2, "trên 180 phút hoặc không đến được": 1, "không có số liệu": 1,
    }  # fmt: skip


def test_masked_counts_are_a_class_of_their_own(page: str) -> None:
    """A masked commune shows no number, and no class of numbers holds it."""
    gap = next(m for m in content(page)["measures"] if m["key"] == "gap/elderly/residential" and m["moment"] == "now")
    roles = [band["role"] for band in gap["bands"]]
    masked = [i for i, of in enumerate(gap["of"]) if roles[of] == "masked"]
    assert masked == [3, 10, 17]
    assert all("được che" in gap["text"][i] for i in masked)


def test_old_communes_are_summed_into_cells(province: Province) -> None:
    """In the old list two communes share a cell: people are added, the farther one's minutes count, empty cells
    have no data."""
    d = province(old=True, profile="internal")
    measures = {(m["key"], m["moment"]): m for m in content(atlas(d).html())["measures"]}
    assert measures["people/elderly", "now"]["text"][0] == "490 người"
    assert measures["people/elderly", "now"]["text"][1] == "không có số liệu"
    assert measures["minutes/residential", "now"]["text"][2] == "24 phút"


def test_a_sum_with_a_masked_part_is_said_to_be_a_floor(province: Province) -> None:
    """Where one of a cell's communes is masked, the rest is given as 'at least'."""
    measures = {m["key"]: m for m in content(atlas(province(old=True)).html())["measures"]}
    assert measures["people/elderly"]["text"][4] == "ít nhất 1.820 người (một phần được che)"


def test_internal_pages_are_stamped(province: Province, page: str) -> None:
    """The stamp stands on internal pages only."""
    assert content(atlas(province(profile="internal")).html())["stamp"] == "NỘI BỘ"
    assert content(page)["stamp"] == ""


def test_confidential_sites_are_a_number_without_a_place(page: str) -> None:
    """How many there are is said; nothing more."""
    said = [note for note in content(page)["notes"] if "bảo mật" in note]
    assert said[0].startswith("Có 2 cơ sở bảo mật (Nhà tạm lánh, địa chỉ tin cậy: 2)")
    assert not any("shelter" in json.dumps(site) for site in content(page)["sites"])


def test_sites_without_a_figure_are_hollow(page: str) -> None:
    """An unknown capacity is neither zero nor left out."""
    sites = {site["number"]: site for site in content(page)["sites"]}
    assert sites[3]["places"] is None
    assert sites[3]["places_text"] == "số chỗ: chưa có số liệu"
    assert sites[1]["places"] == 340
    assert [line for line in sites[1]["lines"] if line[0] == "Vị trí"] == [
        ["Vị trí", "vị trí gần đúng, trong phạm vi 4,3 km"]
    ]


def test_the_reason_of_an_action_is_told(page: str) -> None:
    """Places, cost and people served more stand in its text."""
    assert content(page)["actions"][0]["reason"] == (
        "Thêm 120 chỗ (Chăm sóc, nuôi dưỡng tại cơ sở); kinh phí 36,0 tỷ đồng; phục vụ thêm 118 người (ước tính)"
    )


def test_without_actions_there_is_no_after(province: Province) -> None:
    """A result without actions has one moment only."""
    shown = content(atlas(province(actions=False)).html())
    assert {m["moment"] for m in shown["measures"]} == {"now"}


def test_search_finds_names_without_diacritics(page: str) -> None:
    """Each cell carries its name folded."""
    assert "phuong thanh vinh" in [cell["folded"].strip() for cell in content(page)["cells"]]


def test_the_english_page_holds_no_vietnamese_sentence(province: Province) -> None:
    """Names apart, the texts are English."""
    shown = content(atlas(province(), lang="en").html())
    texts = [*shown["texts"].values(), *shown["notes"], *(m["title"] for m in shown["measures"])]
    texts += [text for m in shown["measures"] for text in m["text"]]
    assert not [text for text in texts if re.search("[ăđơưạảấầẩậắằẵặẹẻẽếềệỉịọỏốồổộớờợụủứừựỳỵỷỹ]", text.lower())
                and "Trung tâm" not in text]  # fmt: skip


def test_jupyter_shows_a_shut_off_frame(province: Province, page: str) -> None:
    """The frame may run its scripts and nothing else."""
    shown = atlas(province())._repr_html_()
    assert 'sandbox="allow-scripts"' in shown
    assert html.escape(page, quote=True) in shown


def test_saving_writes_the_page(province: Province, page: str, tmp_path: Path) -> None:
    """The file holds the page, in UTF-8."""
    place = atlas(province()).save(tmp_path / "ban-do.html")
    assert place.read_bytes() == page.encode()
    assert isinstance(atlas(province()), Atlas)


def test_a_national_map_without_the_archipelagos_is_refused(province: Province) -> None:
    """Cells from the far south to the far north are a national map: it needs Hoàng Sa and Trường Sa."""
    north_and_south = gpd.GeoSeries([shapely.box(105, 22, 105.1, 22.1), shapely.box(105, 9, 105.1, 9.1)])
    with pytest.raises(DisclosureError, match="Hoàng Sa, Trường Sa"):
        extent.require_archipelagos(north_and_south)
    one = [*north_and_south, shapely.box(112, 16.4, 112.4, 16.6)]
    with pytest.raises(DisclosureError, match="archipelagos Trường Sa"):
        extent.require_archipelagos(gpd.GeoSeries(one))
    extent.require_archipelagos(gpd.GeoSeries([*one, shapely.box(114, 9, 114.4, 9.3)]))
    d = province()
    far = d.cells.copy()
    far.loc[19, "geometry"] = shapely.box(105, 9, 105.1, 9.1)
    with pytest.raises(DisclosureError):
        atlas(dataclasses.replace(d, cells=far))


def test_detailed_boundaries_stay_small_and_closed(province: Province) -> None:
    """A quarter of a million vertices give a page of at most 1.5 MB, in which neighbours still share their borders."""
    d = province()
    steps = np.linspace(0, 1, 3001)

    def side(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
        """Return a wriggling border that is the same from both sides."""
        (ax, ay), (bx, by) = sorted([(x0, y0), (x1, y1)])
        wave = 0.002 * np.sin(40 * np.pi * steps) + 0.0004 * np.sin(900 * np.pi * steps)
        wave *= 4 * steps * (1 - steps)
        line = np.column_stack(
            [ax + (bx - ax) * steps + wave * (by - ay) / 0.2, ay + (by - ay) * steps + wave * (bx - ax) / 0.2]
        )
        return line if (ax, ay) == (x0, y0) else line[::-1]

    shapes = []
    for n in range(20):
        w, s = round(104.5 + 0.2 * (n % 5), 1), round(18.6 + 0.2 * (n // 5), 1)
        e, t = round(w + 0.2, 1), round(s + 0.2, 1)
        ring = np.concatenate(
            [side(w, s, e, s)[:-1], side(e, s, e, t)[:-1], side(e, t, w, t)[:-1], side(w, t, w, s)[:-1]]
        )
        shapes.append(shapely.Polygon(ring))
    cells = gpd.GeoDataFrame({"cell_code": d.cells["cell_code"], "approximate": False}, geometry=shapes, crs=4326)
    page = atlas(dataclasses.replace(d, cells=cells)).html()
    assert len(page.encode()) < 1_500_000
    drawn = [shapely.from_geojson(json.dumps(cell["shape"])) for cell in content(page)["cells"]]
    assert all(shapely.is_valid(drawn))
    together = shapely.union_all(drawn)
    assert sum(shape.area for shape in drawn) == pytest.approx(together.area, rel=1e-5)
    assert not [hole for hole in together.interiors if shapely.Polygon(hole).area > 1e-7]


def test_only_what_is_withheld_is_said_to_be(province: Province) -> None:
    """Where no class of the page withholds anything, no note says that small counts are."""
    withheld = "Số liệu dưới 11 người"
    assert withheld in "".join(content(atlas(province()).html())["notes"])
    shown = content(atlas(province(profile="internal")).html())
    assert "masked" not in {band["role"] for m in shown["measures"] for band in m["bands"]}
    assert withheld not in "".join(shown["notes"])
