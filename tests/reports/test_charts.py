"""The charts: what they show, to whom, and that they look as they did."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mangluoi.maps import drawing
from mangluoi.reports import chart_paper, charts, state_bars
from mangluoi.reports.charts import Chart
from mangluoi.reports.pages import page
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.disclosure import Disclosed

BASELINES = Path(__file__).parent / "baselines"
#: Each chart is compared at this many dots; a letter is less than one, so hinting and versions of a font do not matter.
SMALL = (64, 40)


def make_detail() -> Detail:
    """Make figures behind the charts: coverage, sharing and forecast of the made-up village."""
    minutes = [float(t) for t in range(5, 121, 5)]
    covered = [200.0 + 8 * t for t in minutes]
    curve = pd.DataFrame(
        {
            "service": "residential", "group": "elderly", "minutes": minutes, "chosen": [t == 60 for t in minutes],
            "need": 1234.0, "covered": covered, "covered_after": [c + 50 for c in covered], "masked": False,
        }
    )  # fmt: skip
    ratios = pd.DataFrame(
        {
            "unit_code": ["00001", "00002", "00003"], "service": "residential", "need": [100.0, 100.0, 200.0],
            "ratio": [0.0, 40.0, 80.0], "masked": False,
        }
    )  # fmt: skip
    forecast = pd.DataFrame(
        {
            "service": "residential", "group": "elderly", "year": [2030, 2050], "people": [900_000.0, 990_000.0],
            "lower": [1300.0, 1400.0], "need": [1350.0, 1500.0], "upper": [1400.0, 1700.0], "masked": False,
        }
    )  # fmt: skip
    measures = ("mean", "worst_tenth", "theil", "palma", "concentration", "poor_share", "poor_depth", "poor_severity")
    fairness = pd.DataFrame(
        {"service": ["residential"], "gini": [0.4], **dict.fromkeys(measures, 1.0), "masked": False}
    )
    return Detail(curve=curve, ratios=ratios, fairness=fairness, forecast=forecast)


def make_full(disclosed: Disclosed) -> Disclosed:
    """Give the village figures for every chart; one point of its frontier is not proven."""
    frontier = pd.DataFrame(
        {
            "budget_vnd": [1e10, 2e10, 3e10, 4e10], "people": [100.0, 150.0, 160.0, 170.0],
            "bound": [100.0, 150.4, 175.0, 170.0], "cost_vnd": [9e9, 2e10, 3e10, 4e10], "actions": [1, 2, 2, 3],
            "status": ["optimal", "optimal", "time_limit", "optimal"], "masked": False,
        }
    )  # fmt: skip
    return dataclasses.replace(disclosed, detail=make_detail(), frontier=frontier)


_KEPT: list[Chart] = []


@pytest.fixture
def drawn(full: Disclosed) -> tuple[Chart, ...]:
    """The charts of the village, each drawn once."""
    _KEPT.extend(() if _KEPT else charts.all_charts(full))
    return tuple(_KEPT)


@pytest.fixture
def full(disclosed: Disclosed) -> Disclosed:
    """The village with figures for every chart."""
    return make_full(disclosed)


def titles(found: tuple[Chart, ...]) -> list[str]:
    return [chart.caption for chart in found]


def small(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("L").resize(SMALL, Image.Resampling.BOX), dtype=float)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_chart_looks_as_it_did(drawn: tuple[Chart, ...], number: int):
    """Within 2.5 greys of its own baseline in the mean, far from the others; see `scripts/draw_baselines.py`."""
    shown = small(drawn[number - 1].drawing.png)
    apart = {}
    for place in BASELINES.glob("hinh-*.png"):
        with Image.open(place) as kept:
            apart[place.stem] = float(np.abs(shown - np.asarray(kept.convert("L"), dtype=float)).mean())
    mine = apart.pop(f"hinh-{number}")
    assert mine < 2.5
    assert min(apart.values()) > 2 * 2.5


def test_charts_are_numbered_in_the_order_of_the_report(full: Disclosed):
    """Figures 1 to n, each with a source and the date of the analysis."""
    found = charts.all_charts(full)
    assert [title.split(".")[0] for title in titles(found)] == [f"Hình {number}" for number in range(1, 6)]
    assert all("ngày 31 tháng 12 năm 2025" in chart.source for chart in found)
    assert [chart.figures.sheet for chart in found] == [f"Hình {number}" for number in range(1, 6)]


def test_a_drawing_is_the_same_twice(full: Disclosed, drawn: tuple[Chart, ...]):
    """PNG and SVG depend on the figures alone."""
    one, two = charts.all_charts(full)[1].drawing, drawn[1].drawing
    assert one.png == two.png
    assert one.svg == two.svg


def test_a_page_holds_each_id_once_and_asks_for_nothing(full: Disclosed, drawn: tuple[Chart, ...]):
    """Several drawings stand in one page: no id twice, no reference to nowhere, no script, no address to fetch."""
    written = page(full, charts=drawn)
    ids = re.findall(r'\bid="([^"]+)"', written)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', written)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", written)) <= set(ids)
    assert "<script" not in written
    assert set(re.findall(r'(?:href|src)="(\w+):', written)) == set()


def test_a_drawing_speaks_to_who_cannot_see_it(full: Disclosed):
    """Every drawing has a name and a description with the figures, in the language of the page."""
    for lang, word in (("vi", "ngưỡng 60 phút"), ("en", "within 60 minutes")):
        drawn = charts.all_charts(full, lang)[1]
        named = r'role="img" aria-labelledby="(\S+) (\S+)"><title id="\1">([^<]+)</title><desc id="\2">([^<]+)'
        told = re.search(named, drawn.drawing.svg)
        assert told is not None
        assert told[3] == drawn.caption
        assert word in told[4]
        assert "55,1" in told[4] if lang == "vi" else "55.1" in told[4]


def test_what_is_masked_is_not_drawn(full: Disclosed):
    """A curve, a commune's share or a total that is masked takes its chart away, or its bar."""
    hidden = {name: getattr(full.detail, name).assign(masked=True) for name in ("curve", "ratios", "forecast")}
    frontier = full.frontier.assign(masked=True)
    bare = dataclasses.replace(full, detail=dataclasses.replace(full.detail, **hidden), frontier=frontier)
    (only,) = charts.all_charts(bare)
    assert "Nhu cầu theo mức độ đáp ứng" in only.caption
    groups = {row[2] for row in only.figures.rows}
    assert len(groups) == 2
    closed = dataclasses.replace(bare, state_totals=bare.state_totals.assign(masked=True))
    assert charts.all_charts(closed) == ()


def test_figures_stand_behind_the_drawing(full: Disclosed):
    """The table of the coverage curve gives what the provincial sums give: 680 of 1.234 at 60 minutes."""
    rows = charts.all_charts(full)[1].figures.rows
    (at_threshold,) = [row for row in rows if row[3] == "60"]
    assert at_threshold[4:] == (round(100 * 680 / 1234, 1), round(100 * 730 / 1234, 1))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_lines_and_letters_have_contrast():
    """Lines on white and letters on each fill have 4.5 : 1; no two lines share a mark, no two fills a look."""
    assert all(contrast(line.colour, "#ffffff") >= 4.5 for line in chart_paper.LINES)
    assert all(contrast(fill.colour, fill.letters) >= 4.5 for fill in chart_paper.FILLS)
    assert len({line.marker for line in chart_paper.LINES}) == len(chart_paper.LINES)
    looks = [(round(_luminance(fill.colour), 2), fill.hatch) for fill in chart_paper.FILLS]
    assert len(set(looks)) == len(looks)


def test_a_tornado_puts_the_widest_on_top():
    """Bars are ordered by how far they reach, ties by name, whatever the order they come in."""
    swings = [state_bars.Swing("a", 9, 11), state_bars.Swing("b", 5, 18), state_bars.Swing("c", 10, 12)]
    with drawing.style():
        first, second = (
            state_bars.tornado(given, centre=10, axis="x", lang="vi").figure.axes[1] for given in (swings, swings[::-1])
        )
    assert [tick.get_text() for tick in first.get_yticklabels()] == ["b", "a", "c"]
    assert [tick.get_text() for tick in second.get_yticklabels()] == ["b", "a", "c"]
