"""Print maps: true scale, true north, the same bytes, legible without colour."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pyproj
import pytest
import shapely
from made_up_province import PAYLOADS
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from mangluoi.errors import DisclosureError
from mangluoi.maps import PrintMap, drawing, notes, print_maps
from mangluoi.maps.bands import count_bands, minutes_bands, position
from mangluoi.scenario.disclosure import Disclosed

Province = Callable[..., Disclosed]


@pytest.fixture(scope="module")
def maps(province: Province) -> list[PrintMap]:
    """Return the sheets of the made-up province."""
    return print_maps(province())


def _words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_the_set_of_maps(maps: list[PrintMap], province: Province) -> None:
    """Facilities, travel time by service, gap by need, actions; without actions there is no fourth."""
    assert [shown.name for shown in maps] == [
        "1-co-so", "2-thoi-gian", "2-thoi-gian-day", "3-thieu-hut", "3-thieu-hut-disabled-day", "4-phuong-an",
    ]  # fmt: skip
    assert maps[0].title == "Bản đồ 1. Mạng lưới cơ sở trợ giúp xã hội tỉnh thử nghiệm"
    assert [shown.name for shown in print_maps(province(actions=False))][-1] == "3-thieu-hut-disabled-day"


def test_the_same_result_gives_the_same_bytes(maps: list[PrintMap], province: Province) -> None:
    """PNG, PDF and SVG of two runs are equal, and drawing one format does not change the next."""
    again = print_maps(province())
    one, other = maps[3], again[3]
    assert (one.pdf(), one.png(dpi=80), one.svg()) == (other.pdf(), other.png(dpi=80), other.svg())
    assert maps[1].svg() == again[1].svg()


def test_a_sheet_is_a4_at_300_dots_per_inch(maps: list[PrintMap]) -> None:
    """A picture of A4 lying has 3508 × 2480 dots."""
    header = maps[0].png()[:24]
    width, height = int.from_bytes(header[16:20]), int.from_bytes(header[20:24])
    assert (abs(width - 3508) <= 1, abs(height - 2480) <= 1) == (True, True)


def test_the_pdf_carries_its_font(maps: list[PrintMap]) -> None:
    """Text stays text: the font is embedded as TrueType, so that it can be selected."""
    pdf = maps[0].pdf()
    assert b"/FontFile2" in pdf
    assert b"MangluoiSans" in pdf
    assert b"CreationDate" not in pdf


def test_no_class_begins_above_a_count_that_stands_in_it():
    """Counts of the population are never masked: 7 people are not drawn as 11 and more, nor beside masked groups."""
    for masks in (False, True):
        bands = count_bands("gap", [0, 7, 24], "vi", masks=masks)
        assert bands[position(bands, 7)].label.startswith("1 – 10")
    assert [band.label for band in count_bands("gap", [0, 24], "vi", masks=True)][2].startswith("11 ")


@pytest.mark.parametrize("name", ["1-co-so", "2-thoi-gian", "3-thieu-hut", "4-phuong-an"])
def test_every_sheet_says_what_a_map_must_say(maps: list[PrintMap], name: str) -> None:
    """Legend, scale, north, source with date, reference system and version, approximate borders."""
    shown = _words(next(m for m in maps if m.name == name).figure)
    for wanted in (
        "Chú giải", "Tỷ lệ 1:", "km", "B", "Nguồn: Kế hoạch thử nghiệm.", "31/12/2025", "EPSG:3405", "mangluoi",
        "Ranh giới xã gần đúng", "cơ sở bảo mật",
    ):  # fmt: skip
        assert wanted in shown.replace("\n", " ")


def test_estimates_are_said_to_be(maps: list[PrintMap]) -> None:
    """Travel times, people by commune and the effect of actions are estimates."""
    for shown in maps[1:]:
        assert "ước tính" in _words(shown.figure)


def test_the_legend_names_masked_and_missing(maps: list[PrintMap]) -> None:
    """What is withheld and what is not known are classes of their own."""
    shown = _words(maps[3].figure)
    assert "được che (≤ 10 người mỗi xã)" in shown
    assert "không có số liệu" in shown


def test_the_scale_bar_is_true(maps: list[PrintMap], province: Province) -> None:
    """The bar's length on paper, carried to the middle of the map, is its kilometres on the ellipsoid."""
    figure = maps[0].figure
    bar = [patch for patch in figure.findobj(Rectangle) if patch.get_gid() == "scale-bar"]
    paper, drawn = figure.axes
    ends = [paper.transData.transform((x, 0))[0] for x in (bar[0].get_x(), bar[1].get_x() + bar[1].get_width())]
    middle = drawn.transData.transform((np.mean(drawn.get_xlim()), np.mean(drawn.get_ylim())))
    metres = drawn.transData.inverted().transform([(middle[0] + x - np.mean(ends), middle[1]) for x in ends])
    back = pyproj.Transformer.from_crs(notes.crs_of(province()), "EPSG:4326", always_xy=True)
    (west, east), (south, north) = back.transform(metres[:, 0], metres[:, 1])
    _, _, length = pyproj.Geod(ellps="WGS84").inv(west, south, east, north)
    said = float(re.search(r"(\d+) km", _words(figure))[1])  # type: ignore[index]
    assert length / 1000 == pytest.approx(said, rel=0.003)
    denominator = float(re.search(r"1:([\d.]+)", _words(figure))[1].replace(".", ""))  # type: ignore[index]
    assert np.ptp(ends) / figure.dpi * 0.0254 * denominator == pytest.approx(said * 1000, rel=1e-6)


def test_the_arrow_points_north(maps: list[PrintMap], province: Province) -> None:
    """The arrow's tip is up on the paper, and up is where the latitude grows."""
    figure = maps[0].figure
    arrow = next(patch for patch in figure.findobj(Polygon) if patch.get_gid() == "north-arrow")
    tip, right, foot = arrow.get_xy()[:3]
    assert tip[1] > foot[1] > right[1]
    assert tip[0] == foot[0]
    drawn = figure.axes[1]
    x, (low, high) = np.mean(drawn.get_xlim()), drawn.get_ylim()
    back = pyproj.Transformer.from_crs(notes.crs_of(province()), "EPSG:4326", always_xy=True)
    lon, lat = back.transform([x, x], [low, high])
    assert drawn.transData.transform((x, high))[1] > drawn.transData.transform((x, low))[1]
    assert lat[1] > lat[0]
    assert abs(np.degrees(np.arctan2((lon[1] - lon[0]) * np.cos(np.radians(lat[0])), lat[1] - lat[0]))) < 1.5


def test_labels_do_not_collide(maps: list[PrintMap]) -> None:
    """No label lies on another, as drawn."""
    for shown in maps:
        with drawing.style():
            shown.figure.canvas.draw()
        boxes = [t.get_window_extent() for t in shown.figure.findobj(Text) if t.get_gid() == "label"]
        assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


def test_nothing_is_cut_off(maps: list[PrintMap], province: Province) -> None:
    """Every text lies on the paper, also with names of 300 characters."""
    for shown in [*maps[::2], *print_maps(province(names=PAYLOADS, profile="internal"))]:
        with drawing.style():
            shown.figure.canvas.draw()
        paper = shown.figure.bbox
        for text in shown.figure.findobj(Text):
            if text.get_text():
                at = text.get_window_extent()
                assert at.x0 >= paper.x0, text.get_text()
                assert at.x1 <= paper.x1, text.get_text()
                assert at.y0 >= paper.y0, text.get_text()
                assert at.y1 <= paper.y1, text.get_text()


def test_internal_sheets_are_stamped(province: Province, maps: list[PrintMap]) -> None:
    """The stamp stands on every internal sheet and on no public one."""
    assert all("NỘI BỘ" in _words(shown.figure) for shown in print_maps(province(profile="internal")))
    assert not any("NỘI BỘ" in _words(shown.figure) for shown in maps)


def test_a_national_map_without_the_archipelagos_is_refused(province: Province) -> None:
    """Print maps hold to the same rule as the atlas."""
    d = province()
    far = d.cells.copy()
    far.loc[19, "geometry"] = shapely.box(105, 9, 105.1, 9.1)
    with pytest.raises(DisclosureError):
        print_maps(dataclasses.replace(d, cells=far))


def test_text_is_never_mathematics(province: Province) -> None:
    """Dollar signs and backslashes are printed as they are."""
    shown = print_maps(province(names=(r"Xã $\frac{1}{2}$",)))
    assert r"$\frac{1}{2}$" in _words(shown[0].figure).replace("\n", " ")
    assert io.BytesIO(shown[0].png(dpi=60)).read(4) == b"\x89PNG"


def test_what_the_font_lacks_is_a_box() -> None:
    """Letters come composed, control characters as blanks, what the font lacks as a box."""
    assert drawing.printable("Xã\x00a\u0300 🌾") == "Xã à \N{REPLACEMENT CHARACTER}"


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    """Words are kept in order; one that is too long is cut."""
    text = "Trung tâm Bảo trợ xã hội " + "x" * 200
    lines = drawing.wrapped(text, 40, size=8)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(drawing._width_mm(line, 8, False) <= 40 for line in lines)


@pytest.mark.parametrize(
    ("span", "scale"), [((50_000, 10_000), 300_000), ((180_000, 170_000), 1_200_000), ((9_000, 2_000), 50_000)]
)
def test_scales_are_round_and_fit(span: tuple[float, float], scale: int) -> None:
    """The largest round scale at which the span fits a frame of 190 × 165 mm with four per cent to spare."""
    assert drawing.round_scale(span, (190, 165)) == scale


def test_circles_at_one_place_part() -> None:
    """Equal and near circles end apart, always in the same way; a lone one stays."""
    at = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 0.5], [50.0, 50.0]])
    radius = np.array([2.0, 2.0, 3.0, 2.0, 2.0])
    moved = drawing.spread(at, radius)
    for i in range(5):
        for j in range(i):
            assert np.hypot(*(moved[i] - moved[j])) >= (radius[i] + radius[j]) * 0.99
    assert moved[4].tolist() == [50.0, 50.0]
    assert np.array_equal(moved, drawing.spread(at, radius))


def test_classes_grow_darker() -> None:
    """On a grey copy, each class is darker than the one before it."""
    for bands in (minutes_bands(180, "vi"), count_bands("gap", [5000], "vi", masks=True)):
        grey = []
        for band in bands:
            if band.role == "class":
                red, green, blue = (int(band.colour[i : i + 2], 16) for i in (1, 3, 5))
                grey.append(0.299 * red + 0.587 * green + 0.114 * blue)
        assert grey == sorted(grey, reverse=True)
        assert min(a - b for a, b in pairwise(grey)) > 15
        hatches = [band.hatch for band in bands if band.role == "class"]
        assert len(set(hatches)) == len(hatches)


@pytest.mark.parametrize("largest", [0, 1, 10, 11, 20, 21, 999, 147_493, 9_000_000])
@pytest.mark.parametrize("masks", [True, False])
def test_every_count_has_one_class(largest: int, masks: bool) -> None:
    """Classes follow each other without gap or overlap, from zero up; with masking from 11, unless one is less."""
    bands = [band for band in count_bands("people", [largest], "en", masks=masks) if band.upper is not None]
    uppers = [band.upper for band in bands]
    assert uppers == sorted(set(uppers))
    assert uppers[0] == 0
    assert uppers[-1] == float("inf")
    assert bands[1].label.startswith("11" if masks and not 0 < largest <= 10 else "1 ")


def test_a_grey_copy_tells_all_classes_apart() -> None:
    """Every class, those of numbers and the others, has a hatch of its own kind."""
    for bands in (minutes_bands(180, "vi"), count_bands("gap", [5000], "vi", masks=True)):
        kinds = [frozenset(band.hatch) for band in bands]
        assert len(set(kinds)) == len(kinds)
